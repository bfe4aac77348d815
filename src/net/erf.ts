// Endace's extensible record format (LINKTYPE 197): time, type, flags and lengths, extension headers of eight bytes as long
// as their first bit says so, and for Ethernet two bytes of padding.

import { LINK, type Next, short, skip, type Walk } from './walk.js';

const HEADER = 16;
const TYPE = 8;
const EXTENSION = 8;
const MORE = 0x80;
const WIRE_LENGTH = 14;
const ETHERNET_PADDING = 2;

const ERF = short('ERF header');
const OTHER = skip('not-ip', 'ERF record of another type');

/** Types of records: HDLC, Ethernet (plain, and with colours), IPv4 and IPv6. */
const LINKS: Readonly<Record<number, Next>> = {
  1: LINK | 50,
  2: LINK | 1,
  11: LINK | 1,
  16: LINK | 1,
  20: LINK | 1,
  22: LINK | 101,
  23: LINK | 101,
};

export function readErf(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < HEADER) return walk.stopShort(ERF);
  const next = LINKS[bytes[at + TYPE]! & ~MORE];
  if (next === undefined) return walk.stop(OTHER);
  let more = (bytes[at + TYPE]! & MORE) !== 0;
  walk.at = at + HEADER;
  while (more && walk.at < walk.end) {
    more = (bytes[walk.at]! & MORE) !== 0;
    walk.at += EXTENSION;
  }
  if (next === (LINK | 1)) walk.at += ETHERNET_PADDING;
  if (more || walk.at > walk.end) return walk.stopShort(ERF);
  walk.limit(walk.at + walk.uint16(at + WIRE_LENGTH));
  return next;
}
