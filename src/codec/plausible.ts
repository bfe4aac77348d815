// Where a packet may begin. In step, a header is only looked at twice when it is odd; out of step (after damage, a gap,
// or in a capture that starts late) a place counts as a boundary when the packets from there on read without a problem.
// Every answer may be "not enough bytes yet", so that it never depends on how the bytes were cut into segments.

import { mayBeSent, PACKET_BY_CODE } from '../spec/packets.js';
import { type Direction, VERSIONS, type Version } from '../spec/versions.js';
import { decode } from './frame.js';
import type { ReadPacket } from './packet.js';

/** What is known of a direction; anything undefined is tried both ways. */
export interface Known {
  readonly version: Version | undefined;
  readonly direction: Direction | undefined;
}

export type Answer = 'yes' | 'no' | 'more';

/** Why a fixed header has no length: it is cut, or it is none. */
export const NEEDS_MORE = -1;
export const DAMAGED = -2;

/** Length of the packet at bytes[at] with its fixed header; NEEDS_MORE when the header is cut, DAMAGED when it is none. */
export function packetLength(bytes: Uint8Array, at: number): number {
  if (bytes[at]! < 0x10) return DAMAGED;
  let length = 0;
  let unit = 1;
  for (let i = at + 1; i < at + 5; i++) {
    if (i >= bytes.length) return NEEDS_MORE;
    const byte = bytes[i]!;
    length += (byte & 0x7f) * unit;
    if (byte < 0x80) return length + i + 1 - at;
    unit *= 128;
  }
  return DAMAGED;
}

/**
 * Whether the header at bytes[at] is one that a correct sender would write: type, flags, the lengths that are fixed, and
 * for PUBLISH a topic that fits. `length` is packetLength's answer; `end` bounds what may be looked at.
 */
export function looksRight(bytes: Uint8Array, at: number, end: number, length: number, known: Known): Answer {
  const first = bytes[at]!;
  const code = first >> 4;
  let body = at + 2;
  while (bytes[body - 1]! >= 0x80) body++;
  // A longer form than needed is legal before 5.0, but nobody writes it.
  if (body > at + 2 && bytes[body - 1] === 0) return 'no';
  const remaining = at + length - body;
  if (code === 3) return topicFits(bytes, body, end, remaining, (first & 6) === 0 ? 0 : 2);
  const row = PACKET_BY_CODE[code];
  if (row === undefined || !mayBeSent(code, known.version, known.direction)) return 'no';
  const { version } = known;
  // 3.1 has DUP in PUBREL, SUBSCRIBE and UNSUBSCRIBE.
  const flags = version === '5.0' || version === '3.1.1' ? first & 0x0f : first & 0x07;
  if (flags !== row.headerFlags) return 'no';
  if (row.fixedLength !== undefined && (row.fixedLength === 0 || remaining < row.fixedLength)) {
    return remaining === row.fixedLength || (code === 14 && version !== '3.1' && version !== '3.1.1') ? 'yes' : 'no';
  }
  if (row.fixedLength !== undefined && version !== undefined && version !== '5.0') {
    return remaining === row.fixedLength ? 'yes' : 'no';
  }
  return code === 14 || code === 15 || remaining >= 2 ? 'yes' : 'no';
}

function topicFits(bytes: Uint8Array, body: number, end: number, remaining: number, packetId: number): Answer {
  if (remaining < 2) return 'no';
  if (body + 2 > end) return 'more';
  return 2 + bytes[body]! * 256 + bytes[body + 1]! + packetId <= remaining ? 'yes' : 'no';
}

/** How far a search looks ahead. Bytes made for it cost it this much for each of their positions, no more. */
export const LOOK_AHEAD = 1024;
/** What packets must tell before a place between segments is believed to be a boundary. */
const ENOUGH = 3;

/** How the bytes end: more may follow, the other side has answered (so packets are whole), or nothing follows. */
export type Ending = 'open' | 'turn' | 'end';

/**
 * Whether packets begin at bytes[at]: clean ones follow one another until they tell enough. A segment's start needs
 * less: one packet that reads well, or the beginning of one.
 */
export function isBoundary(bytes: Uint8Array, at: number, known: Known, ending: Ending, segmentStart: boolean): Answer {
  const end = Math.min(bytes.length, at + LOOK_AHEAD);
  const seesAll = end < bytes.length || end === at + LOOK_AHEAD;
  let told = segmentStart ? ENOUGH - 1 : 0;
  let position = at;
  while (told < ENOUGH) {
    const left = end - position;
    if (left === 0 && position > at && ending !== 'open' && !seesAll) return 'yes';
    const length = left === 0 ? NEEDS_MORE : packetLength(bytes, position);
    if (length === DAMAGED) return 'no';
    const right = length === NEEDS_MORE ? 'more' : looksRight(bytes, position, end, length, known);
    if (right === 'no') return 'no';
    if (right === 'more' || length > left) {
      if (right === 'yes' && (segmentStart || seesAll || ending === 'end')) {
        return tells(bytes.subarray(position, end), known, 'part') + told >= ENOUGH ? 'yes' : 'no';
      }
      return seesAll || ending === 'end' ? 'no' : 'more';
    }
    const weight = tells(bytes.subarray(position, position + length), known, 'whole');
    if (weight === 0) return 'no';
    told += weight;
    position += length;
  }
  return 'yes';
}

/** What a packet tells by reading well in some version (the known one, else any): 0 when it does not. */
export function tells(bytes: Uint8Array, known: Known, how: 'whole' | 'part'): number {
  if (known.version !== undefined) return tellsIn(bytes, known.version, how);
  let most = 0;
  for (const version of VERSIONS) most = Math.max(most, tellsIn(bytes, version, how));
  return most;
}

function tellsIn(bytes: Uint8Array, version: Version, how: 'whole' | 'part'): number {
  const { packet, problems } = decode(bytes, version);
  for (const one of problems) if (how === 'whole' || one.code !== 'incomplete') return 0;
  return weightOf(packet, version);
}

function weightOf(packet: ReadPacket, version: Version): number {
  switch (packet.type) {
    case 'CONNECT':
      return packet.protocolName === 'MQTT' || packet.protocolName === 'MQIsdp' ? 3 : 0;
    case 'PUBLISH':
      if (packet.packetId === 0 || packet.qos === 3) return 0;
      if (packet.topic === undefined) return 1;
      if (packet.topic === '') return version === '5.0' ? 1 : 0;
      return isTopic(packet.topic) ? 3 : 0;
    case 'SUBSCRIBE':
      return (packet.subscriptions ?? []).every((one) => one.options.qos < 3 && one.options.reserved === 0) ? 2 : 0;
    case 'UNSUBSCRIBE':
      return 2;
    default:
      return 1;
  }
}

// Control characters and wildcards do not stand in topic names.
function isTopic(topic: string): boolean {
  for (let i = 0; i < topic.length; i++) {
    const code = topic.charCodeAt(i);
    if (code < 0x20 || code === 0x7f || code === 0x23 || code === 0x2b) return false;
  }
  return true;
}
