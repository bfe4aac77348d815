// Bytes as tests write them: hex with spaces by field, and "text" in quotes for its UTF-8 bytes. Made independently of
// src/bytes, so that a test of bytes does not lean on what it tests.

const TOKEN = /"([^"]*)"|([0-9a-fA-F]+)|\s+/y;

/** '00 04 "MQTT" 05' */
export function hex(text: string): Uint8Array {
  const bytes: number[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(text);
    if (token === null || (token[2] ?? '').length % 2 !== 0) throw new Error(`not hex at ${at}: ${text.slice(at)}`);
    if (token[1] !== undefined) bytes.push(...utf8(token[1]));
    for (const [pair] of (token[2] ?? '').matchAll(/../g)) bytes.push(Number.parseInt(pair, 16));
  }
  return Uint8Array.from(bytes);
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
