// UDP (RFC 768), for the tunnels in it: the destination's port says which, or else the source's. A port proves little, so
// those readers look at their header's own structure before they believe it; what is none of theirs is UDP.

import { isRead } from './rows.js';
import { type Next, short, skip, UDP_PORT, type Walk } from './walk.js';

const DESTINATION = 2;
const LENGTH = 4;
const HEADER = 8;
const SHORT = short('UDP header');

/** UDP that is no tunnel. */
export const UDP = skip('not-tcp', 'UDP');

export function readUdp(walk: Walk): Next {
  const { at } = walk;
  if (walk.end - at < HEADER) return walk.stopShort(SHORT);
  const destination = UDP_PORT | walk.uint16(at + DESTINATION);
  const length = walk.uint16(at + LENGTH);
  walk.at = at + HEADER;
  // RFC 2675, 4: 0 in a jumbogram; and where the network card was to cut the datagram up.
  if (length >= HEADER) walk.limit(at + length);
  if (isRead(destination)) return destination;
  const source = UDP_PORT | walk.uint16(at);
  return isRead(source) ? source : walk.stop(UDP);
}
