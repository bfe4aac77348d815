// TCP (RFC 9293, 3.1) with options: the end of the walk. The checksum is not checked: captures on the sending machine
// are taken before the network card fills it in. Options cut off by the capture leave a segment whose payload was cut.

import { DONE, type Next, short, skip, type Walk } from './walk.js';

const SEQUENCE = 4;
const ACKNOWLEDGMENT = 8;
const DATA_OFFSET = 12;
const FLAGS = 13;
const SHORTEST = 20;

const TCP = short('TCP header');
const BAD_OFFSET = skip('malformed', 'TCP data offset');

export function readTcp(walk: Walk): Next {
  const { bytes, at, end, wireEnd } = walk;
  if (end - at < SHORTEST) return walk.stopShort(TCP);
  const payloadAt = at + (bytes[at + DATA_OFFSET]! >> 4) * 4;
  if (payloadAt < at + SHORTEST || payloadAt > wireEnd) return walk.stop(BAD_OFFSET);
  walk.sourcePort = walk.uint16(at);
  walk.destinationPort = walk.uint16(at + 2);
  walk.sequence = uint32(bytes, at + SEQUENCE);
  walk.acknowledgment = uint32(bytes, at + ACKNOWLEDGMENT);
  walk.flags = bytes[at + FLAGS]! & 0x3f;
  walk.payloadAt = Math.min(payloadAt, end);
  walk.payloadEnd = end;
  walk.payloadLength = wireEnd - payloadAt;
  return DONE;
}

const uint32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
