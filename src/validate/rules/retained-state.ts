// What a server retains (3.3.1.3), as what it sends to new subscriptions tells: the last message with RETAIN 1, nothing
// after an empty one, and never one with RETAIN 0.

import { clearsRetain, isFromStore, joined, packetText, subscribed } from '../deliveries.js';
import { blame } from '../doubt.js';
import type { ClosedEvent, PacketEvent } from '../event.js';
import { conversationRule, type Rule, type RuleSet, type Verdict } from '../rule.js';
import type { DeliveryFact } from '../state/delivery.js';
import type { Publication } from '../state/publication.js';

/** A stored message that is not the one that must be stored; undefined for other deliveries. */
function strayOf(event: PacketEvent): DeliveryFact | undefined {
  const { packet, delivery, conversation } = event;
  if (packet.type !== 'PUBLISH' || packet.retain !== true || packet.dup === true) return undefined;
  if (delivery?.origin !== 'old' || conversation.publisher.isBridge || !clearsRetain(delivery)) return undefined;
  return delivery.publication!.settledAt < delivery.route.since ? delivery : undefined;
}

/** Retained, and surely so when the subscription was asked for. */
function settled(delivery: DeliveryFact): Publication | undefined {
  const { retained, publication, route } = delivery;
  if (retained === undefined || retained.order < publication!.order || retained.isRejected) return undefined;
  return retained.settledAt < route.since ? retained : undefined;
}

function doubtOf(delivery: DeliveryFact, retained: Publication): string | undefined {
  if (!retained.isDelivered && !retained.isAccepted) return 'the server may not have permitted the later publication';
  return delivery.doubt() ?? delivery.unsubscribed();
}

function outdated(
  name: string,
  refs: Rule['refs'],
  applies: (retained: Publication) => boolean,
  dialogue: string,
  frame: number,
): Rule {
  return conversationRule({
    name,
    refs,
    needs: 'both',
    asked: 'odd-retain',
    party: 'server',
    hint: 'a message with RETAIN 1 takes the place of what was retained; an empty one removes it',
    on: ['PUBLISH'],
    check({ retain }, verdict, event) {
      const { delivery } = event;
      if (retain === true && delivery?.origin === 'retained' && applies(delivery.publication!)) return verdict.hold();
      const stray = strayOf(event);
      const retained = stray === undefined ? undefined : settled(stray);
      if (stray?.publication?.message.retain !== true || retained === undefined || !applies(retained)) return;
      const by = retained.message.length === 0 ? 'removed' : 'replaced';
      const message = `The message from ${packetText(stray.publication.message.frame)} is sent as retained, but was ${by} by ${packetText(retained.message.frame)}`;
      blame(verdict, doubtOf(stray, retained), { message, path: 'publish.payload' });
    },
    closed(event, verdict) {
      holdsEmpty(event, verdict, applies);
    },
    violates: [
      {
        title: 'the old one comes',
        transcript: `${dialogue}1< 31 { "t" p 'x' }`,
        frame,
        at: 5,
        length: 1,
        versions: ['3.1.1'],
      },
      {
        title: 'the old one comes',
        transcript: `${dialogue}1< 31 { "t" p 'x' }`,
        frame,
        at: 6,
        length: 1,
        versions: ['5.0'],
      },
    ],
    complies: [],
  });
}

/** A new subscription gets nothing, since what was retained was removed. */
function holdsEmpty(
  { conversation }: ClosedEvent,
  verdict: Verdict,
  applies: (retained: Publication) => boolean,
): void {
  const { session, broker } = conversation;
  for (const one of session?.subscriptions.all() ?? []) {
    if (one.hasWildcard || one.isShared || !one.isNew || one.granted === undefined) continue;
    const retained = broker.messages.retained(one.filter);
    if (retained === undefined || retained.message.length > 0 || retained.settledAt >= one.asked) continue;
    if (applies(retained) && session!.subscriptions.route(one.filter).keptAt < one.asked) verdict.hold();
  }
}

/** Somebody subscribes and sees what is published: so the server took it. Six packets. */
const WITNESS = `${joined(2, 'p')}${joined(3, 'o')}${subscribed(3, 't', '01')}wait 3s\n`;
const NEW = `wait 3s\n${joined(1, 's')}${subscribed(1, 't', '00')}`;
const FIRST = `2> 31 { "t" p 'x' }\n3< 30 { "t" p 'x' }\n`;
const QOS_1 = `2> 33 { "t" 0001 p 'yy' }\n2< 40 { 0001 }\n3< 32 { "t" 0001 p 'yy' }\n3> 40 { 0001 }\n`;
const QOS_0 = `2> 31 { "t" p 'yy' }\n3< 30 { "t" p 'yy' }\n`;
const EMPTY = `2> 31 { "t" p }\n3< 30 { "t" p }\n`;
const UNRETAINED = `2> 30 { "t" p 'yy' }\n3< 30 { "t" p 'yy' }\n`;

function withExamples(rule: Rule, complies: Rule['complies']): Rule {
  return { ...rule, complies };
}

