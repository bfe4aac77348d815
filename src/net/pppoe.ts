// PPP over Ethernet, the session stage (RFC 2516): six bytes, then PPP from its protocol field on.

import { readPpp } from './ppp.js';
import { type Next, short, skip, type Walk } from './walk.js';

const HEADER = 6;
const LENGTH = 4;
const VERSION_AND_TYPE = 0x11;
const PPPOE = short('PPPoE header');
const BAD = skip('malformed', 'PPPoE version, type or code');

export function readPppoe(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < HEADER) return walk.stopShort(PPPOE);
  if (bytes[at] !== VERSION_AND_TYPE || bytes[at + 1] !== 0) return walk.stop(BAD);
  walk.at = at + HEADER;
  walk.limit(walk.at + walk.uint16(at + LENGTH));
  return readPpp(walk);
}
