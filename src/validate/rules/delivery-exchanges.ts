// What a server does with the exchanges of its deliveries: DUP is its own (3.3.1.1), UNSUBSCRIBE does not break them off
// (3.10.4), and a used up Receive Maximum keeps back nothing but PUBLISH (5.0: 3.3.4).

import { between, joined, packetText, subscribed } from '../deliveries.js';
import { refOf } from '../flow-verdicts.js';
import { conversationRule, type RuleSet } from '../rule.js';
import { GRACE, spanText } from '../state/grace.js';
import type { Route } from '../state/route.js';

/** An answer so soon after the quota was free waited for that (ns). */
const AT_ONCE = 1e9;

/** The UNSUBSCRIBE by which a topic lost its last subscription. */
function endOf({ matching, former }: Route): number {
  let ended = Number.NaN;
  if (matching.length > 0) return ended;
  for (const one of former) if (one.surelyEnded !== Number.POSITIVE_INFINITY) ended = one.ended;
  return ended;
}

const RESENT = `${joined(1, 's')}${subscribed(1, 't', '01')}
  2> 10 { proto 00 003c p{ 11 00000e10 } "p" }
  2< 20 { 00 00 p }
  wait 3s
  2> 32 { "t" 0001 p 'x' }
  rst 2>
  3> 10 { proto 00 003c p{ 11 00000e10 } "p" }
  3< 20 { 01 00 p }
  3> 3a { "t" 0001 p 'x' }
  3< 40 { 0001 }
`;
const BEGUN = `${between('t', '02')}
  1< 34 { "t" 0001 p 'x' }
  1> a2 { 0002 p "t" }
  1< b0 { 0002 5:0000 }
  1> 50 { 0001 }
`;
const FILLED = `
  1> 10 { proto 02 003c p{ 21 0001 } "s" }
  1< 20 { 00 00 p }
${subscribed(1, 't', '01')}
  1< 32 { "t" 0001 p 'x' }
`;
const FULL = `${FILLED}1> 82 { 0002 p "u" 00 }\n`;

