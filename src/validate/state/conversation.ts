// One MQTT connection as it is judged: its two sides, what CONNECT and CONNACK said, its session, and how it ended. Rules
// see it as it was before the packet at hand.

import type { ConnectionInfo } from '../../dissect/item.js';
import type { Seen } from '../seen.js';
import { Authentication } from './authentication.js';
import type { Broker } from './broker.js';
import type { Closed, Closing } from './closed.js';
import type { DeliveryFact } from './delivery.js';
import type { FlowFact } from './flow-fact.js';
import { Half, type Offence } from './half.js';
import type { Link } from './link.js';
import { Opening } from './opening.js';
import { Pings } from './pings.js';
import { type PublicationLog, Publisher } from './publication.js';
import { type RequestFact, Requests } from './requests.js';
import type { Session } from './session.js';
import { WebSocket } from './websocket.js';
import type { WillFact } from './wills.js';

export class Conversation {
  readonly client = new Half('client');
  readonly server = new Half('server');
  /** CONNECT and CONNACK. */
  readonly opening = new Opening();
  /** Its client as one that publishes. */
  readonly publisher: Publisher;
  /** SUBSCRIBE and UNSUBSCRIBE under way. */
  readonly requests: Requests;
  /** PINGREQ under way. */
  readonly pings = new Pings();
  /** AUTH exchanges (5.0). */
  readonly authentication = new Authentication();
  readonly webSocket = new WebSocket();
  /** Known from an accepting CONNACK on. */
  session: Session | undefined = undefined;
  /** What its session and its will know of it: from CONNECT on. */
  link: Link | undefined = undefined;
  closed: Closed | undefined = undefined;
  /** Of one of its sides. */
  private hasOffence = false;
  /** It was noticed before its CONNECT was: its client is not known. */
  private isHidden = false;

  constructor(
    readonly info: ConnectionInfo,
    /** When there was something to say of it first (ns). */
    readonly since: number,
    readonly broker: Broker,
  ) {
    this.requests = new Requests(broker.limits.openRequests);
    this.publisher = new Publisher(this.client.evidence);
    broker.senders.follow(this.client.evidence);
    if (info.lacks === undefined) return;
    for (const { evidence, direction } of [this.client, this.server]) {
      evidence.watch((since) => info.lacks!(direction, since));
    }
  }

  /** Its client is known, and nobody owes a close. */
  get isCalm(): boolean {
    return this.link !== undefined && !this.hasOffence;
  }

  /** A side did what the other must close for. */
  offend(role: 'client' | 'server', offence: Offence): void {
    this.half(role).offence ??= offence;
    this.hasOffence = true;
  }

  /** Bytes of a side were not seen. */
  missed(role: 'client' | 'server', reason: string, time: number): void {
    this.half(role).evidence.missed(reason, time);
    if (role === 'client') this.broker.senders.missed(reason, time);
  }

  half(role: 'client' | 'server'): Half {
    return role === 'client' ? this.client : this.server;
  }

  /** Who began to close it, as soon as that was seen: the connection may still be open on the other side. */
  get closing(): Closing | undefined {
    const { webSocket, info } = this;
    const fin = info.firstFin;
    if (webSocket.closedBy !== undefined && !(fin !== undefined && fin.time < webSocket.closedAt)) {
      return { by: webSocket.closedBy, how: 'websocket', time: webSocket.closedAt };
    }
    if (fin === undefined) return undefined;
    return { by: fin.direction === 'client-to-server' ? 'client' : 'server', how: 'fin', time: fin.time };
  }

  /** PUBLISH of the server: where it may come from; nothing is changed. */
  delivery(seen: Seen, log: PublicationLog | undefined): DeliveryFact | undefined {
    return this.broker.messages.delivery(seen, this.session, log);
  }

  /** PUBLISH of the server: the Will Message that it is, or looks like; nothing is changed. */
  will(seen: Seen, delivery: DeliveryFact | undefined): WillFact | undefined {
    return this.broker.will(seen, this.info.id, delivery);
  }

  /** Rules have seen it: the packet takes effect. */
  apply(
    seen: Seen,
    flow: FlowFact | undefined,
    request: RequestFact | undefined,
    delivery: DeliveryFact | undefined,
    will: WillFact | undefined,
    log: PublicationLog | undefined,
  ): void {
    const { client, server, broker } = this;
    const { packet } = seen;
    const sender = seen.fromClient ? client : server;
    const receiver = seen.fromClient ? server : client;
    switch (packet.type) {
      case 'PINGREQ':
      case 'PINGRESP':
        this.pings.apply(seen, server.lastTime);
        this.went(seen, sender);
        break;
      case 'PUBLISH':
      case 'PUBACK':
      case 'PUBREC':
      case 'PUBREL':
      case 'PUBCOMP':
        // Most packets are these: what is about others only is left out.
        this.went(seen, sender);
        if (flow !== undefined) flow.flows.apply(seen, flow);
        if (packet.properties !== undefined && packet.properties.length > 0) {
          sender.aliases.apply(seen, receiver.limits);
          sender.usesAliases = sender.aliases.used > 0;
        }
        break;
      default:
        this.settle(seen, sender, request);
    }
    broker.apply(seen, this.link, this.session, request, delivery, will);
    broker.messages.follow(seen, this.session, this.publisher, flow, request, delivery, log);
  }

  /** Any packet that neither begins nor ends anything of the connection. */
  private went(seen: Seen, sender: Half): void {
    sender.sent(seen);
    if (this.hasOffence) {
      this.client.follow(seen);
      this.server.follow(seen);
    }
    if (this.link === undefined) this.enter(seen);
  }

  /** Packets that belong to no message, but pings. */
  private settle(seen: Seen, sender: Half, request: RequestFact | undefined): void {
    const { opening, client, server } = this;
    const before = opening.connack;
    this.authentication.apply(seen, before !== undefined);
    sender.sent(seen);
    opening.apply(seen, sender.limits);
    if (before === undefined && opening.connack !== undefined && client.packets > 1) server.limits.cross();
    client.follow(seen);
    server.follow(seen);
    client.flows.apply(seen, undefined);
    server.flows.apply(seen, undefined);
    this.requests.apply(seen, request);
    this.enter(seen);
    client.standing = server.standing = 0;
  }

  end(closed: Closed): void {
    this.closed = closed;
    this.broker.senders.leave(this.client.evidence, closed.time);
    // What was missing has been told; the connection below need not be kept by a session that outlives it.
    this.client.evidence.watch(undefined);
    this.server.evidence.watch(undefined);
    this.broker.closed(this.link, closed);
    this.broker.messages.closed(this.publisher, closed.time);
  }

  /** The packets by which a connection joins its session and leaves it. */
  private enter(seen: Seen): void {
    const { link, broker, client, server } = this;
    const { packet, fromClient } = seen;
    if (packet.type === 'CONNECT') {
      if (!fromClient || link !== undefined) return;
      this.link = broker.connect(seen, packet, this.info.id, client, server);
      this.link.closing = () => this.closing;
    } else if (link === undefined) {
      if (!this.isHidden) broker.sessions.hidden(seen.time);
      this.isHidden = true;
    } else if (packet.type === 'CONNACK') {
      if (fromClient || link.answered !== undefined) return;
      this.session = broker.answer(link, seen, packet);
      // A client need not wait for CONNACK with its requests.
      this.session?.subscriptions.askAll(this.requests.all());
    } else if (packet.type === 'DISCONNECT' && fromClient) {
      broker.leave(link, seen, packet, this.closing?.by === 'server');
    }
  }
}
