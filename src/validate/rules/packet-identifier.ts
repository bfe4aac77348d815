// Packet Identifiers (2.3.1; 5.0: 2.2.1): a new message or request takes one that its sender does not use. It is in use from
// the first packet of an exchange to its last acknowledgement, for messages and requests together.

import { KEPT_SUBSCRIBED, SUBSCRIBED } from '../flow-examples.js';
import { accuseFlow, named } from '../flow-verdicts.js';
import { conversationRule, type Rule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';

const HINT = 'take another Packet Identifier until the last acknowledgement of this one has come';

/** Assigned by whom (2.3.1-2, 2.3.1-4), and by the protocol of which QoS (4.3.2, 4.3.3). */
const CLIENT_QOS_1 = { '3.1': ['§2.4'], '3.1.1': ['MQTT-2.3.1-2', 'MQTT-2.3.1-3', 'MQTT-4.3.2-1'] } as const;
const CLIENT_QOS_2 = { '3.1': ['§2.4'], '3.1.1': ['MQTT-2.3.1-2', 'MQTT-2.3.1-3', 'MQTT-4.3.3-1'] } as const;

function inUse(owner: 'client' | 'server', level: 1 | 2, refs: Rule['refs'], examples: Examples): Rule {
  return conversationRule({
    name: `packet-identifier-in-use-${owner}-qos-${level}`,
    refs,
    party: owner,
    hint: HINT,
    needs: 'both',
    on: ['PUBLISH'],
    from: owner,
    asked: `qos-${level}`,
    faults: 'odd-flow',
    otherwise: 'holds',
    check({ qos }, verdict, { flow, conversation }) {
      if (flow === undefined || qos !== level || flow.flows.owner !== owner) return;
      const { kind, exchange, packetId } = flow;
      const path = 'publish.packetId';
      if (kind === 'in-use') {
        const message = `Packet Identifier ${packetId} is still in use by ${named(exchange!)}`;
        accuseFlow(verdict, flow, { message, path, since: exchange!.stepAt });
        return;
      }
      if (kind !== 'new') return;
      const request = owner === 'client' ? conversation.requests.get(packetId) : undefined;
      if (request === undefined) return verdict.hold();
      const { type, frame } = request;
      const message = `Packet Identifier ${packetId} is still in use by the ${type} of packet #${frame.number}`;
      verdict.violate({ message, path, since: frame.time });
    },
    ...examples,
  });
}

type Examples = Pick<Rule, 'violates' | 'complies'>;

export const PACKET_IDENTIFIER: RuleSet = {
  rules: [
    inUse(
      'client',
      1,
      { ...CLIENT_QOS_1, '5.0': ['MQTT-2.2.1-3', 'MQTT-4.3.2-1', 'MQTT-4.3.2-3'] },
      {
        violates: [
          {
            title: 'the identifier of a message that is not acknowledged',
            transcript: `${OPENED} > 32 { "a" 0007 p 'x' }\n > 32 { "a" 0007 p 'y' }\n < 40 { 0007 }\n < 40 { 0007 }`,
            ...{ frame: 4, at: 5, length: 2 },
          },
          {
            title: 'the identifier of a SUBSCRIBE that is not answered',
            transcript: `${OPENED} > 82 { 0007 p "t" 01 }\n > 32 { "a" 0007 p 'x' }\n < 90 { 0007 p 01 }\n < 40 { 0007 }`,
            ...{ frame: 4, at: 5, length: 2 },
          },
        ],
        complies: [
          {
            title: 'the identifier again after the acknowledgement',
            transcript: `${OPENED} > 32 { "a" 0007 p 'x' }\n < 40 { 0007 }\n > 32 { "a" 0007 p 'y' }\n < 40 { 0007 }`,
          },
        ],
      },
    ),
    inUse(
      'client',
      2,
      { ...CLIENT_QOS_2, '5.0': ['MQTT-2.2.1-3', 'MQTT-4.3.3-1'] },
      {
        violates: [
          {
            title: 'the identifier of a message whose PUBCOMP has not come',
            transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n > 62 { 0007 }\n > 34 { "a" 0007 p 'y' }`,
            ...{ frame: 6, at: 5, length: 2 },
          },
        ],
        complies: [
          {
            title: 'the identifier again after PUBCOMP',
            transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n > 62 { 0007 }\n < 70 { 0007 }
              > 34 { "a" 0007 p 'y' }\n < 50 { 0007 }`,
          },
        ],
      },
    ),
    inUse(
      'server',
      1,
      {
        '3.1': ['§2.4'],
        '3.1.1': ['MQTT-2.3.1-4', 'MQTT-4.3.2-1'],
        '5.0': ['MQTT-2.2.1-4', 'MQTT-4.3.2-1', 'MQTT-4.3.2-3'],
      },
      {
        violates: [
          {
            title: 'the identifier of a message that is not acknowledged',
            transcript: `${SUBSCRIBED} < 32 { "t" 0007 p 'x' }\n < 32 { "t" 0007 p 'y' }\n > 40 { 0007 }`,
            ...{ frame: 6, at: 5, length: 2 },
          },
          {
            title: 'after the reconnect, the identifier of a message that waits from before',
            transcript: `${KEPT_SUBSCRIBED} < 32 { "t" 0007 p 'x' }\n rst >
              2> 10 { proto 00 003c p{ 11 00000e10 } "c" }\n 2< 20 { 01 00 p }\n 2< 32 { "t" 0007 p 'y' }\n 2> 40 { 0007 }`,
            versions: ['3.1.1', '5.0'],
            ...{ frame: 8, at: 5, length: 2 },
          },
        ],
        complies: [
          {
            title: 'an identifier that the client uses at the same time',
            transcript: `${SUBSCRIBED} > 32 { "a" 0007 p 'x' }\n < 32 { "t" 0007 p 'y' }\n > 40 { 0007 }\n < 40 { 0007 }`,
          },
        ],
      },
    ),
    inUse(
      'server',
      2,
      {
        '3.1': ['§2.4'],
        '3.1.1': ['MQTT-2.3.1-4', 'MQTT-4.3.3-1'],
        '5.0': ['MQTT-2.2.1-4', 'MQTT-4.3.3-1'],
      },
      {
        violates: [
          {
            title: 'the identifier of a message whose PUBREL has not been sent',
            transcript: `${SUBSCRIBED} < 34 { "t" 0007 p 'x' }\n > 50 { 0007 }\n < 34 { "t" 0007 p 'y' }`,
            ...{ frame: 7, at: 5, length: 2 },
          },
        ],
        complies: [
          {
            title: 'one identifier for each message',
            transcript: `${SUBSCRIBED} < 34 { "t" 0007 p 'x' }\n < 34 { "t" 0008 p 'y' }\n > 50 { 0007 }\n > 50 { 0008 }
              < 62 { 0007 }\n < 62 { 0008 }\n > 70 { 0007 }\n > 70 { 0008 }`,
          },
        ],
      },
    ),
    conversationRule({
      name: 'packet-identifier-in-use-request',
      refs: { '3.1': ['§2.4'], '3.1.1': ['MQTT-2.3.1-2', 'MQTT-2.3.1-3'], '5.0': ['MQTT-2.2.1-3'] },
      party: 'client',
      hint: HINT,
      needs: 'both',
      on: ['SUBSCRIBE', 'UNSUBSCRIBE'],
      check({ type, packetId }, verdict, { request, conversation, frame }) {
        if (request === undefined || packetId === undefined) return;
        const path = `${type.toLowerCase()}.packetId`;
        const { requests, client } = conversation;
        const waiting = request.before ?? requests.get(packetId);
        // Before 5.0 a request may be sent again, under the same identifier (2.3.1).
        if (request.kind === 'resent' && frame.version !== '5.0') return;
        if (waiting !== undefined) {
          const by = `the ${waiting.type} of packet #${waiting.frame.number}`;
          const message = `Packet Identifier ${packetId} is still in use by ${by}`;
          verdict.violate({ message, path, since: waiting.frame.time });
        } else if (client.flows.has(packetId)) {
          const exchange = client.flows.get(packetId)!;
          const message = `Packet Identifier ${packetId} is still in use by ${named(exchange)}`;
          const fact = { kind: 'in-use', flows: client.flows, exchange, packetId } as const;
          accuseFlow(verdict, fact, { message, path, since: exchange.stepAt });
        } else verdict.hold();
      },
      violates: [
        {
          title: 'SUBSCRIBE with the identifier of a message that is not acknowledged',
          transcript: `${OPENED} > 32 { "a" 0007 p 'x' }\n > 82 { 0007 p "t" 01 }\n < 40 { 0007 }\n < 90 { 0007 p 01 }`,
          ...{ frame: 4, at: 2, length: 2 },
        },
        {
          title: 'UNSUBSCRIBE with the identifier of a SUBSCRIBE that is not answered',
          transcript: `${OPENED} > 82 { 0007 p "t" 01 }\n > a2 { 0007 p "t" }\n < 90 { 0007 p 01 }\n < b0 { 0007 p 5:00 }`,
          ...{ frame: 4, at: 2, length: 2 },
        },
      ],
      complies: [
        {
          title: 'the identifier again after the answer',
          transcript: `${OPENED} > 82 { 0007 p "t" 01 }\n < 90 { 0007 p 01 }\n > a2 { 0007 p "t" }\n < b0 { 0007 p 5:00 }`,
        },
      ],
    }),
  ],
  unjudged: [],
};
