// As much of HTTP/1.1 as an upgrade needs: where a header ends, its first line, its fields. Lenient: lines may end
// without CR, names have any case, a line that is no field is left out.

export interface HttpHeader {
  readonly firstLine: string;
  /** By lower-case name, in order. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
}

/** Offset behind the empty line that ends the header, or -1. Looks at bytes from `from` on, and a little before. */
export function headerEnd(bytes: Uint8Array, from = 0): number {
  for (let at = bytes.indexOf(0x0a, Math.max(0, from - 2)); at >= 0; at = bytes.indexOf(0x0a, at + 1)) {
    if (bytes[at + 1] === 0x0a) return at + 2;
    if (bytes[at + 1] === 0x0d && bytes[at + 2] === 0x0a) return at + 3;
  }
  return -1;
}

export function readHttpHeader(bytes: Uint8Array): HttpHeader {
  const [firstLine = '', ...lines] = latin1(bytes).split(/\r?\n/);
  const fields = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    const known = fields.get(name);
    if (known === undefined) fields.set(name, [value]);
    else known.push(value);
  }
  return { firstLine: firstLine.trimEnd(), fields };
}

/** The first value of a field. */
export function fieldOf(header: HttpHeader, name: string): string | undefined {
  return header.fields.get(name)?.[0];
}

/** The elements of a field that is a list; it may stand several times. */
export function listOf(header: HttpHeader, name: string): readonly string[] {
  const values = header.fields.get(name) ?? [];
  return values.flatMap((value) => value.split(',').map((one) => one.trim())).filter((one) => one !== '');
}

/** Whether bytes may be the beginning of a message that starts with this text. */
export function beginsLike(bytes: Uint8Array, text: string): boolean {
  const length = Math.min(bytes.length, text.length);
  for (let i = 0; i < length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Control characters, which have no business in a header and would reach terminals, become U+FFFD. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes)
    text += byte === 0x0d || byte === 0x0a || isText(byte) ? String.fromCharCode(byte) : '\ufffd';
  return text;
}

function isText(byte: number): boolean {
  return byte === 0x09 || (byte >= 0x20 && byte < 0x7f) || byte >= 0xa0;
}
