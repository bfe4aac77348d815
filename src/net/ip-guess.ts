// Is this an IP packet? For headers that do not say what they carry. The version alone would take one MAC address in eight
// for IP, so the lengths have to fit, too.

import { ETHER_TYPE, type Next, type Walk } from './walk.js';

export const IPV4: Next = ETHER_TYPE | 0x0800;
export const IPV6: Next = ETHER_TYPE | 0x86dd;

const IPV6_HEADER = 40;
/** Up to and including IPv6's payload length, which lies behind IPv4's total length. */
const NEEDED = 6;

/** IPV4 or IPV6 when a packet of it that fits begins at `at`, else undefined. */
export function ipAt(walk: Walk, at: number): Next | undefined {
  const room = walk.wireEnd - at;
  if (walk.end - at < NEEDED) return undefined;
  const first = walk.bytes[at]!;
  if (first >> 4 === 6) return walk.uint16(at + 4) + IPV6_HEADER <= room ? IPV6 : undefined;
  if (first >> 4 !== 4 || (first & 15) < 5) return undefined;
  const total = walk.uint16(at + 2);
  // 0: segmentation offload.
  return total === 0 || (total >= (first & 15) * 4 && total <= room) ? IPV4 : undefined;
}
