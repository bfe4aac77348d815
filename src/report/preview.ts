// Bytes as a reader wants them: text where they are text, else hex. One notion of text for all formats: well-formed
// UTF-8 without the control characters that no text has (as file(1) sees it), so a counter of four bytes is not text.

import { formatHex } from '../bytes/hex.js';
import { wellFormedUtf8 } from '../bytes/utf8.js';
import { escapeText } from './terminal.js';

/** C0 controls that text may have: BEL BS HT LF VT FF CR and ESC. */
const TEXT_CONTROLS = new Set([7, 8, 9, 10, 11, 12, 13, 27]);

export function isTextControl(byte: number): boolean {
  return TEXT_CONTROLS.has(byte);
}

/** The bytes as text, or undefined when they are none. */
export function textOf(bytes: Uint8Array): string | undefined {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte < 0x20 && !TEXT_CONTROLS.has(byte)) return undefined;
  }
  return wellFormedUtf8(bytes, 0, bytes.length);
}

/** Quoted and escaped text, or hex; cut to the first `limit` bytes, and … then. */
export function preview(bytes: Uint8Array, limit: number): string {
  const shown = bytes.length <= limit ? bytes : bytes.subarray(0, wholeCharacters(bytes, limit));
  const more = shown.length < bytes.length ? '…' : '';
  const text = textOf(shown);
  if (text !== undefined) return `"${escapeText(text)}${more}"`;
  const room = Math.max(1, Math.min(shown.length, Math.floor(limit / 3)));
  return `${formatHex(bytes, 0, room)}${room < bytes.length ? ' …' : ''}`;
}

/** At most `limit`, less when a UTF-8 sequence would be cut there. */
export function wholeCharacters(bytes: Uint8Array, limit: number): number {
  let end = limit;
  while (end > 0 && limit - end < 3 && (bytes[end]! & 0xc0) === 0x80) end--;
  return end;
}

export function quoted(text: string): string {
  return `"${escapeText(text)}"`;
}

/** A topic stands bare in a line, unless that would be ambiguous. */
export function topicText(topic: string): string {
  return topic === '' || /[\s"(),]/u.test(topic) ? quoted(topic) : escapeText(topic);
}

/** "79,936". Without Intl, which takes as long to load as a small capture to read. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** "1 byte", "2 bytes". */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}
