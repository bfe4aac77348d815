// The order in which a client sends again and acknowledges (4.6): that of the messages that it sent or received. An
// acknowledgement that comes after that of a later message is the one at fault; one that never comes is another rule's.

import type { PacketEvent } from '../event.js';
import type { Example, Violation } from '../example.js';
import { BACK, KEPT, SUBSCRIBED } from '../flow-examples.js';
import { conversationRule, type Rule, type RuleSet, type Verdict } from '../rule.js';
import { OPENED } from '../samples.js';

type Ordered = 'PUBACK' | 'PUBREC' | 'PUBREL';

interface Order {
  readonly type: Ordered;
  readonly refs: Rule['refs'];
  readonly hint: string;
  readonly violates: readonly Violation[];
  readonly complies: readonly Example[];
}

function order({ type, ...head }: Order): Rule {
  return conversationRule({
    name: `${type.toLowerCase()}-order`,
    ...head,
    party: 'client',
    needs: 'both',
    on: [type],
    from: 'client',
    asked: 'followed',
    faults: 'odd-flow',
    check(_packet, verdict: Verdict, { flow, fromClient }: PacketEvent) {
      if (!fromClient || flow?.kind !== 'answers') return;
      const exchange = flow.exchange!;
      if (exchange.overtakenBy > 0) {
        const message = `${type} for Packet Identifier ${exchange.packetId} comes after that of a later message, packet #${exchange.overtakenBy}`;
        verdict.violate({ message, path: `${type.toLowerCase()}.packetId`, since: exchange.sentAt });
      } else if (exchange.after !== undefined) verdict.hold();
    },
  });
}

const TWO_QOS_1 = `${SUBSCRIBED} < 32 { "t" 0007 p 'x' }\n < 32 { "t" 0008 p 'y' }\n`;
const TWO_QOS_2 = `${SUBSCRIBED} < 34 { "t" 0007 p 'x' }\n < 34 { "t" 0008 p 'y' }\n`;
const TWO_SENT = `${OPENED} > 34 { "a" 0007 p 'x' }\n > 34 { "a" 0008 p 'y' }\n < 50 { 0007 }\n < 50 { 0008 }\n`;

export const ORDERING: RuleSet = {
  rules: [
    conversationRule({
      name: 'publish-again-order',
      refs: { '3.1.1': ['MQTT-4.6.0-1'], '5.0': ['MQTT-4.6.0-1'] },
      party: 'client',
      hint: 'send messages again in the order in which they were sent first',
      needs: 'sender',
      asked: 'odd-flow',
      on: ['PUBLISH'],
      check(_packet, verdict, { flow, fromClient }) {
        if (!fromClient || flow?.kind !== 'resumed') return;
        const exchange = flow.exchange!;
        const { lastResumed } = flow.flows;
        if (lastResumed === undefined) return;
        if (exchange.order > lastResumed.order) return verdict.hold();
        const message = `the message of packet #${exchange.number} is sent again after that of packet #${lastResumed.number}, before which it was sent first`;
        verdict.violate({ message, path: 'publish.packetId' });
      },
      violates: [
        {
          title: 'the later message first',
          transcript: `${KEPT} > 32 { "a" 0007 p 'x' }\n > 32 { "a" 0008 p 'y' } ${BACK} 2> 3a { "a" 0008 p 'y' }\n 2> 3a { "a" 0007 p 'x' }
            2< 40 { 0008 }\n 2< 40 { 0007 }`,
          ...{ frame: 8, at: 5, length: 2 },
        },
      ],
      complies: [
        {
          title: 'as they were sent first',
          transcript: `${KEPT} > 32 { "a" 0007 p 'x' }\n > 32 { "a" 0008 p 'y' } ${BACK} 2> 3a { "a" 0007 p 'x' }\n 2> 3a { "a" 0008 p 'y' }
            2< 40 { 0007 }\n 2< 40 { 0008 }`,
        },
      ],
    }),
    order({
      type: 'PUBACK',
      refs: { '3.1.1': ['MQTT-4.6.0-2'], '5.0': ['MQTT-4.6.0-2'] },
      hint: 'send PUBACK in the order in which the QoS 1 messages were received',
      violates: [
        {
          title: 'the later message is acknowledged first',
          transcript: `${TWO_QOS_1} > 40 { 0008 }\n > 40 { 0007 }`,
          ...{ frame: 8, at: 2, length: 2 },
        },
      ],
      complies: [{ title: 'as they were received', transcript: `${TWO_QOS_1} > 40 { 0007 }\n > 40 { 0008 }` }],
    }),
    order({
      type: 'PUBREC',
      refs: { '3.1.1': ['MQTT-4.6.0-3'], '5.0': ['MQTT-4.6.0-3'] },
      hint: 'send PUBREC in the order in which the QoS 2 messages were received',
      violates: [
        {
          title: 'the later message is answered first',
          transcript: `${TWO_QOS_2} > 50 { 0008 }\n > 50 { 0007 }`,
          ...{ frame: 8, at: 2, length: 2 },
        },
      ],
      complies: [{ title: 'as they were received', transcript: `${TWO_QOS_2} > 50 { 0007 }\n > 50 { 0008 }` }],
    }),
    order({
      type: 'PUBREL',
      refs: { '3.1.1': ['MQTT-4.6.0-4'], '5.0': ['MQTT-4.6.0-4'] },
      hint: 'send PUBREL in the order in which PUBREC was received',
      violates: [
        {
          title: 'the later PUBREC is answered first',
          transcript: `${TWO_SENT} > 62 { 0008 }\n > 62 { 0007 }\n < 70 { 0008 }\n < 70 { 0007 }`,
          ...{ frame: 8, at: 2, length: 2 },
        },
      ],
      complies: [
        {
          title: 'as PUBREC was received',
          transcript: `${TWO_SENT} > 62 { 0007 }\n > 62 { 0008 }\n < 70 { 0007 }\n < 70 { 0008 }`,
        },
      ],
    }),
  ],
  unjudged: [],
};
