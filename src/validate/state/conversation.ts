// One MQTT connection as it is judged: its two sides, what CONNECT and CONNACK said, its session, and how it ended. Rules
// see it as it was before the packet at hand.

import type { ConnectionInfo } from '../../dissect/item.js';
import type { Seen } from '../seen.js';
import { Authentication } from './authentication.js';
import type { Broker } from './broker.js';
import type { Closed, Closing } from './closed.js';
import type { DeliveryFact } from './delivery.js';
import type { FlowFact } from './flows.js';
import { Half } from './half.js';
import { Opening } from './opening.js';
import { Pings } from './pings.js';
import { type RequestFact, Requests } from './requests.js';
import type { Session } from './session.js';
import { WebSocket } from './websocket.js';

export class Conversation {
  readonly client = new Half('client');
  readonly server = new Half('server');
  /** CONNECT and CONNACK. */
  readonly opening = new Opening();
  /** SUBSCRIBE and UNSUBSCRIBE under way. */
  readonly requests = new Requests();
  /** PINGREQ under way. */
  readonly pings = new Pings();
  /** AUTH exchanges (5.0). */
  readonly authentication = new Authentication();
  readonly webSocket = new WebSocket();
  /** Known from an accepting CONNACK on. */
  session: Session | undefined = undefined;
  closed: Closed | undefined = undefined;

  constructor(
    readonly info: ConnectionInfo,
    /** When there was something to say of it first (ns). */
    readonly since: number,
    readonly broker: Broker,
  ) {}

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

  /** What the packet means for the exchange of a message; nothing is changed. */
  flow(seen: Seen): FlowFact | undefined {
    return this.client.flows.classify(seen) ?? this.server.flows.classify(seen);
  }

  request(seen: Seen): RequestFact | undefined {
    return this.requests.classify(seen);
  }

  delivery(seen: Seen): DeliveryFact | undefined {
    return seen.fromClient || seen.packet.type !== 'PUBLISH' ? undefined : this.broker.delivery(seen, this.session);
  }

  /** Rules have seen it: the packet takes effect. */
  apply(
    seen: Seen,
    flow: FlowFact | undefined,
    request: RequestFact | undefined,
    delivery: DeliveryFact | undefined,
  ): void {
    const { opening, client, server, broker } = this;
    const sender = seen.fromClient ? client : server;
    const before = opening.connack;
    this.pings.apply(seen, server.lastTime);
    this.authentication.apply(seen, before !== undefined);
    sender.sent(seen);
    opening.apply(seen, sender.limits);
    client.follow(seen);
    server.follow(seen);
    client.flows.apply(seen, flow);
    server.flows.apply(seen, flow);
    this.requests.apply(seen, request);
    if (before === undefined && opening.connack !== undefined && opening.accepted) {
      this.session = broker.open(opening, seen);
    }
    broker.apply(seen, this.session, request, delivery);
  }

  end(closed: Closed): void {
    this.closed = closed;
    this.broker.closed(this.session, closed);
  }
}
