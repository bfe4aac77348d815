// A QoS 2 message that its sender sends again before its PUBREL is not delivered again (4.3.3). Seen at a subscriber: it
// gets the message twice, the second time after its publisher sent it again, as two messages and not as one repeated.

import { isFromFlow, joined, packetText, subscribed } from '../deliveries.js';
import { blame } from '../doubt.js';
import type { PacketEvent } from '../event.js';
import { conversationRule, type RuleSet } from '../rule.js';
import type { DeliveryFact } from '../state/delivery.js';
import type { Publication } from '../state/publication.js';
import type { Route } from '../state/route.js';

/** One subscription brings it, and brings it once: others give copies of their own (3.3.5), or did until of late. */
function isSingle({ only, former }: Route, { time }: Publication): boolean {
  if (only === undefined || only.isShared) return false;
  return former.every((one) => one.filter === only.filter || one.refusal !== undefined || one.surelyEnded < time);
}

/** A message of its own: not one that is sent again, as QoS 1 and 2 may be under their identifier. */
function isSeparate({ packet, flow, delivery }: PacketEvent): boolean {
  if (packet.type !== 'PUBLISH' || packet.dup !== false || packet.retain !== false) return false;
  return packet.qos === 0 ? delivery?.route.most === 0 : flow?.kind === 'new';
}

function doubtOf(delivery: DeliveryFact, publication: Publication, { conversation }: PacketEvent): string | undefined {
  const { broker } = conversation;
  const { topic, repeated } = publication;
  if (broker.messages.hasWill(topic)) return 'it may be the will of a client';
  if (broker.hasElsewhere(topic)) return 'it may have been published at another port of this host';
  return repeated?.doubt ?? delivery.doubt() ?? delivery.unsubscribed();
}

/** Connection 1 is subscribed, connection 2 publishes and breaks off, connection 3 goes on. Eight packets. */
function again(qos: string, first: string): string {
  return `${joined(1, 's')}${subscribed(1, 't', qos)}
    2> 10 { proto 00 003c p{ 11 00000e10 } "p" }
    2< 20 { 00 00 p }
    wait 3s
    2> 34 { "t" 0007 p 'x' }
    2< 50 { 0007 }
    ${first}
    rst 2>
    3> 10 { proto 00 003c p{ 11 00000e10 } "p" }
    3< 20 { 01 00 p }
    3> 3c { "t" 0007 p 'x' }
    3< 50 { 0007 }
`;
}

const RELEASED = `3> 62 { 0007 }\n3< 70 { 0007 }\n`;
const [PLAIN, SECOND] = [`1< 30 { "t" p 'x' }`, `1< 32 { "t" 0002 p 'x' }\n1> 40 { 0002 }`];
const FIRST = `1< 32 { "t" 0001 p 'x' }\n1> 40 { 0001 }`;

export const QOS_2_DUPLICATES: RuleSet = {
  rules: [
    conversationRule({
      name: 'qos-2-delivered-twice',
      refs: { '3.1.1': ['MQTT-4.3.3-2'], '5.0': ['MQTT-4.3.3-10'] },
      needs: 'both',
      party: 'server',
      hint: 'keep the Packet Identifier of a QoS 2 message until its PUBREL: what comes under it again is answered, not delivered',
      asked: 'odd-delivery',
      on: ['PUBLISH'],
      from: 'server',
      check(_packet, verdict, event) {
        const { delivery, item } = event;
        const publication = delivery?.publication;
        const repeated = publication?.repeated;
        if (delivery === undefined || publication === undefined || repeated === undefined) return;
        if (delivery.origin === 'live') return verdict.hold();
        if (delivery.origin !== 'again' || publication.isAnew || publication.isRejected) return;
        const { route, session } = delivery;
        if (item.number < repeated.number || !isSeparate(event) || !isSingle(route, publication)) return;
        const first = route.firstCopy(publication, item.connection.id);
        if (first === undefined || !isFromFlow(delivery)) return;
        const message = `The message of ${packetText(publication.message.frame)}, which was sent again in packet #${repeated.number} before its PUBREL, is delivered to "${session.clientId}" once more: it came in packet #${first}`;
        const doubt = doubtOf(delivery, publication, event);
        blame(verdict, doubt, { message, since: publication.time });
      },
      violates: [
        {
          title: 'both times, as two messages of QoS 1',
          transcript: `${again('01', FIRST)}${SECOND}\n${RELEASED}`,
          frame: 15,
        },
        {
          title: 'both times, with QoS 0',
          transcript: `${again('00', PLAIN)}${RELEASED}${PLAIN}`,
          frame: 16,
        },
      ],
      complies: [
        { title: 'delivered when PUBREL has come', transcript: `${again('01', '')}${RELEASED}${FIRST}` },
        { title: 'delivered when it came again', transcript: `${again('00', '')}${PLAIN}\n${RELEASED}` },
      ],
    }),
  ],
  unjudged: [],
};
