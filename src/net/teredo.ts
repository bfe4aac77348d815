// Teredo (RFC 4380): IPv6 in UDP, behind up to two indicators that begin with 0, which no IPv6 packet does. Believed
// when an IPv6 packet stands there that fits.

import { IPV6, ipAt } from './ip-guess.js';
import { UDP } from './udp.js';
import { type Next, short, type Walk } from './walk.js';

/** 5.1.1: two lengths, the identifier and the value they are of, a nonce of 8 bytes, a confirmation byte. */
const AUTHENTICATION = 0x0001;
const AUTHENTICATION_FIXED = 13;
const ORIGIN = 0x0000;
const ORIGIN_LENGTH = 8;
const IPV6_START = 6;
const TEREDO = short('Teredo header');

export function readTeredo(walk: Walk): Next {
  const { bytes } = walk;
  if (walk.end - walk.at < 4) return walk.stopShort(TEREDO);
  if (walk.uint16(walk.at) === AUTHENTICATION) {
    walk.at += AUTHENTICATION_FIXED + bytes[walk.at + 2]! + bytes[walk.at + 3]!;
    if (walk.end - walk.at < 2) return walk.stopShort(TEREDO);
  }
  if (walk.uint16(walk.at) === ORIGIN) walk.at += ORIGIN_LENGTH;
  if (walk.end - walk.at < IPV6_START) return walk.stopShort(TEREDO);
  return ipAt(walk, walk.at) === IPV6 ? IPV6 : walk.stop(UDP);
}
