// One Application Message as it came to the server, from a client or as a will, and the client that it came from.

import type { Property } from '../../codec/packet.js';
import type { Version } from '../../spec/versions.js';
import type { FrameRef } from '../finding.js';
import type { Seen } from '../seen.js';
import { ByPacketId } from './by-packet-id.js';
import type { Evidence } from './evidence.js';
import type { FlowFact } from './flow-fact.js';
import { type Forwarded, forwardedOf, NOTHING_FORWARDED } from './forwarded.js';
import { expiryOf, type Message } from './message.js';
import type { TopicLog } from './topic-log.js';

/** Packets of two connections may reach the server in another order than the capture point, by at most this (ns). */
export const CROSSING = 2e9;

/** A client, over one connection, as one that publishes (and as a member of a shared subscription). */
export class Publisher {
  clientId: string | undefined = undefined;
  /** The CONNECT has the bridge bit (0x80 of the protocol level): retain flags are passed on as they are. */
  isBridge = false;
  /** QoS 1 and 2 messages that wait for PUBACK, or for PUBREL. */
  readonly pending = new ByPacketId<Publication>();
  /** QoS 1 and 2 deliveries by a shared subscription that wait for PUBACK or PUBREC. */
  shared: Map<number, SharedDelivery> | undefined = undefined;
  /** The latest that it published. */
  own: Publication | undefined = undefined;
  /** Its latest delivery by a shared subscription that it refused. */
  refused: SharedDelivery | undefined = undefined;
  /** When its connection closed (ns). */
  closed = Number.POSITIVE_INFINITY;

  constructor(
    /** Of what the client sent. */
    private readonly evidence: Evidence,
  ) {}

  /** Why not all that it sent since a moment was seen; undefined when it was. */
  hole(since: number): string | undefined {
    return this.evidence.doubt(since);
  }
}

/** A member of a shared subscription that a message was sent to. */
export interface SharedDelivery {
  /** $share/…: the whole filter. */
  readonly filter: string;
  readonly clientId: string;
  readonly qos: number;
  readonly packetId: number | undefined;
  readonly frame: FrameRef;
  readonly member: Publisher;
  readonly publication: Publication;
  /** Reason Code of PUBACK or PUBREC. */
  code: number | undefined;
}

/** A QoS 2 message that was sent again before its PUBREL. */
export interface Repeated {
  /** The packet that sent it again first. */
  readonly number: number;
  /** Why the server may take it for a new one. */
  readonly doubt: string | undefined;
}

/** The publications of one topic. */
export type PublicationLog = TopicLog<Publication>;

export class Publication implements Message {
  // First what is looked at when it goes, and when another one takes its place.
  /** The log that it stands in. */
  log: PublicationLog | undefined = undefined;
  /** It is no longer among the recent ones. */
  isGone = false;
  /** Seen on its way to a subscriber: so the server took it. */
  isDelivered = false;
  /** So many routes have it as the latest that they delivered. */
  holders = 0;
  /** A route, or a member of a shared subscription, holds it for something else: it was passed over, or shows that another was. */
  isHeld = false;
  retain = false;
  isWill = false;
  packetId: number | undefined = undefined;
  publisher!: Publisher;
  /** Position among all publications of the server. */
  order = 0;
  topic = '';
  qos = 0;
  length = 0;
  hash = 0;
  forwarded: Forwarded | undefined = undefined;
  expiry: number | undefined = undefined;
  /** When it was captured (ns); of a will, not before. */
  time = Number.NaN;
  /** PUBACK or PUBREC said no. */
  isRejected = false;
  /** 5.0: PUBACK or PUBREC said that the server took it. */
  isAccepted = false;
  /** It came with DUP 1, too. */
  wasDup = false;
  repeated: Repeated | undefined = undefined;
  /** It came again after its PUBREL: the server may deliver that as a message of its own. */
  isAnew = false;
  /** Its topic has another retained message by now, or none. */
  isReplaced = false;
  /** When the server surely had taken it (ns): it answered, or passed it on, or enough time went by. */
  settledAt = Number.NaN;
  /** QoS 2: order of the PUBREL; 0 when it was not seen. */
  released = 0;
  shared: SharedDelivery[] | undefined = undefined;
  // Its packet, as far as it is needed to make the reference to it, which few are asked for.
  private number = 0;
  private version: Version = '3.1.1';
  private captureFrame = 0;
  private captureFrames: readonly number[] | undefined = undefined;
  private size = 0;
  private offset: number | undefined = undefined;
  private ref: FrameRef | undefined = undefined;

