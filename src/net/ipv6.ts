// IPv6 (RFC 8200). The payload length trims padding; 0 means a jumbogram (RFC 2675) or segmentation offload: the rest of
// the frame is taken. Extension headers are protocols of their own in the table. Addresses are those of this header:
// a routing header's list is not looked into.

import { IP_PROTOCOL, type Next, short, skip, type Walk } from './walk.js';

const PAYLOAD_LENGTH = 4;
const NEXT_HEADER = 6;
const SOURCE = 8;
const DESTINATION = 24;
const HEADER = 40;

const IPV6 = short('IPv6 header');
const BAD_VERSION = skip('malformed', 'IPv6 header with another version');

export function readIpv6(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < HEADER) return walk.stopShort(IPV6);
  if (bytes[at]! >> 4 !== 6) return walk.stop(BAD_VERSION);
  const payloadLength = walk.uint16(at + PAYLOAD_LENGTH);
  walk.at = at + HEADER;
  if (payloadLength !== 0) walk.limit(walk.at + payloadLength);
  walk.addressLength = 16;
  walk.sourceAt = at + SOURCE;
  walk.destinationAt = at + DESTINATION;
  return IP_PROTOCOL | bytes[at + NEXT_HEADER]!;
}
