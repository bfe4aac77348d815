// The Quality of Service of deliveries: what was published and what was granted, whichever is less (3.8.4, 3.3.4), and
// that a subscription made again takes the place of the old one.

import { between, isFromFlow, packetText } from '../deliveries.js';
import { blame } from '../doubt.js';
import { conversationRule, type Rule, type RuleSet } from '../rule.js';
import type { DeliveryFact } from '../state/delivery.js';

type Refs = Rule['refs'];

/** A subscription that stood before gave this QoS: what is on its way may still have it. */
function gaveBefore({ route }: DeliveryFact, qos: number): boolean {
  for (const one of route.former) if (one.refusal === undefined && one.most >= qos) return true;
  for (const { replaces } of route.matching) if (replaces !== undefined && replaces.most >= qos) return true;
  return false;
}

function isShared({ route }: DeliveryFact): boolean {
  for (const one of route.matching) if (!one.isShared) return false;
  return true;
}

function aboveGranted(name: string, refs: Refs, shared: boolean, filter: string): Rule {
  const [violating, complying] = [between(filter, '01', '00'), between(filter, '01')];
  const delivery = `2> 32 { "t" 0001 p 'x' }\n2< 40 { 0001 }\n1< 32 { "t" 0001 p 'x' }\n1> 40 { 0001 }`;
  return conversationRule({
    name,
    refs,
    needs: 'both',
    ...(shared
      ? ({ asked: 'odd-delivery' } as const)
      : ({ asked: 'delivery', faults: 'odd-delivery', otherwise: 'holds' } as const)),
    party: 'sender',
    hint: 'lower the QoS of a message to what SUBACK granted',
    on: ['PUBLISH'],
    check({ qos, dup }, verdict, { delivery }) {
      if (delivery === undefined || qos === undefined || delivery.route.matching.length === 0) return;
      const { route } = delivery;
      if (isShared(delivery) !== shared) return;
      if (qos <= route.most) return verdict.hold();
      if (dup === true || gaveBefore(delivery, qos)) return;
      const message = `QoS ${qos} to "${route.topic}", for which at most QoS ${route.most} was granted`;
      blame(verdict, delivery.unsubscribed(), { message, path: 'publish.qos' });
    },
    violates: [
      {
        title: 'QoS 1 where QoS 0 was granted',
        transcript: `${violating}${delivery}`,
        frame: 9,
        at: 0,
        length: 1,
        bits: [2, 1],
      },
    ],
    complies: [{ title: 'QoS 1 where QoS 1 was granted', transcript: `${complying}${delivery}` }],
  });
}

/** Whether one of the matching subscriptions makes this QoS of the published one. */
function isLess({ route }: DeliveryFact, published: number, qos: number): boolean {
  for (const one of route.matching) if (Math.min(published, one.most) === qos) return true;
  return false;
}

/** RETAIN 1 would be right for the subscription that was replaced, and is not for the one that stands. */
export function keepsRetain(delivery: DeliveryFact): boolean {
  const { only } = delivery.route;
  if (only === undefined || only.isNew || only.options.retainAsPublished) return false;
  if (only.replaces?.options.retainAsPublished !== true) return false;
  return delivery.publication?.message.retain === true && isFromFlow(delivery);
}

const REPLACED = `${between('t', '01')}
  1> 82 { 0002 p "t" 00 }
  1< 90 { 0002 p 00 }
  2> 32 { "t" 0001 p 'x' }
  2< 40 { 0001 }
`;

