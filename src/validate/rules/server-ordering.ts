// The order of a server's deliveries, and messages that it leaves out (4.5, 4.6): judged where later messages of the same
// publisher, topic and QoS came by the same subscription, so that nothing but the server can be the cause.

import { between, packetText } from '../deliveries.js';
import { blame } from '../doubt.js';
import type { ClosedEvent } from '../event.js';
import { conversationRule, type RuleSet, type Verdict } from '../rule.js';
import type { DeliveryFact } from '../state/delivery.js';
import { GRACE, GRACE_SECONDS } from '../state/grace.js';
import type { Publication } from '../state/publication.js';
import type { Skipped } from '../state/route.js';
import type { Subscription } from '../state/subscription.js';

/** Of one client and QoS, and a QoS 2 message not before its PUBREL. */
function inOrder(first: Publication, second: Publication): boolean {
  if (first.publisher !== second.publisher || first.isWill || second.isWill) return false;
  const { qos } = first.message;
  if (qos !== second.message.qos) return false;
  return qos < 2 || (first.released > 0 && second.released > first.released);
}

function skippedOf({ publication, route }: DeliveryFact): Skipped | undefined {
  for (const one of route.skipped ?? []) if (one.publication === publication) return one;
  return undefined;
}

/** Both came to the same subscription while it stood. */
function covers(only: Subscription | undefined, { publication, by }: Skipped): boolean {
  return only !== undefined && !only.isShared && only.coveredAt(publication.time) && only.coveredAt(by.time);
}

/** Sent again: it may be one that was taken for another, and has come. */
function maybeSeen({ wasDup }: Publication): string | undefined {
  return wasDup ? 'it came with DUP 1, so the server may have had it before' : undefined;
}

function leftOut({ conversation, time }: ClosedEvent, verdict: Verdict): void {
  const { session, since, client, broker } = conversation;
  if (session === undefined || session.subscriptions.size === 0) return;
  for (const route of session.subscriptions.allRoutes()) {
    const { only, skipped, noLocal } = route;
    for (const one of skipped ?? []) {
      const { publication, by } = one;
      const { message } = publication;
      if (one.time < since || time - one.time < GRACE || !covers(only, one) || !inOrder(publication, by)) continue;
      if (Math.min(message.qos, only!.granted ?? 0) === 0 || publication.isRejected) continue;
      if (message.expiry !== undefined || client.limits.maximumPacketSize !== Number.POSITIVE_INFINITY) continue;
      if (noLocal && publication.publisher.clientId === session.clientId) continue;
      const text =
        `${packetText(message.frame)} did not come to "${session.clientId}" within ${GRACE_SECONDS} s, but ` +
        `${packetText(by.message.frame)}, published later, did`;
      const fault = { message: text, frame: message.frame, since: publication.time };
      const foreign = broker.messages.foreign === undefined ? undefined : 'others publish who were not seen';
      const unseen = publication.publisher.hole(publication.time) ?? maybeSeen(publication);
      blame(verdict, foreign ?? unseen ?? session.unknown ?? session.subscriptions.doubt, fault);
    }
  }
}

const PUBLISHED = `${between('t', '01')}
  2> 32 { "t" 0001 p 'a' }
  2< 40 { 0001 }
  2> 32 { "t" 0002 p 'b' }
  2< 40 { 0002 }
`;
const [A, B] = [`1< 32 { "t" 0001 p 'a' }\n1> 40 { 0001 }\n`, `1< 32 { "t" 0002 p 'b' }\n1> 40 { 0002 }\n`];

export const SERVER_ORDERING: RuleSet = {
  rules: [
    conversationRule({
      name: 'messages-out-of-order',
      refs: { '3.1.1': ['MQTT-4.6.0-6', 'MQTT-4.6.0-5'], '5.0': ['MQTT-4.6.0-5', 'MQTT-4.6.0-6'] },
      needs: 'both',
      party: 'sender',
      hint: 'send the messages of a topic and QoS in the order in which they came from a client',
      asked: 'published',
      faults: 'odd-delivery',
      on: ['PUBLISH'],
      check({ dup }, verdict, { delivery }) {
        if (delivery === undefined || dup === true) return;
        const { origin, publication, route } = delivery;
        if (origin === 'live') {
          const { latest, only } = route;
          if (latest !== undefined && only?.isShared === false && inOrder(latest, publication!)) verdict.hold();
          return;
        }
        const skipped = origin === 'late' ? skippedOf(delivery) : undefined;
        if (skipped === undefined || !covers(route.only, skipped) || !inOrder(publication!, skipped.by)) return;
        const { by } = skipped;
        const message = `${packetText(publication!.message.frame)} comes after ${packetText(by.message.frame)}, which the same client published later`;
        blame(verdict, delivery.doubt() ?? delivery.unsubscribed(), { message, path: 'publish.payload' });
      },
      violates: (['3.1.1', '5.0'] as const).map((version) => ({
        title: 'the second one comes first',
        transcript: `${PUBLISHED}${B}${A}`,
        versions: [version],
        ...{ frame: 13, at: version === '5.0' ? 8 : 7, length: 1 },
      })),
      complies: [{ title: 'as they were published', transcript: `${PUBLISHED}${A}${B}` }],
    }),
    conversationRule({
      name: 'message-not-delivered',
      refs: { '3.1.1': ['MQTT-4.5.0-1', 'MQTT-3.3.5-1'], '5.0': ['MQTT-4.5.0-1', 'MQTT-3.3.4-2'] },
      needs: 'both',
      party: 'server',
      hint: 'deliver each QoS 1 and 2 message to everybody who is subscribed to its topic',
      asked: 'published',
      faults: 'none',
      on: ['PUBLISH'],
      check({ qos }, verdict, { delivery }) {
        if (delivery?.origin === 'live' && qos !== 0 && delivery.isCovered) verdict.hold();
      },
      closed: leftOut,
      violates: [
        {
          title: 'the second one comes, the first never does',
          transcript: `${PUBLISHED}${B}wait 11s\n1> c0 00\n1< d0 00`,
          frame: 7,
        },
      ],
      complies: [{ title: 'both come', transcript: `${PUBLISHED}${A}${B}wait 11s\n1> c0 00\n1< d0 00` }],
    }),
  ],
  unjudged: [],
};