export const DELIVERY_EXCHANGES: RuleSet = {
  rules: [
    conversationRule({
      name: 'dup-passed-on',
      refs: { '3.1.1': ['MQTT-3.3.1-3'], '5.0': ['MQTT-3.3.1-3'] },
      needs: 'both',
      party: 'sender',
      hint: 'set DUP by whether this PUBLISH is sent again, not by how the message came',
      asked: 'odd-flow',
      on: ['PUBLISH'],
      check({ dup, payload }, verdict, { delivery, flow, topic, conversation }) {
        if (delivery === undefined || flow?.kind !== 'new') return;
        if (dup !== true) {
          if (delivery.publication?.wasDup === true) verdict.hold();
          return;
        }
        if (topic === undefined || payload === undefined || flow.flows.mayRepeat !== undefined) return;
        const came = conversation.broker.messages.find(topic, payload, ({ wasDup }) => wasDup);
        if (came === undefined) return;
        const message = `DUP is 1 as the message was published (${packetText(came.message.frame)} and again), but it was not sent to "${delivery.session.clientId}" before`;
        verdict.violate({ message, path: 'publish.dup' });
      },
      violates: [
        {
          title: 'the publisher sends again, and DUP is passed on',
          transcript: `${RESENT}1< 3a { "t" 0001 p 'x' }\n1> 40 { 0001 }`,
          ...{ frame: 12, at: 0, length: 1, bits: [3, 3], unavoidable: ['publish-dup-first-qos-1'] },
        },
      ],
      complies: [
        {
          title: 'the publisher sends again, the delivery is the first',
          transcript: `${RESENT}1< 32 { "t" 0001 p 'x' }\n1> 40 { 0001 }`,
        },
      ],
    }),
    conversationRule({
      name: 'delivery-broken-off-by-unsubscribe',
      refs: { '3.1.1': ['MQTT-3.10.4-3'], '5.0': ['MQTT-3.10.4-3'] },
      needs: 'both',
      party: 'server',
      hint: 'complete the QoS 1 and 2 messages that were begun before UNSUBSCRIBE',
      asked: 'odd-flow',
      on: ['PUBREL'],
      check(_packet, verdict, { flow, conversation, fromClient, time }) {
        const topic = flow?.exchange?.topic;
        if (fromClient || flow?.kind !== 'answers' || topic === undefined) return;
        const { session } = conversation;
        if (session !== undefined && endOf(session.subscriptions.route(topic)) < time) verdict.hold();
      },
      closed({ conversation, time }, verdict) {
        const { session, server } = conversation;
        for (const exchange of session === undefined ? [] : server.flows.open()) {
          const { state, topic, sentAt, stepAt, packetId, isHere } = exchange;
          if (state !== 'received' || topic === undefined || !isHere || time - stepAt < GRACE) continue;
          const ended = endOf(session!.subscriptions.route(topic));
          if (!(ended > sentAt)) continue;
          const message = `No PUBREL follows the PUBREC for Packet Identifier ${packetId}: the client unsubscribed from "${topic}" meanwhile`;
          verdict.violate({ message, frame: refOf(exchange, 'server'), since: sentAt });
        }
      },
      violates: [
        {
          title: 'no PUBREL after UNSUBSCRIBE',
          transcript: `${BEGUN}wait 11s\n1> c0 00\n1< d0 00`,
          frame: 7,
          unavoidable: ['pubrec-without-pubrel'],
        },
      ],
      complies: [{ title: 'PUBREL after UNSUBSCRIBE', transcript: `${BEGUN}1< 62 { 0001 }\n1> 70 { 0001 }` }],
    }),
    conversationRule({
      name: 'answer-held-back-by-receive-maximum',
      refs: { '5.0': ['MQTT-3.3.4-10'] },
      needs: 'both',
      party: 'sender',
      hint: 'hold back only PUBLISH when Receive Maximum is used up',
      on: ['SUBACK', 'UNSUBACK', 'PINGRESP'],
      asked: 'odd',
      check({ type }, verdict, { conversation, request, time, fromClient }) {
        if (fromClient) return;
        const { flows } = conversation.server;
        if (flows.inFlight >= flows.quota) return verdict.hold();
        const asked = type === 'PINGRESP' ? conversation.pings.open[0] : request?.request?.frame;
        const { fullSince, freedAt } = flows;
        if (asked === undefined || !(fullSince < asked.time) || !(freedAt - asked.time > GRACE)) return;
        if (time - freedAt > AT_ONCE) return;
        const message = `The answer to ${packetText(asked)} waited ${spanText(time - asked.time)}, until an acknowledgement made room in Receive Maximum ${flows.quota}`;
        verdict.violate({ message, since: fullSince });
      },
      violates: [
        {
          title: 'SUBACK waits for a PUBACK',
          transcript: `${FULL}wait 11s\n1> 40 { 0001 }\n1< 90 { 0002 p 00 }`,
          frame: 8,
        },
        {
          title: 'PINGRESP waits for a PUBACK',
          transcript: `${FILLED}1> c0 00\nwait 11s\n1> 40 { 0001 }\n1< d0 00`,
          frame: 8,
        },
      ],
      complies: [{ title: 'SUBACK comes at once', transcript: `${FULL}1< 90 { 0002 p 00 }\n1> 40 { 0001 }` }],
    }),
  ],
  unjudged: [
    {
      refs: { '3.1.1': ['MQTT-3.3.5-2'] },
      kind: 'scenario',
      why:
        'Whether a client may publish is not told in MQTT 3.1.1, so an acknowledgement or a close does not show that it was ' +
        'refused: publish without permission and see that the answer is a normal acknowledgement or the close.',
    },
  ],
};
