// Network layer protocol identifiers of ISO/IEC TR 9577: in Frame Relay (RFC 2427), and in LLC as RFC 2684 has it for
// PPP over ATM. And Frame Relay itself (LINKTYPE 107), whose other custom, Cisco's, is an EtherType there.

import { readSnap } from './llc.js';
import { ETHER_TYPE, LINK, type Next, short, skip, type Walk } from './walk.js';

const SNAP = 0x80;
const NEXT: Readonly<Record<number, Next>> = { 204: ETHER_TYPE | 0x0800, 142: ETHER_TYPE | 0x86dd, 207: LINK | 9 };

const UNNUMBERED_INFORMATION = 0x03;
/** Q.922: the last byte of an address has its lowest bit set. */
const LAST_BYTE = 0x01;
const LONGEST_ADDRESS = 4;

const FRAME_RELAY = short('Frame Relay header');
const BAD_ADDRESS = skip('malformed', 'Frame Relay address');
const OTHER = skip('not-ip', 'another network layer protocol identifier');

export function readFrameRelay(walk: Walk): Next {
  const { bytes, at, end } = walk;
  let length = 1;
  while (length < LONGEST_ADDRESS && at + length <= end && (bytes[at + length - 1]! & LAST_BYTE) === 0) length++;
  if (end - at < length + 2) return walk.stopShort(FRAME_RELAY);
  if (length < 2 || (bytes[at + length - 1]! & LAST_BYTE) === 0) return walk.stop(BAD_ADDRESS);
  walk.at = at + length;
  if (bytes[walk.at] === UNNUMBERED_INFORMATION) {
    walk.at += 1;
    return readNlpid(walk);
  }
  walk.at += 2;
  return ETHER_TYPE | walk.uint16(walk.at - 2);
}

export function readNlpid(walk: Walk): Next {
  const { bytes } = walk;
  // RFC 2427, 3: a byte of padding.
  if (walk.at < walk.end && bytes[walk.at] === 0) walk.at += 1;
  if (walk.end - walk.at < 1) return walk.stopShort(FRAME_RELAY);
  const nlpid = bytes[walk.at]!;
  walk.at += 1;
  return nlpid === SNAP ? readSnap(walk) : (NEXT[nlpid] ?? walk.stop(OTHER));
}
