// BSD loopback (LINKTYPE 0, NULL: an address family in the byte order of the machine that captured; 108, LOOP: in
// network order). Which order it was can be seen: no family has a number above 65535.

import { ADDRESS_FAMILY, type Next, short, skip, type Walk } from './walk.js';

const HEADER = 4;
const NULL_HEADER = short('BSD loopback header');
const NO_FAMILY = skip('not-ip', 'BSD loopback without address family');

export function readBsdLoopback(walk: Walk): Next {
  const { at } = walk;
  if (walk.end - at < HEADER) return walk.stopShort(NULL_HEADER);
  walk.at = at + HEADER;
  const high = walk.uint16(at);
  const low = walk.uint16(at + 2);
  if (high === 0) return ADDRESS_FAMILY | low;
  if (low !== 0) return walk.stop(NO_FAMILY);
  return ADDRESS_FAMILY | ((high & 0xff) << 8) | (high >> 8);
}
