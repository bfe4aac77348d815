// PUBREL (3.6, 4.3.3): follows a PUBREC, under the identifier of the message, and not after a PUBREC that refused it (5.0).

import { blame } from '../doubt.js';
import { BACK, KEPT } from '../flow-examples.js';
import { accuseFlow, named } from '../flow-verdicts.js';
import { conversationRule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';
import { LEFT_OVER } from '../state/flows.js';

/** 5.0: a PUBREL that says so itself answers a PUBREC for a message that its sender does not know. */
const NOT_FOUND = 0x92;

export const QOS_2_RELEASE: RuleSet = {
  rules: [
    conversationRule({
      name: 'pubrel-unasked',
      refs: {
        '3.1': ['§3.6'],
        '3.1.1': ['MQTT-2.3.1-6', 'MQTT-4.3.3-1'],
        '5.0': ['MQTT-2.2.1-5', 'MQTT-4.3.3-4'],
      },
      party: 'sender',
      hint: 'send PUBREL under the Packet Identifier of the QoS 2 PUBLISH that it belongs to',
      needs: 'sender',
      asked: 'flow',
      faults: 'odd-flow',
      on: ['PUBREL'],
      check({ reasonCode }, verdict, { flow }) {
        if (flow === undefined || reasonCode === NOT_FOUND) return;
        const { kind, packetId, exchange } = flow;
        if (kind === 'answers') return verdict.hold();
        if (kind !== 'unasked' && kind !== 'wrong-type') return;
        const path = 'pubrel.packetId';
        if (exchange === undefined) {
          const message = `PUBREL for Packet Identifier ${packetId}, under which no QoS 2 PUBLISH was sent`;
          const { unknown, mayRepeat } = flow.flows;
          const doubt = unknown ?? (mayRepeat === LEFT_OVER ? LEFT_OVER : undefined);
          blame(verdict, doubt, { message, path });
        } else {
          const message = `PUBREL for Packet Identifier ${packetId}: its PUBLISH, packet #${exchange.number}, has QoS 1`;
          accuseFlow(verdict, flow, { message, path, since: exchange.stepAt });
        }
      },
      violates: [
        {
          title: 'PUBREL under another identifier',
          transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n > 62 { 0008 }`,
          ...{ frame: 5, at: 2, length: 2 },
        },
        {
          title: 'PUBREL for a QoS 1 message',
          transcript: `${OPENED} > 32 { "a" 0007 p 'x' }\n > 62 { 0007 }\n < 40 { 0007 }`,
          ...{ frame: 4, at: 2, length: 2 },
        },
      ],
      complies: [
        {
          title: 'PUBREL under the identifier of PUBLISH and PUBREC',
          transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n > 62 { 0007 }\n < 70 { 0007 }`,
        },
        {
          title: 'PUBREL again, though the server lost the session',
          versions: ['3.1.1'],
          unavoidable: ['session-lost'],
          transcript: `${KEPT} > 34 { "a" 0006 'w' }\n < 50 { 0006 }\n > 62 { 0006 }\n < 70 { 0006 }
            > 34 { "a" 0007 'x' }\n < 50 { 0007 } ${BACK.replace('01 00', '00 00')} 2> 62 { 0007 }\n 2< 70 { 0007 }`,
        },
      ],
    }),
    conversationRule({
      name: 'pubrel-before-pubrec',
      refs: { '3.1': ['§3.6'], '3.1.1': ['MQTT-4.3.3-1'], '5.0': ['MQTT-4.3.3-3'] },
      party: 'sender',
      hint: 'wait for PUBREC before PUBREL: until then the message is not delivered',
      needs: 'both',
      asked: 'flow',
      faults: 'odd-flow',
      on: ['PUBREL'],
      check(_packet, verdict, { flow }) {
        if (flow?.kind === 'answers') verdict.hold();
        if (flow?.kind !== 'early') return;
        const message = `PUBREL for Packet Identifier ${flow.packetId}: ${named(flow.exchange!)}`;
        accuseFlow(verdict, flow, { message, path: 'pubrel.packetId', since: flow.exchange!.sentAt });
      },
      violates: [
        {
          title: 'PUBREL right after PUBLISH',
          transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n > 62 { 0007 }\n < 50 { 0007 }\n < 70 { 0007 }`,
          ...{ frame: 4, at: 2, length: 2 },
        },
      ],
      complies: [
        {
          title: 'PUBREL after PUBREC',
          transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n > 62 { 0007 }\n < 70 { 0007 }`,
        },
      ],
    }),
    conversationRule({
      name: 'pubrel-after-refusal',
      refs: { '5.0': ['MQTT-4.3.3-4'] },
      party: 'sender',
      hint: 'a PUBREC with a Reason Code of 0x80 or more ends the exchange: send no PUBREL',
      needs: 'both',
      asked: 'flow',
      faults: 'odd-flow',
      on: ['PUBREL'],
      check({ reasonCode }, verdict, { flow }) {
        if (flow?.kind === 'answers') verdict.hold();
        if (flow?.kind !== 'refused' || reasonCode === NOT_FOUND) return;
        const message = `PUBREL for Packet Identifier ${flow.packetId}: ${named(flow.exchange!)}`;
        accuseFlow(verdict, flow, { message, path: 'pubrel.packetId', since: flow.exchange!.stepAt });
      },
      violates: [
        {
          title: 'PUBREL after "quota exceeded"',
          transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 97 }\n > 62 { 0007 }\n < 70 { 0007 92 }`,
          ...{ frame: 5, at: 2, length: 2 },
        },
      ],
      complies: [
        {
          title: 'PUBREL after a PUBREC that is no refusal',
          transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 10 }\n > 62 { 0007 }\n < 70 { 0007 }`,
        },
      ],
    }),
  ],
  unjudged: [],
};
