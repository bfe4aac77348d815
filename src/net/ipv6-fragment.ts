// The IPv6 fragment header (RFC 8200, 4.5). An atomic fragment (RFC 6946: offset 0, no more to come) is a whole packet.

import { IPV6_FRAGMENT, readFragment } from './reassemble.js';
import { IP_PROTOCOL, type Next, short, skip, type Walk } from './walk.js';

const OFFSET = 2;
const IDENTIFICATION = 4;
const HEADER = 8;
/** Offset and the M flag; the two bits between them are reserved. */
const FRAGMENT_BITS = 0xfff9;
const OFFSET_BITS = 0xfff8;
const MORE = 0x0001;

const FRAGMENT = short('IPv6 fragment header');
const IN_IPV4 = skip('not-tcp', 'IPv6 fragment header in IPv4');

export function readIpv6Fragment(walk: Walk): Next {
  const { at } = walk;
  if (walk.addressLength !== 16) return walk.stop(IN_IPV4);
  if (walk.end - at < HEADER) return walk.stopShort(FRAGMENT);
  walk.at = at + HEADER;
  const protocol = walk.bytes[at]!;
  const fragment = walk.uint16(at + OFFSET) & FRAGMENT_BITS;
  if (fragment === 0) return IP_PROTOCOL | protocol;
  return readFragment(walk, IPV6_FRAGMENT, {
    id: walk.uint16(at + IDENTIFICATION) * 0x10000 + walk.uint16(at + IDENTIFICATION + 2),
    protocol,
    // In units of 8 bytes, and 3 bits to the left: the number as it stands.
    offset: fragment & OFFSET_BITS,
    more: (fragment & MORE) !== 0,
  });
}
