// The QoS 1 and 2 messages that one side sends, by Packet Identifier. `classify` says what a packet means for its exchange
// and changes nothing, `apply` then makes it so.

import type { Seen } from '../seen.js';

/** What a packet means for the exchange that its Packet Identifier belongs to. */
export interface FlowFact {
  readonly kind: 'new';
}

export class Flows {
  constructor(readonly owner: 'client' | 'server') {}

  /** Undefined when the packet belongs to no exchange that this side begins. */
  classify(_seen: Seen): FlowFact | undefined {
    return undefined;
  }

  apply(_seen: Seen, _fact: FlowFact | undefined): void {}
}
