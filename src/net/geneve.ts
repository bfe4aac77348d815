// Geneve (RFC 8926): options in units of four bytes, and an EtherType. Believed when the version is 0 and all reserved
// bits are not set; or, since receivers have to ignore those (3.4), when it carries what can be read.

import { isRead } from './rows.js';
import { UDP } from './udp.js';
import { ETHER_TYPE, type Next, short, type Walk } from './walk.js';

const HEADER = 8;
const OPTION_UNITS = 0x3f;
/** Beside control packet and critical option. */
const RESERVED = 0x3f;
const GENEVE = short('Geneve header');

export function readGeneve(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < HEADER) return walk.stopShort(GENEVE);
  const version = bytes[at]! >> 6;
  const reserved = (bytes[at + 1]! & RESERVED) | bytes[at + HEADER - 1]!;
  const next = ETHER_TYPE | walk.uint16(at + 2);
  if (version !== 0 || (reserved !== 0 && !isRead(next))) return walk.stop(UDP);
  const length = HEADER + (bytes[at]! & OPTION_UNITS) * 4;
  if (walk.end - at < length) return walk.stopShort(GENEVE);
  walk.at = at + length;
  return next;
}
