// Subscription Identifiers of deliveries (5.0: 3.3.4): those of the subscriptions that match, all of them, and no others.

import { filtersText, joined } from '../deliveries.js';
import { blame } from '../doubt.js';
import { conversationRule, type RuleSet } from '../rule.js';
import type { PacketOf } from '../seen.js';
import type { DeliveryFact } from '../state/delivery.js';
import { GRACE } from '../state/grace.js';
import type { Subscription } from '../state/subscription.js';

type Publish = PacketOf<'PUBLISH'>;

function has({ properties }: Publish, identifier?: number): boolean {
  if (properties === undefined) return false;
  for (let i = 0; i < properties.length; i++) {
    const one = properties[i]!;
    if (one.name === 'subscriptionIdentifier' && (identifier === undefined || one.value === identifier)) return true;
  }
  return false;
}

/** How many of the matching subscriptions have an identifier. */
function named({ matching }: DeliveryFact['route']): number {
  let count = 0;
  for (const { identifier } of matching) if (identifier !== undefined) count++;
  return count;
}

/** No other subscription of the session can have caused it. */
function isSure(delivery: DeliveryFact): boolean {
  if (delivery.isCovered) return true;
  for (const one of delivery.route.matching) if (!one.isNew) return false;
  return delivery.route.former.length === 0;
}

/** It stood once with this identifier: a message from then may still come. */
function stoodWith(subscriptions: readonly Subscription[], identifier: number): boolean {
  return subscriptions.some((one) => one.identifier === identifier || one.replaces?.identifier === identifier);
}

const ONE = `${joined(1, 's')}
  1> 82 { 0001 p{ 0b 07 } "t" 00 }
  1< 90 { 0001 p 00 }
  wait 3s
`;
const TWO = `${joined(1, 's')}${joined(2, 'p')}
  1> 82 { 0001 p{ 0b 07 } "t" 00 }
  1< 90 { 0001 p 00 }
  1> 82 { 0002 p{ 0b 08 } "#" 00 }
  1< 90 { 0002 p 00 }
  wait 3s
  2> 30 { "t" p 'x' }
`;

export const SUBSCRIPTION_IDENTIFIER: RuleSet = {
  rules: [
    conversationRule({
      name: 'subscription-identifier-missing',
      refs: { '5.0': ['MQTT-3.3.4-3', 'MQTT-3.3.4-5'] },
      needs: 'both',
      party: 'sender',
      hint: 'send the Subscription Identifier with each message that comes by the subscription',
      asked: 'odd-delivery',
      on: ['PUBLISH'],
      check(packet, verdict, { delivery }) {
        if (delivery === undefined) return;
        const { route } = delivery;
        const count = named(route);
        if (count === 0) return;
        if (has(packet)) return verdict.hold();
        // A copy may come by the subscription that has none.
        if (count < route.matching.length || packet.dup === true || !isSure(delivery)) return;
        const identifiers = route.matching.map(({ identifier }) => identifier).join(', ');
        const message = `No Subscription Identifier, but ${filtersText(route.matching)} has ${identifiers}`;
        blame(verdict, delivery.unsubscribed(), { message, path: 'publish.propertyLength' });
      },
      violates: [
        { title: 'no identifier', transcript: `${ONE}1< 30 { "t" p 'x' }`, frame: 5, at: 5, length: 1 },
        { title: 'no identifier of two', transcript: `${TWO}1< 30 { "t" p 'x' }`, frame: 10, at: 5, length: 1 },
      ],
      complies: [{ title: 'the identifier', transcript: `${ONE}1< 30 { "t" p{ 0b 07 } 'x' }` }],
    }),
    conversationRule({
      name: 'subscription-identifier-of-no-match',
      refs: { '5.0': ['§3.3.2.3.8'] },
      needs: 'both',
      party: 'sender',
      hint: 'send only the identifiers of subscriptions that the message matches',
      asked: 'odd-property',
      on: ['PUBLISH'],
      check({ properties, dup }, verdict, { delivery }) {
        if (delivery === undefined || properties === undefined || dup === true) return;
        const { route } = delivery;
        if (route.matching.length === 0) return;
        for (let i = 0; i < properties.length; i++) {
          const one = properties[i]!;
          if (one.name !== 'subscriptionIdentifier') continue;
          if (route.matching.some(({ identifier }) => identifier === one.value)) verdict.hold();
          else if (!stoodWith(route.matching, one.value) && !stoodWith(route.former, one.value)) {
            const message = `Subscription Identifier ${one.value} is not that of ${filtersText(route.matching)}, which "${route.topic}" matches`;
            blame(verdict, delivery.unsubscribed(), { message, path: `publish.properties[${i}]` });
          }
        }
      },
      violates: [
        {
          title: 'the identifier of nothing that matches',
          transcript: `${ONE}1< 30 { "t" p{ 0b 07 0b 09 } 'x' }`,
          ...{ frame: 5, at: 8, length: 2 },
        },
      ],
      complies: [{ title: 'its own', transcript: `${ONE}1< 30 { "t" p{ 0b 07 } 'x' }` }],
    }),
    conversationRule({
      name: 'subscription-identifiers-incomplete',
      refs: { '5.0': ['MQTT-3.3.4-4'] },
      needs: 'both',
      party: 'server',
      hint: 'a single copy carries the identifiers of all subscriptions that match',
      asked: 'odd-delivery',
      on: ['PUBLISH'],
      check(packet, verdict, { delivery }) {
        if (delivery === undefined || named(delivery.route) < 2) return;
        for (const { identifier } of delivery.route.matching) {
          if (identifier !== undefined && !has(packet, identifier)) return;
        }
        verdict.hold();
      },
      closed({ conversation, time }, verdict) {
        const { session, broker, since } = conversation;
        if (session === undefined || session.subscriptions.size < 2) return;
        for (const { incomplete, topic } of session.subscriptions.allRoutes()) {
          for (const { missing, frame } of incomplete ?? []) {
            if (frame.time < since || time - frame.time < GRACE) continue;
            const message = `Of the subscriptions that "${topic}" matches, the identifiers ${[...missing].join(', ')} came with no copy of the message`;
            const fault = { message, frame, since: frame.time };
            const foreign = broker.messages.foreign === undefined ? undefined : 'others publish who were not seen';
            blame(verdict, foreign ?? session.unknown ?? session.subscriptions.doubt, fault);
          }
        }
      },
      violates: [
        {
          title: 'one copy, one identifier of two',
          transcript: `${TWO}1< 30 { "t" p{ 0b 07 } 'x' }\nwait 11s\n1> c0 00\n1< d0 00`,
          frame: 10,
        },
      ],
      complies: [
        { title: 'one copy with both', transcript: `${TWO}1< 30 { "t" p{ 0b 07 0b 08 } 'x' }` },
        {
          title: 'both again in another order',
          transcript: `${TWO}1< 30 { "t" p{ 0b 08 0b 07 } 'x' }\nwait 11s\n1> c0 00\n1< d0 00`,
        },
      ],
    }),
  ],
  unjudged: [],
};
