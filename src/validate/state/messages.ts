// Application Messages of one server: what clients published of late, in the order in which it came, what the server
// retains, and where its deliveries come from. Bounded: the oldest publication goes first; a topic whose retained message
// is not known says nothing.

import { hashOf } from '../../bytes/sample-hash.js';
import type { FrameRef } from '../finding.js';
import type { JudgeLimits } from '../limits.js';
import type { PacketOf, Seen } from '../seen.js';
import { answered } from './answered.js';
import { DeliveryFact, identifiersOf, isForeign } from './delivery.js';
import type { FlowFact } from './flow-fact.js';
import { NOTHING_FORWARDED } from './forwarded.js';
import { willOf } from './message.js';
import { Publication, type PublicationLog, type Publisher } from './publication.js';
import type { RequestFact } from './requests.js';
import { owe } from './retained-owed.js';
import { Routes } from './routes.js';
import type { Session } from './session.js';
import { Recent, TopicLog, TopicLogs } from './topic-log.js';
import { trace } from './tracing.js';

/** Wills kept. */
const MOST_WILLS = 1024;
/** Publications looked at, backwards. */
const MOST_SEARCHED = 64;

export class Messages {
  private readonly logs = new TopicLogs<Publication>();
  /** Topics with a known retained message. */
  private readonly kept = new Map<string, PublicationLog>();
  private readonly wills = new Map<string, Publication>();
  private readonly recent: Recent<Publication>;
  private count = 0;
  private topics = 0;
  private readonly routes = new Routes();
  private releases = 0;
  private readonly fact: DeliveryFact;
  /** The first delivery of a message that nobody was seen to publish. */
  foreign: FrameRef | undefined = undefined;
  /** Some topic begins with U+FEFF, which receivers like to strip. */
  hasMarked = false;

  constructor(
    readonly limits: JudgeLimits,
    unseen: (since: number) => string | undefined = () => undefined,
  ) {
    this.fact = new DeliveryFact(unseen);
    this.recent = new Recent(limits.publications);
  }

  /** What is known of a topic, whose number helps to find it; undefined when nothing was published to it of late, and nothing is retained. */
  logOf(topic: string, number = -1): PublicationLog | undefined {
    return this.logs.get(topic, number);
  }

  /** PUBLISH of the server: where it may come from; nothing is changed. */
  delivery(seen: Seen, session: Session | undefined, log: PublicationLog | undefined): DeliveryFact | undefined {
    const { topic, payloadLength: length, payloadHash: hash, dup = false, retain = false } = seen;
    if (session === undefined || topic === undefined || seen.type !== 'PUBLISH') return undefined;
    const { fact, routes } = this;
    const route =
      log === undefined ? routes.to(session.subscriptions, topic) : routes.over(seen.connection, session, log);
    fact.set(session, route, this.foreign);
    // What is sent again was traced when it was sent first.
    if (length < 0 || dup) return fact;
    const will = this.wills.size === 0 ? undefined : this.wills.get(topic);
    if (log === undefined && will === undefined) return fact;
    if (log !== undefined) trace(fact, log, length, hash, retain);
    if (fact.publication === undefined && will?.is(length, hash)) fact.come('will', will);
    return fact;
  }

  /** A packet takes effect. `publisher`: the client of its connection. */
  follow(
    seen: Seen,
    session: Session | undefined,
    publisher: Publisher,
    flow: FlowFact | undefined,
    request: RequestFact | undefined,
    delivery: DeliveryFact | undefined,
    log?: PublicationLog,
  ): void {
    const { packet, fromClient } = seen;
    switch (packet.type) {
      case 'PUBLISH':
        if (fromClient) this.taken(seen, publisher, flow, log);
        else if (delivery !== undefined) this.delivered(seen, publisher, delivery);
        break;
      case 'PUBACK':
      case 'PUBREC':
      case 'PUBREL':
        if (packet.packetId !== undefined) this.acknowledged(seen, packet.packetId, packet.reasonCode ?? 0, publisher);
        break;
      case 'CONNECT':
        publisher.isBridge = ((packet.protocolLevel ?? 0) & 0x80) !== 0;
        publisher.clientId = packet.clientId;
        this.will(packet, seen, publisher);
        break;
      case 'CONNACK':
        if (session !== undefined) publisher.clientId = session.clientId;
        break;
      case 'SUBACK':
        if (session === undefined || request?.kind !== 'answer') break;
        owe(this.kept, session.subscriptions, request);
        this.routes.count(session.subscriptions);
        break;
    }
  }

