// Retained messages that a subscription does not ask for (5.0: 3.3.1.3, 4.8.2): Retain Handling 1 and 2, shared
// subscriptions.

import { isFromStore, joined, packetText, subscribed } from '../deliveries.js';
import { blame } from '../doubt.js';
import type { PacketEvent } from '../event.js';
import { conversationRule, type Rule, type RuleSet } from '../rule.js';
import type { DeliveryFact } from '../state/delivery.js';
import { GRACE } from '../state/grace.js';
import type { Subscription } from '../state/subscription.js';

/** What an older subscription asked for may still be on its way. */
function isSettled({ replaces, asked, isNew }: Subscription): boolean {
  return isNew || (replaces !== undefined && replaces.answered + GRACE < asked);
}

/** It can only have been stored, or its flag is wrong too: nothing that passes on has RETAIN 1 here. */
function isStored(delivery: DeliveryFact, only: Subscription, retain: boolean): boolean {
  if (delivery.origin === 'retained' && isFromStore(delivery)) return true;
  return retain && !only.options.retainAsPublished && !delivery.isCovered && delivery.publication?.isWill !== true;
}

function unasked(
  name: string,
  refs: Rule['refs'],
  applies: (only: Subscription) => boolean,
  [filter, options, granted]: readonly [string, string, string],
): Rule {
  const subscription = `${joined(2, 'p')}2> 31 { "t" p 'x' }\nwait 3s\n${joined(1, 's')}${subscribed(1, filter, options, granted)}`;
  return conversationRule({
    name,
    refs,
    needs: 'both',
    asked: 'odd-retain',
    party: 'server',
    hint: 'send no retained messages where the subscription does not ask for them',
    on: ['PUBLISH'],
    check({ retain, dup }, verdict, { delivery, conversation }: PacketEvent) {
      const only = delivery?.route.only;
      if (delivery === undefined || only === undefined || !applies(only) || retain === undefined || dup === true)
        return;
      if (conversation.publisher.isBridge || !isSettled(only) || !isStored(delivery, only, retain)) return;
      const { publication } = delivery;
      const from = publication === undefined ? '' : ` from ${packetText(publication.message.frame)}`;
      const message = `A retained message${from} comes for "${only.filter}", which asks for none`;
      blame(verdict, delivery.unsubscribed(), { message, path: 'publish.retain' });
    },
    closed({ conversation }, verdict) {
      const { session, broker } = conversation;
      if (session === undefined) return;
      for (const one of session.subscriptions.all()) {
        if (!applies(one) || one.granted === undefined || one.hasWildcard) continue;
        const topic = one.levels.levels.join('/');
        const retained = broker.messages.retained(topic);
        if (retained === undefined || retained.message.length === 0 || retained.settledAt >= one.asked) continue;
        if (session.subscriptions.route(topic).keptAt < one.asked) verdict.hold();
      }
    },
    violates: [
      {
        title: 'it comes all the same',
        transcript: `${subscription}1< 31 { "t" p 'x' }`,
        ...{ frame: 8, at: 0, length: 1, bits: [0, 0] },
      },
    ],
    complies: [{ title: 'none comes', transcript: `${subscription}wait 1s\n1> c0 00\n1< d0 00` }],
  });
}

const TWICE = `${joined(2, 'p')}2> 31 { "t" p 'x' }\nwait 3s\n${joined(1, 's')}${subscribed(1, 't', '10', '00')}
  1< 31 { "t" p 'x' }
  wait 11s
  1> 82 { 0002 p "t" 10 }
  1< 90 { 0002 p 00 }
`;

export const RETAINED_UNASKED: RuleSet = {
  rules: [
    unasked(
      'retained-message-despite-handling-2',
      { '5.0': ['MQTT-3.3.1-11'] },
      ({ options, isShared }) => options.retainHandling === 2 && !isShared,
      ['t', '20', '00'],
    ),
    unasked('retained-message-to-shared-subscription', { '5.0': ['§4.8.2'] }, ({ isShared }) => isShared, [
      '$share/g/t',
      '00',
      '00',
    ]),
    conversationRule({
      name: 'retained-message-to-subscription-that-stood',
      refs: { '5.0': ['MQTT-3.3.1-10'] },
      needs: 'both',
      asked: 'odd-retain',
      party: 'server',
      hint: 'with Retain Handling 1 send retained messages only when the subscription is new',
      on: ['PUBLISH'],
      check({ retain, dup }, verdict, { delivery }) {
        const only = delivery?.route.only;
        if (delivery?.origin !== 'retained' || only === undefined || retain !== true || dup === true) return;
        if (only.options.retainHandling !== 1 || only.isNew || only.isShared) return;
        const { publication, route } = delivery;
        // It was sent before: what is sent now answers the later SUBSCRIBE.
        if (route.kept !== publication || publication!.settledAt >= only.asked) return;
        const message = `The message retained since ${packetText(publication!.message.frame)} is sent again, but the subscription to "${only.filter}" stood when ${packetText(only.frame)} came`;
        blame(verdict, delivery.doubt() ?? delivery.unsubscribed(), { message, path: 'publish.retain' });
      },
      closed({ conversation }, verdict) {
        const { session } = conversation;
        if (session === undefined) return;
        for (const { kept, keptAt, only } of session.subscriptions.allRoutes()) {
          if (only === undefined || only.isNew || only.options.retainHandling !== 1) continue;
          if (kept !== undefined && keptAt < only.asked) verdict.hold();
        }
      },
      violates: [
        {
          title: 'sent again to a subscription that is not new',
          transcript: `${TWICE}1< 31 { "t" p 'x' }`,
          ...{ frame: 11, at: 0, length: 1, bits: [0, 0] },
        },
      ],
      complies: [{ title: 'sent once', transcript: `${TWICE}1> c0 00\n1< d0 00` }],
    }),
  ],
  unjudged: [],
};
