// The IP Authentication Header (RFC 4302), in IPv4 and IPv6: not encrypted, so what follows can be read.

import { IP_PROTOCOL, type Next, short, skip, type Walk } from './walk.js';

const SHORTEST = 12;
const AH = short('IP authentication header');
const BAD_LENGTH = skip('malformed', 'IP authentication header length');

export function readAuthenticationHeader(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < SHORTEST) return walk.stopShort(AH);
  // 2.2: in units of 4 bytes, minus 2.
  const length = (bytes[at + 1]! + 2) * 4;
  if (length < SHORTEST) return walk.stop(BAD_LENGTH);
  if (walk.end - at < length) return walk.stopShort(AH);
  walk.at = at + length;
  return IP_PROTOCOL | bytes[at]!;
}
