// The wills of one server's clients, by topic and payload, so that a PUBLISH of the server can be told to be one: in its
// time, too early, taken back, or a second time. Two things may look like a will and are none: the same message of a
// client, and the will of another client with the same topic and payload; then nobody is accused.

import { hashOf } from '../../bytes/sample-hash.js';
import type { FrameRef } from '../finding.js';
import type { Seen } from '../seen.js';
import type { DeliveryFact } from './delivery.js';
import type { Message } from './message.js';
import type { Will } from './will.js';

export interface WillFact {
  /**
   * due: in its time · early: before its delay was over · deleted: after DISCONNECT · called-off: though the client was
   * back in time · again: a second time · without: though the connection that ended had none
   */
  readonly kind: 'due' | 'early' | 'deleted' | 'called-off' | 'again' | 'without';
  readonly will: Will;
  /** The present will of the same client, which is the same message: its end tells whether it is that one. */
  readonly present: Will | undefined;
}

/** A PUBLISH that looks like a will which must not come. What other connections carried may be known only later. */
export interface Suspicion {
  readonly fact: WillFact;
  readonly frame: FrameRef;
  /** Why it may be a message of somebody who was not seen. */
  readonly stranger: string | undefined;
}

/** Wills with one topic and payload; more than that are not told apart. */
const MOST_ALIKE = 16;
/** A server's timer may be a second coarse, and what it sees crosses with what we see (ns). */
const SLACK = 1.5e9;
/** Overlapping subscriptions may yield several copies at once (ns). */
const COPIES = 5e9;

interface Bucket {
  readonly wills: Will[];
  isCrowded: boolean;
}

interface Topic {
  /** By hash of the payload. */
  readonly buckets: Map<number, Bucket>;
  /** A delivery that nobody was seen to publish. */
  foreign: FrameRef | undefined;
}

export class Wills {
  /** How often a topic came or went. */
  changes = 0;
  private readonly topics = new Map<string, Topic>();

  /** False when there are too many like it. */
  add(will: Will): boolean {
    const { topic, hash } = will.message;
    let its = this.topics.get(topic);
    if (its === undefined) {
      its = { buckets: new Map(), foreign: undefined };
      this.topics.set(topic, its);
      this.changes++;
    }
    const bucket = its.buckets.get(hash);
    if (bucket === undefined) its.buckets.set(hash, { wills: [will], isCrowded: false });
    else if (bucket.wills.length < MOST_ALIKE) bucket.wills.push(will);
    else bucket.isCrowded = true;
    return bucket === undefined || !bucket.isCrowded;
  }

  forget(will: Will): void {
    const { topic, hash } = will.message;
    const its = this.topics.get(topic);
    const bucket = its?.buckets.get(hash);
    const at = bucket?.wills.indexOf(will) ?? -1;
    if (its === undefined || bucket === undefined || at < 0) return;
    bucket.wills.splice(at, 1);
    if (bucket.wills.length === 0) its.buckets.delete(hash);
    if (its.buckets.size > 0) return;
    this.topics.delete(topic);
    this.changes++;
  }

  /** Whether a will with Will Retain 0 was published to a topic before a time. */
  wasPublished(topic: string, time: number): boolean {
    for (const { wills } of this.topics.get(topic)?.buckets.values() ?? []) {
      for (const will of wills) if (!will.message.retain && will.published < time) return true;
    }
    return false;
  }

  /** The will of this CONNECT. */
  find({ topic, hash, frame }: Message): Will | undefined {
    const { wills = [] } = this.topics.get(topic)?.buckets.get(hash) ?? {};
    return wills.find(({ message }) => message.frame.number === frame.number);
  }

  isAbout(topic: string): boolean {
    return this.topics.size > 0 && this.topics.has(topic);
  }

  /** PUBLISH of a client. */
  imitate(seen: Seen): void {
    const bucket = this.alike(seen, this.topicOf(seen));
    if (bucket === undefined) return;
    for (const will of bucket.wills) will.imitatedAt = Math.min(will.imitatedAt, seen.time);
  }

  /** PUBLISH of the server: which will it is, if any; nothing is changed. */
  classify(seen: Seen, receiver: number, delivery: DeliveryFact | undefined): WillFact | undefined {
    const bucket = this.alike(seen, this.topicOf(seen));
    if (bucket === undefined || bucket.isCrowded) return undefined;
    let fault: WillFact | undefined;
    let present: Will | undefined;
    for (const will of bucket.wills) {
      const kind = kindOf(will, seen, receiver);
      if (kind === 'due') return { kind, will, present: undefined };
      if (kind === undefined) present = will;
      else fault ??= { kind, will, present: undefined };
    }
    // An empty payload tells nothing.
    if (fault === undefined || fault.will.message.length === 0) return undefined;
    if (delivery?.publication?.isWill === false) return undefined;
    if (present === undefined) return fault;
    const isSame = bucket.wills.length === 2 && present.clientId === fault.will.clientId && present.fate === 'kept';
    return isSame ? { ...fault, present } : undefined;
  }

  /** PUBLISH of the server, after rules have seen it. */
  deliver(seen: Seen, receiver: number, delivery: DeliveryFact | undefined): void {
    const topic = this.topicOf(seen);
    if (topic === undefined || seen.packet.type !== 'PUBLISH') return;
    const bucket = this.alike(seen, topic);
    if (bucket === undefined) {
      const { dup, retain } = seen.packet;
      const isForeign = delivery !== undefined && delivery.publication === undefined && dup !== true && retain !== true;
      if (isForeign) topic.foreign ??= seen.ref();
      return;
    }
    for (const will of bucket.wills) {
      if (will.isPublished || (will.fate !== 'kept' && will.fate !== 'due')) continue;
      will.published = seen.time;
      will.receiver = receiver;
    }
  }

  /** A message that nobody was seen to publish, to the topic of a will. */
  foreign({ message }: Will): FrameRef | undefined {
    return this.topics.get(message.topic)?.foreign;
  }

  private topicOf({ topic }: Seen): Topic | undefined {
    return this.topics.size === 0 || topic === undefined ? undefined : this.topics.get(topic);
  }

  /** Those whose topic and payload a PUBLISH has. */
  private alike({ packet }: Seen, topic: Topic | undefined): Bucket | undefined {
    if (topic === undefined || packet.type !== 'PUBLISH' || packet.payload === undefined) return undefined;
    const bucket = topic.buckets.get(hashOf(packet.payload));
    return bucket?.wills[0]?.message.length === packet.payload.length ? bucket : undefined;
  }
}

/** What it would be of this will; undefined when it may be in order, but need not be it. */
function kindOf(will: Will, { packet, time }: Seen, receiver: number): WillFact['kind'] | undefined {
  if (packet.type !== 'PUBLISH' || packet.dup === true) return undefined;
  // What comes with RETAIN 1 may have been retained long ago.
  if (packet.retain !== false && !(will.fate === 'due' && !will.isPublished)) return undefined;
  switch (will.fate) {
    case 'kept':
    case 'unsure':
      return undefined;
    case 'deleted':
    case 'called-off':
      return will.replacedByNone === undefined ? will.fate : 'without';
    case 'due':
      if (time < will.dueFrom - SLACK) return 'early';
      if (!will.isPublished || will.receiver !== receiver || time < will.published + COPIES) return 'due';
      return will.replacedByNone === undefined ? 'again' : 'without';
  }
}
