// A packet as the judge's state sees it. One object is used again for every packet: nobody may keep it; ref() gives what
// may be kept, and strings and numbers may. Payloads and other bytes are views, valid until the next push.

import { hashOf } from '../bytes/sample-hash.js';
import type { Property } from '../codec/packet.js';
import type { GlancedPacket } from '../dissect/glanced.js';
import type { Frame, PacketItem, ReadPacket } from '../dissect/item.js';
import { positionOf, standing } from '../dissect/position.js';
import type { Version } from '../spec/versions.js';
import type { FrameRef } from './finding.js';

export type PacketType = ReadPacket['type'];
/** PUBACK and its like share one interface: asked for one of them, it is theirs. */
export type PacketOf<T extends PacketType> = ReadPacket extends infer P
  ? P extends ReadPacket
    ? Extract<P['type'], T> extends never
      ? never
      : P
    : never
  : never;

export class Seen {
  readonly kind = 'packet';
  /** The packet as it was read. Of a usual one, at which one look was enough, nothing looks at these three. */
  item!: PacketItem;
  frame!: Frame;
  packet!: ReadPacket;
  // What is kept of it: of any packet, then of a PUBLISH.
  fromClient = true;
  /** Nanoseconds since the source's epoch. */
  time = Number.NaN;
  type: PacketType = 'CONNECT';
  version: Version = '3.1.1';
  /** Of the packet, and of its connection. */
  number = 0;
  connection = 0;
  /** On the wire. */
  length = 0;
  /** The first capture frame that carried it; all of them, when there are several. */
  origin = 0;
  origins: readonly number[] | undefined = undefined;
  offset: number | undefined = undefined;
  /** With aliases resolved; undefined when it is not known. */
  topic: string | undefined = undefined;
  dup: boolean | undefined = undefined;
  qos: number | undefined = undefined;
  retain: boolean | undefined = undefined;
  packetId: number | undefined = undefined;
  properties: readonly Property[] | undefined = undefined;
  /** -1 when there is none. */
  payloadLength = -1;
  payloadHash = 0;
  /** All of it was captured. */
  isWhole = true;
  /** It was looked at only. */
  private isUsual = false;
  private made: FrameRef | undefined = undefined;

  protected see(item: PacketItem): void {
    const { frame } = item;
    const { packet, origins } = frame;
    this.isUsual = false;
    this.item = item;
    this.frame = frame;
    this.packet = packet;
    this.fromClient = frame.direction === 'client-to-server';
    this.time = frame.time;
    this.type = packet.type;
    this.version = frame.version;
    this.number = item.number;
    this.connection = item.connection.id;
    this.length = frame.length;
    this.isWhole = frame.bytes.length >= frame.length;
    this.origin = origins[0] ?? 0;
    this.origins = origins.length === 1 ? undefined : origins;
    this.offset = positionOf(frame, 0);
    this.topic = undefined;
    if (packet.type === 'PUBLISH') this.message(packet, item);
    this.made = undefined;
  }

  /** The same of a usual packet: it is whole. */
  protected glimpse(glanced: GlancedPacket): void {
    const { type, offset, packetId } = glanced;
    this.isUsual = true;
    this.fromClient = glanced.fromClient;
    this.time = glanced.time;
    this.type = type;
    this.version = glanced.version;
    this.number = glanced.number;
    this.connection = glanced.connection.id;
    this.length = glanced.length;
    this.isWhole = true;
    this.origin = glanced.origin;
    this.origins = glanced.origins;
    this.offset = offset < 0 ? undefined : offset;
    this.topic = undefined;
    this.packetId = packetId < 0 ? undefined : packetId;
    if (type === 'PUBLISH') {
      this.topic = glanced.topic;
      this.dup = glanced.dup;
      this.qos = glanced.qos;
      this.retain = glanced.retain;
      this.properties = glanced.properties;
      this.payloadLength = glanced.payloadLength;
      this.payloadHash = glanced.payloadHash;
    }
    this.made = undefined;
  }

  private message(
    { topic, dup, qos, retain, packetId, properties, payload }: PacketOf<'PUBLISH'>,
    item: PacketItem,
  ): void {
    this.topic = topic === '' ? item.aliasTopic : topic;
    this.dup = dup;
    this.qos = qos;
    this.retain = retain;
    this.packetId = packetId;
    this.properties = properties;
    this.payloadLength = payload === undefined ? -1 : payload.length;
    this.payloadHash = payload === undefined ? 0 : hashOf(payload);
  }

  /** Hash of the payload; undefined when not all of it was captured. */
  get wholePayload(): number | undefined {
    return this.payloadLength >= 0 && this.isWhole ? this.payloadHash : undefined;
  }

  /** What may be kept of this packet. */
  ref(): FrameRef {
    const { number, type, version, time, length, offset, origins, isUsual } = this;
    this.made ??= {
      number,
      type,
      direction: this.fromClient ? 'client-to-server' : 'server-to-client',
      version,
      captureFrames: origins ?? [this.origin],
      time,
      length,
      offset,
      // A usual one is asked for it only when it lies in one captured packet.
      standing: isUsual || offset === undefined ? undefined : partOf(this.frame),
    };
    return this.made;
  }
}

/** So much of it stands in one piece in the file; undefined for all of it. */
function partOf(frame: Frame): number | undefined {
  const together = standing(frame, 0, frame.length);
  return together < frame.length ? together : undefined;
}
