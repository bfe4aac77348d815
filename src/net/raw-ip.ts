// Raw IP: no link header at all, the first four bits of the packet tell IPv4 from IPv6.

import { ETHER_TYPE, type Next, short, skip, type Walk } from './walk.js';

const IP = short('IP header');
const NO_IP = skip('not-ip', 'IP version other than 4 and 6');

export function readRawIp(walk: Walk): Next {
  if (walk.end - walk.at < 1) return walk.stopShort(IP);
  const version = walk.bytes[walk.at]! >> 4;
  if (version === 4) return ETHER_TYPE | 0x0800;
  return version === 6 ? ETHER_TYPE | 0x86dd : walk.stop(NO_IP);
}
