// What is known of one server over all its connections: the sessions by client identifier, their wills, and its messages.
// Bounded; what was let go makes verdicts inconclusive.

import type { JudgeLimits } from '../limits.js';
import type { Seen } from '../seen.js';
import type { Closed } from './closed.js';
import type { DeliveryFact } from './delivery.js';
import { Messages } from './messages.js';
import type { Opening } from './opening.js';
import type { RequestFact } from './requests.js';
import type { Session } from './session.js';

export class Broker {
  readonly messages: Messages;

  constructor(limits: JudgeLimits) {
    this.messages = new Messages(limits);
  }

  /** A CONNACK that accepts has come: the session that this connection goes on with, or begins. */
  open(_opening: Opening, _seen: Seen): Session | undefined {
    return undefined;
  }

  delivery(seen: Seen, session: Session | undefined): DeliveryFact | undefined {
    return this.messages.delivery(seen, session);
  }

  apply(
    seen: Seen,
    session: Session | undefined,
    request: RequestFact | undefined,
    delivery: DeliveryFact | undefined,
  ): void {
    session?.subscriptions.apply(seen, request);
    this.messages.apply(seen, session, delivery);
  }

  closed(_session: Session | undefined, _closed: Closed): void {}
}
