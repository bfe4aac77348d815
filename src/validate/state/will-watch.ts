// Follows the wills of one server's clients through their lives: stored with an accepting CONNACK, deleted by DISCONNECT,
// due after the close or at a take-over, called off by a reconnect, and some seconds later found to have come or not.

import type { FrameRef } from '../finding.js';
import type { PacketOf, Seen } from '../seen.js';
import type { Closed } from './closed.js';
import type { DeliveryFact } from './delivery.js';
import { GRACE } from './grace.js';
import type { Link } from './link.js';
import type { Message } from './message.js';
import type { Messages } from './messages.js';
import type { PublicationLog } from './publication.js';
import type { KnownClient, Sessions } from './sessions.js';
import type { Will } from './will.js';
import { type WillFact, Wills } from './wills.js';

/** Wills waited for at once, subscribers that are looked at for one, and what is noted with one of them. */
const MOST_WAITING = 10_000;
const MOST_LOOKED_AT = 4096;
const MOST_NOTED = 16;

interface Waiting {
  readonly will: Will;
  isTold: boolean;
}

export class WillWatch {
  private readonly wills = new Wills();
  private waiting: Waiting[] = [];
  /** When to look at those that wait (ns). */
  private next = Number.POSITIVE_INFINITY;

  constructor(
    private readonly messages: Messages,
    private readonly open: ReadonlySet<Link>,
    private readonly sessions: Sessions,
  ) {}

  classify(seen: Seen, receiver: number, delivery: DeliveryFact | undefined): WillFact | undefined {
    return this.wills.classify(seen, receiver, delivery);
  }

  apply(seen: Seen, link: Link | undefined, delivery: DeliveryFact | undefined, fact: WillFact | undefined): void {
    this.pass(seen.time);
    if (seen.packet.type !== 'PUBLISH') return;
    if (seen.fromClient) this.wills.imitate(seen);
    else {
      this.wills.deliver(seen, link?.id ?? -1, delivery);
      if (fact !== undefined && fact.kind !== 'due' && link !== undefined) this.suspect(fact, link, seen);
    }
  }

  /** Time has come so far. */
  pass(time: number): void {
    if (time >= this.next) this.look(time);
  }

  /** Some will has this topic, or had. */
  isAbout(topic: string, log: PublicationLog | undefined): boolean {
    const { wills } = this;
    if (log === undefined) return wills.isAbout(topic);
    if (log.willsAsOf !== wills.changes) {
      log.willsAsOf = wills.changes;
      log.hasWill = wills.isAbout(topic);
    }
    return log.hasWill;
  }

  /** The will of this CONNECT. */
  find(message: Message): Will | undefined {
    return this.wills.find(message);
  }

  /** Whether a will with Will Retain 0 was published to a topic before a time. */
  wasPublished(topic: string, time: number): boolean {
    return this.wills.wasPublished(topic, time);
  }

  /** A connection was accepted: what that means for the client's will before, and its own will is stored. */
  opened(known: KnownClient | undefined, link: Link, resumes: boolean): void {
    const before = known?.link;
    const old = known?.will;
    if (before !== undefined && old !== undefined) this.reopened(old, before, link, resumes);
    const { will } = link;
    if (known !== undefined && old !== undefined) {
      if (known.lastWill !== undefined) this.drop(known.lastWill);
      known.lastWill = old;
    }
    if (known !== undefined) known.will = will;
    if (will !== undefined && !this.wills.add(will)) this.doubt(will, link.asked);
  }

  /** `isClosing`: the server had begun to close before the DISCONNECT was there. */
  left(link: Link, seen: Seen, packet: PacketOf<'DISCONNECT'>, isClosing: boolean): void {
    const { will, server, expiry } = link;
    if (will === undefined || will.fate !== 'kept') return;
    const cause = seen.ref();
    const isNormal = (packet.reasonCode ?? 0) === 0;
    const isWhole = seen.frame.problems.length === 0 && expiry !== undefined;
    const isClear = isWhole && server.disconnect === undefined && !isClosing;
    if (!isClear) this.doubt(will, cause);
    else if (isNormal) this.takeBack(will, link, 'deleted', cause);
  }

