// The Network Service Header (RFC 8300): its length in units of four bytes, and what follows.

import { ETHER_TYPE, LINK, type Next, short, skip, type Walk } from './walk.js';

const BASE = 8;
const UNITS = 0x3f;
const NSH = short('NSH header');
const BAD = skip('malformed', 'NSH version or length');
const OTHER = skip('not-ip', 'NSH with another protocol');

const NEXT: Readonly<Record<number, Next>> = {
  1: ETHER_TYPE | 0x0800,
  2: ETHER_TYPE | 0x86dd,
  3: LINK | 1,
  4: ETHER_TYPE | 0x894f,
  5: ETHER_TYPE | 0x8847,
};

export function readNsh(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < BASE) return walk.stopShort(NSH);
  const length = (bytes[at + 1]! & UNITS) * 4;
  if (bytes[at]! >> 6 !== 0 || length < BASE) return walk.stop(BAD);
  if (walk.end - at < length) return walk.stopShort(NSH);
  walk.at = at + length;
  return NEXT[bytes[at + 3]!] ?? walk.stop(OTHER);
}
