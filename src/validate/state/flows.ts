// The QoS 1 and 2 messages that one side sends, by Packet Identifier: what each packet means for its exchange. `classify`
// says it and changes nothing, `apply` then makes it so. A QoS 0 PUBLISH costs nothing, any other one record; those under
// way are at most as many as there are identifiers, those done are remembered to a small number.
// An exchange outlives its connection when the session does: `resume` takes over what the connection before left.

import type { Version } from '../../spec/versions.js';
import type { PacketOf, Seen } from '../seen.js';
import { ByPacketId } from './by-packet-id.js';
import { DoneExchanges } from './done-exchanges.js';
import {
  type Acknowledgement,
  type Exchange,
  type FlowKind,
  type FlowMeaning,
  type FlowStep,
  isDone,
  isSame,
  stepOf,
  TRANSITIONS,
} from './exchange.js';
import { ExchangeQueue } from './exchange-queue.js';
import { numberOf } from './number-property.js';

const LONGEST_TOPIC = 256;
const UNSEEN = 'the beginning of the session was not seen';
/** What is sent last on a connection that breaks may not get as far as the capture. */
const LOST = 'it may have been lost with the connection before';
/** 3.1.1: a client may go on with a session that the server does not have (3.2.2.2). */
export const LEFT_OVER = 'the client may have it from an earlier session';

export class Flows {
  /** Why messages may be under way that were not seen; undefined when none can be. */
  unknown: string | undefined = UNSEEN;
  /** Why a message with DUP 1 that was not seen before may have been sent before; undefined when it cannot. */
  mayRepeat: string | undefined = UNSEEN;
  /** Messages sent on this connection whose last acknowledgement has not been seen. */
  inFlight = 0;
  /** Receive Maximum of the other side (5.0). */
  quota = 65535;
  /** When the quota was used up last, and when there was some again (ns). */
  fullSince = Number.NaN;
  wasFull = false;
  freedAt = Number.NaN;
  /** When this connection took over what was left (ns); NaN: it did not. */
  resumedAt = Number.NaN;
  /** The message that was sent again latest after the reconnect. */
  lastResumed: Exchange | undefined = undefined;
  private readonly isClient: boolean;
  private readonly exchanges = new ByPacketId<Exchange>();
  private readonly done = new DoneExchanges();
  private order = 0;
  private positions = 0;
  private readonly unacknowledged1 = new ExchangeQueue(); // of QoS 1
  private readonly unacknowledged2 = new ExchangeQueue();
  private readonly unreleased = new ExchangeQueue();

  constructor(readonly owner: 'client' | 'server') {
    this.isClient = owner === 'client';
  }

  /** Whether a message is under way under this identifier. */
  has(packetId: number): boolean {
    return this.exchanges.get(packetId)?.isOpen ?? false;
  }

  /** The latest exchange under this identifier, under way or done of late. */
  get(packetId: number): Exchange | undefined {
    return this.exchanges.get(packetId);
  }

  /** Messages under way. */
  open(): readonly Exchange[] {
    const open = this.exchanges.all().filter(({ isOpen }) => isOpen);
    return open.length > 1 ? open.sort(byPosition) : open;
  }

  /** Of messages that are done only the latest are remembered. */
  get hasForgotten(): boolean {
    return this.done.hasForgotten;
  }

  /** A message left over from before, not sent again yet, with this content under another identifier (of a PUBLISH at hand). */
  renumbered(seen: Seen, packet: PacketOf<'PUBLISH'>): Exchange | undefined {
    return this.inOrder().find((one) => {
      if (one.isHere || !one.isOpen || one.payload === undefined) return false;
      return isSame(one, seen, packet, seen.wholePayload);
    });
  }

  /** The session goes on: what the connection before left is still under way. `doubt`: why that may not be all. */
  resume(previous: Flows, time: number, doubt?: string): void {
    if (previous === this) return;
    this.unknown = previous.unknown ?? doubt;
    this.mayRepeat = LOST;
    this.resumedAt = time;
    this.order += previous.order;
    for (const exchange of previous.inOrder()) {
      if (this.exchanges.has(exchange.packetId)) continue;
      exchange.carry();
      exchange.position = ++this.positions;
      this.exchanges.set(exchange.packetId, exchange);
      if (!exchange.isOpen) this.done.add(exchange, this.exchanges, this.lastResumed);
    }
    // The connection before may go on for a while.
    for (const queue of [previous.unacknowledged1, previous.unacknowledged2, previous.unreleased]) queue.clear();
    previous.exchanges.clear();
    previous.done.clear();
  }

  /** A new message under an identifier that is free. */
  send(seen: Seen, packetId: number): void {
    this.begin(seen, packetId, this.exchanges.get(packetId));
  }

  /** The exchange in which this step is due; undefined when that is not so, or the packet was captured before its like. */
  due(step: FlowStep, packetId: number | undefined, time: number): Exchange | undefined {
    const exchange = packetId === undefined ? undefined : this.exchanges.get(packetId);
    if (exchange === undefined || time < exchange.stepAt) return undefined;
    return TRANSITIONS[exchange.state][step].kind === 'answers' ? exchange : undefined;
  }