export const GRANTED_QOS: RuleSet = {
  rules: [
    aboveGranted(
      'delivery-above-granted-qos',
      { '3.1': ['§3.8'], '3.1.1': ['MQTT-3.3.5-1', 'MQTT-3.8.4-6'], '5.0': ['MQTT-3.3.4-2', 'MQTT-3.8.4-8'] },
      false,
      't',
    ),
    aboveGranted('shared-delivery-above-granted-qos', { '5.0': ['MQTT-4.8.2-3'] }, true, '$share/g/t'),
    conversationRule({
      name: 'delivery-qos-not-the-lesser',
      refs: { '3.1': ['§3.8'], '3.1.1': ['MQTT-3.8.4-6'], '5.0': ['MQTT-3.8.4-8'] },
      needs: 'both',
      party: 'sender',
      hint: 'deliver with the QoS of the publication or the granted one, whichever is less',
      asked: 'published',
      faults: 'odd-delivery',
      on: ['PUBLISH'],
      check({ qos }, verdict, { delivery, frame }) {
        if (delivery?.publication === undefined || qos === undefined || qos > delivery.route.most) return;
        const { publication, route } = delivery;
        if (!delivery.isCovered && delivery.origin !== 'retained') return;
        const { message: published } = publication;
        if (isLess(delivery, published.qos, qos)) return verdict.hold();
        // 3.1 only says that the QoS is never raised; a retained message may be kept with less.
        if (qos < published.qos && (frame.version === '3.1' || !delivery.isCovered)) return;
        const message = `QoS ${qos}, but ${packetText(published.frame)} published it with QoS ${published.qos} and QoS ${route.most} is granted`;
        blame(verdict, delivery.doubt() ?? delivery.unsubscribed(), { message, path: 'publish.qos' });
      },
      violates: [
        {
          title: 'QoS 0 is raised to QoS 1',
          transcript: `${between('t', '01')}2> 30 { "t" p 'x' }\n1< 32 { "t" 0001 p 'x' }\n1> 40 { 0001 }`,
          ...{ frame: 8, at: 0, length: 1, bits: [2, 1] },
        },
        {
          title: 'QoS 1 is lowered below what was granted',
          versions: ['3.1.1', '5.0'],
          transcript: `${between('t', '01')}2> 32 { "t" 0001 p 'x' }\n2< 40 { 0001 }\n1< 30 { "t" p 'x' }`,
          ...{ frame: 9, at: 0, length: 1, bits: [2, 1] },
        },
      ],
      complies: [
        {
          title: 'QoS 0 stays QoS 0 where QoS 1 was granted',
          transcript: `${between('t', '01')}2> 30 { "t" p 'x' }\n1< 30 { "t" p 'x' }`,
        },
      ],
    }),
    conversationRule({
      name: 'subscription-not-replaced',
      refs: { '3.1.1': ['MQTT-3.8.4-3'], '5.0': ['MQTT-3.8.4-3'] },
      needs: 'both',
      party: 'sender',
      hint: 'a SUBSCRIBE with the same Topic Filter takes the place of the subscription that stood',
      asked: 'odd-delivery',
      on: ['PUBLISH'],
      check(packet, verdict, { delivery }) {
        const only = delivery?.route.only;
        if (delivery === undefined || only?.replaces === undefined || only.isNew) return;
        if (packet.dup === true || !delivery.isCovered) return;
        const { origin, publication, route } = delivery;
        const old = only.replaces;
        const fault = (what: string, path: string): void => {
          const message = `${what}, but the subscription to "${only.filter}" was replaced in ${packetText(only.frame)}`;
          blame(verdict, delivery.doubt() ?? delivery.unsubscribed(), { message, path });
        };
        const { qos = 0 } = packet;
        if (qos > only.most && qos <= old.most) fault(`QoS ${qos} as granted before`, 'publish.qos');
        else if (packet.retain === true && keepsRetain(delivery)) {
          fault('RETAIN is 1 as Retain As Published of before asks', 'publish.retain');
        }
        // A message published with QoS 1 and granted QoS 0 may come twice (3.8.4).
        else if (origin === 'again' && publication === route.latest && publication!.message.qos !== 1) {
          fault('A second copy', 'publish.topic');
        } else if (old.identifier !== undefined && old.identifier !== only.identifier) {
          const at = packet.properties?.findIndex(
            (one) => one.name === 'subscriptionIdentifier' && one.value === old.identifier,
          );
          if (at !== undefined && at >= 0)
            fault(`Subscription Identifier ${old.identifier}`, `publish.properties[${at}]`);
          else verdict.hold();
        } else verdict.hold();
      },
      violates: [
        {
          title: 'the QoS that was granted before',
          transcript: `${REPLACED}1< 32 { "t" 0001 p 'x' }\n1> 40 { 0001 }`,
          ...{ frame: 11, at: 0, length: 1, bits: [2, 1] },
        },
        {
          title: 'a copy for the old subscription too',
          transcript: `${REPLACED}2> 30 { "t" p 'y' }\n1< 30 { "t" p 'x' }\n1< 30 { "t" p 'y' }\n1< 30 { "t" p 'y' }`,
          ...{ frame: 14, at: 4, length: 1 },
        },
        {
          title: 'RETAIN as the old subscription asked for it',
          versions: ['5.0'],
          transcript: `${between('t', '09', '01')}1> 82 { 0002 p "t" 21 }\n1< 90 { 0002 p 01 }
            2> 31 { "t" p 'x' }\n1< 31 { "t" p 'x' }`,
          ...{ frame: 10, at: 0, length: 1, bits: [0, 0] },
        },
      ],
      complies: [{ title: 'the new QoS', transcript: `${REPLACED}1< 30 { "t" p 'x' }` }],
    }),
  ],
  unjudged: [],
};
