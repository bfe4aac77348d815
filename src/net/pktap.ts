// Apple's PKTAP (LINKTYPE 258, what `tcpdump -i pktap` or `-i any` writes on macOS): a header that gives its own length
// and the link type of what follows, both little-endian on every machine that writes it.

import { LINK, type Next, short, skip, type Walk } from './walk.js';

const LINK_TYPE = 8;
const SHORTEST = 12;
const HEADER = short('PKTAP header');
const BAD = skip('malformed', 'PKTAP header length');

export function readPktap(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < SHORTEST) return walk.stopShort(HEADER);
  const length = bytes[at]! | (bytes[at + 1]! << 8);
  if (length < SHORTEST || bytes[at + 2] !== 0 || bytes[at + 3] !== 0) return walk.stop(BAD);
  if (walk.end - at < length) return walk.stopShort(HEADER);
  walk.at = at + length;
  return LINK | bytes[at + LINK_TYPE]! | (bytes[at + LINK_TYPE + 1]! << 8);
}
