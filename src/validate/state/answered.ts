// What the PUBACK or PUBREC of a message says of it: that the server has it, and in 5.0 whether it took it; from a member of
// a shared subscription, what became of the delivery.

import type { Seen } from '../seen.js';
import type { Publisher } from './publication.js';

/** Reason Codes from here on say no. */
const REFUSED = 0x80;

export function answered(seen: Seen, packetId: number, reasonCode: number, publisher: Publisher): void {
  const { type, version } = seen;
  if (seen.fromClient) {
    const shared = publisher.shared?.get(packetId);
    if (shared === undefined) return;
    shared.code = reasonCode;
    if (reasonCode >= REFUSED) publisher.refused = shared;
    publisher.shared?.delete(packetId);
    return;
  }
  const publication = publisher.pending.get(packetId);
  if (publication === undefined) return;
  if (reasonCode >= REFUSED) publication.isRejected = true;
  // Before 5.0 an acknowledgement says nothing about it (3.3.5).
  else if (version === '5.0') publication.isAccepted = true;
  if (type === 'PUBACK') publication.settled(seen.time);
  if (type === 'PUBACK' || reasonCode >= REFUSED) publisher.pending.delete(packetId);
}
