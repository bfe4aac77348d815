// Whether a will is published as a retained message exactly when its Will Retain flag says so (3.1.2.7). That shows where
// a client subscribes to its topic afterwards, and in 5.0 where a subscription asks for RETAIN as published.

import { packetText } from '../deliveries.js';
import { blame } from '../doubt.js';
import type { ClosedEvent, PacketEvent } from '../event.js';
import { quoted } from '../quoted.js';
import { type RuleSet, sessionRule } from '../rule.js';
import type { DeliveryFact } from '../state/delivery.js';
import { GRACE } from '../state/grace.js';
import { CROSSING } from '../state/publication.js';
import type { Owed } from '../state/route.js';
import { LATER, WATCHED } from './will-publication.js';

/** A delivery of a will to a subscription that asks for RETAIN as published, and stood before. */
function isAsPublished(delivery: DeliveryFact, time: number): boolean {
  const { route } = delivery;
  for (const { options } of route.matching) if (!options.retainAsPublished) return false;
  return route.matching.length > 0 && time > route.lastAnswered + CROSSING;
}

/** A will that comes with RETAIN 1 to a new subscription. */
function isStored({ route }: DeliveryFact, time: number): boolean {
  if (time > route.lastAnswered + GRACE) return false;
  for (const { options, isShared } of route.matching) if (isShared || options.retainHandling === 2) return false;
  return route.matching.length > 0;
}

function willOf({ delivery, packet }: PacketEvent): DeliveryFact | undefined {
  if (delivery?.publication?.isWill !== true || packet.type !== 'PUBLISH' || packet.dup === true) return undefined;
  return packet.retain === undefined ? undefined : delivery;
}

/** It must have come by now. */
function isDue({ publication, subscription }: Owed, { conversation }: ClosedEvent): boolean {
  const { client, server } = conversation;
  const { answered, asked, ended, options } = subscription;
  // QoS 0 may be discarded at any time (3.3.1.3).
  if (
    publication.message.qos === 0 ||
    publication.isReplaced ||
    publication.message.expiry !== undefined ||
    options.noLocal
  )
    return false;
  const { published } = conversation.broker.wills.find(publication.message) ?? {};
  if (published === undefined || !(published + CROSSING < asked) || ended < answered + GRACE) return false;
  if (client.limits.maximumPacketSize !== Number.POSITIVE_INFINITY || server.flows.inFlight > 0) return false;
  return server.lastTime > answered + GRACE;
}

/** Connection 1 gets the will of connection 2, whose flags are these (hex); connection 3 then subscribes. */
const after = (flags: string): string => `${WATCHED}
  2> 10 { proto ${flags} 003c p "a" p "w" "x" }
  2< 20 { 00 00 p }
  wait 5s
  fin 2>
  fin 2<
  < 30 { "w" p 'x' }
  wait 5s
  3> 10 { proto 02 003c p "t" }
  3< 20 { 00 00 p }
  3> 82 { 0001 p "w" 00 }
  3< 90 { 0001 p 00 }`;
/** Before all that, the topic has another retained message. */
const RETAINED = `
  4> 10 { proto 02 003c p "p" }
  4< 20 { 00 00 p }
  4> 31 { "w" p 'up' }
  wait 5s`;
const NOTHING = `
  wait 15s
  3> c0 00
  3< d0 00`;
/** 5.0: connection 1 asks for RETAIN as published. */
const asPublished = (flags: string): string => `
  > 10 { proto 02 003c p "s" }
  < 20 { 00 00 p }
  > 82 { 0001 p "w" 08 }
  < 90 { 0001 p 00 }
  2> 10 { proto ${flags} 003c p "a" p "w" "x" }
  2< 20 { 00 00 p }
  wait 5s
  fin 2>
  fin 2<`;

