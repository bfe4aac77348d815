// MPLS (RFC 3032): a stack of labels down to the one that says it is the last, and then nothing that says what follows.
// So it is looked for, the strongest sign first: an Ethernet pseudowire (RFC 4448) with an IP packet in it, an IP packet
// whose lengths fit, a known EtherType where a pseudowire has it, with a control word or without; else the first four
// bits decide, as routers do.

import { IPV4, IPV6, ipAt } from './ip-guess.js';
import { isRead } from './rows.js';
import { UDP } from './udp.js';
import { ETHER_TYPE, LINK, type Next, short, skip, type Walk } from './walk.js';

const ENTRY = 4;
/** In an entry's third byte. */
const BOTTOM_OF_STACK = 0x01;
const CONTROL_WORD = 4;
const MAC_ADDRESSES = 12;

const LABEL = short('MPLS label');
const PAYLOAD = short('MPLS payload');
/** RFC 4385, 5. */
const CHANNEL = skip('not-ip', 'MPLS associated channel');
const UNKNOWN = skip('not-ip', 'MPLS payload that is neither IP nor Ethernet');

/** RFC 7510: believed when an IP packet that fits, or Ethernet, is at the bottom of the stack. */
export function readMplsInUdp(walk: Walk): Next {
  const next = readMpls(walk);
  if (next === (LINK | 1) || ipAt(walk, walk.at) !== undefined || walk.wireEnd > walk.end) return next;
  return walk.stop(UDP);
}

export function readMpls(walk: Walk): Next {
  const { bytes } = walk;
  let { at } = walk;
  let last = false;
  while (!last) {
    if (walk.end - at < ENTRY) return walk.stopShort(LABEL);
    last = (bytes[at + 2]! & BOTTOM_OF_STACK) !== 0;
    at += ENTRY;
  }
  walk.at = at;
  return guess(walk);
}

function guess(walk: Walk): Next {
  const { at, end } = walk;
  if (end - at < 1) return walk.stopShort(PAYLOAD);
  // An address of 62:… can pass for IPv6; an Ethernet frame with an IP packet in it is no accident.
  if (isEthernetOfIp(walk, at)) return LINK | 1;
  const ip = ipAt(walk, at);
  if (ip !== undefined) return ip;
  const version = walk.bytes[at]! >> 4;
  if (version === 0 && isEthernet(walk, at + CONTROL_WORD)) {
    walk.at = at + CONTROL_WORD;
    return LINK | 1;
  }
  if (isEthernet(walk, at)) return LINK | 1;
  if (version === 4) return IPV4;
  if (version === 6) return IPV6;
  if (walk.wireEnd > end) return walk.stopShort(PAYLOAD);
  return walk.stop(version === 1 ? CHANNEL : UNKNOWN);
}

function isEthernetOfIp(walk: Walk, at: number): boolean {
  const typeAt = at + MAC_ADDRESSES;
  return walk.end - typeAt >= 2 && ipAt(walk, typeAt + 2) === (ETHER_TYPE | walk.uint16(typeAt));
}

function isEthernet(walk: Walk, at: number): boolean {
  const typeAt = at + MAC_ADDRESSES;
  return walk.end - typeAt >= 2 && isRead(ETHER_TYPE | walk.uint16(typeAt));
}
