// Acknowledgements of QoS 1 and 2 messages (3.3.4, 4.3): of the type that the message asks for, under its identifier, once for
// each time that it was sent, and each step after the one before it.

import { blame } from '../doubt.js';
import { SUBSCRIBED } from '../flow-examples.js';
import { named } from '../flow-verdicts.js';
import { conversationRule, type Fault, type RuleSet, type Verdict } from '../rule.js';
import { OPENED } from '../samples.js';
import type { FlowFact } from '../state/flow-fact.js';

const ASKED_FOR = { PUBACK: 'PUBLISH', PUBREC: 'PUBLISH', PUBCOMP: 'PUBREL' } as const;

/** An acknowledgement of nothing; what it may belong to lies before what was seen, when anything does. */
function unasked(verdict: Verdict, type: keyof typeof ASKED_FOR, { kind, packetId, flows, exchange }: FlowFact): void {
  const asked = ASKED_FOR[type];
  let message = `${type} for Packet Identifier ${packetId}, under which no ${asked} was sent`;
  if (kind === 'again') message = `another ${type} for Packet Identifier ${packetId}: ${named(exchange!)} already`;
  else if (exchange !== undefined) message = `${type} for Packet Identifier ${packetId}: ${named(exchange)}`;
  const fault: Fault = { message, path: `${type.toLowerCase()}.packetId` };
  if (exchange?.hasPast === false) verdict.violate({ ...fault, since: exchange.stepAt });
  else blame(verdict, flows.unknown, fault);
}

