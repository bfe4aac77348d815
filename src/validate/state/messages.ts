// Application Messages of one server: what clients published of late, and what it retains.

import type { JudgeLimits } from '../limits.js';
import type { Seen } from '../seen.js';
import type { DeliveryFact } from './delivery.js';
import type { Session } from './session.js';

export class Messages {
  constructor(readonly limits: JudgeLimits) {}

  /** PUBLISH of the server: where it may come from; nothing is changed. */
  delivery(_seen: Seen, _session: Session | undefined): DeliveryFact | undefined {
    return undefined;
  }

  apply(_seen: Seen, _session: Session | undefined, _delivery: DeliveryFact | undefined): void {}
}
