// Shared subscriptions (5.0: 4.8.2): each message goes to one member only; a message that a member refused, or did not
// take to the end, goes to no other.

import { joined, packetText, subscribed } from '../deliveries.js';
import { blame } from '../doubt.js';
import type { PacketEvent } from '../event.js';
import { KEPT, LATER_BACK } from '../flow-examples.js';
import { refOf } from '../flow-verdicts.js';
import { conversationRule, type Rule, type RuleSet } from '../rule.js';
import { GRACE } from '../state/grace.js';
import type { Publication, SharedDelivery } from '../state/publication.js';

type Fate = 'open' | 'refused' | 'broken' | 'free';

const REFUSED = 0x80;

/** What has become of a message that a member was sent. */
function fateOf({ code, qos, member }: SharedDelivery, now: number): Fate {
  if (code !== undefined && code >= REFUSED) return 'refused';
  if (member.closed >= now) return 'open';
  return qos === 2 ? 'broken' : 'free';
}

/** The delivery of a message to another member of the same shared subscription. */
function otherOf(publication: Publication | undefined, filter: string, clientId: string): SharedDelivery | undefined {
  const { shared } = publication ?? {};
  if (shared === undefined) return undefined;
  for (const one of shared) if (one.filter === filter && one.clientId !== clientId) return one;
  return undefined;
}

interface Once {
  readonly name: string;
  readonly refs: Rule['refs'];
  readonly fate: Fate;
  readonly hint: string;
  readonly what: string;
  readonly violating: string;
  readonly frame: number;
  readonly complying: string;
}

function once({ name, refs, fate, hint, what, violating, frame, complying }: Once): Rule {
  return conversationRule({
    name,
    refs,
    needs: 'both',
    asked: 'odd-delivery',
    party: 'server',
    hint,
    on: ['PUBLISH'],
    check({ dup }, verdict, { delivery, time }: PacketEvent) {
      const only = delivery?.route.only;
      if (delivery === undefined || only?.isShared !== true || dup === true || delivery.origin !== 'live') return;
      const { publication, session } = delivery;
      const { clientId } = session;
      const before = otherOf(publication, only.filter, clientId);
      if (before === undefined) {
        // What came before it went to another member, and only there.
        const earlier = otherOf(publication!.before, only.filter, clientId);
        if (earlier !== undefined && fateOf(earlier, time) === fate) verdict.hold();
        return;
      }
      if (fateOf(before, time) !== fate) return;
      const message = `${packetText(publication!.message.frame)} was sent to "${before.clientId}" by "${only.filter}" in packet #${before.frame.number}${what}, and comes to "${clientId}" too`;
      blame(verdict, delivery.doubt() ?? delivery.unsubscribed(), { message, path: 'publish.topic' });
    },
    violates: [{ title: 'it comes to both', transcript: violating, frame, at: 4, length: 1 }],
    complies: [{ title: 'it comes to one', transcript: complying }],
  });
}

/** Two members and a publisher: ten packets. */
function group(qos: string): string {
  const members = `${subscribed(1, '$share/g/t', qos)}${subscribed(2, '$share/g/t', qos)}`;
  return `${joined(1, 'a')}${joined(2, 'b')}${joined(3, 'p')}${members}wait 3s\n`;
}

const X = `2< 30 { "t" p 'x' }`;
const BASIC = `${group('00')}3> 30 { "t" p 'x' }\n1< 30 { "t" p 'x' }\n`;
const REFUSAL = `${group('01')}3> 32 { "t" 0001 p 'x' }\n3< 40 { 0001 }\n1< 32 { "t" 0001 p 'x' }\n1> 40 { 0001 97 }\n`;
const BROKEN = `${group('02')}3> 34 { "t" 0001 p 'x' }\n3< 50 { 0001 }\n3> 62 { 0001 }\n3< 70 { 0001 }
  1< 34 { "t" 0001 p 'x' }\nrst 1>\nwait 3s\n`;
const TO_B = (payload: string): string =>
  `2< 34 { "t" 0001 p '${payload}' }\n2> 50 { 0001 }\n2< 62 { 0001 }\n2> 70 { 0001 }`;

