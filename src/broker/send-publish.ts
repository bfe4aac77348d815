// Writes an outgoing PUBLISH: the parts of the message's packet in the form that the client wants. Where nothing differs
// but the first byte and the identifier, it is one copy. A test holds it to the codec.

import { variableByteIntegerWidth } from '../bytes/cursor.js';
import { encodeUtf8 } from '../bytes/utf8.js';
import type { Broker } from './broker.js';
import type { Lane } from './lane.js';
import type { Message } from './message.js';
import type { Link } from './session.js';

/** A payload from this size on is not copied into the lane. */
export const BIG = 16 * 1024;
const TOPIC_ALIAS = 0x23;
const SUBSCRIPTION_IDENTIFIER = 0x0b;
const NO_TOPIC = Uint8Array.of(0, 0);

/** How one PUBLISH is to go out. */
export interface Form {
  readonly qos: number;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly packetId: number;
  readonly identifiers: readonly number[] | undefined;
}

/** False when it is larger than the client takes: then nothing is sent (5.0: 3.1.2.11.4). */
export function sendPublish(
  broker: Broker,
  link: Link,
  message: Message,
  qos: number,
  retain: boolean,
  dup: boolean,
  packetId: number,
  identifiers: readonly number[] | undefined,
): boolean {
  const isSame =
    link.plain &&
    (identifiers === undefined || !link.v5) &&
    message.v5 === link.v5 &&
    message.hasId === qos > 0 &&
    message.payloadLength < BIG;
  const first = 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
  const sent = isSame
    ? sendSame(broker, link, message, first, packetId)
    : sendBuilt(broker, link, message, first, packetId, identifiers);
  if (sent) {
    broker.counters.publishSent++;
    broker.counters.publishBytesSent += message.payloadLength;
  } else broker.counters.publishDropped++;
  return sent;
}

function sendSame(broker: Broker, link: Link, message: Message, first: number, packetId: number): boolean {
  const { packet } = message;
  const size = packet.length;
  if (size > link.maximumPacketSize) return false;
  const lane = broker.out.message(link, size);
  const { bytes, at } = lane;
  bytes.set(packet, at);
  bytes[at] = first;
  if (packetId > 0) {
    const id = at + message.topicEnd;
    bytes[id] = packetId >> 8;
    bytes[id + 1] = packetId & 0xff;
  }
  if (message.expiryAt !== 0) patchExpiry(bytes, at + message.expiryAt, message, broker.now);
  lane.at = at + size;
  return true;
}

function patchExpiry(bytes: Uint8Array, at: number, message: Message, now: number): void {
  const seconds = message.secondsLeft(now);
  bytes[at] = seconds >>> 24;
  bytes[at + 1] = (seconds >>> 16) & 0xff;
  bytes[at + 2] = (seconds >>> 8) & 0xff;
  bytes[at + 3] = seconds & 0xff;
}

function sendBuilt(
  broker: Broker,
  link: Link,
  message: Message,
  first: number,
  packetId: number,
  identifiers: readonly number[] | undefined,
): boolean {
  const { v5 } = link;
  const known = link.aliasOf?.get(message.topic) ?? 0;
  const alias = known > 0 ? known : link.aliasesLeft > 0 ? (link.aliasOf?.size ?? 0) + 1 : 0;
  const topic = known > 0 ? NO_TOPIC : topicOf(link, message);
  const kept = v5 && message.v5 ? message.payloadAt - message.propertyListAt : 0;
  const listSize = v5 ? kept + addedSize(alias, identifiers) : 0;
  const payloadSize = message.payloadLength;
  const remaining =
    topic.length + (packetId > 0 ? 2 : 0) + (v5 ? variableByteIntegerWidth(listSize) + listSize : 0) + payloadSize;
  const size = 1 + variableByteIntegerWidth(remaining) + remaining;
  if (size > link.maximumPacketSize) return false;
  const big = payloadSize >= BIG;
  if (big) message.own();
  const lane = broker.out.message(link, big ? size - payloadSize : size);
  const { bytes } = lane;
  bytes[lane.at++] = first;
  writeVariable(lane, remaining);
  writeBytes(lane, topic, 0, topic.length);
  if (packetId > 0) writeU16(lane, packetId);
  if (v5) {
    writeVariable(lane, listSize);
    writeAdded(lane, alias, identifiers);
    if (kept > 0) writeKept(lane, message, broker.now);
  }
  if (big) broker.out.tail(link, message.payload);
  else writeBytes(lane, message.packet, message.payloadAt, message.packet.length);
  if (alias > known) {
    link.aliasOf ??= new Map();
    link.aliasOf.set(message.topic, alias);
    link.aliasesLeft--;
  }
  return true;
}

/** The topic with its length, without the mount point. */
function topicOf({ listener: { mountPoint } }: Link, { topic, packet, topicAt, topicEnd }: Message): Uint8Array {
  if (mountPoint === '' || !topic.startsWith(mountPoint)) return packet.subarray(topicAt, topicEnd);
  const text = encodeUtf8(topic.slice(mountPoint.length));
  const counted = new Uint8Array(2 + text.length);
  counted[0] = text.length >> 8;
  counted[1] = text.length & 0xff;
  counted.set(text, 2);
  return counted;
}

function addedSize(alias: number, identifiers: readonly number[] | undefined): number {
  let size = alias > 0 ? 3 : 0;
  if (identifiers !== undefined) for (const one of identifiers) size += 1 + variableByteIntegerWidth(one);
  return size;
}

function writeAdded(lane: Lane, alias: number, identifiers: readonly number[] | undefined): void {
  if (alias > 0) {
    lane.bytes[lane.at++] = TOPIC_ALIAS;
    writeU16(lane, alias);
  }
  if (identifiers === undefined) return;
  for (const one of identifiers) {
    lane.bytes[lane.at++] = SUBSCRIPTION_IDENTIFIER;
    writeVariable(lane, one);
  }
}

/** The properties that came with the message, in their order. */
function writeKept(lane: Lane, message: Message, now: number): void {
  const { at } = lane;
  writeBytes(lane, message.packet, message.propertyListAt, message.payloadAt);
  if (message.expiryAt !== 0) patchExpiry(lane.bytes, at + message.expiryAt - message.propertyListAt, message, now);
}

function writeU16(lane: Lane, value: number): void {
  lane.bytes[lane.at++] = value >> 8;
  lane.bytes[lane.at++] = value & 0xff;
}

function writeVariable(lane: Lane, value: number): void {
  let rest = value;
  while (rest > 0x7f) {
    lane.bytes[lane.at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  lane.bytes[lane.at++] = rest;
}

/** For a few bytes a loop costs less than a view. */
function writeBytes(lane: Lane, source: Uint8Array, from: number, to: number): void {
  const { bytes } = lane;
  let { at } = lane;
  if (to - from < 48) for (let i = from; i < to; i++) bytes[at++] = source[i]!;
  else {
    bytes.set(source.subarray(from, to), at);
    at += to - from;
  }
  lane.at = at;
}
