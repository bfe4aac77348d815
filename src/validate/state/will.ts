// A Will Message and what has become of it: kept while its connection is open, deleted by a DISCONNECT, due at the close
// or after its delay, called off by a reconnect (5.0: 3.1.2.5, 3.1.3.2.2; before: 3.1.2.5).

import type { FrameRef } from '../finding.js';
import type { Message } from './message.js';

export type Fate =
  /** The connection is open. */
  | 'kept'
  /** The client took leave: it must not be sent. */
  | 'deleted'
  /** To be sent, not before `dueFrom`, and by `dueBy`. */
  | 'due'
  /** The client was back before the delay was over: it must not be sent. */
  | 'called-off'
  /** Whether it must be sent cannot be told: nobody is judged. */
  | 'unsure';

export class Will {
  fate: Fate = 'kept';
  /** The packet that deleted it or called it off. */
  cause: FrameRef | undefined = undefined;
  /** The earliest moment at which the server may publish it, when it does if nothing is odd, and the latest (ns). */
  dueFrom = Number.NEGATIVE_INFINITY;
  dueAt = Number.POSITIVE_INFINITY;
  dueBy = Number.POSITIVE_INFINITY;
  /** 5.0: how long the server holds it back after the close (ns). */
  wait = 0;
  /** First seen on its way to a subscriber: when (ns), and over which connection. */
  published = Number.NaN;
  receiver = -1;
  /** A client published the same to the same topic (ns): a delivery from then on may come from that. */
  imitatedAt = Number.POSITIVE_INFINITY;
  /** CONNECT without a will of the client's later connection, which then ended without DISCONNECT. */
  replacedByNone: FrameRef | undefined = undefined;

  /** It ought to have come by then, and had not. */
  isOverdue = false;

  constructor(
    readonly message: Message,
    /** Empty when the client has none that is known. */
    public clientId: string,
    /** Will Delay Interval in seconds. */
    readonly delay: number,
  ) {}

  /** The connection ended, or its client's next one ended it. `wait`: how long the server holds the will back (ns). */
  fallDue(earliest: number, close: number, latest: number, wait: number): void {
    this.fate = 'due';
    this.wait = wait;
    this.dueFrom = earliest + wait;
    this.dueAt = close + wait;
    this.dueBy = latest + wait;
  }

  takenBack(fate: 'deleted' | 'called-off' | 'unsure', cause: FrameRef): void {
    this.fate = fate;
    this.cause = cause;
  }

  get isPublished(): boolean {
    return !Number.isNaN(this.published);
  }
}
