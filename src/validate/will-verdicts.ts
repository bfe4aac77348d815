// What rules about wills share: how they name one, and how they accuse a server of having published one that must not
// come. That is said when the receiver's connection ends: only then it is known what other connections carried, since a
// gap in one of them holds its packets back, and whether the client's present will is the same message.

import { blame } from './doubt.js';
import type { ClosedEvent, PacketEvent } from './event.js';
import { quoted } from './quoted.js';
import type { Verdict } from './rule.js';
import { GRACE } from './state/grace.js';
import type { Will } from './state/will.js';
import type { Suspicion, WillFact } from './state/wills.js';

export type WillKind = WillFact['kind'];

/** "the will of packet #3 (CONNECT of "a", topic "w")" */
export function willText({ message, clientId }: Will): string {
  return `the will of packet #${message.frame.number} (CONNECT of ${quoted(clientId)}, topic ${quoted(message.topic)})`;
}

/** The will that a PUBLISH of the server is, in its time. */
export function willInTime({ will }: PacketEvent): Will | undefined {
  return will?.kind === 'due' ? will.will : undefined;
}

/** Says of each PUBLISH to this receiver that it is a will which must not come in this way. */
export function accuseWills(
  { conversation, time }: ClosedEvent,
  verdict: Verdict,
  kind: WillKind,
  messageOf: (will: Will, frame: Suspicion['frame']) => string,
): void {
  const { link, broker } = conversation;
  for (const suspicion of link?.suspicions ?? []) {
    const { fact, frame, stranger } = suspicion;
    const { will } = fact;
    if (fact.kind !== kind || will.imitatedAt < frame.time || !isNotPresent(suspicion, time)) continue;
    const fault = { message: messageOf(will, frame), frame };
    const { foreign } = broker.messages;
    const unseen =
      stranger ?? (foreign === undefined || foreign.number === frame.number ? undefined : unseenText(foreign.number));
    blame(verdict, unseen, fault);
  }
}

const unseenText = (number: number): string =>
  `the server also delivers messages of publishers that were not seen (packet #${number})`;

/** It is none of the present connection of the client: that is open, or ended long after. */
function isNotPresent({ fact, frame }: Suspicion, now: number): boolean {
  const { present } = fact;
  if (present === undefined) return true;
  const until = frame.time + GRACE;
  if (present.fate === 'kept') return now > until;
  if (present.fate === 'due') return present.dueFrom > until;
  return (present.fate === 'deleted' || present.fate === 'called-off') && present.cause!.time > until;
}
