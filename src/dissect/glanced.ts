// A packet that says nothing but what is usual, before anything is made of it: for who can do with that, and is spared an item.

import { hashOfPart } from '../bytes/sample-hash.js';
import type { FramedPacket } from '../codec/framed.js';
import type { Property } from '../codec/packet.js';
import { Glance, type PlainType } from '../codec/plain.js';
import type { Version } from '../spec/versions.js';
import type { ConnectionInfo } from './item.js';

/** Whole, and without a problem. One object becomes another packet each time. */
export interface GlancedPacket {
  readonly connection: ConnectionInfo;
  /** As of an item. */
  readonly number: number;
  readonly version: Version;
  readonly fromClient: boolean;
  /** Bytes. */
  readonly length: number;
  readonly time: number;
  /** The first capture frame that carried it; all of them, when there are several. */
  readonly origin: number;
  readonly origins: readonly number[] | undefined;
  /** Where it begins in the capture file; -1 when nobody can tell. */
  readonly offset: number;
  readonly type: PlainType;
  /** -1: it has none. */
  readonly packetId: number;
  // Of a PUBLISH; of another packet these mean nothing.
  readonly dup: boolean;
  readonly qos: number;
  readonly retain: boolean;
  /** As it stands in the packet; and the number that it has for now, -1 for none. */
  readonly topic: string;
  readonly topicNumber: number;
  readonly properties: readonly Property[] | undefined;
  readonly payloadLength: number;
  /** bytes/sample-hash.ts */
  readonly payloadHash: number;
}

/** True when it has taken the packet. None with a Topic Alias may be taken: its item is what resolves it. */
export type TakesGlanced = (packet: GlancedPacket) => boolean;

export class Glanced implements GlancedPacket {
  connection!: ConnectionInfo;
  number = 0;
  version: Version = '3.1.1';
  fromClient = true;
  length = 0;
  time = Number.NaN;
  origin = 0;
  origins: readonly number[] | undefined = undefined;
  offset = -1;
  type: PlainType = 'PINGREQ';
  dup = false;
  qos = 0;
  retain = false;
  topic = '';
  topicNumber = -1;
  topicPlace = -1;
  packetId = -1;
  properties: readonly Property[] | undefined = undefined;
  payloadLength = 0;
  payloadHash = 0;
  private readonly glance = new Glance();

  /** False: it is not usual. */
  read(framed: FramedPacket, version: Version): boolean {
    const { bytes, length, origins, pieces, time, offset } = framed;
    const { glance } = this;
    if (bytes.length < length || !glance.read(bytes, version)) return false;
    this.version = version;
    this.length = length;
    this.time = time;
    this.origin = origins[0]!;
    this.origins = undefined;
    this.offset = offset ?? -1;
    if (origins.length > 1 || pieces !== undefined) this.lieIn({ origins, pieces });
    this.type = glance.type;
    this.packetId = glance.packetId;
    if (glance.type !== 'PUBLISH') return true;
    this.say(bytes[0]!);
    this.topic = glance.topic;
    this.topicPlace = glance.topicPlace;
    this.properties = glance.properties;
    this.payloadLength = length - glance.payloadAt;
    this.payloadHash = hashOfPart(bytes, glance.payloadAt, length, glance.view);
    return true;
  }

  /** In several segments, or pieces of the file. */
  lieIn({ origins, pieces }: Pick<FramedPacket, 'origins' | 'pieces'>): void {
    this.origin = origins[0]!;
    this.origins = origins.length > 1 ? origins : undefined;
    if (pieces !== undefined) this.offset = pieces[1]!;
  }

  /** What the first byte of a PUBLISH says. */
  say(first: number): void {
    this.dup = (first & 8) !== 0;
    this.qos = (first >> 1) & 3;
    this.retain = (first & 1) !== 0;
  }
}
