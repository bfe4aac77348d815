// A server sends a client what it is subscribed to and nothing else (3.3.2, 3.8.4, 3.10.4, 4.7).

import { filtersText, joined, packetText, subscribed } from '../deliveries.js';
import { blame } from '../doubt.js';
import { conversationRule, type RuleSet } from '../rule.js';
import type { DeliveryFact } from '../state/delivery.js';
import { GRACE } from '../state/grace.js';

const MATCHES = `${joined(1, 's')}${subscribed(1, 'a/+', '00')}1< 30 { "a/b" p 'x' }`;
const WITHOUT = `${joined(1, 's')}${subscribed(1, 'a/+', '00')}1< 30 { "b" p 'x' }`;
const UNSUBSCRIBED = `${joined(1, 's')}${joined(2, 'p')}${subscribed(1, 't', '00')}
  1> a2 { 0002 p "t" }
  1< b0 { 0002 5:0000 }`;

/** Nothing of it explains the delivery but what stood once. */
function isUnexplained({ route }: DeliveryFact): boolean {
  return route.matching.length === 0 && route.former.length === 0;
}

export const DELIVERY_SUBSCRIPTIONS: RuleSet = {
  rules: [
    conversationRule({
      name: 'delivery-without-subscription',
      refs: { '3.1.1': ['MQTT-3.3.2-3'], '5.0': ['MQTT-3.3.2-3'] },
      needs: 'both',
      party: 'sender',
      hint: 'send a client only what one of its Topic Filters matches',
      asked: 'delivery',
      faults: 'odd-delivery',
      otherwise: 'holds',
      on: ['PUBLISH'],
      check(_packet, verdict, { delivery }) {
        if (delivery === undefined) return;
        const { route, session } = delivery;
        if (route.matching.length > 0) return verdict.hold();
        if (!isUnexplained(delivery) || route.almost !== undefined) return;
        const { subscriptions } = session;
        const its = subscriptions.size === 0 ? 'it has none' : `it has ${filtersText(subscriptions.all())}`;
        const message = `No subscription of "${session.clientId}" matches the topic "${route.topic}": ${its}`;
        blame(verdict, delivery.unsubscribed(), { message, path: 'publish.topic' });
      },
      violates: [{ title: 'a topic nobody asked for', transcript: WITHOUT, frame: 5, at: 4, length: 1 }],
      complies: [
        { title: 'a topic that the filter matches', transcript: MATCHES },
        {
          title: 'a filter asked for before CONNACK came',
          transcript: `> 10 { proto 02 003c p "s" }
            > 82 { 0001 p "a/+" 00 }
            < 20 { 00 00 p }
            < 90 { 0001 p 00 }
            < 30 { "a/b" p 'x' }`,
        },
      ],
    }),
    conversationRule({
      name: 'delivery-of-dollar-topic',
      refs: { '3.1.1': ['MQTT-4.7.2-1'], '5.0': ['MQTT-4.7.2-1'] },
      needs: 'both',
      party: 'sender',
      hint: 'a wildcard at the beginning of a filter does not match topics that begin with $',
      asked: 'odd-delivery',
      on: ['PUBLISH'],
      check(_packet, verdict, { delivery }) {
        if (delivery === undefined || !delivery.route.topic.startsWith('$')) return;
        const { route } = delivery;
        if (route.matching.length > 0) return verdict.hold();
        if (!isUnexplained(delivery) || route.almost?.why !== 'dollar') return;
        const message = `The filter "${route.almost.filter}" was taken to match "${route.topic}", which begins with $`;
        blame(verdict, delivery.unsubscribed(), { message, path: 'publish.topic' });
      },
      violates: [
        {
          title: '# matches $SYS/uptime',
          transcript: `${joined(1, 's')}${subscribed(1, '#', '00')}1< 30 { "$SYS/uptime" p '1' }`,
          ...{ frame: 5, at: 4, length: 11 },
        },
      ],
      complies: [
        {
          title: 'a filter that begins with $SYS itself',
          transcript: `${joined(1, 's')}${subscribed(1, '$SYS/#', '00')}1< 30 { "$SYS/uptime" p '1' }`,
        },
      ],
    }),
    conversationRule({
      name: 'delivery-by-normalised-topic',
      refs: { '3.1.1': ['MQTT-4.7.3-4'], '5.0': ['MQTT-4.7.3-4'] },
      needs: 'both',
      party: 'sender',
      hint: 'compare topics and filters character by character, as they are',
      asked: 'odd-delivery',
      on: ['PUBLISH'],
      check(_packet, verdict, { delivery }) {
        if (delivery === undefined) return;
        const { route } = delivery;
        if (route.matching.length > 0) {
          if (!route.isPlain) verdict.hold();
          return;
        }
        if (!isUnexplained(delivery) || route.almost?.why !== 'normalised') return;
        const message = `The filter "${route.almost.filter}" was taken to match "${route.topic}": it does so only when one of them is changed`;
        blame(verdict, delivery.unsubscribed(), { message, path: 'publish.topic' });
      },
      violates: [
        {
          title: 'capital letters are taken for small ones',
          transcript: `${joined(1, 's')}${subscribed(1, 'a', '00')}1< 30 { "A" p 'x' }`,
          ...{ frame: 5, at: 4, length: 1 },
        },
      ],
      complies: [
        {
          title: 'a leading slash is a level',
          transcript: `${joined(1, 's')}${subscribed(1, '/a', '00')}1< 30 { "/a" p 'x' }`,
        },
      ],
    }),
    conversationRule({
      name: 'delivery-after-unsubscribe',
      refs: { '3.1.1': ['MQTT-3.10.4-2', 'MQTT-3.10.4-1'], '5.0': ['MQTT-3.10.4-2', 'MQTT-3.10.4-1'] },
      needs: 'both',
      party: 'server',
      hint: 'after UNSUBSCRIBE take no new messages for the client by that filter',
      asked: 'odd-delivery',
      on: ['PUBLISH'],
      check({ dup }, verdict, { delivery, time }) {
        if (delivery === undefined || dup === true || delivery.route.matching.length > 0) return;
        const { route, publication } = delivery;
        let ended = Number.NEGATIVE_INFINITY;
        for (const one of route.former) {
          if (one.surelyEnded !== Number.POSITIVE_INFINITY) ended = Math.max(ended, one.surelyEnded);
        }
        if (ended === Number.NEGATIVE_INFINITY || time < ended) return;
        const came = publication?.isWill === false && delivery.origin === 'live' ? publication : undefined;
        if (came === undefined ? time - ended < GRACE : came.time <= ended) return;
        const when = came === undefined ? '' : `, published in packet #${came.message.frame.number} after that`;
        const message = `No subscription to "${route.topic}" is left since UNSUBACK, but a message comes${when}`;
        const buffered = 'it may have been held for the client since before UNSUBSCRIBE';
        const doubt = came === undefined ? buffered : (delivery.doubt() ?? delivery.unsubscribed());
        blame(verdict, doubt, { message, path: 'publish.topic' });
      },
      closed({ conversation }, verdict) {
        const { session, broker } = conversation;
        for (const one of session?.subscriptions.allFormer() ?? []) {
          const { filter, surelyEnded } = one;
          if (!one.hasWildcard && (broker.messages.latest(filter)?.time ?? Number.NEGATIVE_INFINITY) > surelyEnded)
            return verdict.hold();
        }
      },
      violates: [
        {
          title: 'a message that was published after UNSUBACK',
          transcript: `${UNSUBSCRIBED}\n2> 30 { "t" p 'x' }\n1< 30 { "t" p 'x' }`,
          ...{ frame: 10, at: 4, length: 1 },
        },
      ],
      complies: [
        { title: 'the subscription is gone', transcript: `${UNSUBSCRIBED}\n2> 30 { "t" p 'x' }\n1> c0 00\n1< d0 00` },
      ],
    }),
    conversationRule({
      name: 'delivery-to-refused-subscription',
      refs: { '3.1.1': ['MQTT-3.3.2-3'], '5.0': ['MQTT-3.8.4-7'] },
      needs: 'both',
      party: 'server',
      hint: 'SUBACK must say what was granted; what it refused gets no messages',
      asked: 'delivery',
      faults: 'odd-delivery',
      otherwise: 'holds',
      on: ['PUBLISH'],
      check({ qos }, verdict, { delivery }) {
        if (delivery === undefined) return;
        const { route } = delivery;
        if (route.matching.length > 0) {
          if (qos !== undefined && qos <= route.most) verdict.hold();
          return;
        }
        const [refused] = route.former;
        if (refused?.refusal === undefined || route.former.some(({ refusal }) => refusal === undefined)) return;
        const message = `The subscription to "${refused.filter}" was refused in ${packetText(refused.answer!)}, but a message comes`;
        blame(verdict, delivery.unsubscribed(), { message, path: 'publish.topic' });
      },
      violates: [
        {
          title: 'refused, and yet served',
          transcript: `${joined(1, 's')}${subscribed(1, 't', '00', '80')}1< 30 { "t" p 'x' }`,
          ...{ frame: 5, at: 4, length: 1 },
        },
      ],
      complies: [{ title: 'granted and served', transcript: MATCHES }],
    }),
  ],
  unjudged: [],
};
