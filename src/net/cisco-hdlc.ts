// Cisco HDLC (LINKTYPE 104, and 205 with a direction byte before it): address, control, EtherType.

import { ETHER_TYPE, type Next, short, type Walk } from './walk.js';

const TYPE = 2;
const HEADER = 4;
const HDLC = short('Cisco HDLC header');

export function readCiscoHdlc(walk: Walk): Next {
  const { at } = walk;
  if (walk.end - at < HEADER) return walk.stopShort(HDLC);
  walk.at = at + HEADER;
  return ETHER_TYPE | walk.uint16(at + TYPE);
}
