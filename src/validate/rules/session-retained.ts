// Retained messages are no part of a session: the one of the client that published them may end, they stay (3.1.2.4; 5.0:
// 4.1). What a new subscription must be sent otherwise is judged in retained-missing.ts.

import { joined, subscribed } from '../deliveries.js';
import type { PacketEvent } from '../event.js';
import { type RuleSet, sessionRule } from '../rule.js';
import type { Conversation } from '../state/conversation.js';
import type { Owed } from '../state/route.js';
import { accuse, isDue } from './retained-missing.js';

/** A new subscription asks for it after the session of its publisher has ended. */
function isLeft({ publication, subscription }: Owed, { broker }: Conversation): boolean {
  if (publication.isWill || !subscription.isNew || subscription.options.retainHandling !== 0) return false;
  return broker.sessions.hasEnded(publication.publisher.clientId, publication.time, subscription.asked);
}

function isHeld({ delivery, conversation }: PacketEvent): boolean {
  const { publication, route, origin } = delivery!;
  if (origin !== 'retained' || publication === undefined || route.only === undefined) return false;
  return isLeft({ publication, subscription: route.only }, conversation);
}

/** A retained message goes to a subscriber, so the server took it; then its publisher leaves. */
const LEFT = `${joined(2, 'p')}${joined(3, 'o')}${subscribed(3, 't', '01')}wait 3s
  2> 33 { "t" 0001 p 'x' }
  2< 40 { 0001 }
  3< 32 { "t" 0001 p 'x' }
  3> 40 { 0001 }
  2> e0 00
  fin 2>
  fin 2<
  wait 3s
${joined(1, 's')}${subscribed(1, 't', '01')}`;

export const SESSION_RETAINED: RuleSet = {
  rules: [
    sessionRule({
      name: 'retained-message-ended-with-session',
      refs: { '3.1.1': ['MQTT-3.1.2-7', 'MQTT-3.3.1-6'], '5.0': ['MQTT-3.3.1-9', '§4.1'] },
      party: 'server',
      needs: 'both',
      hint: 'keep retained messages when the session of the client that published them ends',
      asked: 'odd-retain',
      on: ['PUBLISH'],
      check({ retain }, verdict, event) {
        if (retain === true && event.delivery !== undefined && isHeld(event)) verdict.hold();
      },
      closed(event, verdict) {
        const { conversation } = event;
        for (const route of conversation.session?.subscriptions.allRoutes() ?? []) {
          const { owed } = route;
          if (owed !== undefined && isLeft(owed, conversation) && isDue(owed, event))
            accuse(owed, route, event, verdict);
        }
      },
      violates: [
        {
          title: 'nothing comes',
          transcript: `${LEFT}
            wait 11s
            1> c0 00
            1< d0 00`,
          frame: 14,
        },
      ],
      complies: [
        {
          title: 'it comes',
          transcript: `${LEFT}
            1< 33 { "t" 0001 p 'x' }
            1> 40 { 0001 }`,
        },
      ],
    }),
  ],
  unjudged: [],
};
