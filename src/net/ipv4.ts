// IPv4 (RFC 791) with options. The total length trims Ethernet padding; 0 means that the network card was to cut the
// packet up (segmentation offload), so the rest of the frame is taken. A total length beyond the frame is not believed:
// the stream sees a hole then if bytes are missing. The header checksum is not checked (offload again).

import { IP_PROTOCOL, type Next, short, skip, type Walk } from './walk.js';

const TOTAL_LENGTH = 2;
const FRAGMENT = 6;
const PROTOCOL = 9;
const SOURCE = 12;
const DESTINATION = 16;
const SHORTEST = 20;
/** More Fragments, or an offset. */
const FRAGMENT_BITS = 0x3fff;

const IPV4 = short('IPv4 header');
const BAD_VERSION = skip('malformed', 'IPv4 header with another version');
const BAD_LENGTH = skip('malformed', 'IPv4 header or total length');
const FRAGMENTED = skip('fragment', 'IPv4 fragment');

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
  if ((walk.uint16(at + FRAGMENT) & FRAGMENT_BITS) !== 0) return walk.stop(FRAGMENTED);
  walk.addressLength = 4;
  walk.sourceAt = at + SOURCE;
  walk.destinationAt = at + DESTINATION;
  walk.at = at + headerLength;
  return IP_PROTOCOL | bytes[at + PROTOCOL]!;
}
