// IPv6 extension headers of the common form (RFC 6564): next header, length in units of 8 bytes beyond the first 8.
// Hop-by-hop, routing, destination, mobility, HIP and shim6 headers are all stepped over alike.

import { IP_PROTOCOL, type Next, short, skip, type Walk } from './walk.js';

const UNIT = 8;
const EXTENSION = short('IPv6 extension header');
/** Protocol 0 is reserved in IPv4. */
const IN_IPV4 = skip('not-tcp', 'IPv6 extension header in IPv4');

export function readIpv6Extension(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.addressLength !== 16) return walk.stop(IN_IPV4);
  if (walk.end - at < UNIT) return walk.stopShort(EXTENSION);
  const length = (bytes[at + 1]! + 1) * UNIT;
  if (walk.end - at < length) return walk.stopShort(EXTENSION);
  walk.at = at + length;
  return IP_PROTOCOL | bytes[at]!;
}
