// AYIYA (draft-massar-v6ops-ayiya), the tunnel of IPv6 brokers: identity and signature of given lengths, and an IP
// protocol number. Believed when what it forwards is IP.

import { IPV6, ipAt } from './ip-guess.js';
import { UDP } from './udp.js';
import { type Next, short, type Walk } from './walk.js';

/** Four bytes of lengths and kinds, and the time. */
const FIXED = 8;
const FORWARD = 1;
const IPV6_PROTOCOL = 41;
const AYIYA = short('AYIYA header');

export function readAyiya(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < FIXED) return walk.stopShort(AYIYA);
  if ((bytes[at + 2]! & 0x0f) !== FORWARD || bytes[at + 3] !== IPV6_PROTOCOL) return walk.stop(UDP);
  const identity = 1 << (bytes[at]! >> 4);
  const signature = (bytes[at + 1]! >> 4) * 4;
  walk.at = at + FIXED + identity + signature;
  if (walk.end - walk.at < 6) return walk.stopShort(AYIYA);
  return ipAt(walk, walk.at) === IPV6 ? IPV6 : walk.stop(UDP);
}
