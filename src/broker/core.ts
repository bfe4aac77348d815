// The broker without its edges: inputs and the time go in, outputs come out (DESIGN law 1). It opens nothing, looks at
// no clock and draws no random numbers.
//
//   const core = new BrokerCore({ listeners: [{}] }, { nextId: () => randomUUID() });
//   for (const output of core.handle({ kind: 'received', connection: 1, bytes }, now)) apply(output);
//   arm(core.deadline());

import { Batch } from './batch.js';
import { Broker, type BrokerTools } from './broker.js';
import { topicNameFault } from './checks-topics.js';
import { end, endSession, fail, publishWill, stopLink } from './closing.js';
import { handleAuthenticated, handleConnectTimeout } from './connecting.js';
import type { Counters } from './counters.js';
import { publish } from './fan-out.js';
import { fault } from './faults.js';
import type { CongestionInput, Input, OpenedInput, PublishedInput, ReloadInput } from './input.js';
import { messageOf } from './message.js';
import { pump } from './outgoing.js';
import type { Output } from './output.js';
import { receive, receiveHeld } from './receiving.js';
import type { StoredRecord } from './records.js';
import { restore } from './restoring.js';
import { goOn } from './retained-sending.js';
import { Link, type Session } from './session.js';
import { type BrokerOptions, brokerSettings } from './settings.js';
import { publishSystemTopics, SystemTopics } from './sys.js';
import { Timer } from './timers.js';

export type { BrokerTools } from './broker.js';

const KEEP_ALIVE_TIMEOUT = 0x8d;
const ADMINISTRATIVE_ACTION = 0x98;
const SECOND = 1e9;
/** Refused connections that may wait for their CONNECT. */
const SURPLUS = 100;

export class BrokerCore {
  private readonly broker: Broker;
  private readonly batch: Batch;
  private readonly system = new SystemTopics();
  private readonly systemTimer: Timer<Broker>;

  constructor(options: BrokerOptions, tools: BrokerTools) {
    this.broker = new Broker(brokerSettings(options), tools);
    this.batch = new Batch(this.broker);
    this.systemTimer = new Timer('sys', this.broker);
  }

  /** Counts, to be read only. */
  get counters(): Counters {
    return this.broker.counters;
  }

  /** What to do about an input, in order. `now`: nanoseconds, never less than before. */
  handle(input: Input, now: number): readonly Output[] {
    const { broker } = this;
    this.begin(now);
    if (input.kind === 'received') {
      const link = broker.links.get(input.connection);
      if (link !== undefined) link.lastReceived = now;
      this.onTime();
      if (link !== undefined && link.state !== 'closed') receive(broker, link, this.batch, input.bytes);
    } else {
      this.onTime();
      this.other(input);
    }
    return broker.out.take();
  }

  /** When to call with `time` next; undefined: nothing is due. May be in the past: then at once. */
  deadline(): number | undefined {
    const { broker } = this;
    if (broker.walking.size > 0) return broker.now;
    return broker.timers.next;
  }

  /** Takes over what an earlier run stored; before any `handle`. What does not fit together is deleted, never an error. */
  restore(records: Iterable<StoredRecord>, now: number): readonly Output[] {
    this.begin(now);
    restore(this.broker, records);
    return this.broker.out.take();
  }

  private begin(now: number): void {
    const { broker } = this;
    if (Number.isNaN(broker.startedAt)) {
      broker.startedAt = now;
      if (broker.settings.sysInterval > 0) broker.timers.set(this.systemTimer, now);
    }
    broker.now = now;
    broker.burst.session = undefined;
  }

  private other(input: Exclude<Input, { kind: 'received' }>): void {
    const { broker } = this;
    switch (input.kind) {
      case 'opened':
        this.opened(input);
        return;
      case 'closed': {
        const link = broker.links.get(input.connection);
        if (link !== undefined) end(broker, link, { by: 'network', reasonCode: undefined, reason: input.how }, 'gone');
        return;
      }
      case 'congested':
      case 'writable':
        this.congestion(input);
        return;
      case 'authenticated': {
        const link = broker.links.get(input.connection);
        if (link === undefined || link.state !== 'asking') return;
        handleAuthenticated(broker, link, input.result);
        receiveHeld(broker, link, this.batch);
        return;
      }
      case 'published':
        this.published(input);
        return;
      case 'disconnect': {
        const link = broker.sessions.get(input.clientId)?.link;
        const { reasonCode = ADMINISTRATIVE_ACTION } = input;
        if (link !== undefined) fail(broker, link, fault(reasonCode, ''));
        return;
      }
      case 'stop':
        broker.stopped = true;
        for (const link of [...broker.links.values()]) stopLink(broker, link);
        return;
      case 'reload':
        this.reload(input);
        return;
      case 'time':
        this.walk();
    }
  }

