// UTF-8 as MQTT uses it (1.5.3; 5.0: 1.5.4): strings from bytes, and where bytes stop being well-formed.
// Short strings are interned: topics and client identifiers repeat, and finding one costs less than making it again.

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

const LONGEST_INTERNED = 64;
const SLOTS = 4096;
// In one piece, so that the bytes of a string are read in one go; 0: an empty slot.
const internedBytes = new Uint8Array(SLOTS * LONGEST_INTERNED);
const internedLengths = new Uint8Array(SLOTS);
const internedText: string[] = new Array(SLOTS).fill('');

// Ill-formed parts become U+FFFD.
function make(bytes: Uint8Array, at: number, end: number): string {
  return decoder.decode(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
}

/** The text of bytes[at, end) when it is well-formed UTF-8, else undefined. A BOM is kept (5.0: 1.5.4). */
export function wellFormedUtf8(bytes: Uint8Array, at: number, end: number): string | undefined {
  const length = end - at;
  if (length === 0) return '';
  if (length > LONGEST_INTERNED) return illFormedAt(bytes, at, end) < 0 ? make(bytes, at, end) : undefined;
  // Two sums side by side: one alone would wait for each of its multiplications.
  let even = length;
  let odd = 0;
  let i = at;
  for (; i + 1 < end; i += 2) {
    even = (Math.imul(even, 31) + bytes[i]!) | 0;
    odd = (Math.imul(odd, 37) + bytes[i + 1]!) | 0;
  }
  if (i < end) even = (Math.imul(even, 31) + bytes[i]!) | 0;
  const hash = even ^ Math.imul(odd, 0x9e3779b1);
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const known = slot * LONGEST_INTERNED;
  if (internedLengths[slot] === length) {
    let same = 0;
    while (same < length && internedBytes[known + same] === bytes[at + same]) same++;
    if (same === length) return internedText[slot];
  }
  if (illFormedAt(bytes, at, end) >= 0) return undefined;
  const text = make(bytes, at, end);
  for (let k = 0; k < length; k++) internedBytes[known + k] = bytes[at + k]!;
  internedLengths[slot] = length;
  internedText[slot] = text;
  return text;
}

/** The text of bytes[at, end), with U+FFFD for what is ill-formed. */
export function lenientUtf8(bytes: Uint8Array, at: number, end: number): string {
  return make(bytes, at, end);
}

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * Offset of the first byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7: no overlong forms, no
 * surrogates, nothing above U+10FFFF), or -1.
 */
export function illFormedAt(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end) {
    const lead = bytes[i]!;
    if (lead < 0x80) {
      i++;
      continue;
    }
    const size = sequenceLength(lead);
    if (size === 0 || i + size > end) return i;
    const second = bytes[i + 1]!;
    if (second < lowestSecond(lead) || second > highestSecond(lead)) return i;
    for (let k = 2; k < size; k++) if ((bytes[i + k]! & 0xc0) !== 0x80) return i;
    i += size;
  }
  return -1;
}

function sequenceLength(lead: number): number {
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

function lowestSecond(lead: number): number {
  if (lead === 0xe0) return 0xa0;
  return lead === 0xf0 ? 0x90 : 0x80;
}

function highestSecond(lead: number): number {
  if (lead === 0xed) return 0x9f;
  return lead === 0xf4 ? 0x8f : 0xbf;
}
