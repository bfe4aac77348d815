// OpenBSD's pf log (LINKTYPE 117): the first byte is the header's length without its padding to four bytes; IP follows.

import { LINK, type Next, short, skip, type Walk } from './walk.js';

const SHORTEST = 28;
const PFLOG = short('pflog header');
const BAD_LENGTH = skip('malformed', 'pflog header length');

export function readPflog(walk: Walk): Next {
  const { at } = walk;
  if (walk.end - at < 1) return walk.stopShort(PFLOG);
  const length = (walk.bytes[at]! + 3) & ~3;
  if (length < SHORTEST) return walk.stop(BAD_LENGTH);
  if (walk.end - at < length) return walk.stopShort(PFLOG);
  walk.at = at + length;
  return LINK | 101;
}
