// What must be sent again after a reconnect to a session that goes on (4.4): each message and each PUBREL that was not
// acknowledged. It is judged at the end of a connection whose sender was alive GRACE after the reconnect, and was not kept
// from sending by the other's Receive Maximum or Maximum Packet Size.

import { blame } from '../doubt.js';
import type { PacketEvent } from '../event.js';
import type { Example, Violation } from '../example.js';
import { BACK, KEPT, KEPT_SUBSCRIBED, LATER_BACK } from '../flow-examples.js';
import { named, refOf } from '../flow-verdicts.js';
import { conversationRule, type Rule, type RuleSet, type Verdict } from '../rule.js';
import type { Conversation } from '../state/conversation.js';
import type { Exchange } from '../state/exchange.js';
import { GRACE } from '../state/grace.js';

interface Owed {
  readonly name: string;
  readonly refs: Rule['refs'];
  readonly hint: string;
  /** Whether the rule speaks of this exchange. */
  is(exchange: Exchange, expired: boolean): boolean;
  /** Whether it was kept, by this packet that is sent again. */
  keeps(exchange: Exchange, type: 'PUBLISH' | 'PUBREL', time: number): boolean;
  readonly violates: readonly Violation[];
  readonly complies: readonly Example[];
}

function owed({ is, keeps, ...head }: Owed): Rule {
  return conversationRule({
    ...head,
    party: 'sender',
    needs: 'both',
    on: ['PUBLISH', 'PUBREL'],
    asked: 'odd-flow',
    check(packet, verdict, { flow, time }: PacketEvent) {
      if (flow?.kind === 'resumed' && keeps(flow.exchange!, packet.type as 'PUBLISH' | 'PUBREL', time)) verdict.hold();
    },
    closed({ conversation, time }, verdict) {
      for (const owner of ['client', 'server'] as const) forgotten(conversation, owner, time, is, verdict);
    },
  });
}

function forgotten(
  conversation: Conversation,
  owner: 'client' | 'server',
  time: number,
  is: Owed['is'],
  verdict: Verdict,
): void {
  const { flows, lastTime } = conversation[owner];
  const { resumedAt } = flows;
  if (Number.isNaN(resumedAt) || !(lastTime - resumedAt >= GRACE) || flows.inFlight >= flows.quota) return;
  const { maximumPacketSize } = conversation[owner === 'client' ? 'server' : 'client'].limits;
  for (const exchange of flows.open()) {
    if (exchange.isHere || exchange.releases > 0 || exchange.length > maximumPacketSize) continue;
    if (!is(exchange, exchange.expiresAt <= time)) continue;
    const what = exchange.state === 'released' ? 'its PUBREL was not sent again' : 'it was not sent again';
    const message = `${named(exchange)}, is left over from the connection before, and ${what}`;
    const fault = { message, frame: refOf(exchange, owner), party: owner, since: resumedAt };
    blame(verdict, flows.unknown, fault);
  }
}

const HINT = 'keep what is not acknowledged with the session, and send it again after a reconnect';

export const RETRY_OWED: RuleSet = {
  rules: [
    owed({
      name: 'publish-not-sent-again-qos-1',
      refs: { '3.1.1': ['MQTT-4.4.0-1', 'MQTT-4.3.2-1'], '5.0': ['MQTT-4.4.0-1', 'MQTT-4.3.2-3'] },
      hint: HINT,
      is: ({ qos }, expired) => qos === 1 && !expired,
      keeps: ({ qos }) => qos === 1,
      violates: [
        {
          title: 'the client comes back and forgets its message',
          transcript: `${KEPT} > 32 { "a" 0007 p 'x' } ${BACK} ${LATER_BACK}`,
          frame: 3,
        },
        {
          title: 'the server forgets its message',
          transcript: `${KEPT_SUBSCRIBED} < 32 { "t" 0007 p 'x' } ${BACK} ${LATER_BACK}`,
          frame: 5,
        },
      ],
      complies: [
        {
          title: 'the server sends its message again',
          transcript: `${KEPT_SUBSCRIBED} < 32 { "t" 0007 p 'x' } ${BACK} 2< 3a { "t" 0007 p 'x' }\n 2> 40 { 0007 } ${LATER_BACK}`,
        },
      ],
    }),
    owed({
      name: 'publish-not-sent-again-qos-2',
      refs: { '3.1.1': ['MQTT-4.4.0-1', 'MQTT-4.3.3-1'], '5.0': ['MQTT-4.4.0-1', 'MQTT-4.3.3-3'] },
      hint: HINT,
      is: ({ qos, state }, expired) => qos === 2 && state !== 'released' && !expired,
      keeps: ({ qos }, type) => qos === 2 && type === 'PUBLISH',
      violates: [
        {
          title: 'the client comes back and forgets its message',
          transcript: `${KEPT} > 34 { "a" 0007 p 'x' } ${BACK} ${LATER_BACK}`,
          frame: 3,
        },
      ],
      complies: [
        {
          title: 'the client sends its message again',
          transcript: `${KEPT} > 34 { "a" 0007 p 'x' } ${BACK} 2> 3c { "a" 0007 p 'x' }\n 2< 50 { 0007 }\n 2> 62 { 0007 }\n 2< 70 { 0007 }`,
        },
      ],
    }),
    owed({
      name: 'pubrel-not-sent-again',
      refs: { '3.1.1': ['MQTT-4.4.0-1', 'MQTT-4.3.3-1'], '5.0': ['MQTT-4.4.0-1', 'MQTT-4.3.3-5'] },
      hint: HINT,
      is: ({ state }, expired) => state === 'released' && !expired,
      keeps: ({ state }, type) => state === 'released' && type === 'PUBREL',
      violates: [
        {
          title: 'the client comes back and forgets its PUBREL',
          transcript: `${KEPT} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n > 62 { 0007 } ${BACK} ${LATER_BACK}`,
          frame: 3,
        },
      ],
      complies: [
        {
          title: 'the client sends its PUBREL again',
          transcript: `${KEPT} > 34 { "a" 0007 p 'x' }\n < 50 { 0007 }\n > 62 { 0007 } ${BACK} 2> 62 { 0007 }\n 2< 70 { 0007 }`,
        },
      ],
    }),
    owed({
      name: 'expired-message-not-sent-again',
      refs: { '5.0': ['MQTT-4.3.3-7', 'MQTT-4.4.0-1'] },
      hint: 'once a QoS 2 PUBLISH was sent, go on with its exchange, whatever its Message Expiry Interval',
      is: ({ qos }, expired) => qos === 2 && expired,
      keeps: ({ qos, expiresAt }, _type, time) => qos === 2 && expiresAt <= time,
      violates: [
        {
          title: 'a QoS 2 message that expired while the client was away',
          transcript: `${KEPT} > 34 { "a" 0007 p{ 02 00000005 } 'x' }\n wait 6s ${BACK} ${LATER_BACK}`,
          frame: 3,
        },
      ],
      complies: [
        {
          title: 'sent again though it expired while the client was away',
          transcript: `${KEPT} > 34 { "a" 0007 p{ 02 00000005 } 'x' }\n wait 6s ${BACK} 2> 3c { "a" 0007 p{ 02 00000005 } 'x' }\n 2< 50 { 0007 }
            2> 62 { 0007 }\n 2< 70 { 0007 }`,
        },
      ],
    }),
  ],
  unjudged: [],
};
