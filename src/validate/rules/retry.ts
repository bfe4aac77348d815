// Sending again (4.4): in 5.0 only after a reconnect, never what was refused, never the PUBLISH of what was released, and
// always under the identifier of the first time.

import { blame } from '../doubt.js';
import { BACK, KEPT, KEPT_SUBSCRIBED } from '../flow-examples.js';
import { accuseFlow, named } from '../flow-verdicts.js';
import { conversationRule, type Rule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';

/** 2.3.1-3 binds the client, 2.3.1-4 the server. */
function renumbered(owner: 'client' | 'server', refs: Rule['refs']): Rule {
  const [to, opened] = owner === 'client' ? ['>', KEPT] : ['<', KEPT_SUBSCRIBED];
  const back = owner === 'client' ? '<' : '>';
  const topic = owner === 'client' ? 'a' : 't';
  return conversationRule({
    name: `publish-again-renumbered-${owner}`,
    refs,
    party: owner,
    hint: 'send a message again under the Packet Identifier that it had',
    needs: 'nothing',
    on: ['PUBLISH'],
    from: owner,
    asked: 'odd-flow',
    check(packet, verdict, event) {
      const { flow } = event;
      if (flow === undefined || flow.flows.owner !== owner) return;
      if (flow.kind === 'resumed') return verdict.hold();
      if (flow.kind !== 'new' || packet.dup !== true) return;
      const before = flow.flows.renumbered(event, packet);
      if (before === undefined) return;
      const message = `Packet Identifier ${flow.packetId}, but the message was sent before, in packet #${before.number}, under ${before.packetId}`;
      const fault = { message, path: 'publish.packetId' };
      blame(verdict, flow.flows.unknown, fault);
    },
    violates: [
      {
        title: 'after the reconnect under another identifier',
        transcript: `${opened} ${to} 32 { "${topic}" 0007 p 'x' } ${BACK} 2${to} 3a { "${topic}" 0001 p 'x' }\n 2${back} 40 { 0001 }`,
        ...{ frame: owner === 'client' ? 6 : 8, at: 5, length: 2 },
      },
    ],
    complies: [
      {
        title: 'after the reconnect under the same identifier',
        transcript: `${opened} ${to} 32 { "${topic}" 0007 p 'x' } ${BACK} 2${to} 3a { "${topic}" 0007 p 'x' }\n 2${back} 40 { 0007 }`,
      },
    ],
  });
}

export const RETRY: RuleSet = {
  rules: [
    renumbered('client', { '3.1.1': ['MQTT-2.3.1-3', 'MQTT-4.4.0-1'], '5.0': ['MQTT-4.4.0-1'] }),
    renumbered('server', { '3.1.1': ['MQTT-2.3.1-4', 'MQTT-4.4.0-1'], '5.0': ['MQTT-4.4.0-1'] }),
    conversationRule({
      name: 'sent-again-without-reconnect',
      refs: { '5.0': ['MQTT-4.4.0-1'] },
      party: 'sender',
      hint: 'send again after a reconnect only: on a connection nothing is lost',
      needs: 'both',
      asked: 'odd-flow',
      on: ['PUBLISH', 'PUBREL'],
      check({ type }, verdict, { flow }) {
        if (flow === undefined) return;
        const { kind, exchange } = flow;
        if (kind === 'resumed') return verdict.hold();
        const isAgain =
          type === 'PUBLISH'
            ? kind === 'repeated' || (kind === 'late' && exchange!.isHere && exchange!.state !== 'refused')
            : kind === 'again' && exchange!.releases > 0;
        if (!isAgain) return;
        const message = `${type} for Packet Identifier ${exchange!.packetId} once more on the same connection: ${named(exchange!)}`;
        verdict.violate({ message, since: exchange!.stepAt });
      },
      violates: [
        {
          title: 'PUBLISH again after 20 s without PUBACK',
          transcript: `${OPENED} > 32 { "a" 0007 p 'x' }\n wait 20s\n > 3a { "a" 0007 p 'x' }\n < 40 { 0007 }\n < 40 { 0007 }`,
          frame: 4,
        },
        {
          title: 'PUBREL again after 20 s without PUBCOMP',
          transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n > 62 { 0007 }\n wait 20s\n > 62 { 0007 }\n < 70 { 0007 }\n < 70 { 0007 }`,
          frame: 6,
        },
      ],
      complies: [
        {
          title: 'PUBREL again after the reconnect',
          transcript: `${KEPT} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n > 62 { 0007 } ${BACK} 2> 62 { 0007 }\n 2< 70 { 0007 }`,
        },
      ],
    }),
    conversationRule({
      name: 'refused-message-sent-again',
      refs: { '5.0': ['MQTT-4.4.0-2'] },
      party: 'sender',
      hint: 'take a message that was refused (Reason Code 0x80 or more) for acknowledged: do not send it again',
      needs: 'nothing',
      asked: 'odd-flow',
      on: ['PUBLISH'],
      check(_packet, verdict, { flow }) {
        if (flow?.exchange?.state !== 'refused') return;
        const { exchange, kind } = flow;
        if (kind === 'new') return verdict.hold();
        if (kind !== 'late') return;
        const fault = { message: `the message of packet #${exchange.number} was refused, and is sent again` };
        if (exchange.isHere) verdict.violate(fault);
        else verdict.inconclusive('the refusal may not have reached its sender before the connection ended', fault);
      },
      violates: [
        {
          title: 'again after "not authorized"',
          transcript: `${OPENED} > 32 { "a" 0007 p 'x' }\n < 40 { 0007 87 }\n > 3a { "a" 0007 p 'x' }\n < 40 { 0007 87 }`,
          frame: 5,
        },
      ],
      complies: [
        {
          title: 'another message under the same identifier',
          transcript: `${OPENED} > 32 { "a" 0007 p 'x' }\n < 40 { 0007 87 }\n > 32 { "b" 0007 p 'y' }\n < 40 { 0007 }`,
        },
      ],
    }),
    conversationRule({
      name: 'publish-after-pubrel',
      refs: { '3.1': ['§4.1'], '3.1.1': ['MQTT-4.3.3-1'], '5.0': ['MQTT-4.3.3-6'] },
      party: 'sender',
      hint: 'once PUBREL is sent, send PUBREL again and not the PUBLISH',
      needs: 'both',
      asked: 'odd-flow',
      on: ['PUBLISH', 'PUBREL'],
      check({ type }, verdict, { flow }) {
        if (flow === undefined) return;
        const { kind, exchange } = flow;
        if (type === 'PUBREL') {
          if (kind === 'resumed' || kind === 'again') verdict.hold();
        } else if (kind === 'released') {
          const message = `the PUBLISH of packet #${exchange!.number} once more, though its PUBREL was sent`;
          accuseFlow(verdict, flow, { message, since: exchange!.stepAt });
        }
      },
      violates: [
        {
          title: 'PUBLISH again when PUBCOMP does not come',
          transcript: `${KEPT} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n > 62 { 0007 } ${BACK} 2> 3c { "a" 0007 p 'x' }\n 2< 50 { 0007 }`,
          versions: ['3.1.1', '5.0'],
          frame: 8,
        },
        {
          title: 'PUBLISH again on the same connection when PUBCOMP does not come',
          transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n > 62 { 0007 }\n wait 20s\n > 3c { "a" 0007 p 'x' }\n < 50 { 0007 }\n < 70 { 0007 }`,
          frame: 6,
        },
      ],
      complies: [
        {
          title: 'PUBREL again when PUBCOMP does not come',
          transcript: `${KEPT} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n > 62 { 0007 } ${BACK} 2> 62 { 0007 }\n 2< 70 { 0007 }`,
          versions: ['3.1.1', '5.0'],
        },
        {
          title: 'PUBREL again on the same connection',
          transcript: `${OPENED} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n > 62 { 0007 }\n wait 20s\n > 62 { 0007 }\n < 70 { 0007 }\n < 70 { 0007 }`,
          versions: ['3.1'],
        },
      ],
    }),
  ],
  unjudged: [],
};
