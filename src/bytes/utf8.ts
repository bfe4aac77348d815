// UTF-8 as MQTT uses it (1.5.3; 5.0: 1.5.4): strings from bytes, and where bytes stop being well-formed.
// Short strings are interned: topics and client identifiers repeat, and finding one costs less than making it again.

import { Interned } from './interned.js';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** Places of short texts, a power of two. */
export const TEXT_PLACES = 4096;
const texts = new Interned<string>(TEXT_PLACES);

// Ill-formed parts become U+FFFD.
function make(bytes: Uint8Array, at: number, end: number): string {
  return decoder.decode(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
}

/** The text of bytes[at, end) when it is well-formed UTF-8, else undefined. A BOM is kept (5.0: 1.5.4). `view` is viewOf(bytes). */
export function wellFormedUtf8(bytes: Uint8Array, at: number, end: number, view?: DataView): string | undefined {
  if (at === end) return '';
  const known = texts.find(bytes, at, end, view);
  if (known !== undefined) return known;
  if (illFormedAt(bytes, at, end) >= 0) return undefined;
  const text = make(bytes, at, end);
  texts.keep(bytes, at, end, text);
  return text;
}

/** The place of the well-formed text that was asked for last: likely its own for a while. -1: it has none. */
export function placeOfText(): number {
  return texts.place;
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
