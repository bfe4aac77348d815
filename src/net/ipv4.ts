// IPv4 (RFC 791) with options. The total length trims Ethernet padding; 0 means that the network card was to cut the
// packet up (segmentation offload), so the rest of the frame is taken. A total length beyond the frame is not believed:
// the stream sees a hole then if bytes are missing. The header checksum is not checked (offload again).
// Fragments wait for each other (fragments.ts).

import { IPV4_FRAGMENT, readFragment } from './reassemble.js';
import { IP_PROTOCOL, type Next, short, skip, type Walk } from './walk.js';

const TOTAL_LENGTH = 2;
const FRAGMENT = 6;
const PROTOCOL = 9;
const SOURCE = 12;
const DESTINATION = 16;
const SHORTEST = 20;
const IDENTIFICATION = 4;
/** More Fragments, or an offset. */
const FRAGMENT_BITS = 0x3fff;
const MORE = 0x2000;
const OFFSET_BITS = 0x1fff;
const UNIT = 8;

const IPV4 = short('IPv4 header');
const BAD_VERSION = skip('malformed', 'IPv4 header with another version');
const BAD_LENGTH = skip('malformed', 'IPv4 header or total length');

export function readIpv4(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < SHORTEST) return walk.stopShort(IPV4);
  const first = bytes[at]!;
  if (first >> 4 !== 4) return walk.stop(BAD_VERSION);
  const headerLength = (first & 15) * 4;
  const totalLength = walk.uint16(at + TOTAL_LENGTH);
  if (headerLength < SHORTEST || (totalLength !== 0 && totalLength < headerLength)) return walk.stop(BAD_LENGTH);
  if (totalLength !== 0) walk.limit(at + totalLength);
  if (walk.end - at < headerLength) return walk.stopShort(IPV4);
  walk.addressLength = 4;
  walk.sourceAt = at + SOURCE;
  walk.destinationAt = at + DESTINATION;
  walk.at = at + headerLength;
  const protocol = bytes[at + PROTOCOL]!;
  const fragment = walk.uint16(at + FRAGMENT) & FRAGMENT_BITS;
  if (fragment === 0) return IP_PROTOCOL | protocol;
  return readFragment(walk, IPV4_FRAGMENT, {
    // RFC 791, 3.2: source, destination, protocol and identification tell the datagram.
    id: walk.uint16(at + IDENTIFICATION) * 256 + protocol,
    protocol,
    offset: (fragment & OFFSET_BITS) * UNIT,
    more: (fragment & MORE) !== 0,
  });
}
