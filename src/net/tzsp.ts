// TZSP (UDP 37008), what access points and MikroTik routers send captured frames in: version, type, the kind of frame,
// tagged fields up to an end tag. Believed when version and type fit.

import { UDP } from './udp.js';
import { LINK, type Next, short, skip, type Walk } from './walk.js';

const HEADER = 4;
const VERSION = 1;
/** A received packet, or one for sending. */
const LAST_TYPE = 1;
const PADDING_TAG = 0;
const END_TAG = 1;
const LINKS: Readonly<Record<number, Next>> = { 1: LINK | 1, 18: LINK | 105, 119: LINK | 119, 127: LINK | 163 };

const TZSP = short('TZSP header');
const OTHER = skip('not-ip', 'TZSP with another link');

export function readTzsp(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < HEADER) return walk.stopShort(TZSP);
  if (bytes[at] !== VERSION || bytes[at + 1]! > LAST_TYPE) return walk.stop(UDP);
  const next = LINKS[walk.uint16(at + 2)];
  walk.at = at + HEADER;
  while (walk.end > walk.at) {
    const tag = bytes[walk.at]!;
    walk.at += 1;
    if (tag === END_TAG) return next ?? walk.stop(OTHER);
    if (tag === PADDING_TAG) continue;
    if (walk.at >= walk.end) break;
    walk.at += 1 + bytes[walk.at]!;
  }
  return walk.stopShort(TZSP);
}
