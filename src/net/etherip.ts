// Ethernet in IP (RFC 3378): a version of 3, twelve reserved bits, an Ethernet frame.

import { LINK, type Next, short, skip, type Walk } from './walk.js';

const HEADER = 2;
const ETHERIP = short('EtherIP header');
const BAD_VERSION = skip('malformed', 'EtherIP version');

export function readEtherIp(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < HEADER) return walk.stopShort(ETHERIP);
  if (bytes[at]! >> 4 !== 3) return walk.stop(BAD_VERSION);
  walk.at = at + HEADER;
  return LINK | 1;
}