  /** A will, as its CONNECT has it: it has not come to the server as a message of its own. */
  static ofWill(message: Message, publisher: Publisher, time: number): Publication {
    const publication = new Publication();
    publication.content(message.topic, message.qos, message.retain, message.length, message.hash);
    publication.forwarded = message.forwarded;
    publication.expiry = message.expiry;
    publication.ref = message.frame;
    publication.come(publisher, 0, time);
    publication.isWill = true;
    return publication;
  }

  content(topic: string, qos: number, retain: boolean, length: number, hash: number): void {
    this.topic = topic;
    this.qos = qos;
    this.retain = retain;
    this.length = length;
    this.hash = hash;
  }

  /** By its properties; most are those of the message before. */
  described(properties: readonly Property[] | undefined, log: PublicationLog | undefined): void {
    if (log !== undefined && properties !== undefined && properties === log.properties) {
      this.forwarded = log.forwarded;
      this.expiry = log.expiry;
      return;
    }
    this.forwarded = forwardedOf(properties, log?.forwarded);
    this.expiry = expiryOf(properties);
    if (log === undefined || this.forwarded === NOTHING_FORWARDED) return;
    log.properties = properties;
    log.forwarded = this.forwarded;
    log.expiry = this.expiry;
  }

  /** The PUBLISH that it came with. */
  carried({ number, version, origin, origins, length, offset }: Seen): void {
    this.number = number;
    this.version = version;
    this.captureFrame = origin;
    this.captureFrames = origins;
    this.size = length;
    this.offset = offset;
    this.ref = undefined;
  }

  come(publisher: Publisher, order: number, time: number): void {
    this.publisher = publisher;
    this.order = order;
    this.time = time;
    this.settledAt = time + CROSSING;
  }

  /** Its neighbours among the recent ones of its topic. */
  get next(): Publication | undefined {
    const { log } = this;
    return log === undefined ? undefined : log.recent.at(log.slotAfter(this));
  }

  get before(): Publication | undefined {
    const { log } = this;
    return log === undefined ? undefined : log.recent.at(log.slotBefore(this));
  }

  /** What it is. */
  get message(): Message {
    return this;
  }

  get frame(): FrameRef {
    const { number, version, captureFrame, time, size, offset } = this;
    this.ref ??= {
      ...{ number, type: 'PUBLISH', direction: 'client-to-server', version },
      captureFrames: this.captureFrames ?? [captureFrame],
      ...{ time, length: size, offset },
    };
    return this.ref;
  }

  /** It came once more with DUP 1. */
  cameAgain({ kind, exchange, flows }: FlowFact, number: number): void {
    this.wasDup = true;
    if (kind !== 'repeated' && kind !== 'resumed') this.isAnew = true;
    else if (this.qos === 2 && exchange?.number === this.number) {
      this.repeated ??= { number, doubt: flows.unknown };
    }
  }

  settled(time: number): void {
    if (time < this.settledAt) this.settledAt = time;
  }

  is(length: number, hash: number): boolean {
    return this.hash === hash && this.length === length;
  }

  /** Nobody holds it once it is gone: it may become another one. */
  get isFree(): boolean {
    if (this.holders > 0 || this.isHeld || this.retain || this.isWill) return false;
    const { packetId, publisher } = this;
    return publisher.own !== this && (packetId === undefined || !publisher.pending.holds(this));
  }

  /** It becomes another one, of which nothing is known yet. */
  renew(): void {
    this.isGone =
      this.isDelivered =
      this.isRejected =
      this.isAccepted =
      this.wasDup =
      this.isReplaced =
      this.isAnew =
        false;
    this.repeated = undefined;
    this.released = 0;
  }
}
