// The wills of one server's clients, by topic and payload, so that a PUBLISH of the server can be told to be one: in its
// time, too early, taken back, or a second time. Two things may look like a will and are none: the same message of a
// client, and the will of another client with the same topic and payload; then nobody is accused.

import type { FrameRef } from '../finding.js';
import type { Seen } from '../seen.js';
import { hashOf } from './payload.js';
import type { Will } from './will.js';

export interface WillFact {
  /**
   * due: in its time · early: before its delay was over · deleted: after DISCONNECT · called-off: though the client was
   * back in time · again: a second time · without: though the connection that ended had none
   */
  readonly kind: 'due' | 'early' | 'deleted' | 'called-off' | 'again' | 'without';
  readonly will: Will;
}

/** A PUBLISH that is a will taken back, unless it is the present one of the same client: that shows when it ends, or not. */
export interface Suspicion {
  readonly fact: WillFact;
  readonly present: Will;
  readonly frame: FrameRef;
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

export class Wills {
  private readonly topics = new Map<string, Map<number, Bucket>>();

  add(will: Will): void {
    const { topic, hash } = will.message;
    let byHash = this.topics.get(topic);
    if (byHash === undefined) {
      byHash = new Map();
      this.topics.set(topic, byHash);
    }
    const bucket = byHash.get(hash);
    if (bucket === undefined) byHash.set(hash, { wills: [will], isCrowded: false });
    else if (bucket.wills.length < MOST_ALIKE) bucket.wills.push(will);
    else bucket.isCrowded = true;
  }

  forget(will: Will): void {
    const { topic, hash } = will.message;
    const byHash = this.topics.get(topic);
    const bucket = byHash?.get(hash);
    const at = bucket?.wills.indexOf(will) ?? -1;
    if (byHash === undefined || bucket === undefined || at < 0) return;
    bucket.wills.splice(at, 1);
    if (bucket.wills.length === 0) byHash.delete(hash);
    if (byHash.size === 0) this.topics.delete(topic);
  }

  /** Whether a will with Will Retain 0 was published to a topic before a time. */
  wasPublished(topic: string, time: number): boolean {
    for (const { wills } of this.topics.get(topic)?.values() ?? []) {
      for (const will of wills) if (!will.message.retain && will.published < time) return true;
    }
    return false;
  }

  /** Those whose topic and payload a PUBLISH has. */
  private alike(seen: Seen): Bucket | undefined {
    if (this.topics.size === 0 || seen.topic === undefined || seen.packet.type !== 'PUBLISH') return undefined;
    const byHash = this.topics.get(seen.topic);
    const { payload } = seen.packet;
    if (byHash === undefined || payload === undefined) return undefined;
    const bucket = byHash.get(hashOf(payload));
    return bucket === undefined || bucket.wills[0]?.message.length !== payload.length ? undefined : bucket;
  }

  /** PUBLISH of a client. */
  imitate(seen: Seen): void {
    const bucket = this.alike(seen);
    if (bucket !== undefined) for (const will of bucket.wills) will.isImitated = true;
  }

  /** PUBLISH of the server to a receiver who was there since `since`: which will it is, if any; nothing is changed. */
  classify(seen: Seen, receiver: number): WillFact | Suspicion | undefined {
    const bucket = this.alike(seen);
    if (bucket === undefined || bucket.isCrowded) return undefined;
    let fault: WillFact | undefined;
    let present: Will | undefined;
    for (const will of bucket.wills) {
      const kind = kindOf(will, seen, receiver);
      if (kind === 'due') return { kind, will };
      if (kind === undefined) present = will;
      else fault ??= { kind, will };
    }
    if (fault === undefined || seen.packet.type !== 'PUBLISH' || seen.packet.payload?.length === 0) return undefined;
    if (bucket.wills.some((will) => will.isImitated)) return undefined;
    if (present === undefined) return fault;
    const isSame = bucket.wills.length === 2 && present.clientId === fault.will.clientId && present.fate === 'kept';
    return isSame ? { fact: fault, present, frame: seen.ref() } : undefined;
  }

  /** PUBLISH of the server, after rules have seen it. */
  deliver(seen: Seen, receiver: number): void {
    const bucket = this.alike(seen);
    for (const will of bucket?.wills ?? []) {
      if (will.isPublished || (will.fate !== 'kept' && will.fate !== 'due')) continue;
      will.published = seen.time;
      will.receiver = receiver;
    }
  }
}

/** What it would be of this will; undefined when it may be in order, but need not be it. */
function kindOf(will: Will, seen: Seen, receiver: number): WillFact['kind'] | undefined {
  const { packet } = seen;
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
      if (seen.time < will.dueFrom - SLACK) return 'early';
      if (!will.isPublished || will.receiver !== receiver || seen.time < will.published + COPIES) return 'due';
      return will.replacedByNone === undefined ? 'again' : 'without';
  }
}
