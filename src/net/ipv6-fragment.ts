// The IPv6 fragment header (RFC 8200, 4.5). An atomic fragment (RFC 6946: offset 0, no more to come) is a whole packet.

import { IP_PROTOCOL, type Next, short, skip, type Walk } from './walk.js';

const OFFSET = 2;
const HEADER = 8;
/** Offset and the M flag; the two bits between them are reserved. */
const FRAGMENT_BITS = 0xfff9;

const FRAGMENT = short('IPv6 fragment header');
const FRAGMENTED = skip('fragment', 'IPv6 fragment');
const IN_IPV4 = skip('not-tcp', 'IPv6 fragment header in IPv4');

export function readIpv6Fragment(walk: Walk): Next {
  const { at } = walk;
  if (walk.addressLength !== 16) return walk.stop(IN_IPV4);
  if (walk.end - at < HEADER) return walk.stopShort(FRAGMENT);
  if ((walk.uint16(at + OFFSET) & FRAGMENT_BITS) !== 0) return walk.stop(FRAGMENTED);
  walk.at = at + HEADER;
  return IP_PROTOCOL | walk.bytes[at]!;
}