const isEmpty = ({ message }: Publication): boolean => message.length === 0;

export const RETAINED_STATE: RuleSet = {
  rules: [
    withExamples(
      outdated(
        'retained-message-not-replaced',
        { '3.1.1': ['MQTT-3.3.1-5'], '5.0': ['MQTT-3.3.1-5'] },
        (retained) => !isEmpty(retained) && retained.message.qos > 0,
        `${WITNESS}${FIRST}${QOS_1}${NEW}`,
        17,
      ),
      [{ title: 'the new one comes', transcript: `${WITNESS}${FIRST}${QOS_1}${NEW}1< 31 { "t" p 'yy' }` }],
    ),
    withExamples(
      outdated(
        'retained-message-not-replaced-by-qos-0',
        { '3.1.1': ['MQTT-3.3.1-7'], '5.0': ['MQTT-3.3.1-5'] },
        (retained) => !isEmpty(retained) && retained.message.qos === 0,
        `${WITNESS}${FIRST}${QOS_0}${NEW}`,
        15,
      ),
      [{ title: 'the new one comes', transcript: `${WITNESS}${FIRST}${QOS_0}${NEW}1< 31 { "t" p 'yy' }` }],
    ),
    withExamples(
      outdated(
        'retained-message-not-removed',
        { '3.1.1': ['MQTT-3.3.1-10'], '5.0': ['MQTT-3.3.1-6'] },
        isEmpty,
        `${WITNESS}${FIRST}${EMPTY}${NEW}`,
        15,
      ),
      [{ title: 'none comes', transcript: `${WITNESS}${FIRST}${EMPTY}${NEW}1> c0 00\n1< d0 00` }],
    ),
    conversationRule({
      name: 'empty-message-retained',
      refs: { '3.1.1': ['MQTT-3.3.1-11'], '5.0': ['MQTT-3.3.1-7'] },
      needs: 'both',
      asked: 'odd-retain',
      party: 'server',
      hint: 'do not store an empty message as retained',
      on: ['PUBLISH'],
      check({ retain, payload, dup }, verdict, { delivery, conversation }) {
        if (retain !== true || payload?.length !== 0 || delivery === undefined || dup === true) return;
        if (conversation.publisher.isBridge || !clearsRetain(delivery) || delivery.isCovered) return;
        // A will may be empty and retained, and is published at any time.
        if (delivery.publication?.isWill === true) return;
        const message = `An empty message comes with RETAIN 1 for "${delivery.route.topic}"`;
        const isStored = delivery.origin === 'old' && isFromStore(delivery);
        const unseen = isStored ? undefined : 'it may have been passed on just now, with the wrong flag';
        blame(verdict, unseen ?? delivery.unsubscribed(), { message, path: 'publish.retain' });
      },
      closed(event, verdict) {
        holdsEmpty(event, verdict, isEmpty);
      },
      violates: [
        {
          title: 'a new subscription gets an empty message',
          transcript: `${joined(2, 'p')}2> 31 { "t" p }\n${NEW}1< 31 { "t" p }`,
          ...{ frame: 8, at: 0, length: 1, bits: [0, 0] },
        },
      ],
      complies: [{ title: 'none comes', transcript: `${joined(2, 'p')}2> 31 { "t" p }\n${NEW}1> c0 00\n1< d0 00` }],
    }),
    conversationRule({
      name: 'message-without-retain-retained',
      refs: { '3.1.1': ['MQTT-3.3.1-12'], '5.0': ['MQTT-3.3.1-8'] },
      needs: 'both',
      asked: 'odd-retain',
      party: 'server',
      hint: 'do not store a message with RETAIN 0 as retained, nor remove one for it',
      on: ['PUBLISH'],
      check({ retain }, verdict, event) {
        const { delivery } = event;
        if (retain === true && delivery?.origin === 'retained') {
          if (delivery.publication!.next?.message.retain === false) verdict.hold();
          return;
        }
        const stray = strayOf(event);
        if (stray === undefined || stray.publication!.message.retain) return;
        const { publication, retained } = stray;
        const message = `${packetText(publication!.message.frame)} with RETAIN 0 is sent to a new subscription as retained`;
        const unknown = retained === undefined ? 'what was retained before is not known' : undefined;
        blame(verdict, unknown ?? stray.doubt() ?? stray.unsubscribed(), { message, path: 'publish.payload' });
      },
      violates: (['3.1.1', '5.0'] as const).map((version) => ({
        title: 'a message with RETAIN 0 takes the place of the retained one',
        transcript: `${WITNESS}${FIRST}${UNRETAINED}${NEW}1< 31 { "t" p 'yy' }`,
        versions: [version],
        ...{ frame: 15, at: version === '5.0' ? 6 : 5, length: 2 },
      })),
      complies: [
        { title: 'the retained one stays', transcript: `${WITNESS}${FIRST}${UNRETAINED}${NEW}1< 31 { "t" p 'x' }` },
      ],
    }),
  ],
  unjudged: [],
};
