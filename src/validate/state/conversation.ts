// One MQTT connection as it is judged: its two sides, what CONNECT and CONNACK said, its session, and how it ended. Rules
// see it as it was before the packet at hand.

import type { ConnectionInfo } from '../../dissect/item.js';
import type { Seen } from '../seen.js';
import type { Broker } from './broker.js';
import type { Closed } from './closed.js';
import type { DeliveryFact } from './delivery.js';
import type { FlowFact } from './flows.js';
import { Half } from './half.js';
import { Opening } from './opening.js';
import { type RequestFact, Requests } from './requests.js';
import type { Session } from './session.js';

export class Conversation {
  readonly client = new Half('client');
  readonly server = new Half('server');
  /** CONNECT and CONNACK. */
  readonly opening = new Opening();
  /** SUBSCRIBE and UNSUBSCRIBE under way. */
  readonly requests = new Requests();
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
    sender.sent(seen);
    opening.apply(seen, sender.limits);
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
