// Steps of QoS 1 and 2 exchanges that never came (3.3.4, 4.3, 4.5): PUBACK, PUBREC, PUBREL or PUBCOMP. It is judged at the end
// of a connection, and only against a side that was alive GRACE after the step was due to it, or that had answered a later
// message meanwhile (a client answers in order, 4.6).

import type { ClosedEvent, PacketEvent } from '../event.js';
import type { Example, Violation } from '../example.js';
import { LATER, SUBSCRIBED } from '../flow-examples.js';
import { refOf } from '../flow-verdicts.js';
import type { Asked } from '../gates.js';
import { conversationRule, type Rule, type RuleSet, type Verdict } from '../rule.js';
import { OPENED } from '../samples.js';
import type { Exchange } from '../state/exchange.js';
import { GRACE, spanText } from '../state/grace.js';

type Role = 'client' | 'server';
type Step = 'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP';

interface Unanswered {
  readonly name: string;
  readonly refs: Rule['refs'];
  readonly hint: string;
  readonly step: Step;
  /** Who owes the step; absent: either side. */
  readonly by?: Role;
  /** Of which packets it is asked; absent: of every one of an exchange. */
  readonly asked?: Asked;
  /** Which of the exchanges that wait for the step it speaks of. */
  is(exchange: Exchange, time: number): boolean;
  readonly violates: readonly Violation[];
  readonly complies: readonly Example[];
}

const ROLES = ['client', 'server'] as const;
const WAITING = { PUBACK: 'published-1', PUBREC: 'published-2', PUBREL: 'received', PUBCOMP: 'released' } as const;
const ASKED_BY = { PUBACK: 'PUBLISH', PUBREC: 'PUBLISH', PUBREL: 'PUBREC', PUBCOMP: 'PUBREL' } as const;

const other = (role: Role): Role => (role === 'client' ? 'server' : 'client');

export function unanswered(row: Unanswered): Rule {
  const { name, refs, hint, step, by, asked = 'flow', is, violates, complies } = row;
  return conversationRule({
    ...{ name, refs, hint, violates, complies },
    party: by ?? 'sender',
    needs: 'both',
    on: [step],
    ...(by === undefined ? {} : { from: by }),
    asked,
    faults: 'none',
    check(_packet, verdict, { flow, sender, time }: PacketEvent) {
      if (flow?.kind === 'answers' && (by ?? sender.role) === sender.role && is(flow.exchange!, time)) verdict.hold();
    },
    closed(event, verdict) {
      for (const owner of ROLES) {
        const debtor = step === 'PUBREL' ? owner : other(owner);
        if (by === undefined || by === debtor) closed(row, event, owner, debtor, verdict);
      }
    },
  });
}

function closed(
  { step, is }: Unanswered,
  { conversation, time }: ClosedEvent,
  owner: Role,
  debtor: Role,
  verdict: Verdict,
): void {
  const { lastTime, disconnect } = conversation[debtor];
  // Whoever must close the connection for a fault of the other needs not go on with its messages.
  if (conversation[other(debtor)].offence !== undefined) return;
  const alive = disconnect === undefined ? lastTime : disconnect.time;
  for (const exchange of conversation[owner].flows.open()) {
    const { state, isHere, releases, stepAt, overtakenBy } = exchange;
    if (state !== WAITING[step] || (!isHere && releases === 0) || !is(exchange, time)) continue;
    // A client that answered a later message cannot answer this one in order any more.
    const isPassed = debtor === 'client' && overtakenBy > 0 && conversation.info.version !== '3.1';
    if (!isPassed && !(alive - stepAt >= GRACE)) continue;
    const span = isPassed ? `a later message was answered, in packet #${overtakenBy}` : spanText(alive - stepAt);
    const asked = `the ${ASKED_BY[step]} for Packet Identifier ${exchange.packetId}`;
    const message = isPassed
      ? `no ${step} came for ${asked}, though ${span}`
      : `no ${step} came for ${asked}, though its receiver was there for ${span} more`;
    verdict.violate({ message, frame: refOf(exchange, owner), party: debtor, since: exchange.sentAt });
  }
}

