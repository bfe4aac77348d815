// L2TP version 2 (RFC 2661), data messages: PPP, mostly with its address and control field. Believed when the version is 2
// and all reserved bits are not set. Version 3 does not say how long its cookie is: it is not read.

import { readPpp } from './ppp.js';
import { UDP } from './udp.js';
import { type Next, short, skip, type Walk } from './walk.js';

const CONTROL = 0x8000;
const HAS_LENGTH = 0x4000;
const HAS_SEQUENCE = 0x0800;
const HAS_OFFSET = 0x0200;
/** Reserved bits and the version; the bit for priority may be either. */
const FIXED_BITS = 0x34ff;
const VERSION_2 = 0x0002;
/** Flags, tunnel and session. */
const SHORTEST = 6;

const L2TP = short('L2TP header');
const CONTROL_MESSAGE = skip('not-tcp', 'L2TP control message');

export function readL2tp(walk: Walk): Next {
  const { at } = walk;
  if (walk.end - at < SHORTEST) return walk.stopShort(L2TP);
  const flags = walk.uint16(at);
  if ((flags & FIXED_BITS) !== VERSION_2) return walk.stop(UDP);
  if ((flags & CONTROL) !== 0) return walk.stop(CONTROL_MESSAGE);
  walk.at = at + SHORTEST;
  if ((flags & HAS_LENGTH) !== 0) {
    walk.limit(at + walk.uint16(at + 2));
    walk.at += 2;
  }
  if ((flags & HAS_SEQUENCE) !== 0) walk.at += 4;
  if ((flags & HAS_OFFSET) !== 0) {
    if (walk.end - walk.at < 2) return walk.stopShort(L2TP);
    walk.at += 2 + walk.uint16(walk.at);
  }
  return walk.at > walk.end ? walk.stopShort(L2TP) : readPpp(walk);
}
