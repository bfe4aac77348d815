// Hexadecimal text and bytes. Reading accepts what people paste: spaces, line breaks, commas, colons, dashes and 0x
// before each byte or before the whole; it points at the first character that cannot be read.

export type HexResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly at: number; readonly message: string };

const SEPARATOR = /[\s,:;\-_]+/y;
const DIGITS = /(?:0[xX])?([0-9a-fA-F]+)/y;

/** Reads pasted hex; `at` of a failure is an index into `text`. */
export function parseHex(text: string): HexResult {
  const digits: string[] = [];
  let at = 0;
  while (at < text.length) {
    SEPARATOR.lastIndex = at;
    if (SEPARATOR.test(text)) {
      at = SEPARATOR.lastIndex;
      continue;
    }
    DIGITS.lastIndex = at;
    const match = DIGITS.exec(text);
    if (match === null) {
      const character = String.fromCodePoint(text.codePointAt(at)!);
      return { ok: false, at, message: `${JSON.stringify(character)} is not a hexadecimal digit` };
    }
    const group = match[1]!;
    if (group.length % 2 !== 0) {
      const last = DIGITS.lastIndex - 1;
      return { ok: false, at: last, message: `odd number of digits: "${match[0].slice(-12)}" ends in half a byte` };
    }
    digits.push(group);
    at = DIGITS.lastIndex;
  }
  const all = digits.join('');
  const bytes = new Uint8Array(all.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(all.slice(2 * i, 2 * i + 2), 16);
  return { ok: true, bytes };
}

const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** "10 1e 00 04": lower case, two digits a byte. */
export function formatHex(bytes: Uint8Array, at = 0, end = bytes.length, separator = ' '): string {
  if (at >= end) return '';
  let text = PAIRS[bytes[at]!]!;
  for (let i = at + 1; i < end; i++) text += separator + PAIRS[bytes[i]!]!;
  return text;
}

/** "0x1e". */
export function hexByte(byte: number): string {
  return `0x${PAIRS[byte & 0xff]}`;
}
