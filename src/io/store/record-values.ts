// What a record says, as bytes: flags first, then numbers of fixed length, then what fills the rest. A change of any of
// this is a new FORMAT (format.ts), whose number older programs refuse.

import type {
  MessageRecord,
  OutgoingRecord,
  SessionRecord,
  StoredRecord,
  StoreOutput,
  SubscriptionRecord,
  WillRecord,
} from '../../broker/records.js';
import type { KeyOf } from './record-keys.js';

const QOS = 0x03;
const RETAIN = 0x04;
const V5 = 0x08;
const RELEASED = 0x10;
const NO_LOCAL = 0x04;
const RETAIN_AS_PUBLISHED = 0x08;
const HANDLING_SHIFT = 4;

const SESSION_VERSIONS = ['3.1', '3.1.1', '5.0'] as const satisfies readonly SessionRecord['version'][];

/** Room that is enough for it. */
export function valueRoom({ value }: StoreOutput): number {
  if (value === undefined || value === true) return 0;
  if ('packet' in value) return 32 + value.packet.length + ('publisher' in value ? value.publisher.length * 3 : 0);
  return 'identifiers' in value && value.identifiers !== undefined ? 32 + value.identifiers.length * 4 : 32;
}

/** Writes it at `at`; returns where it ends. */
export function writeValue(bytes: Buffer, at: number, change: StoreOutput): number {
  const { table, value } = change;
  if (value === undefined) return at;
  switch (table) {
    case 'session':
      return writeSession(bytes, at, value);
    case 'subscription':
      return writeSubscription(bytes, at, value);
    case 'message':
    case 'retained':
      return writeMessage(bytes, at, value);
    case 'outgoing':
      return writeOutgoing(bytes, at, value);
    case 'incoming':
      return at;
    case 'will':
      return writeWill(bytes, at, value);
  }
}

/** NaN stands for a time that is not set. */
function writeSession(bytes: Buffer, at: number, { version, expiryInterval, expiresAt }: SessionRecord): number {
  bytes[at] = SESSION_VERSIONS.indexOf(version);
  return bytes.writeDoubleBE(expiresAt ?? Number.NaN, bytes.writeUInt32BE(expiryInterval, at + 1));
}

function writeSubscription(bytes: Buffer, at: number, value: SubscriptionRecord): number {
  const { qos, noLocal, retainAsPublished, retainHandling, identifier } = value;
  const options = (noLocal ? NO_LOCAL : 0) | (retainAsPublished ? RETAIN_AS_PUBLISHED : 0);
  bytes[at] = qos | options | (retainHandling << HANDLING_SHIFT);
  return bytes.writeUInt32BE(identifier ?? 0, at + 1);
}

function messageFlags({ qos, retain, version }: Pick<MessageRecord, 'qos' | 'retain' | 'version'>): number {
  return qos | (retain ? RETAIN : 0) | (version === '5.0' ? V5 : 0);
}

function writeMessage(bytes: Buffer, at: number, value: MessageRecord): number {
  const { packet, publisher, receivedAt } = value;
  bytes[at] = messageFlags(value);
  bytes.writeDoubleBE(receivedAt, at + 1);
  const length = bytes.write(publisher, at + 11);
  const end = bytes.writeUInt16BE(length, at + 9) + length;
  bytes.set(packet, end);
  return end + packet.length;
}

function writeOutgoing(bytes: Buffer, at: number, value: OutgoingRecord): number {
  const { qos, retain, released, packetId, message, identifiers } = value;
  bytes[at] = qos | (retain ? RETAIN : 0) | (released ? RELEASED : 0);
  let end = bytes.writeDoubleBE(message, bytes.writeUInt16BE(packetId, at + 1));
  if (identifiers !== undefined) for (const one of identifiers) end = bytes.writeUInt32BE(one, end);
  return end;
}

function writeWill(bytes: Buffer, at: number, value: WillRecord): number {
  const { packet, delayInterval, dueAt } = value;
  bytes[at] = messageFlags(value);
  const end = bytes.writeDoubleBE(dueAt ?? Number.NaN, bytes.writeUInt32BE(delayInterval, at + 1));
  bytes.set(packet, end);
  return end + packet.length;
}

/** Throws RangeError when it is shorter than it must be. */
export function readValue(key: KeyOf, bytes: Buffer): StoredRecord {
  switch (key.table) {
    case 'session':
      return { ...key, value: readSession(bytes) };
    case 'subscription':
      return { ...key, value: readSubscription(bytes) };
    case 'message':
    case 'retained':
      return { ...key, value: readMessage(bytes) } as StoredRecord;
    case 'outgoing':
      return { ...key, value: readOutgoing(bytes) };
    case 'incoming':
      return { ...key, value: true };
    case 'will':
      return { ...key, value: readWill(bytes) };
  }
}

function timeAt(bytes: Buffer, at: number): number | undefined {
  const time = bytes.readDoubleBE(at);
  return Number.isNaN(time) ? undefined : time;
}

function readSession(bytes: Buffer): SessionRecord {
  const version = SESSION_VERSIONS[bytes.readUInt8(0)];
  if (version === undefined) throw new RangeError('no such version');
  return { version, expiryInterval: bytes.readUInt32BE(1), expiresAt: timeAt(bytes, 5) };
}

function readSubscription(bytes: Buffer): SubscriptionRecord {
  const flags = bytes.readUInt8(0);
  return {
    qos: flags & QOS,
    noLocal: (flags & NO_LOCAL) !== 0,
    retainAsPublished: (flags & RETAIN_AS_PUBLISHED) !== 0,
    retainHandling: flags >> HANDLING_SHIFT,
    identifier: bytes.readUInt32BE(1) || undefined,
  };
}

function messageParts(flags: number): Pick<MessageRecord, 'qos' | 'retain' | 'version'> {
  return { qos: flags & QOS, retain: (flags & RETAIN) !== 0, version: (flags & V5) !== 0 ? '5.0' : '3.1.1' };
}

function readMessage(bytes: Buffer): MessageRecord {
  const end = 11 + bytes.readUInt16BE(9);
  if (end > bytes.length) throw new RangeError('no packet');
  return {
    ...messageParts(bytes.readUInt8(0)),
    receivedAt: bytes.readDoubleBE(1),
    publisher: bytes.toString('utf8', 11, end),
    packet: bytes.subarray(end),
  };
}

function readOutgoing(bytes: Buffer): OutgoingRecord {
  const flags = bytes.readUInt8(0);
  const identifiers: number[] = [];
  for (let at = 11; at < bytes.length; at += 4) identifiers.push(bytes.readUInt32BE(at));
  return {
    qos: flags & QOS,
    retain: (flags & RETAIN) !== 0,
    released: (flags & RELEASED) !== 0,
    packetId: bytes.readUInt16BE(1),
    message: bytes.readDoubleBE(3),
    identifiers: identifiers.length === 0 ? undefined : identifiers,
  };
}

function readWill(bytes: Buffer): WillRecord {
  return {
    ...messageParts(bytes.readUInt8(0)),
    delayInterval: bytes.readUInt32BE(1),
    dueAt: timeAt(bytes, 5),
    packet: bytes.subarray(13),
  };
}
