// DUP of QoS 1 and 2 messages (3.3.1.1): 0 when a message is sent for the first time, 1 when it is sent again.

import { blame } from '../doubt.js';
import { BACK, KEPT } from '../flow-examples.js';
import { accuseFlow, named } from '../flow-verdicts.js';
import { conversationRule, type Rule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';

function dupFirst(level: 1 | 2, refs: Rule['refs']): Rule {
  const first = level === 1 ? '32' : '34';
  const again = level === 1 ? '3a' : '3c';
  return conversationRule({
    name: `publish-dup-first-qos-${level}`,
    refs,
    party: 'sender',
    hint: 'set DUP to 0 when a message is sent for the first time',
    needs: 'sender',
    on: ['PUBLISH'],
    asked: `qos-${level}`,
    faults: 'odd-flow',
    otherwise: 'holds',
    check(packet, verdict, event) {
      const { flow } = event;
      if (flow?.kind !== 'new' || packet.qos !== level) return;
      if (packet.dup !== true) return verdict.hold();
      const { flows } = flow;
      // It was sent before, under another identifier: that is another rule's.
      if (flows.renumbered(event, packet) !== undefined) return;
      const message = `DUP is 1, but the message under Packet Identifier ${flow.packetId} was not sent before`;
      const fault = { message, path: 'publish.dup' };
      // Before 5.0 it may have been sent again while its acknowledgement was on the way.
      const crossed = flows.hasForgotten && event.frame.version !== '5.0';
      const doubt = flows.mayRepeat ?? (crossed ? 'many messages before it are not remembered' : undefined);
      blame(verdict, doubt, fault);
    },
    violates: [
      {
        title: 'the first PUBLISH of a clean session has DUP 1',
        transcript: `${OPENED} > ${again} { "a" 0007 p 'x' }`,
        ...{ frame: 3, at: 0, length: 1, bits: [3, 3] },
      },
    ],
    complies: [{ title: 'DUP 0', transcript: `${OPENED} > ${first} { "a" 0007 p 'x' }` }],
  });
}

export const RETRY_DUP: RuleSet = {
  rules: [
    dupFirst(1, { '3.1': ['§2.1'], '3.1.1': ['MQTT-4.3.2-1'], '5.0': ['MQTT-4.3.2-2'] }),
    dupFirst(2, { '3.1': ['§2.1'], '3.1.1': ['MQTT-4.3.3-1'], '5.0': ['MQTT-4.3.3-2'] }),
    conversationRule({
      name: 'publish-again-without-dup',
      refs: { '3.1': ['§2.1'], '3.1.1': ['MQTT-3.3.1-1'], '5.0': ['MQTT-3.3.1-1'] },
      party: 'sender',
      hint: 'set DUP to 1 when a message is sent again',
      needs: 'both',
      asked: 'odd-flow',
      on: ['PUBLISH'],
      check({ dup }, verdict, { flow }) {
        if (flow === undefined) return;
        const { kind, exchange } = flow;
        if (kind !== 'repeated' && kind !== 'resumed' && kind !== 'late' && kind !== 'released') return;
        if (dup === true) return verdict.hold();
        const message = `DUP is 0, but the message repeats ${named(exchange!)}`;
        accuseFlow(verdict, flow, { message, path: 'publish.dup', since: exchange!.stepAt });
      },
      violates: [
        {
          title: 'sent again after the reconnect with DUP 0',
          transcript: `${KEPT} > 32 { "a" 0007 p 'x' } ${BACK} 2> 32 { "a" 0007 p 'x' }\n 2< 40 { 0007 }`,
          versions: ['3.1.1', '5.0'],
          ...{ frame: 6, at: 0, length: 1, bits: [3, 3] },
        },
        {
          title: 'sent again on the same connection with DUP 0',
          transcript: `${OPENED} > 32 { "a" 0007 p 'x' }\n wait 20s\n > 32 { "a" 0007 p 'x' }\n < 40 { 0007 }\n < 40 { 0007 }`,
          versions: ['3.1', '3.1.1'],
          ...{ frame: 4, at: 0, length: 1, bits: [3, 3] },
        },
      ],
      complies: [
        {
          title: 'sent again after the reconnect with DUP 1',
          transcript: `${KEPT} > 32 { "a" 0007 p 'x' } ${BACK} 2> 3a { "a" 0007 p 'x' }\n 2< 40 { 0007 }`,
          versions: ['3.1.1', '5.0'],
        },
        {
          title: 'sent again on the same connection with DUP 1',
          transcript: `${OPENED} > 32 { "a" 0007 p 'x' }\n wait 20s\n > 3a { "a" 0007 p 'x' }\n < 40 { 0007 }\n < 40 { 0007 }`,
          versions: ['3.1', '3.1.1'],
        },
      ],
    }),
  ],
  unjudged: [],
};
