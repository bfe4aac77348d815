// SUBSCRIBE and UNSUBSCRIBE of a client that wait for their answer, by Packet Identifier.

import type { Seen } from '../seen.js';

/** What a SUBSCRIBE, UNSUBSCRIBE, SUBACK or UNSUBACK means. */
export interface RequestFact {
  readonly kind: 'new';
}

export class Requests {
  /** Nothing is changed. Undefined for other packets. */
  classify(_seen: Seen): RequestFact | undefined {
    return undefined;
  }

  apply(_seen: Seen, _fact: RequestFact | undefined): void {}

  /** Whether an identifier is in use by a request. */
  has(_packetId: number): boolean {
    return false;
  }
}