  closed(known: KnownClient | undefined, link: Link, closed: Closed): void {
    const { will } = link;
    if (will === undefined) {
      const old = known?.link === link ? known.lastWill : undefined;
      if (old !== undefined && link.client.disconnect === undefined) {
        old.replacedByNone ??= link.asked;
        this.watchAgain(old, link, closed.began);
      }
      return;
    }
    // The DISCONNECT of the server crossed with that of the client.
    if (will.fate === 'deleted' && link.server.disconnect !== undefined) this.doubt(will, link.asked);
    if (will.fate !== 'kept') return;
    const { how, by, began } = closed;
    if (
      will.clientId === '' ||
      (how !== 'fin' && how !== 'rst') ||
      link.expiry === undefined ||
      !link.client.evidence.isWhole
    ) {
      this.doubt(will, link.asked);
      return;
    }
    const close = by === 'server' ? began - EARLIER : began;
    will.fallDue(link.lastSeen, close, latest(link, how, by, began), heldBack(will, link));
    this.wait(will, link);
  }

  /** The client may have gone on with its session at another port of the server. */
  elsewhere({ will }: KnownClient, seen: Seen): void {
    if (will === undefined || will.isPublished) return;
    if (will.fate === 'kept' || (will.fate === 'due' && seen.time < will.dueBy + GRACE)) this.doubt(will, seen.ref());
  }

  /** The client is no longer known. */
  forget({ will, lastWill }: KnownClient): void {
    for (const one of [will, lastWill]) if (one !== undefined) this.drop(one);
  }

  private suspect(fact: WillFact, { suspicions }: Link, seen: Seen): void {
    if (suspicions.length >= MOST_NOTED) return;
    const foreign = this.wills.foreign(fact.will);
    const stranger =
      foreign === undefined
        ? this.sessions.strangerSince(fact.will.message.frame.time)
        : `nobody was seen to publish packet #${foreign.number} (PUBLISH) to this topic`;
    suspicions.push({ fact, frame: seen.ref(), stranger });
  }

  /** It is over and done with: whether it comes once more, now that a connection without a will has ended. */
  private watchAgain(will: Will, link: Link, time: number): void {
    if (will.fate === 'due' && !will.isPublished) return;
    will.dueBy = time;
    this.wait(will, link);
  }

  private reopened(will: Will, before: Link, link: Link, resumes: boolean): void {
    const [asked, accepted] = [link.asked, link.accepted!.time];
    if (will.fate === 'kept') this.takenOver(will, before, link, resumes);
    else if (will.fate === 'due' && will.wait > 0 && !will.isPublished) {
      // 3.1.3.2.2: a connection that goes on with the session calls it off; one that begins anew ends the session.
      if (accepted < will.dueFrom && resumes) this.takeBack(will, link, 'called-off', asked);
      else if (accepted < will.dueBy + GRACE) this.doubt(will, asked);
    }
  }

  private takenOver(will: Will, before: Link, link: Link, resumes: boolean): void {
    if (before.expiry === undefined || !before.client.evidence.isWhole) this.doubt(will, link.asked);
    else if (heldBack(will, before) === 0) {
      will.fallDue(link.asked.time, link.asked.time, link.accepted!.time, 0);
      this.wait(will, before);
    } else if (resumes) this.takeBack(will, link, 'called-off', link.asked);
    else this.doubt(will, link.asked);
  }

  private doubt(will: Will, cause: FrameRef): void {
    will.takenBack('unsure', cause);
    if (will.clientId === '') this.wills.forget(will);
    this.mayBeRetained(will);
  }

  private takeBack(will: Will, link: Link, fate: 'deleted' | 'called-off', cause: FrameRef): void {
    will.takenBack(fate, cause);
    will.dueAt = cause.time;
    will.dueBy = Math.max(cause.time, will.dueFrom);
    this.wait(will, link);
  }

