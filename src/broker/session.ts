// Who is there: sessions, the connections that serve them, and their subscriptions. They know one another, so they stand
// in one file. What is done with them is elsewhere; here is only what each of them knows.

import type { Partial } from '../codec/partial.js';
import type { Version } from '../spec/versions.js';
import type { Delivery } from './delivery.js';
import type { Fifo } from './fifo.js';
import type { Opening } from './opening.js';
import type { RetainedWalk } from './retained.js';
import type { Client, ListenerSettings } from './settings.js';
import { Timer } from './timers.js';
import type { Will } from './will.js';

/**
 * new: no CONNECT yet; asking: the edge is asked who it is; proving: AUTH packets go to and fro; open: CONNACK 0x00 has
 * been sent; closed: nothing more is done.
 */
export type LinkState = 'new' | 'asking' | 'proving' | 'open' | 'closed';

/** A connection. */
export class Link {
  state: LinkState = 'new';
  version: Version = '3.1.1';
  v5 = false;
  session: Session | undefined = undefined;
  /** CONNECT has come, of a version that is known: CONNACK may answer it. */
  announced = false;
  clientId = '';
  /** Of mosquitto: what it sends does not come back, and retained messages stay so. */
  bridge = false;
  /** Above the edge's high mark: nothing goes out that can wait or be dropped. */
  congested = false;
  /** Refused for want of room as soon as CONNECT has come. */
  surplus = false;
  /** When it must have sent something: connectTimeout after opening, then one and a half Keep Alives. */
  readonly timer: Timer<Link>;
  lastReceived = Number.NaN;
  /** One and a half Keep Alives in nanoseconds; Infinity: none. */
  patience = Number.NaN;
  partial: Partial | undefined = undefined;
  opening: Opening | undefined = undefined;

  // What the client takes.
  maximumPacketSize = Number.NaN;
  /** Of its Receive Maximum and our own limit the lesser. */
  window = 0;
  /** Topic Aliases that may be set. */
  aliasesLeft = 0;
  aliasOf: Map<string, number> | undefined = undefined;
  problemInformation = true;

  // What the client sends.
  /** Topic behind each alias. */
  aliases: (string | undefined)[] | undefined = undefined;
  /** The topic of its last PUBLISH that it may publish to. */
  allowedTopic: string | undefined = undefined;
  /** PUBLISH packets in the second that began at … */
  rateSecond = Number.NaN;
  rateCount = 0;
  /** Authentication Method of its CONNECT, and what a re-authentication goes on with. */
  method = '';
  again: { state: unknown } | undefined = undefined;

  /** Its messages need no change for it but that of version and QoS: no mount point, no Topic Aliases. */
  plain = true;

  constructor(
    readonly id: number,
    readonly listenerIndex: number,
    /** What CONNACK promised stays; see `reload`. */
    public listener: ListenerSettings,
    readonly remote: string,
    public userName: string | undefined,
  ) {
    this.timer = new Timer('link', this);
    this.patience = Number.POSITIVE_INFINITY;
    this.maximumPacketSize = listener.maximumPacketSize;
  }

  /** Of new settings an open connection takes those that it has not been told. */
  reload({ authorize }: ListenerSettings): void {
    this.listener = { ...this.listener, authorize };
  }
}

export class Session {
  link: Link | undefined = undefined;
  /** Seconds after the end of the connection; 0xffffffff: no end. */
  expiryInterval = Number.NaN;
  readonly timer: Timer<Session>;
  /** When it was left by its client. */
  leftAt = Number.NaN;
  /** As `authorize` knows it; of the last connection. */
  client: Client;
  listener: ListenerSettings;
  /** By topic filter. */
  subscriptions: Map<string, Subscription> | undefined = undefined;
  /** Sent and not done, in the order of sending, by Packet Identifier. */
  inflight: Map<number, Delivery> | undefined = undefined;
  /** Of these, what this connection has not been sent again yet, for want of Receive Maximum. */
  unsent: Fifo<Delivery> | undefined = undefined;
  queue: Fifo<Delivery> | undefined = undefined;
  /** Bytes of both. */
  bytes = Number.NaN;
  /** The queue is at its limit. */
  full = false;
  /** The limit was said, and the queue has not been empty since. */
  dropping = false;
  /** Packet Identifiers of QoS 2 messages of the client that wait for PUBREL. */
  incoming: Set<number> | undefined = undefined;
  lastPacketId = 0;
  /** Orders what is stored of its deliveries. */
  lastOrder = Number.NaN;
  will: Will | undefined = undefined;
  /** Set while its will waits for its delay. */
  readonly willTimer: Timer<Session>;
  /** Retained messages that wait to be sent, a walk for each topic filter that brings some. */
  walks: Map<string, RetainedWalk> | undefined = undefined;
  /** Its state goes into the store. */
  stores = false;
  /** Its will does, even if it ends with its connection. */
  storesWill = false;

  constructor(
    readonly clientId: string,
    client: Client,
    listener: ListenerSettings,
  ) {
    this.client = client;
    this.listener = listener;
    this.timer = new Timer('session', this);
    this.willTimer = new Timer('will', this);
    this.expiryInterval = 0;
    this.bytes = 0;
    this.lastOrder = 0;
  }
}

/**
 * Who gets a message, and how: a subscription, or what several of one session come to. A message goes to a session once,
 * with the highest QoS of the subscriptions that it matches and the identifiers of all (5.0: 3.3.4).
 */
export class Receiver {
  constructor(
    readonly session: Session,
    readonly qos: number,
    /** 5.0: 3.8.3.1. Of several subscriptions: when one of them asks for it. */
    readonly retainAsPublished: boolean,
    /** Some subscription has No Local: for a message of the session itself `own` counts. */
    readonly noLocal: boolean,
    readonly identifiers: readonly number[] | undefined,
    /** What is left for the session's own messages; undefined: nothing. */
    readonly own: Receiver | undefined,
  ) {}
}

export class Subscription extends Receiver {
  /** Place in the list of its level or share. */
  place = -1;
  share: Share | undefined = undefined;

  constructor(
    session: Session,
    /** With the mount point behind $share/name/. */
    readonly topicFilter: string,
    qos: number,
    retainAsPublished: boolean,
    noLocal: boolean,
    readonly retainHandling: number,
    readonly identifier: number | undefined,
  ) {
    super(session, qos, retainAsPublished, noLocal, identifier === undefined ? undefined : [identifier], undefined);
  }
}

/** The members of a shared subscription (5.0: 4.8.2): each message goes to one of them, in turn. */
export class Share {
  readonly members: Subscription[] = [];
  private turn = 0;

  constructor(readonly name: string) {}

  /** The next one whose client is there and takes messages, else the next whose session has room; undefined: none. */
  pick(qos: number, mayReceive: (session: Session) => boolean): Subscription | undefined {
    const { members } = this;
    const count = members.length;
    let second = -1;
    for (let i = 0; i < count; i++) {
      const at = (this.turn + i) % count;
      const { session, qos: granted } = members[at]!;
      const { link } = session;
      const ready = link !== undefined && !link.congested;
      if (!ready && (second >= 0 || qos === 0 || granted === 0 || session.full)) continue;
      if (!mayReceive(session)) continue;
      if (ready) {
        this.turn = (at + 1) % count;
        return members[at];
      }
      second = at;
    }
    if (second < 0) return undefined;
    this.turn = (second + 1) % count;
    return members[second];
  }
}
