// A packet as the judge's state sees it. One object is used again for every packet: nobody may keep it; ref() gives what
// may be kept, and strings and numbers may. Payloads and other bytes are views, valid until the next push.

import type { Frame, PacketItem, ReadPacket } from '../dissect/item.js';
import { positionOf, standing } from '../dissect/position.js';
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
  item!: PacketItem;
  frame!: Frame;
  packet!: ReadPacket;
  fromClient = true;
  /** Nanoseconds since the source's epoch. */
  time = 0;
  /** PUBLISH: its topic, with aliases resolved; undefined when it is not known. */
  topic: string | undefined = undefined;
  private made: FrameRef | undefined = undefined;

  protected see(item: PacketItem): void {
    const { frame } = item;
    const { packet } = frame;
    this.item = item;
    this.frame = frame;
    this.packet = packet;
    this.fromClient = frame.direction === 'client-to-server';
    this.time = frame.time;
    this.topic = packet.type !== 'PUBLISH' ? undefined : packet.topic === '' ? item.aliasTopic : packet.topic;
    this.made = undefined;
  }

  /** What may be kept of this packet. */
  ref(): FrameRef {
    const { item, frame } = this;
    const offset = positionOf(frame, 0);
    this.made ??= {
      number: item.number,
      type: frame.packet.type,
      direction: frame.direction,
      version: frame.version,
      captureFrames: frame.origins,
      time: frame.time,
      length: frame.length,
      offset,
      standing: offset === undefined ? undefined : partOf(frame),
    };
    return this.made;
  }
}

/** So much of it stands in one piece in the file; undefined for all of it. */
function partOf(frame: Frame): number | undefined {
  const together = standing(frame, 0, frame.length);
  return together < frame.length ? together : undefined;
}
