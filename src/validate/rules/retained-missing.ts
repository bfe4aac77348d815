// Retained messages that a new subscription must be sent (3.3.1.3, 3.8.4): missing when the connection went on long
// enough. What the server may have refused, replaced or let go is no fault.

import { joined, packetText, subscribed } from '../deliveries.js';
import { blame } from '../doubt.js';
import type { ClosedEvent } from '../event.js';
import type { Level } from '../finding.js';
import { conversationRule, type Rule, type RuleSet, type Verdict } from '../rule.js';
import type { Conversation } from '../state/conversation.js';
import { GRACE, GRACE_SECONDS } from '../state/grace.js';
import type { Publication } from '../state/publication.js';
import type { Owed, Route } from '../state/route.js';
import type { Subscription } from '../state/subscription.js';

type Kind = 'new' | 'if-new' | 'again';

function kindOf({ isNew, options }: Subscription): Kind {
  return !isNew ? 'again' : options.retainHandling === 1 ? 'if-new' : 'new';
}

/** Others answer for it: it is a will, or the session of its publisher has ended (4.1; 3.1.1: 3.1.2-7). */
function isOthers(kind: Kind, publication: Publication, { broker, info }: Conversation, asked: number): boolean {
  if (publication.isWill) return true;
  const { publisher, time } = publication;
  return kind === 'new' && info.version !== '3.1' && broker.sessions.hasEnded(publisher.clientId, time, asked);
}

/** It must have come by now, whatever else is true. */
export function isDue({ publication, subscription }: Owed, { conversation, closed }: ClosedEvent): boolean {
  const { message, settledAt, isReplaced, isRejected } = publication;
  const { answered, asked, ended, options, frame } = subscription;
  // QoS 0 may be discarded at any time.
  if (isReplaced || isRejected || message.expiry !== undefined || message.qos === 0) return false;
  if (frame.time < conversation.since || settledAt >= asked) return false;
  if (closed.time - answered < GRACE || ended - answered < GRACE || options.noLocal) return false;
  return canCome(conversation, closed.time);
}

/** Neither size nor quota keeps it back. */
function canCome({ client, server }: Conversation, now: number): boolean {
  const { flows, limits } = server;
  if (!limits.retainAvailable || client.limits.maximumPacketSize !== Number.POSITIVE_INFINITY) return false;
  return flows.inFlight < flows.quota && !(now - flows.freedAt < GRACE);
}

function doubtOf(
  { publication, subscription }: Owed,
  route: Route,
  { session, broker }: Conversation,
): string | undefined {
  const { foreign } = broker.messages;
  if (!publication.isDelivered && !publication.isAccepted) return 'the server may not have permitted the publication';
  if (!route.isUsed && subscription.hasWildcard) return 'the client may not be permitted to read the topic';
  if (foreign !== undefined) return 'others publish who were not seen, so it may be retained no more';
  return broker.unseen(publication.time) ?? session!.subscriptions.doubt;
}

export function accuse(owed: Owed, route: Route, event: ClosedEvent, verdict: Verdict): void {
  const { publication, subscription } = owed;
  const { frame } = subscription;
  const message =
    `The message retained for "${route.topic}" since ${packetText(publication.message.frame)} was not sent ` +
    `within ${GRACE_SECONDS} s of SUBACK`;
  const fault = { message, frame, since: subscription.asked };
  blame(verdict, doubtOf(owed, route, event.conversation), fault);
}

function missing(name: string, kind: Kind, refs: Rule['refs'], before: string, options: string, level?: Level): Rule {
  const asked = kind === 'again' ? 5 : 1;
  return conversationRule({
    name,
    refs,
    ...(level === undefined ? {} : { level }),
    needs: 'both',
    asked: 'odd-retain',
    party: 'server',
    hint: 'send the retained messages that the filter of a new subscription matches',
    on: ['PUBLISH'],
    check({ retain }, verdict, { delivery, conversation }) {
      if (retain !== true || delivery?.origin !== 'retained') return;
      const { only } = delivery.route;
      if (only === undefined || kindOf(only) !== kind) return;
      if (!isOthers(kind, delivery.publication!, conversation, only.asked)) verdict.hold();
    },
    closed(event, verdict) {
      const { session } = event.conversation;
      if (session === undefined || session.subscriptions.size === 0) return;
      for (const route of session.subscriptions.allRoutes()) {
        const { owed } = route;
        if (owed === undefined || kindOf(owed.subscription) !== kind || !isDue(owed, event)) continue;
        if (isOthers(kind, owed.publication, event.conversation, owed.subscription.asked)) continue;
        accuse(owed, route, event, verdict);
      }
    },
    violates: [
      {
        title: 'nothing comes',
        transcript: `${before}${again(kind, options)}wait 11s\n1> c0 00\n1< d0 00`,
        frame: 12 + asked,
      },
    ],
    complies: [
      {
        title: 'it comes',
        transcript: `${before}${again(kind, options)}1< 33 { "t" 0001 p 'x' }\n1> 40 { 0001 }`,
      },
    ],
  });
}

/** A message is retained and goes to a subscriber: the server took it. Twelve packets. */
const TAKEN = `${joined(2, 'p')}${joined(3, 'o')}${subscribed(3, 't', '01')}wait 3s
  2> 33 { "t" 0001 p 'x' }
  2< 40 { 0001 }
  3< 32 { "t" 0001 p 'x' }
  3> 40 { 0001 }
  wait 3s
${joined(1, 's')}`;

function again(kind: Kind, options: string): string {
  const first = subscribed(1, 't', options, '01');
  if (kind !== 'again') return first;
  return `${first}1< 33 { "t" 0001 p 'x' }\n1> 40 { 0001 }\nwait 11s\n1> 82 { 0002 p "t" ${options} }\n1< 90 { 0002 p 01 }\n`;
}

export const RETAINED_MISSING: RuleSet = {
  rules: [
    missing(
      'retained-message-not-sent',
      'new',
      { '3.1.1': ['MQTT-3.3.1-6', 'MQTT-3.3.1-5'], '5.0': ['MQTT-3.3.1-9', 'MQTT-3.3.1-5'] },
      TAKEN,
      '01',
    ),
    missing('retained-message-not-sent-3-1', 'new', { '3.1': ['§2.1'] }, TAKEN, '01', 'should'),
    missing('retained-message-not-sent-if-new', 'if-new', { '5.0': ['MQTT-3.3.1-10'] }, TAKEN, '11'),
    missing(
      'retained-message-not-sent-again',
      'again',
      { '3.1.1': ['MQTT-3.8.4-3'], '5.0': ['MQTT-3.8.4-4'] },
      TAKEN,
      '01',
    ),
  ],
  unjudged: [],
};
