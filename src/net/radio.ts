// What stands before an IEEE 802.11 frame to tell of its reception: radiotap (LINKTYPE 127, radiotap.org), Prism (119) and
// AVS (163), and PPI (192), which can stand before any link. Each says its length; of radiotap one flag matters.

import { readIeee80211, readPaddedIeee80211 } from './ieee80211.js';
import { LINK, type Next, short, skip, type Walk } from './walk.js';

const RADIOTAP_SHORTEST = 8;
const PRESENT = 4;
/** Of the words that say which fields are present: another such word follows. */
const MORE_PRESENT = 0x80;
const TIME_PRESENT = 0x01;
const FLAGS_PRESENT = 0x02;
const TIME_FIELD = 8;
const PADDED_BODY = 0x20;

const PRISM_LENGTH = 4;
const PRISM_SHORTEST = 8;
/** AVS begins with this and a version. */
const AVS_MAGIC = 0x8021;
const AVS_SHORTEST = 8;

const PPI_SHORTEST = 8;

const RADIOTAP = short('radiotap header');
const PRISM = short('Prism header');
const AVS = short('AVS header');
const PPI = short('PPI header');
const BAD_RADIOTAP = skip('malformed', 'radiotap version or length');
const BAD_LENGTH = skip('malformed', 'length of a radio header');

export function readRadiotap(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < RADIOTAP_SHORTEST) return walk.stopShort(RADIOTAP);
  const length = bytes[at + 2]! | (bytes[at + 3]! << 8);
  if (bytes[at] !== 0 || length < RADIOTAP_SHORTEST) return walk.stop(BAD_RADIOTAP);
  if (walk.end - at < length) return walk.stopShort(RADIOTAP);
  walk.at = at + length;
  return hasPaddedBody(bytes, at, walk.at) ? readPaddedIeee80211(walk) : readIeee80211(walk);
}

function hasPaddedBody(bytes: Uint8Array, start: number, end: number): boolean {
  const present = bytes[start + PRESENT]!;
  if ((present & FLAGS_PRESENT) === 0) return false;
  let offset = PRESENT + 4;
  while (start + offset <= end && (bytes[start + offset - 1]! & MORE_PRESENT) !== 0) offset += 4;
  // Fields are aligned to their own size.
  if ((present & TIME_PRESENT) !== 0) offset = ((offset + 7) & ~7) + TIME_FIELD;
  return start + offset < end && (bytes[start + offset]! & PADDED_BODY) !== 0;
}

/** In the byte order of the machine that captured: lengths are small, so one order makes sense. */
export function readPrism(walk: Walk): Next {
  const { at } = walk;
  if (walk.end - at < PRISM_SHORTEST) return walk.stopShort(PRISM);
  if (walk.uint16(at) === AVS_MAGIC) return readAvs(walk);
  const high = walk.uint16(at + PRISM_LENGTH);
  const low = walk.uint16(at + PRISM_LENGTH + 2);
  const length = high === 0 ? low : ((high & 0xff) << 8) | (high >> 8);
  if ((high !== 0 && low !== 0) || length < PRISM_SHORTEST) return walk.stop(BAD_LENGTH);
  if (walk.end - at < length) return walk.stopShort(PRISM);
  walk.at = at + length;
  return readIeee80211(walk);
}

export function readAvs(walk: Walk): Next {
  const { at } = walk;
  if (walk.end - at < AVS_SHORTEST) return walk.stopShort(AVS);
  const length = walk.uint16(at + 6);
  if (walk.uint16(at + 4) !== 0 || length < AVS_SHORTEST) return walk.stop(BAD_LENGTH);
  if (walk.end - at < length) return walk.stopShort(AVS);
  walk.at = at + length;
  return readIeee80211(walk);
}

export function readPpi(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < PPI_SHORTEST) return walk.stopShort(PPI);
  const length = bytes[at + 2]! | (bytes[at + 3]! << 8);
  if (length < PPI_SHORTEST || bytes[at + 6] !== 0 || bytes[at + 7] !== 0) return walk.stop(BAD_LENGTH);
  if (walk.end - at < length) return walk.stopShort(PPI);
  walk.at = at + length;
  return LINK | bytes[at + 4]! | (bytes[at + 5]! << 8);
}