  private wait(will: Will, link: Link): void {
    if (this.waiting.length >= MOST_WAITING) {
      this.drop(will);
      return;
    }
    const one = { will, isTold: will.fate !== 'due' || will.isPublished };
    if (this.isStillAwaited(one, link.lastSeen)) this.waiting.push(one);
    this.next = Math.min(this.next, nextOf(one));
  }

  private look(now: number): void {
    this.waiting = this.waiting.filter((one) => this.isStillAwaited(one, now));
    this.next = Number.POSITIVE_INFINITY;
    for (const one of this.waiting) this.next = Math.min(this.next, nextOf(one));
  }

  /** It is looked for no more, so nobody can tell whether it comes. */
  private drop(will: Will): void {
    this.wills.forget(will);
    const isOpen = will.fate === 'due' && !will.isPublished && !will.isOverdue;
    if (isOpen || will.fate === 'kept') this.doubt(will, will.message.frame);
  }

  private isStillAwaited(one: Waiting, now: number): boolean {
    const { will } = one;
    if (will.fate === 'unsure' || will.fate === 'kept') return false;
    if (!one.isTold && will.fate === 'due' && now >= will.dueFrom) {
      one.isTold = true;
      this.mayBeRetained(will);
    }
    if (will.dueBy === Number.POSITIVE_INFINITY) return !one.isTold;
    if (now < will.dueBy + GRACE) return true;
    will.isOverdue = !will.isPublished;
    this.witness(will)?.silentWills.push(will);
    return false;
  }

  /** What the server retains for its topic is not known until it is seen. */
  private mayBeRetained(will: Will): void {
    if (will.message.retain && !will.isPublished) this.messages.forgetRetained(will.message.topic);
  }

  /** A client that was surely to get it; of several one that the server has since sent something. */
  private witness(will: Will): Link | undefined {
    let looked = 0;
    let witness: Link | undefined;
    for (const link of this.open) {
      if (++looked > MOST_LOOKED_AT) return witness;
      if (!isOwed(will, link)) continue;
      if (link.server.lastTime > will.dueBy) return link;
      witness ??= link;
    }
    return witness;
  }
}

function nextOf({ will, isTold }: Waiting): number {
  return isTold ? will.dueBy + GRACE : will.dueFrom;
}

/** A server may act some time before its FIN is seen (ns). */
const EARLIER = 1.5e9;
/** Room for the fixed header, the Packet Identifier and properties. */
const HEADROOM = 1024;

function isOwed(will: Will, { session, client, server, silentWills }: Link): boolean {
  if (session === undefined || !session.isOpen || silentWills.length >= MOST_NOTED) return false;
  if (!session.subscriptionsKnown || session.subscriptions.doubt !== undefined) return false;
  const { topic, length, qos } = will.message;
  if (client.limits.maximumPacketSize < topic.length * 3 + length + HEADROOM) return false;
  if (!(session.openedAt < will.dueAt)) return false;
  for (const one of session.subscriptions.route(topic).matching) {
    if (one.isShared || one.options.noLocal || !one.coveredAt(will.dueAt) || one.replaces !== undefined) continue;
    // A QoS 1 or 2 message waits for the acknowledgement of others.
    if (Math.min(qos, one.granted ?? 0) === 0 || server.flows.inFlight === 0) return true;
  }
  return false;
}

/** 5.0: until the Will Delay Interval has passed or the session ends (3.1.3.2.2); before: not at all. */
function heldBack(will: Will, link: Link): number {
  return link.isV5 ? Math.min(will.delay, link.expiry ?? 0) * 1e9 : 0;
}

/**
 * When the server knows that the connection is over. A FIN comes again until it has arrived, an RST may be lost: then
 * the Keep Alive tells. 3.1 asks for the will after an I/O error or the Keep Alive only, not when the server closes.
 */
function latest(link: Link, how: Closed['how'], by: Closed['by'], began: number): number {
  if (by === 'server') return link.asked.version === '3.1' ? Number.POSITIVE_INFINITY : began;
  if (how === 'fin') return began;
  return link.keepAlive === 0 ? Number.POSITIVE_INFINITY : began + 1.5e9 * link.keepAlive;
}