  private opened({ connection, listener: index, remote, userName }: OpenedInput): void {
    const { broker } = this;
    const listener = broker.settings.listeners[index];
    if (listener === undefined) throw new RangeError(`there is no listener ${index}`);
    const link = new Link(connection, index, listener, remote, userName);
    const count = (broker.connections[index] ?? 0) + 1;
    broker.counters.sockets++;
    if (broker.stopped || (count > listener.maximumConnections && broker.surplus >= SURPLUS)) {
      broker.out.close(link, 'reset');
      return;
    }
    broker.connections[index] = count;
    broker.links.set(connection, link);
    link.lastReceived = broker.now;
    if (count > listener.maximumConnections) {
      link.surplus = true;
      broker.surplus++;
    }
    broker.timers.set(link.timer, broker.now + listener.connectTimeout * SECOND);
  }

  private congestion({ connection, kind }: CongestionInput): void {
    const { broker } = this;
    const link = broker.links.get(connection);
    if (link === undefined) return;
    link.congested = kind === 'congested';
    if (link.congested) {
      if (link.session !== undefined) broker.walking.delete(link.session);
    } else if (link.session !== undefined) {
      link.session.dropping = false;
      pump(broker, link.session);
    }
  }

  private published({ topic, payload, qos, retain, properties }: PublishedInput): void {
    const wrong = topicNameFault(topic);
    if (wrong !== undefined) throw new RangeError(wrong.reason);
    publish(this.broker, messageOf({ topic, payload, qos, retain, properties }, this.broker.now), undefined);
  }

  private reload({ settings }: ReloadInput): void {
    const { broker } = this;
    broker.settings = brokerSettings(settings);
    broker.subscriptions.cacheEntries = broker.settings.matchCacheEntries;
    const { listeners } = broker.settings;
    for (const link of broker.links.values()) {
      link.allowedTopic = undefined;
      const listener = listeners[link.listenerIndex];
      if (listener !== undefined) link.reload(listener);
    }
    for (const session of broker.sessions.values())
      session.listener = listeners[session.client.listener] ?? session.listener;
    broker.subscriptions.forget();
    if (broker.settings.sysInterval > 0) broker.timers.set(this.systemTimer, broker.now);
    else broker.timers.clear(this.systemTimer);
  }

  /** Whatever is due by now, in its order. */
  private onTime(): void {
    const { broker } = this;
    const { timers, now } = broker;
    for (let timer = timers.take(now); timer !== undefined; timer = timers.take(now)) {
      switch (timer.kind) {
        case 'link':
          this.overdue(timer.owner as Link);
          break;
        case 'session':
          broker.counters.clientsExpired++;
          endSession(broker, timer.owner as Session, 'expired');
          break;
        case 'will':
          publishWill(broker, timer.owner as Session);
          break;
        case 'sys':
          publishSystemTopics(broker, this.system);
          timers.set(this.systemTimer, now + broker.settings.sysInterval * SECOND);
      }
    }
  }

  /** 3.1.2.10: silent for one and a half Keep Alives; or without a CONNECT. */
  private overdue(link: Link): void {
    const { broker } = this;
    if (link.state !== 'open') handleConnectTimeout(broker, link);
    else if (link.lastReceived + link.patience > broker.now)
      broker.timers.set(link.timer, link.lastReceived + link.patience);
    else fail(broker, link, fault(KEEP_ALIVE_TIMEOUT, 'nothing came for one and a half Keep Alives'));
  }

  /** A burst for each session that has retained messages to get. */
  private walk(): void {
    const { broker } = this;
    for (const session of [...broker.walking]) goOn(broker, session);
  }
}