export const QOS_ACKNOWLEDGEMENTS: RuleSet = {
  rules: [
    conversationRule({
      name: 'acknowledgement-unasked',
      refs: { '3.1': ['§3.4', '§3.5'], '3.1.1': ['MQTT-2.3.1-6'], '5.0': ['MQTT-2.2.1-5'] },
      party: 'sender',
      hint: 'answer each PUBLISH once, under its own Packet Identifier',
      needs: 'receiver',
      asked: 'flow',
      faults: 'odd-flow',
      otherwise: 'holds',
      on: ['PUBACK', 'PUBREC'],
      check({ type }, verdict, { flow, frame }) {
        if (flow === undefined) return;
        if (flow.kind === 'answers') verdict.hold();
        else if (flow.kind === 'unasked') unasked(verdict, type as 'PUBACK' | 'PUBREC', flow);
        // 3.1 (4.2) lets flows be tried again without saying by whom.
        else if (flow.kind === 'again' && frame.version !== '3.1') unasked(verdict, type as 'PUBACK' | 'PUBREC', flow);
      },
      violates: [
        {
          title: 'PUBACK under another identifier',
          transcript: `${OPENED} > 32 { "a" 0007 p 'x' }\n < 40 { 0008 }`,
          ...{ frame: 4, at: 2, length: 2 },
        },
        {
          title: 'PUBREC of a client that got nothing',
          transcript: `${OPENED} > 50 { 0007 }`,
          ...{ frame: 3, at: 2, length: 2 },
        },
        {
          title: 'a second PUBACK',
          transcript: `${OPENED} > 32 { "a" 0007 p 'x' }\n < 40 { 0007 }\n < 40 { 0007 }`,
          versions: ['3.1.1', '5.0'],
          ...{ frame: 5, at: 2, length: 2 },
        },
      ],
      complies: [
        {
          title: 'one PUBACK and one PUBREC',
          transcript: `${OPENED} > 32 { "a" 0007 p 'x' }\n > 34 { "a" 0008 p 'y' }\n < 50 { 0008 }\n < 40 { 0007 }`,
        },
        {
          title: 'a PUBACK for each time that the message was sent',
          transcript: `${OPENED} > 32 { "a" 0007 p 'x' }\n wait 20s\n > 3a { "a" 0007 p 'x' }\n < 40 { 0007 }\n < 40 { 0007 }`,
          versions: ['3.1', '3.1.1'],
        },
      ],
    }),
    conversationRule({
      name: 'pubcomp-unasked',
      refs: { '3.1': ['§3.7'], '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-2.2.1-5', 'MQTT-4.3.3-11'] },
      party: 'sender',
      hint: 'send PUBCOMP once, as the answer to a PUBREL, under its Packet Identifier',
      needs: 'receiver',
      asked: 'flow',
      faults: 'odd-flow',
      otherwise: 'holds',
      on: ['PUBCOMP'],
      check(_packet, verdict, { flow }) {
        if (flow === undefined) return;
        if (flow.kind === 'answers') verdict.hold();
        else if (flow.kind === 'unasked' || flow.kind === 'early' || flow.kind === 'again') {
          unasked(verdict, 'PUBCOMP', flow);
        }
      },
      violates: [
        {
          title: 'PUBCOMP under another identifier',
          transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n > 62 { 0007 }\n < 70 { 0009 }`,
          ...{ frame: 6, at: 2, length: 2 },
        },
        {
          title: 'PUBCOMP before PUBREL',
          transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n < 70 { 0007 }\n > 62 { 0007 }\n < 70 { 0007 }`,
          ...{ frame: 5, at: 2, length: 2 },
        },
        {
          title: 'a second PUBCOMP',
          transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n > 62 { 0007 }\n < 70 { 0007 }\n < 70 { 0007 }`,
          ...{ frame: 7, at: 2, length: 2 },
        },
      ],
      complies: [
        {
          title: 'PUBREL and PUBCOMP',
          transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n > 62 { 0007 }\n < 70 { 0007 }`,
        },
      ],
    }),
    conversationRule({
      name: 'qos-1-wrong-acknowledgement',
      refs: { '3.1': ['§3.3'], '3.1.1': ['MQTT-3.3.4-1', 'MQTT-4.3.2-2'], '5.0': ['MQTT-3.3.4-1', 'MQTT-4.3.2-4'] },
      party: 'sender',
      hint: 'answer a QoS 1 message with PUBACK',
      needs: 'both',
      asked: 'qos-1',
      faults: 'odd-flow',
      otherwise: 'holds',
      on: ['PUBACK', 'PUBREC', 'PUBCOMP'],
      check({ type }, verdict, { flow }) {
        const exchange = flow?.exchange;
        if (exchange?.qos !== 1) return;
        if (flow!.kind === 'answers') verdict.hold();
        else if (flow!.kind === 'wrong-type') {
          const message = `${type} answers the PUBLISH of packet #${exchange.number}, which has QoS 1`;
          verdict.violate({ message, path: `${type.toLowerCase()}.packetType`, since: exchange.stepAt });
        }
      },
      violates: [
        {
          title: 'PUBREC for QoS 1',
          transcript: `${OPENED} > 32 { "a" 0007 p 'x' }\n < 50 { 0007 }`,
          ...{ frame: 4, at: 0, length: 1, bits: [7, 4] },
        },
      ],
      complies: [{ title: 'PUBACK for QoS 1', transcript: `${SUBSCRIBED} < 32 { "t" 0007 p 'x' }\n > 40 { 0007 }` }],
    }),
    conversationRule({
      name: 'qos-2-wrong-acknowledgement',
      refs: { '3.1': ['§3.3'], '3.1.1': ['MQTT-3.3.4-1', 'MQTT-4.3.3-2'], '5.0': ['MQTT-3.3.4-1', 'MQTT-4.3.3-8'] },
      party: 'sender',
      hint: 'answer a QoS 2 message with PUBREC',
      needs: 'both',
      asked: 'qos-2',
      faults: 'odd-flow',
      otherwise: 'holds',
      on: ['PUBACK', 'PUBREC'],
      check({ type }, verdict, { flow }) {
        const exchange = flow?.exchange;
        if (exchange?.qos !== 2) return;
        if (flow!.kind === 'answers') verdict.hold();
        else if (flow!.kind === 'wrong-type') {
          const message = `${type} answers the PUBLISH of packet #${exchange.number}, which has QoS 2`;
          verdict.violate({ message, path: `${type.toLowerCase()}.packetType`, since: exchange.stepAt });
        }
      },
      violates: [
        {
          title: 'PUBACK for QoS 2',
          transcript: `${SUBSCRIBED} < 34 { "t" 0007 p 'x' }\n > 40 { 0007 }`,
          ...{ frame: 6, at: 0, length: 1, bits: [7, 4] },
        },
      ],
      complies: [{ title: 'PUBREC for QoS 2', transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }` }],
    }),
  ],
  unjudged: [],
};
