// The clients of one server by identifier: their latest connection, their session, their wills. And the question that a
// CONNACK answers: does the server hold a session for this client? `expected` says what it must be, where the capture
// tells: a session seen begun and kept is there, one that ended or expired is not, and of one that may have come or gone
// unseen nothing is said.

import type { FrameRef } from '../finding.js';
import type { Link } from './link.js';
import type { Session } from './session.js';
import type { Will } from './will.js';

/** One client identifier. */
export interface KnownClient {
  readonly clientId: string;
  /** The latest connection that was accepted. */
  link: Link | undefined;
  /** The latest CONNECT, while it waits for its answer. */
  asking: Link | undefined;
  session: Session | undefined;
  /** That of the latest connection, and the one before it. */
  will: Will | undefined;
  lastWill: Will | undefined;
  /** Why its session may have changed unseen: at this time (ns). */
  doubtedAt: number;
  doubt: string;
}

export interface Expectation {
  readonly present: boolean;
  /**
   * clean: Clean Session or Clean Start 1 · kept: the session outlives its connection · open: its connection was not even
   * closed · ended: it ended with its connection · expired: its time was over
   */
  readonly because: 'clean' | 'kept' | 'open' | 'ended' | 'expired';
  /** Why it is not sure. */
  readonly doubt: string | undefined;
  /** The connection before. */
  readonly before: Link | undefined;
}

/** The server's clock and ours, its timer's step, the way of the packets (ns). */
const SLACK = 1e9;
/** 3.1.2.11.2: deletion at the expiry need not be that prompt. */
const LATE_EXPIRY = 10e9;

export class Sessions {
  private readonly clients = new Map<string, KnownClient>();
  /** A connection came into sight whose client is not known: it may be anyone's (ns). */
  private hiddenAt = Number.NEGATIVE_INFINITY;
  /** The server ended its last connections itself: it may have been stopped (ns). */
  private stoppedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly most: number) {}

  get(clientId: string): KnownClient | undefined {
    return this.clients.get(clientId);
  }

  /** The client, the most recently used last; the one idle longest goes when there are too many. */
  use(clientId: string): KnownClient {
    let client = this.clients.get(clientId);
    if (client === undefined) client = newClient(clientId);
    else this.clients.delete(clientId);
    this.clients.set(clientId, client);
    return client;
  }

  /** The client that must go, if any: it is forgotten. */
  overflow(): KnownClient | undefined {
    if (this.clients.size <= this.most) return undefined;
    const [first] = this.clients.values();
    if (first !== undefined) this.clients.delete(first.clientId);
    return first;
  }

  hidden(time: number): void {
    this.hiddenAt = Math.max(this.hiddenAt, time);
  }

  /** Why the client of a connection since then may be any; undefined when all are known. */
  strangerSince(time: number): string | undefined {
    return this.hiddenAt >= time ? 'a connection was seen whose client is not known' : undefined;
  }

  stopped(time: number): void {
    this.stoppedAt = time;
  }

  /** Whether the session in which this client did something (at `since`) had surely ended by some time. */
  hasEnded(clientId: string | undefined, since: number, by: number): boolean {
    const link = clientId === undefined ? undefined : this.clients.get(clientId)?.link;
    if (link?.closed === undefined || link.expiry !== 0 || !(link.accepted!.time < since)) return false;
    return link.closed.how !== 'lost' && link.closed.time < by;
  }

  /** What Session Present must be in an accepting CONNACK at this time; undefined when nothing is known of it. */
  expected(link: Link, time: number): Expectation | undefined {
    const { clientId, cleanStart } = link;
    if (cleanStart === undefined || clientId === undefined) return undefined;
    const client = clientId === '' ? undefined : this.clients.get(clientId);
    const before = client?.link;
    if (cleanStart) return { present: false, because: 'clean', doubt: undefined, before };
    if (client === undefined || before === undefined || before === link) return undefined;
    const { expiry } = before;
    if (expiry === undefined) return undefined;
    const doubt = this.doubtOf(client, before, link);
    if (before.closed === undefined) return expectedWhileOpen(before, expiry, doubt, time);
    if (expiry === 0) return { present: false, because: 'ended', doubt, before };
    return this.expectedLater(before, expiry, doubt, link.asked, time);
  }

  private doubtOf(client: KnownClient, before: Link, link: Link): string | undefined {
    const since = before.accepted!.time;
    if (client.doubtedAt >= since) return client.doubt;
    if (client.asking !== undefined && client.asking !== link && client.asking.answered === undefined) {
      return `packet #${client.asking.asked.number} (CONNECT) of the same client waits for its answer`;
    }
    // A DISCONNECT of 5.0 may change the Session Expiry Interval.
    return this.strangerSince(since) ?? (before.isV5 ? before.client.evidence.hole(since) : undefined);
  }

  private expectedLater(
    before: Link,
    expiry: number,
    doubt: string | undefined,
    asked: FrameRef,
    time: number,
  ): Expectation | undefined {
    const { how, time: closedAt } = before.closed!;
    const stopped = this.stoppedAt >= before.accepted!.time;
    const reason =
      doubt ?? (stopped ? 'the server may have been restarted: it had closed all its connections' : undefined);
    const kept: Expectation = { present: true, because: 'kept', doubt: reason, before };
    if (expiry === Number.POSITIVE_INFINITY) return kept;
    if (time < before.lastSeen + expiry * 1e9 - SLACK) return kept;
    if (how !== 'fin' && how !== 'rst') return undefined;
    if (how === 'rst' && before.closed!.by === 'client') return undefined;
    if (asked.time <= closedAt + expiry * 1e9 + LATE_EXPIRY) return undefined;
    return { present: false, because: 'expired', doubt, before };
  }
}

/** The server ends the connection that is open, and its session with it when that does not outlive it (3.1.4). */
function expectedWhileOpen(
  before: Link,
  expiry: number,
  doubt: string | undefined,
  time: number,
): Expectation | undefined {
  if (expiry === 0) return { present: false, because: 'ended', doubt, before };
  // It may have ended unseen long ago.
  if (time >= before.lastSeen + expiry * 1e9 - SLACK) return undefined;
  return { present: true, because: 'open', doubt, before };
}

function newClient(clientId: string): KnownClient {
  return {
    clientId,
    link: undefined,
    asking: undefined,
    session: undefined,
    will: undefined,
    lastWill: undefined,
    doubtedAt: Number.NEGATIVE_INFINITY,
    doubt: '',
  };
}
