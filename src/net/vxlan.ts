// VXLAN (RFC 7348) with the group policy extension, and VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe), which says what it carries. Believed
// when the flag that the network identifier is valid is set and all reserved bits are not; or, since receivers have to ignore
// those (RFC 7348, 5), when what follows is an Ethernet frame that can be read.

import { isRead } from './rows.js';
import { UDP } from './udp.js';
import { ETHER_TYPE, LINK, type Next, short, type Walk } from './walk.js';

const HEADER = 8;
const VALID_ID = 0x08;
/** draft-smith-vxlan-group-policy: bytes 1 to 3 carry a policy. */
const GROUP_POLICY = 0x80;
/** VXLAN-GPE: version 0, next protocol given; broadcast and OAM may be set. */
const NEXT_PROTOCOL = 0x04;
const GPE_RESERVED = 0xf0;
const MAC_ADDRESSES = 12;

const VXLAN = short('VXLAN header');

/** Next protocols of VXLAN-GPE. */
const NEXT: Readonly<Record<number, Next>> = {
  1: ETHER_TYPE | 0x0800,
  2: ETHER_TYPE | 0x86dd,
  3: LINK | 1,
  4: ETHER_TYPE | 0x894f,
  5: ETHER_TYPE | 0x8847,
};

export function readVxlan(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < HEADER) return walk.stopShort(VXLAN);
  const flags = bytes[at]!;
  const policy = (flags & GROUP_POLICY) !== 0;
  const unused = policy ? 0 : bytes[at + 1]! | walk.uint16(at + 2);
  const reserved = (flags & ~(GROUP_POLICY | VALID_ID)) | unused | bytes[at + HEADER - 1]!;
  if ((flags & VALID_ID) === 0 || (reserved !== 0 && !isEthernet(walk, at + HEADER))) return walk.stop(UDP);
  walk.at = at + HEADER;
  return LINK | 1;
}

function isEthernet(walk: Walk, at: number): boolean {
  const typeAt = at + MAC_ADDRESSES;
  return walk.end - typeAt >= 2 && isRead(ETHER_TYPE | walk.uint16(typeAt));
}

export function readVxlanGpe(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < HEADER) return walk.stopShort(VXLAN);
  const flags = bytes[at]!;
  if ((flags & NEXT_PROTOCOL) === 0) return readVxlan(walk);
  const next = NEXT[bytes[at + 3]!];
  const reserved = (flags & GPE_RESERVED) | walk.uint16(at + 1) | bytes[at + HEADER - 1]!;
  if (next === undefined || reserved !== 0) return walk.stop(UDP);
  walk.at = at + HEADER;
  return next;
}