/** Packets 1 to 5: a member of a shared subscription gets a QoS 2 message, and its connection breaks. */
const INTERRUPTED = `${KEPT}> 82 { 0001 p "$share/g/t" 02 }\n< 90 { 0001 p 02 }\n< 34 { "t" 0007 p 'x' }\nrst >
  2> 10 { proto 00 003c p{ 11 00000e10 } "c" }
  2< 20 { 01 00 p }
`;

export const SHARED_SUBSCRIPTIONS: RuleSet = {
  rules: [
    once({
      name: 'shared-message-to-several',
      refs: { '5.0': ['§4.8.2'] },
      fate: 'open',
      hint: 'send each message to one member of a shared subscription only',
      what: '',
      violating: `${BASIC}${X}`,
      frame: 13,
      complying: `${BASIC}3> 30 { "t" p 'y' }\n2< 30 { "t" p 'y' }`,
    }),
    once({
      name: 'shared-message-after-refusal',
      refs: { '5.0': ['MQTT-4.8.2-6'] },
      fate: 'refused',
      hint: 'discard a message that a member refused with a Reason Code of 0x80 or more',
      what: ', which it refused',
      violating: `${REFUSAL}2< 32 { "t" 0001 p 'x' }\n2> 40 { 0001 }`,
      frame: 15,
      complying: `${REFUSAL}3> 30 { "t" p 'y' }\n2< 30 { "t" p 'y' }`,
    }),
    once({
      name: 'shared-qos-2-message-to-another',
      refs: { '5.0': ['MQTT-4.8.2-5'] },
      fate: 'broken',
      hint: 'complete a QoS 2 message with the member that it was sent to, or give it up',
      what: ' with QoS 2, whose connection broke',
      violating: `${BROKEN}${TO_B('x')}`,
      frame: 16,
      complying: `${BROKEN}3> 34 { "t" 0002 p 'y' }\n3< 50 { 0002 }\n3> 62 { 0002 }\n3< 70 { 0002 }\n${TO_B('y')}`,
    }),
    conversationRule({
      name: 'shared-qos-2-message-not-completed',
      refs: { '5.0': ['MQTT-4.8.2-4'] },
      needs: 'both',
      party: 'server',
      hint: 'go on with a QoS 2 message when the member of the shared subscription comes back',
      asked: 'odd-flow',
      on: ['PUBLISH', 'PUBREL'],
      check(_packet, verdict, { flow, fromClient, conversation }) {
        if (fromClient || flow?.kind !== 'resumed' || flow.exchange?.qos !== 2) return;
        const { topic } = flow.exchange;
        if (topic !== undefined && conversation.session?.subscriptions.route(topic).only?.isShared) verdict.hold();
      },
      closed({ conversation }, verdict) {
        const { session, server } = conversation;
        const { flows, lastTime } = server;
        if (session === undefined || !(lastTime - flows.resumedAt >= GRACE) || flows.inFlight >= flows.quota) return;
        for (const exchange of flows.open()) {
          const { topic, qos, isHere, releases, packetId } = exchange;
          if (topic === undefined || qos !== 2 || isHere || releases > 0) continue;
          if (session.subscriptions.route(topic).only?.isShared !== true) continue;
          const message = `The QoS 2 message under Packet Identifier ${packetId} came by a shared subscription before the connection broke, and is not completed`;
          const fault = { message, frame: refOf(exchange, 'server'), since: flows.resumedAt };
          blame(verdict, flows.unknown, fault);
        }
      },
      violates: [
        {
          title: 'the member comes back, and nothing is sent again',
          transcript: `${INTERRUPTED}${LATER_BACK}`,
          frame: 5,
          unavoidable: ['publish-not-sent-again-qos-2'],
        },
      ],
      complies: [
        {
          title: 'the member comes back, and it goes on',
          transcript: `${INTERRUPTED}2< 3c { "t" 0007 p 'x' }\n2> 50 { 0007 }\n2< 62 { 0007 }\n2> 70 { 0007 }\n${LATER_BACK}`,
        },
      ],
    }),
  ],
  unjudged: [],
};
