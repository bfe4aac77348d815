// Where a packet may begin. In step, a header is only looked at twice when it is odd; out of step (after damage, a gap,
// or a capture that starts late) a place counts as a boundary when the packets from there on read without a problem.

import { PACKET_BY_CODE } from '../spec/packets.js';
import { type Direction, VERSIONS, type Version } from '../spec/versions.js';
import { decode } from './frame.js';

/** What is known of a direction; anything undefined is tried both ways. */
export interface Known {
  readonly version: Version | undefined;
  readonly direction: Direction | undefined;
}

/** Why a fixed header has no length: it is cut, or it is none. */
export const NEEDS_MORE = -1;
export const DAMAGED = -2;

/** Length of the packet at bytes[at] with its fixed header; NEEDS_MORE when the header is cut, DAMAGED when it is none. */
export function packetLength(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at]! < 0x10) return DAMAGED;
  let length = 0;
  let unit = 1;
  for (let i = at + 1; i < at + 5; i++) {
    if (i >= end) return NEEDS_MORE;
    const byte = bytes[i]!;
    length += (byte & 0x7f) * unit;
    if (byte < 0x80) return length + i + 1 - at;
    unit *= 128;
  }
  return DAMAGED;
}

/**
 * Whether a header looks like one that a correct sender would write: type, flags, the lengths that are fixed, and for
 * PUBLISH a topic that fits. Judges by the bytes that are there; `length` is packetLength's answer.
 */
export function looksRight(bytes: Uint8Array, at: number, end: number, length: number, known: Known): boolean {
  const first = bytes[at]!;
  const code = first >> 4;
  if (hasOverlongLength(bytes, at, end)) return false;
  if (code === 3) return publishLooksRight(bytes, at, end, length);
  const row = PACKET_BY_CODE[code];
  if (row === undefined || !senderMay(row.sender, code, known)) return false;
  const { version } = known;
  // 3.1 has DUP in PUBREL, SUBSCRIBE and UNSUBSCRIBE.
  const flags = version === '5.0' || version === '3.1.1' ? first & 0x0f : first & 0x07;
  if (flags !== row.headerFlags) return false;
  const remaining = length < 0x82 ? length - 2 : length;
  if (code === 12 || code === 13) return remaining === 0;
  if (row.fixedLength !== undefined && version !== undefined && version !== '5.0') return remaining === row.fixedLength;
  return code === 14 || code === 15 || remaining >= 2;
}

/** Legal before 5.0, but nobody writes it: the last length byte is 0 and not the only one. */
function hasOverlongLength(bytes: Uint8Array, at: number, end: number): boolean {
  let last = at + 1;
  while (last < end && bytes[last]! >= 0x80) last++;
  return last > at + 1 && last < end && bytes[last] === 0;
}

function senderMay(sender: 'client' | 'server' | 'both', code: number, known: Known): boolean {
  if (code === 15) return known.version === undefined || known.version === '5.0';
  if (sender === 'both' || known.direction === undefined) return true;
  if (code === 14 && known.version !== '3.1' && known.version !== '3.1.1') return true;
  return sender === (known.direction === 'client-to-server' ? 'client' : 'server');
}

function publishLooksRight(bytes: Uint8Array, at: number, end: number, length: number): boolean {
  const qos = (bytes[at]! >> 1) & 3;
  if (qos === 3) return false;
  let body = at + 1;
  while (body < end && bytes[body]! >= 0x80) body++;
  body++;
  if (body + 2 > end) return at + length >= body + 2;
  const topicLength = bytes[body]! * 256 + bytes[body + 1]!;
  return body + 2 + topicLength + (qos > 0 ? 2 : 0) <= at + length;
}

/** Bytes that a search may decode: bytes made for it could otherwise be decoded from every one of their positions. */
interface Budget {
  left: number;
}

/** The first boundary at or behind `at`, or the end of the bytes. `start` as for isBoundary, of offset 0. */
export function nextBoundary(bytes: Uint8Array, at: number, known: Known, start: boolean): number {
  const budget = { left: 64 * 1024 + 8 * bytes.length };
  for (let position = at; position < bytes.length && budget.left > 0; position++) {
    if (isBoundary(bytes, position, known, position === 0 && start, budget)) return position;
  }
  return bytes.length;
}

const CHAIN = 3;

/**
 * Whether packets begin at bytes[at]: up to three in a row must read without a problem, or the bytes end with a whole
 * packet, or within one that looks right. `start`: the bytes begin here with a segment, which most packets do.
 */
export function isBoundary(
  bytes: Uint8Array,
  at: number,
  known: Known,
  start: boolean,
  budget: Budget = { left: Number.POSITIVE_INFINITY },
): boolean {
  let position = at;
  for (let count = 0; count < CHAIN; count++) {
    if (position === bytes.length) return true;
    const length = packetLength(bytes, position, bytes.length);
    if (length === DAMAGED) return false;
    if (length === NEEDS_MORE) return count > 0 || start;
    if (!looksRight(bytes, position, bytes.length, length, known)) return false;
    budget.left -= Math.min(length, bytes.length - position);
    if (position + length > bytes.length) {
      return count > 0 || start ? beginsWell(bytes, position, known) : strongBeginning(bytes, position, known);
    }
    if (!readsWell(bytes.subarray(position, position + length), known)) return false;
    position += length;
  }
  return true;
}

/** A whole packet that some version (the known one, else any) reads without a problem. */
export function readsWell(packet: Uint8Array, known: Known): boolean {
  if (known.version !== undefined) return clean(packet, known.version);
  return VERSIONS.some((version) => clean(packet, version));
}

function clean(packet: Uint8Array, version: Version): boolean {
  const { packet: read, problems } = decode(packet, version);
  if (problems.length > 0) return false;
  if (read.type === 'PUBLISH') return read.packetId !== 0 && isTopic(read.topic ?? '', version);
  return true;
}

// Control characters and wildcards do not stand in topic names; an empty one only beside a Topic Alias (5.0).
function isTopic(topic: string, version: Version): boolean {
  if (topic === '') return version === '5.0';
  for (let i = 0; i < topic.length; i++) {
    const code = topic.charCodeAt(i);
    if (code < 0x20 || code === 0x7f || code === 0x23 || code === 0x2b) return false;
  }
  return true;
}

/** A packet that goes on beyond these bytes: what is here of it has no problem but that it is incomplete. */
function beginsWell(bytes: Uint8Array, at: number, known: Known): boolean {
  const versions = known.version === undefined ? VERSIONS : [known.version];
  const part = bytes.subarray(at);
  return versions.some((version) => decode(part, version).problems.every((one) => one.code === 'incomplete'));
}

/** The same where no segment begins: only a packet whose first field alone is telling. */
function strongBeginning(bytes: Uint8Array, at: number, known: Known): boolean {
  const versions = known.version === undefined ? VERSIONS : [known.version];
  const part = bytes.subarray(at);
  return versions.some((version) => {
    const { packet, problems } = decode(part, version);
    if (problems.some((one) => one.code !== 'incomplete')) return false;
    if (packet.type === 'CONNECT') return packet.protocolName === 'MQTT' || packet.protocolName === 'MQIsdp';
    return packet.type === 'PUBLISH' && (packet.topic ?? '') !== '' && isTopic(packet.topic ?? '', version);
  });
}