  /** PUBACK, PUBREC or PUBREL. */
  acknowledged(seen: Seen, packetId: number, reasonCode: number, publisher: Publisher): void {
    if (seen.type !== 'PUBREL') answered(seen, packetId, reasonCode, publisher);
    else if (seen.fromClient) this.released(packetId, publisher);
  }

  closed(publisher: Publisher, time: number): void {
    publisher.closed = time;
    publisher.pending.clear();
    publisher.shared = undefined;
  }

  /** What is retained for a topic, as far as known; an empty one is none. */
  retained(topic: string): Publication | undefined {
    return this.logs.get(topic)?.retained;
  }

  private taken(seen: Seen, publisher: Publisher, flow: FlowFact | undefined, log: PublicationLog | undefined): void {
    // Once more the same: the server has it, or takes this one for it.
    if (flow !== undefined && flow.kind !== 'new' && flow.kind !== 'in-use') {
      this.resent(seen, flow);
      return;
    }
    this.publish(seen, publisher, log);
  }

  /** A new message of a client. */
  publish(seen: Seen, publisher: Publisher, log: PublicationLog | undefined): void {
    const { packetId } = seen;
    const publication = this.take(seen, log);
    if (publication === undefined) return;
    publication.come(publisher, ++this.count, seen.time);
    publication.wasDup = seen.dup === true;
    publication.packetId = packetId;
    this.add(publication, log);
    publisher.own = publication;
    if (packetId !== undefined) publisher.pending.set(packetId, publication);
  }

  /** The message of a PUBLISH, in the place of the one that is let go for it; undefined when it was not read whole. */
  private take(seen: Seen, log: PublicationLog | undefined): Publication | undefined {
    const { topic, qos, retain, properties, payloadLength } = seen;
    if (topic === undefined || qos === undefined || retain === undefined || payloadLength < 0) return undefined;
    const oldest = this.recent.displaced(this.count + 1);
    if (oldest !== undefined) this.forget(oldest);
    const publication = oldest?.isFree === true ? oldest : new Publication();
    publication.renew();
    publication.content(topic, qos, retain, payloadLength, seen.payloadHash);
    publication.described(properties, log);
    publication.carried(seen);
    return publication;
  }

  private resent({ topic, number, packetId, dup, payloadLength, payloadHash }: Seen, flow: FlowFact): void {
    if (topic === undefined || payloadLength < 0 || dup !== true) return;
    const first = this.like(topic, payloadLength, payloadHash, (one) => one.packetId === packetId);
    first?.cameAgain(flow, number);
  }

  /** The latest publication of a topic with this payload, among those that are recent. */
  find(topic: string, payload: Uint8Array, is: (one: Publication) => boolean): Publication | undefined {
    return this.like(topic, payload.length, hashOf(payload), is);
  }

  private like(
    topic: string,
    length: number,
    hash: number,
    is: (one: Publication) => boolean,
  ): Publication | undefined {
    let one = this.logs.get(topic)?.last;
    for (let i = 0; i < MOST_SEARCHED && one !== undefined; i++, one = one.before) {
      if (one.is(length, hash) && is(one)) return one;
    }
    return undefined;
  }

  /** `known`: the log of its topic before it came; that may have been let go with its last publication. */
  private add(publication: Publication, known: PublicationLog | undefined): void {
    const { topic } = publication;
    let log = known === undefined || known.isEmpty ? this.logs.get(topic) : known;
    if (log === undefined) this.logs.set(topic, (log = this.begin(topic)));
    log.add(publication);
    if (publication.retain) this.retain(log, publication);
  }

  private begin(topic: string): PublicationLog {
    if (topic.charCodeAt(0) === 0xfeff) this.hasMarked = true;
    return new TopicLog(topic, Math.imul(++this.topics, 0x85ebca6b), this.recent);
  }