const HINT = 'acknowledge every QoS 1 and 2 message, whatever becomes of its content';
export const isFirst = ({ sends, isResumed }: Exchange): boolean => sends < 2 && !isResumed;

export const QOS_UNANSWERED: RuleSet = {
  rules: [
    unanswered({
      name: 'publish-unacknowledged-qos-1-client',
      refs: {
        '3.1': ['§3.3'],
        '3.1.1': ['MQTT-4.5.0-2', 'MQTT-3.3.4-1', 'MQTT-4.3.2-2'],
        '5.0': ['MQTT-4.5.0-2', 'MQTT-3.3.4-1', 'MQTT-4.3.2-4'],
      },
      hint: HINT,
      ...{ step: 'PUBACK', by: 'client' },
      is: () => true,
      violates: [
        {
          title: 'the client goes on without PUBACK',
          transcript: `${SUBSCRIBED} < 32 { "t" 0007 p 'x' } ${LATER}`,
          frame: 5,
        },
        {
          title: 'the client leaves one of two out',
          transcript: `${SUBSCRIBED} < 32 { "t" 0007 p 'x' }\n < 32 { "t" 0008 p 'y' }\n > 40 { 0008 }\n > e0 { }\n fin >\n fin <`,
          versions: ['3.1.1', '5.0'],
          frame: 5,
        },
      ],
      complies: [{ title: 'PUBACK', transcript: `${SUBSCRIBED} < 32 { "t" 0007 p 'x' }\n > 40 { 0007 } ${LATER}` }],
    }),
    unanswered({
      name: 'publish-unacknowledged-qos-1-server',
      refs: {
        '3.1': ['§3.3'],
        '3.1.1': ['MQTT-3.3.4-1', 'MQTT-4.3.2-2'],
        '5.0': ['MQTT-3.3.4-1', 'MQTT-4.3.2-4'],
      },
      hint: HINT,
      ...{ step: 'PUBACK', by: 'server' },
      is: () => true,
      violates: [
        {
          title: 'the server goes on without PUBACK',
          transcript: `${OPENED} > 32 { "a" 0007 p 'x' } ${LATER}`,
          frame: 3,
        },
      ],
      complies: [{ title: 'PUBACK', transcript: `${OPENED} > 32 { "a" 0007 p 'x' }\n < 40 { 0007 } ${LATER}` }],
    }),
    unanswered({
      name: 'publish-unacknowledged-qos-2-client',
      refs: {
        '3.1': ['§3.3'],
        '3.1.1': ['MQTT-4.5.0-2', 'MQTT-3.3.4-1', 'MQTT-4.3.3-2'],
        '5.0': ['MQTT-4.5.0-2', 'MQTT-3.3.4-1', 'MQTT-4.3.3-8'],
      },
      hint: HINT,
      ...{ step: 'PUBREC', by: 'client' },
      is: isFirst,
      violates: [
        {
          title: 'the client goes on without PUBREC',
          transcript: `${SUBSCRIBED} < 34 { "t" 0007 p 'x' } ${LATER}`,
          frame: 5,
        },
      ],
      complies: [{ title: 'PUBREC', transcript: `${SUBSCRIBED} < 34 { "t" 0007 p 'x' }\n > 50 { 0007 }` }],
    }),
    unanswered({
      name: 'publish-unacknowledged-qos-2-server',
      refs: {
        '3.1': ['§3.3'],
        '3.1.1': ['MQTT-3.3.4-1', 'MQTT-4.3.3-2'],
        '5.0': ['MQTT-3.3.4-1', 'MQTT-4.3.3-8'],
      },
      hint: HINT,
      ...{ step: 'PUBREC', by: 'server' },
      is: isFirst,
      violates: [
        {
          title: 'the server goes on without PUBREC',
          transcript: `${OPENED} > 34 { "a" 0007 p 'x' } ${LATER}`,
          frame: 3,
        },
      ],
      complies: [{ title: 'PUBREC', transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }` }],
    }),
  ],
  unjudged: [],
};
