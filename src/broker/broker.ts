// What the broker is made of: all that its handlers share. It decides nothing itself.

import { Burst } from './burst.js';
import { Counters } from './counters.js';
import { Keeper } from './keeper.js';
import { Outbox } from './outbox.js';
import type { StoreTable, StoreTables } from './records.js';
import { Retained } from './retained.js';
import type { Link, Session } from './session.js';
import type { BrokerSettings } from './settings.js';
import { Subscriptions } from './subscriptions.js';
import { type Timer, Timers } from './timers.js';

export type BrokerTimer = Timer<Link> | Timer<Session> | Timer<Broker>;

/** What the core needs and cannot make. */
export interface BrokerTools {
  /** A new unique text of ASCII letters, digits and dashes, for assigned client identifiers. */
  nextId(): string;
  /** Bytes of memory in use, for $SYS/broker/heap; without it these topics are not published. */
  heapBytes?(): number;
}

export class Broker {
  readonly counters = new Counters();
  readonly out: Outbox;
  readonly links = new Map<number, Link>();
  readonly sessions = new Map<string, Session>();
  /** Those without a connection, the one left longest first. */
  readonly absent = new Set<Session>();
  readonly subscriptions: Subscriptions;
  readonly retained = new Retained();
  readonly timers = new Timers<BrokerTimer>();
  /** Sessions with retained messages to send, whose client takes them. */
  readonly walking = new Set<Session>();
  readonly burst = new Burst();
  readonly keeper = new Keeper();
  /** Connections by listener. */
  readonly connections: number[] = [];
  /** Links that are refused for want of room, until they are gone. */
  surplus = 0;
  /** Of the call that is being handled. */
  now = Number.NaN;
  startedAt = Number.NaN;
  lastStoreId = Number.NaN;
  /** Of all wills that stand in their sessions. */
  willBytes = Number.NaN;
  stopped = false;

  constructor(
    public settings: BrokerSettings,
    readonly tools: BrokerTools,
  ) {
    this.out = new Outbox(this.counters);
    this.lastStoreId = 0;
    this.willBytes = 0;
    this.subscriptions = new Subscriptions(settings.matchCacheEntries, (session, topic) => mayReceive(session, topic));
  }

  store<T extends StoreTable>(table: T, key: StoreTables[T]['key'], value: StoreTables[T]['value'] | undefined): void {
    this.out.store({ kind: 'store', table, key, value } as Parameters<Outbox['store']>[0]);
  }
}

export function mayReceive({ listener, client }: Session, topic: string): boolean {
  const { authorize } = listener;
  return authorize === undefined || authorize(client, 'receive', topic);
}
