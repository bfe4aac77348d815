// An Application Message inside the broker: the PUBLISH packet that brought it, with the places of its parts, so that it
// is passed on by copying ranges and patching a few bytes. Every message is such a packet: wills, messages of the edge
// and stored ones are made into one.

import { copyOf } from '../bytes/copy.js';
import { encode } from '../codec/frame.js';
import type { Property } from '../codec/packet.js';

const SECOND = 1e9;
const MESSAGE_EXPIRY_INTERVAL = 0x02;

export class Message {
  /** 0: the bytes are a view of what was received, for this call only; 1: they share memory with others (keeper.ts); 2: its own. */
  private hold = 0;
  /** After the fixed header: the length of the topic. */
  topicAt = 0;
  /** Behind the topic: the Packet Identifier if `hasId`. */
  topicEnd = 0;
  /** 5.0: the Property Length; else payloadAt. */
  propertiesAt = 0;
  /** The first property; payloadAt when there are none. */
  propertyListAt = 0;
  payloadAt = 0;
  /** 5.0: the value of Message Expiry Interval; 0: there is none. */
  expiryAt = 0;
  expiresAt = Number.NaN;
  /** Key of its record; 0: it is not stored. */
  storeId = 0;
  /** Deliveries that hold it. */
  holders = 0;

  constructor(
    public packet: Uint8Array,
    readonly v5: boolean,
    /** With the mount point; in `packet` too. */
    readonly topic: string,
    /** As it was published; that of the packet is 0 for messages that were made here. */
    readonly qos: number,
    /** As it was published. */
    readonly retain: boolean,
    /** Client identifier; '' for messages of the server. */
    readonly publisher: string,
    readonly receivedAt: number,
  ) {
    this.places();
  }

  get hasId(): boolean {
    return (this.packet[0]! & 6) !== 0;
  }

  get payloadLength(): number {
    return this.packet.length - this.payloadAt;
  }

  get payload(): Uint8Array {
    return this.packet.subarray(this.payloadAt);
  }

  private places(): void {
    const { packet } = this;
    let at = 1;
    while (packet[at]! >= 0x80) at++;
    this.topicAt = ++at;
    this.topicEnd = at + 2 + packet[at]! * 256 + packet[at + 1]!;
    at = this.topicEnd + (this.hasId ? 2 : 0);
    this.propertiesAt = at;
    this.propertyListAt = at;
    this.payloadAt = at;
    if (!this.v5) return;
    let length = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = packet[at++]!;
      length += (byte & 0x7f) * unit;
      if (byte < 0x80) break;
    }
    this.propertyListAt = at;
    this.payloadAt = at + length;
    if (length >= 5) this.findExpiry();
  }

  private findExpiry(): void {
    const { packet } = this;
    for (let at = this.propertyListAt; at < this.payloadAt; at = nextProperty(packet, at)) {
      if (packet[at] !== MESSAGE_EXPIRY_INTERVAL) continue;
      this.expiryAt = at + 1;
      this.expiresAt = this.receivedAt + SECOND * this.expiryInterval;
      return;
    }
  }

  private get expiryInterval(): number {
    const { packet, expiryAt: at } = this;
    return packet[at]! * 0x1000000 + packet[at + 1]! * 0x10000 + packet[at + 2]! * 0x100 + packet[at + 3]!;
  }

  /** 3.3.2.3.3: not in the moment of its coming, even with an interval of 0. */
  hasExpired(now: number): boolean {
    return this.expiryAt !== 0 && now >= this.expiresAt && now > this.receivedAt;
  }

  /** 3.3.2.3.3: the interval less the whole seconds that it waited. */
  secondsLeft(now: number): number {
    return Math.max(0, Math.ceil((this.expiresAt - now) / SECOND));
  }

  get isKept(): boolean {
    return this.hold > 0;
  }

  /** Makes the bytes its own: it is going to stay. */
  own(): void {
    if (this.hold === 2) return;
    this.packet = copyOf(this.packet);
    this.hold = 2;
  }

  /** The same bytes, elsewhere. */
  keepIn(bytes: Uint8Array): void {
    this.packet = bytes;
    this.hold = 1;
  }

  /** What it costs to keep it. */
  get size(): number {
    return this.packet.length + OVERHEAD;
  }
}

/** Objects around the bytes of a kept message, about. */
const OVERHEAD = 200;

/** 5.0: where the property after the one at `at` begins. The packet has been decoded without a problem. */
function nextProperty(packet: Uint8Array, at: number): number {
  switch (packet[at]) {
    case 0x01:
      return at + 2;
    case 0x02:
      return at + 5;
    case 0x23:
      return at + 3;
    case 0x0b: {
      let end = at + 1;
      while (packet[end]! >= 0x80) end++;
      return end + 1;
    }
    case 0x26: {
      const value = at + 3 + packet[at + 1]! * 256 + packet[at + 2]!;
      return value + 2 + packet[value]! * 256 + packet[value + 1]!;
    }
    default:
      return at + 3 + packet[at + 1]! * 256 + packet[at + 2]!;
  }
}

const NONE: readonly Property[] = [];

/** A message that no PUBLISH brought as it is: its packet is made, of QoS 0. Without properties it is one of 3.1.1. */
export function messageOf(
  parts: {
    readonly topic: string;
    readonly payload: Uint8Array;
    readonly qos: number;
    readonly retain: boolean;
    readonly properties?: readonly Property[] | undefined;
    readonly publisher?: string;
  },
  now: number,
): Message {
  const { topic, payload, qos, retain, properties = NONE, publisher = '' } = parts;
  const v5 = properties.length > 0;
  const packet = packetOf(topic, properties, payload);
  return new Message(packet, v5, topic, qos, retain, publisher, now);
}

/** A PUBLISH packet of QoS 0, of 5.0 if there are properties. */
export function packetOf(topic: string, properties: readonly Property[], payload: Uint8Array): Uint8Array {
  const version = properties.length > 0 ? '5.0' : '3.1.1';
  return encode({ type: 'PUBLISH', dup: false, qos: 0, retain: false, topic, properties, payload }, version);
}