  /** A client has a will for this topic, or had one. */
  hasWill(topic: string): boolean {
    return this.wills.has(topic);
  }

  /** What was published to a topic last, as far as it is kept. */
  latest(topic: string): Publication | undefined {
    return this.logs.get(topic)?.last;
  }

  /** A will may have come that nobody was seen to get: what is retained for its topic is not known. */
  forgetRetained(topic: string): void {
    const log = this.logs.get(topic);
    if (log?.retained === undefined) return;
    log.retained.isReplaced = true;
    this.release(log);
  }

  private retain(log: PublicationLog, publication: Publication): void {
    if (log.retained !== undefined) log.retained.isReplaced = true;
    log.retain(publication);
    this.kept.set(log.topic, log);
    if (this.kept.size > this.limits.retained) this.release(this.kept.values().next().value!);
  }

  /** What is retained for a topic is not known any more. */
  private release(log: PublicationLog): void {
    log.retain(undefined);
    this.kept.delete(log.topic);
    if (log.isEmpty) this.logs.delete(log.topic);
  }

  private forget(oldest: Publication): void {
    const { log } = oldest;
    if (log === undefined) return;
    log.shift(oldest);
    if (log.isEmpty) this.logs.delete(log.topic);
  }

  private released(packetId: number, publisher: Publisher): void {
    const publication = publisher.pending.get(packetId);
    if (publication === undefined) return;
    publication.released = ++this.releases;
    publisher.pending.delete(packetId);
  }

  private will(packet: PacketOf<'CONNECT'>, seen: Seen, publisher: Publisher): void {
    const message = willOf(packet, seen);
    if (message === undefined) return;
    this.wills.delete(message.topic);
    this.wills.set(message.topic, Publication.ofWill(message, publisher, seen.time));
    const first = this.wills.keys().next().value;
    if (this.wills.size > MOST_WILLS && first !== undefined) this.wills.delete(first);
  }

  /** A message of the server takes effect. */
  delivered(seen: Seen, member: Publisher, fact: DeliveryFact): void {
    const { origin, publication, route } = fact;
    const owed = route.owed?.publication;
    route.isUsed = true;
    if (publication === undefined) {
      if (this.foreign === undefined && isForeign(seen, route.topic, this.wills)) this.foreign = seen.ref();
      return;
    }
    publication.isDelivered = true;
    publication.settled(seen.time);
    if (publication.forwarded !== NOTHING_FORWARDED) route.pass(publication, seen.properties, seen.connection);
    if (owed !== undefined && publication.is(owed.length, owed.hash)) route.owed = undefined;
    if (origin === 'live') route.deliver(publication, seen.time);
    else if (origin === 'late') route.caughtUp(publication);
    if (publication.qos === 2 && (origin === 'live' || origin === 'late')) {
      route.copy(publication, seen.number, seen.connection);
    }
    if (origin === 'will') this.willCame(publication);
    if (origin === 'retained') {
      route.kept = publication;
      route.keptAt = seen.time;
    }
    if (route.matching.length > 1 && origin !== 'retained' && fact.isCovered) {
      route.carries(publication, identifiersOf(seen), () => seen.ref());
    }
    const { only } = route;
    if (only?.isShared !== true || (origin !== 'live' && origin !== 'late')) return;
    const one = { filter: only.filter, clientId: fact.session.clientId, qos: seen.qos ?? 0 };
    const { packetId } = seen;
    const shared = { ...one, packetId, frame: seen.ref(), member, publication, code: undefined };
    (publication.shared ??= []).push(shared);
    publication.isHeld = true;
    if (packetId !== undefined) (member.shared ??= new Map()).set(packetId, shared);
  }

  /** A will that is retained counts from the moment at which it was seen. */
  private willCame(will: Publication): void {
    const { message } = will;
    if (!message.retain || this.logs.get(message.topic)?.retained === will) return;
    let log = this.logs.get(message.topic);
    if (log === undefined) this.logs.set(message.topic, (log = this.begin(message.topic)));
    this.retain(log, will);
  }
}