  apply(seen: Seen, its: FlowMeaning | undefined): void {
    const { packet, frame } = seen;
    if (its !== undefined) this.advance(seen, its);
    else if (packet.type === 'CONNECT' && seen.fromClient) this.asked(packet);
    else if (packet.type === 'CONNACK' && !seen.fromClient) this.answered(packet, frame.version);
  }

  /** Under way or remembered, as their identifiers came into use. */
  private inOrder(): Exchange[] {
    return this.exchanges.all().sort(byPosition);
  }

  private unacknowledged({ qos }: Exchange): ExchangeQueue {
    return qos === 1 ? this.unacknowledged1 : this.unacknowledged2;
  }

  private advance(seen: Seen, { kind, packetId, exchange }: FlowMeaning): void {
    const { packet, time } = seen;
    if (kind === 'delayed') return;
    if (packet.type === 'PUBLISH') {
      if (kind === 'repeated' || kind === 'resumed' || kind === 'released') this.again(exchange!, kind, time);
      else this.begin(seen, packetId, exchange);
    } else if (exchange !== undefined) this.step(stepOf(packet as Acknowledgement), exchange, seen.number, time);
    else if (packet.type === 'PUBREL') this.begin(seen, packetId, exchange);
  }

  /** A message, or a PUBREL of which no message was seen. */
  private begin(seen: Seen, packetId: number, before: Exchange | undefined): void {
    const { time, topic } = seen;
    const isMessage = seen.type === 'PUBLISH';
    const exchange = this.done.take();
    exchange.begin(packetId, isMessage ? seen.qos! : 2, ++this.order, seen);
    exchange.topic = topic === undefined || topic.length > LONGEST_TOPIC ? undefined : topic;
    exchange.payload = isMessage ? seen.wholePayload : undefined;
    const expiry = isMessage ? numberOf(seen.properties, 'messageExpiryInterval') : undefined;
    exchange.expiresAt = time + (expiry ?? Number.POSITIVE_INFINITY) * 1e9;
    exchange.hasPast = !isMessage || seen.dup !== false;
    exchange.position = before === undefined ? ++this.positions : before.position;
    if (before !== undefined) {
      exchange.reused = before.end;
      if (before.isOpen) this.drop(before, exchange, time);
    }
    this.exchanges.set(packetId, exchange);
    if (isMessage) this.sent(exchange, time);
    else exchange.releases = 1;
  }

  private again(exchange: Exchange, kind: FlowKind, time: number): void {
    exchange.sentAt = exchange.stepAt = time;
    if (kind === 'resumed') {
      exchange.isHere = exchange.isResumed = true;
      exchange.state = exchange.qos === 1 ? 'published-1' : 'published-2';
      if (this.lastResumed === undefined || exchange.order > this.lastResumed.order) this.lastResumed = exchange;
      this.sent(exchange, time);
    }
    exchange.sends++;
  }

  private sent(exchange: Exchange, time: number): void {
    this.unacknowledged(exchange).enter(exchange);
    exchange.isCounted = true;
    if (++this.inFlight !== this.quota) return;
    this.fullSince = time;
    this.wasFull = true;
  }

  /** The packet of a step takes effect. */
  step(step: FlowStep, exchange: Exchange, number: number, time: number): void {
    const { state } = exchange;
    const { to } = TRANSITIONS[state][step];
    if (step === 'PUBREL') exchange.releases++;
    else if (step === 'PUBCOMP') exchange.completions++;
    else exchange.answers++;
    if (to === state) return;
    exchange.state = to;
    exchange.stepAt = time;
    exchange.overtakenBy = 0;
    this.unacknowledged(exchange).serve(exchange, number, time);
    if (to === 'received') this.unreleased.enter(exchange);
    else this.unreleased.serve(exchange, number, time);
    if (isDone(to)) {
      this.settled(exchange, time);
      this.done.add(exchange, this.exchanges, this.lastResumed);
    }
  }

  /** Its identifier was given to another message. */
  private drop(exchange: Exchange, by: Exchange, time: number): void {
    by.displace(exchange);
    this.unacknowledged(exchange).leave(exchange);
    this.unreleased.leave(exchange);
    this.settled(exchange, time);
  }

  private settled(exchange: Exchange, time: number): void {
    if (!exchange.isCounted) return;
    exchange.isCounted = false;
    if (this.inFlight-- === this.quota) this.freedAt = time;
  }

  /** How much may be under way at once, and whether anything can be left over. */
  private asked({ flags, properties }: PacketOf<'CONNECT'>): void {
    if (!this.isClient) this.quota = numberOf(properties, 'receiveMaximum') ?? 65535;
    if (flags?.cleanStart ?? flags?.cleanSession ?? false) this.unknown = this.mayRepeat = undefined;
  }

  private answered({ acknowledgeFlags, properties }: PacketOf<'CONNACK'>, version: Version): void {
    if (this.isClient) this.quota = numberOf(properties, 'receiveMaximum') ?? 65535;
    // Of a session that the server does not have, nothing is left: the server has nothing, a client of 5.0 discards
    // what it has (3.2.2.1.1). 3.1 does not say it.
    if (version === '3.1' || acknowledgeFlags?.sessionPresent !== false) return;
    this.unknown = undefined;
    if (!this.isClient || version === '5.0') this.mayRepeat = undefined;
    else this.mayRepeat &&= LEFT_OVER;
  }
}

function byPosition(one: Exchange, other: Exchange): number {
  return one.position - other.position;
}
