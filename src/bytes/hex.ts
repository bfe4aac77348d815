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
    const group = match?.[1] ?? '';
    const end = match === null ? at : DIGITS.lastIndex;
    if (group.length % 2 !== 0 || match === null) return { ok: false, ...culprit(text, end, match?.[0] ?? '') };
    digits.push(group);
    at = end;
  }
  const all = digits.join('');
  const bytes = new Uint8Array(all.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(all.slice(2 * i, 2 * i + 2), 16);
  return { ok: true, bytes };
}

/** What ends a run of digits that is none, or half a byte: a character that does not belong there, else its last digit. */
function culprit(text: string, end: number, run: string): { at: number; message: string } {
  SEPARATOR.lastIndex = end;
  if (end < text.length && !SEPARATOR.test(text)) {
    const character = String.fromCodePoint(text.codePointAt(end)!);
    return { at: end, message: `${JSON.stringify(character)} is not a hexadecimal digit` };
  }
  return { at: end - 1, message: `odd number of digits: "${run.slice(-12)}" ends in half a byte` };
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
