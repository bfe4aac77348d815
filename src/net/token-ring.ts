// Token Ring and FDDI (LINKTYPE 6 and 10): control bytes, two addresses, in Token Ring perhaps a route, and LLC.

import { readLlc } from './llc.js';
import { type Next, short, skip, type Walk } from './walk.js';

const TOKEN_RING = 14;
const SOURCE = 8;
/** The first bit of the source address: a route follows, whose first byte has its length. */
const HAS_ROUTE = 0x80;
const ROUTE_LENGTH = 0x1f;
const FDDI = 13;
/** FDDI: the frames that carry LLC; of Token Ring the same in the upper two bits. */
const LLC_FRAME = 0x40;
const KIND_BITS = 0xc0;

const HEADER = short('Token Ring or FDDI header');
const NO_LLC = skip('not-ip', 'Token Ring or FDDI management');

export function readTokenRing(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < TOKEN_RING) return walk.stopShort(HEADER);
  if ((bytes[at + 1]! & KIND_BITS) !== LLC_FRAME) return walk.stop(NO_LLC);
  walk.at = at + TOKEN_RING;
  if ((bytes[at + SOURCE]! & HAS_ROUTE) === 0) return readLlc(walk);
  if (walk.end - walk.at < 1) return walk.stopShort(HEADER);
  walk.at += bytes[walk.at]! & ROUTE_LENGTH;
  return walk.at > walk.end ? walk.stopShort(HEADER) : readLlc(walk);
}

export function readFddi(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < FDDI) return walk.stopShort(HEADER);
  if ((bytes[at]! & KIND_BITS) !== LLC_FRAME) return walk.stop(NO_LLC);
  walk.at = at + FDDI;
  return readLlc(walk);
}
