// LISP (RFC 9300), data packets: eight bytes, then IPv4 or IPv6. Believed when the reserved bits are not set and an IP packet
// that fits stands there.

import { ipAt } from './ip-guess.js';
import { UDP } from './udp.js';
import { type Next, short, type Walk } from './walk.js';

const HEADER = 8;
const RESERVED = 0x01;
/** What is needed to tell that an IP packet follows. */
const IP_START = 6;
const LISP = short('LISP header');

export function readLisp(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < HEADER + IP_START) return walk.stopShort(LISP);
  if ((bytes[at]! & RESERVED) !== 0) return walk.stop(UDP);
  walk.at = at + HEADER;
  return ipAt(walk, walk.at) ?? walk.stop(UDP);
}
