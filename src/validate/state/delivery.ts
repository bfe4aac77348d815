// Where a PUBLISH of a server comes from: the subscriptions of its receiver that match, and the message that a client
// sent. One object is used again for every delivery: nobody may keep it.
//
// Messages carry no identity, so a publication is recognised by topic, payload and order. Whoever accuses a server of
// having changed it asks `doubt` first: it may be the message of somebody who was not seen.

import type { Property } from '../../codec/packet.js';
import type { FrameRef } from '../finding.js';
import type { Seen } from '../seen.js';
import { GRACE } from './grace.js';
import type { Publication } from './publication.js';
import type { Route } from './route.js';
import type { Session } from './session.js';

/**
 * - live: published while the session was subscribed (or nearly), after what was delivered before
 * - late: the same, but a later one was delivered before it
 * - again: one that was delivered to this session before
 * - retained: the retained message of its topic
 * - old: published before any subscription of the session, and not what is retained now
 * - will: the Will Message of a client
 * - unknown: no publication was seen that it could be
 */
export type Origin = 'live' | 'late' | 'again' | 'retained' | 'old' | 'will' | 'unknown';

export class DeliveryFact {
  session!: Session;
  route!: Route;
  origin: Origin = 'unknown';
  publication: Publication | undefined = undefined;
  /** What the server retains for the topic, as far as known: an empty one is none. */
  retained: Publication | undefined = undefined;
  /** The server delivered messages that nobody was seen to publish. */
  foreign: FrameRef | undefined = undefined;

  constructor(
    /** Why not all that clients published since a moment (ns) was seen. */
    private readonly unseen: (since: number) => string | undefined,
  ) {}

  set(session: Session, route: Route, foreign: FrameRef | undefined): void {
    this.session = session;
    this.route = route;
    this.foreign = foreign;
    this.origin = 'unknown';
    this.publication = undefined;
    this.retained = undefined;
  }

  come(origin: Origin, publication: Publication): void {
    this.origin = origin;
    this.publication = publication;
  }

  /** Surely sent since the server took it from its publisher, while all matching subscriptions stood. */
  get isCovered(): boolean {
    const { publication, route, origin } = this;
    if (publication === undefined || (origin !== 'live' && origin !== 'late' && origin !== 'again')) {
      return false;
    }
    const { time } = publication;
    for (const one of route.matching) if (!one.coveredAt(time)) return false;
    return route.matching.length > 0;
  }

  /** Why it may be another message than `publication`; undefined when it is that one. */
  doubt(): string | undefined {
    const { publication, foreign } = this;
    if (publication === undefined) return 'the publication was not seen';
    if (foreign !== undefined) {
      return `the server also delivers messages that no client was seen to publish, first packet #${foreign.number}`;
    }
    const hole = publication.publisher.hole(publication.time - GRACE);
    if (hole !== undefined) return `of the publisher: ${hole}`;
    if (hasTwin(publication)) return 'other messages with the same topic and payload were published';
    return this.unseen(publication.time - GRACE);
  }

  /** Why the subscriptions of the receiver are not all known; undefined when they are. */
  unsubscribed(): string | undefined {
    const { session } = this;
    return session.unknown ?? session.subscriptions.doubt;
  }
}

/** Subscription Identifiers of a delivery. */
export function identifiersOf({
  properties = [],
}: {
  readonly properties?: readonly Property[] | undefined;
}): ReadonlySet<number> {
  const identifiers = new Set<number>();
  for (const one of properties) if (one.name === 'subscriptionIdentifier') identifiers.add(one.value);
  return identifiers;
}

/** It tells that others publish, whom nobody sees. */
export function isForeign(
  { dup, retain }: Pick<Seen, 'dup' | 'retain'>,
  topic: string,
  wills: ReadonlyMap<string, unknown>,
): boolean {
  return dup === false && retain === false && !topic.startsWith('$') && !wills.has(topic);
}

const REACH = 64;

/** Whether another message near it is the same but for what is not compared. */
function hasTwin(publication: Publication): boolean {
  const { length, hash } = publication.message;
  let one = publication.next;
  for (let i = 0; i < REACH && one !== undefined; i++, one = one.next) if (one.is(length, hash)) return true;
  one = publication.before;
  for (let i = 0; i < REACH && one !== undefined; i++, one = one.before) if (one.is(length, hash)) return true;
  return false;
}
