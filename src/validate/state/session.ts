// One session of a client at one server, over its connections: subscriptions, unacknowledged messages of both sides. A
// session that was discarded is another object than the one that follows it.

import type { Flows } from './flows.js';
import type { Half } from './half.js';
import { Subscriptions } from './subscriptions.js';

export class Session {
  readonly subscriptions: Subscriptions;
  /** Its connection, the present or the last one; -1 before the first. */
  connection = -1;
  isOpen = false;
  /** When its connection was accepted, and when it ended (ns). */
  openedAt = Number.NaN;
  closedAt = Number.NaN;
  private doubt: string | undefined = undefined;
  private client: Half | undefined = undefined;
  private server: Half | undefined = undefined;

  constructor(
    readonly clientId: string,
    /** When it began, or was first seen (ns). */
    readonly since: number,
    /** Why it may hold more than was seen; undefined when its beginning was. */
    private readonly before: string | undefined,
    mostSubscriptions: number,
  ) {
    this.subscriptions = new Subscriptions(mostSubscriptions);
  }

  /** All SUBSCRIBE and UNSUBSCRIBE of its life were seen, and their answers. */
  get subscriptionsKnown(): boolean {
    return this.unknown === undefined;
  }

  /** Why what it holds is not surely known; undefined when it is. */
  get unknown(): string | undefined {
    return this.before ?? this.missed;
  }

  /** Why something of it may have been missed since it is known. */
  get missed(): string | undefined {
    return this.doubt ?? this.client?.evidence.hole() ?? this.server?.evidence.hole();
  }

  /** The same, and what will turn out to be missing of its latest connection. */
  get missing(): string | undefined {
    return this.missed ?? this.client?.evidence.doubt() ?? this.server?.evidence.doubt();
  }

  /** Messages that each side has not seen acknowledged, as of its latest connection. */
  get clientFlows(): Flows | undefined {
    return this.client?.flows;
  }

  get serverFlows(): Flows | undefined {
    return this.server?.flows;
  }

  /** A connection begins it or goes on with it; `doubt`: why it may not be the one we know. */
  open(connection: number, client: Half, server: Half, time: number, doubt?: string): void {
    this.doubt = this.missing ?? doubt;
    this.connection = connection;
    this.client = client;
    this.server = server;
    this.isOpen = true;
    this.openedAt = time;
  }

  close(time: number): void {
    this.isOpen = false;
    this.closedAt = time;
  }
}