export const WILL_RETENTION: RuleSet = {
  rules: [
    sessionRule({
      name: 'will-not-retained',
      refs: { '3.1': ['§2.2'], '3.1.1': ['MQTT-3.1.2-17'], '5.0': ['MQTT-3.1.2-15'] },
      party: 'server',
      needs: 'server',
      hint: 'publish a will with Will Retain 1 as a retained message',
      asked: 'odd-delivery',
      on: ['PUBLISH'],
      check({ retain }, verdict, event) {
        const delivery = event.delivery === undefined ? undefined : willOf(event);
        if (delivery?.publication?.message.retain !== true) return;
        if (retain === true) return verdict.hold();
        if (delivery.origin === 'retained' || !isAsPublished(delivery, event.time)) return;
        const message = `RETAIN is 0, but the will of ${packetText(delivery.publication.message.frame)} has Will Retain 1, and Retain As Published is 1`;
        blame(verdict, delivery.doubt() ?? delivery.unsubscribed(), { message, path: 'publish.retain' });
      },
      closed(event, verdict) {
        const { session, broker } = event.conversation;
        for (const route of session?.subscriptions.allRoutes() ?? []) {
          const { owed } = route;
          if (owed?.publication.isWill !== true || !isDue(owed, event)) continue;
          const { message: will } = owed.publication;
          const message = `the will of ${packetText(will.frame)} was published with Will Retain 1, but a new subscription to ${quoted(route.topic)} was not sent it`;
          const fault = { message, frame: owed.subscription.frame, since: owed.subscription.asked };
          const foreign = broker.messages.foreign === undefined ? undefined : 'others publish who were not seen';
          blame(verdict, foreign ?? session!.subscriptions.doubt, fault);
        }
      },
      violates: [
        { title: 'a new subscription does not get it', transcript: `${after('2e')}${NOTHING}`, frame: 10 },
        {
          title: 'RETAIN 0 with Retain As Published',
          versions: ['5.0'],
          transcript: `${asPublished('26')}
            < 30 { "w" p 'x' }`,
          ...{ frame: 7, at: 0, length: 1, bits: [0, 0] },
        },
      ],
      complies: [
        {
          title: 'a new subscription gets it',
          transcript: `${after('26')}
            3< 31 { "w" p 'x' }${LATER}`,
        },
      ],
    }),
    sessionRule({
      name: 'will-retained-unasked',
      refs: { '3.1': ['§2.2'], '3.1.1': ['MQTT-3.1.2-16'], '5.0': ['MQTT-3.1.2-14'] },
      party: 'server',
      needs: 'nothing',
      hint: 'publish a will with Will Retain 0 as a message that is not retained',
      asked: 'odd-delivery',
      on: ['PUBLISH'],
      check({ retain }, verdict, event) {
        const delivery = event.delivery === undefined ? undefined : willOf(event);
        if (delivery?.publication?.message.retain !== false || delivery.origin === 'retained') return;
        const isLive = isAsPublished(delivery, event.time);
        if (retain !== true) {
          if (isLive) verdict.hold();
          return;
        }
        if (!isLive && !isStored(delivery, event.time)) return;
        const { message: will } = delivery.publication;
        const message = `RETAIN is 1, but the will of ${packetText(will.frame)} has Will Retain 0`;
        const before = event.conversation.broker.messages.retained(will.topic);
        const unknown =
          before === undefined && !isLive ? 'what was retained before is not known' : (delivery.doubt() ?? undefined);
        blame(verdict, unknown ?? delivery.unsubscribed(), { message, path: 'publish.retain' });
      },
      closed({ conversation }, verdict) {
        const { session, link, broker, server } = conversation;
        for (const one of session?.subscriptions.all() ?? []) {
          if (one.hasWildcard || one.isShared || !one.isNew || one.granted === undefined) continue;
          if (!broker.wills.wasPublished(one.filter, one.asked) || !(server.lastTime > one.answered + GRACE)) continue;
          const { kept } = session!.subscriptions.route(one.filter);
          if (kept?.isWill !== true && link !== undefined) verdict.hold();
        }
      },
      violates: [
        {
          title: 'a new subscription gets it',
          transcript: `${RETAINED}${after('06')}
            3< 31 { "w" p 'x' }`,
          ...{ frame: 15, at: 0, length: 1, bits: [0, 0] },
        },
        {
          title: 'RETAIN 1 with Retain As Published',
          versions: ['5.0'],
          transcript: `${asPublished('06')}
            < 31 { "w" p 'x' }`,
          ...{ frame: 7, at: 0, length: 1, bits: [0, 0] },
        },
      ],
      complies: [{ title: 'a new subscription gets nothing', transcript: `${after('06')}${NOTHING}` }],
    }),
  ],
  unjudged: [],
};
