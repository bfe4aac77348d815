// Messages of QoS 0 that need nothing done for any of their subscribers are gathered: while packets of one topic follow
// one another, their bytes stand side by side, and each subscriber gets the whole run in one `send`. A batch lives within
// one input and is put among the outputs before anything else happens.

import type { Broker } from './broker.js';
import { Lane } from './lane.js';
import type { Link, Session } from './session.js';
import type { Matches } from './subscriptions.js';

/** Larger packets are passed on one by one. */
const MOST = 16 * 1024;
/** What another format may take more: the Property Length, and a byte of the Remaining Length. */
const GROWTH = 2;

/** A PUBLISH packet of QoS 0, without RETAIN and alias, in its shortest form, with the places of its parts. */
export interface Places {
  readonly v5: boolean;
  readonly topicAt: number;
  readonly topicEnd: number;
  readonly payloadAt: number;
}

export class Batch {
  private readonly v3Lane = new Lane();
  private readonly v5Lane = new Lane();
  private readonly v3Takers: Link[] = [];
  private readonly v5Takers: Link[] = [];
  private matches: Matches | undefined = undefined;
  private packets = 0;
  private payloadBytes = 0;
  private smallest = Number.NaN;

  constructor(private readonly broker: Broker) {}

  /** Whether the packet has been taken; if not, it is passed on one by one. */
  add(matches: Matches, packet: Uint8Array, places: Places, from: Session): boolean {
    const { out } = this.broker;
    const size = packet.length + GROWTH;
    if (size > MOST) return false;
    const goesOn = out.pendingBatch === this && this.matches === matches;
    if (!goesOn || this.v3Lane.room < size || this.v5Lane.room < size) {
      out.flushBatch();
      if (this.v3Lane.room < size) this.v3Lane.renew(size);
      if (this.v5Lane.room < size) this.v5Lane.renew(size);
      if (!this.begin(matches, from)) return false;
    }
    if (size > this.smallest) return false;
    out.pendingBatch = this;
    this.packets++;
    this.payloadBytes += packet.length - places.payloadAt;
    if (this.v3Takers.length > 0) write(this.v3Lane, packet, places, false);
    if (this.v5Takers.length > 0) write(this.v5Lane, packet, places, true);
    return true;
  }

  private begin(matches: Matches, from: Session): boolean {
    this.v3Takers.length = 0;
    this.v5Takers.length = 0;
    this.matches = undefined;
    if (matches.shares.length > 0) return false;
    let smallest = Number.MAX_SAFE_INTEGER;
    const { receivers } = matches;
    for (let i = 0; i < receivers.length; i++) {
      const { session, identifiers, noLocal } = receivers[i]!;
      const { link } = session;
      if (link === undefined || link.congested || !link.plain) return false;
      if ((noLocal && session === from) || (identifiers !== undefined && link.v5)) return false;
      if (link.maximumPacketSize < smallest) smallest = link.maximumPacketSize;
      (link.v5 ? this.v5Takers : this.v3Takers).push(link);
    }
    this.matches = matches;
    this.smallest = smallest;
    return true;
  }

  flush(): void {
    const { packets, payloadBytes } = this;
    this.packets = 0;
    this.payloadBytes = 0;
    this.hand(this.v3Lane, this.v3Takers, packets, payloadBytes);
    this.hand(this.v5Lane, this.v5Takers, packets, payloadBytes);
  }

  private hand(lane: Lane, takers: readonly Link[], packets: number, payloadBytes: number): void {
    if (takers.length === 0 || lane.isEmpty) return;
    const { counters, out } = this.broker;
    const bytes = lane.take();
    counters.publishSent += packets * takers.length;
    counters.publishBytesSent += payloadBytes * takers.length;
    for (let i = 0; i < takers.length; i++) out.shared(takers[i]!, bytes, packets);
  }
}

/** In the format of the takers: 5.0 has properties, here those of the packet or none. */
function write(lane: Lane, packet: Uint8Array, places: Places, v5: boolean): void {
  const { bytes } = lane;
  if (places.v5 === v5) {
    bytes.set(packet, lane.at);
    lane.at += packet.length;
    return;
  }
  const { topicAt, topicEnd, payloadAt } = places;
  let rest = topicEnd - topicAt + (v5 ? 1 : 0) + packet.length - payloadAt;
  bytes[lane.at++] = 0x30;
  for (; rest > 0x7f; rest >>>= 7) bytes[lane.at++] = (rest & 0x7f) | 0x80;
  bytes[lane.at++] = rest;
  for (let i = topicAt; i < topicEnd; i++) bytes[lane.at++] = packet[i]!;
  if (v5) bytes[lane.at++] = 0;
  bytes.set(packet.subarray(payloadAt), lane.at);
  lane.at += packet.length - payloadAt;
}
