// Messages of QoS 1 and 2 that a server takes while a client with a session is away (3.1.2.4; 3.1: 2.2 Clean session flag):
// it stores them for the subscriptions that stand, and they come when the session goes on. Looked at when the connection
// that went on with it ends. Before 5.0 an acknowledgement does not say that a message was let through, so a message
// counts only when somebody got it, or the session others of the same client and topic.

import { blame } from '../doubt.js';
import type { ClosedEvent } from '../event.js';
import { quoted } from '../quoted.js';
import { type RuleSet, sessionRule, type Verdict } from '../rule.js';
import type { Conversation } from '../state/conversation.js';
import { GRACE } from '../state/grace.js';
import { CROSSING, type Publication } from '../state/publication.js';
import type { Route } from '../state/route.js';
import type { Session } from '../state/session.js';

/** Subscriptions looked at, and messages of a topic: more than that a server may not have stored. */
const MOST_SUBSCRIPTIONS = 256;
const MOST_STORED = 20;

/** The connection went on with a session of whose last connection all was seen. */
function resumed({ session, link }: Conversation): Session | undefined {
  if (session === undefined || link?.accepted === undefined || session.connection !== link.id) return undefined;
  const wasAway = session.closedAt < session.openedAt;
  return wasAway && session.missed === undefined && session.subscriptions.doubt === undefined ? session : undefined;
}

/** Published while the client was away, to a subscription that stood all the while. */
function isStored({ message, time, publisher, packetId, isRejected, isWill }: Publication, session: Session): boolean {
  if (isWill || isRejected || message.qos === 0 || message.expiry !== undefined) return false;
  // Not acknowledged: the server need not have it.
  if (packetId !== undefined && publisher.pending.has(packetId)) return false;
  return time > session.closedAt + CROSSING && time < session.openedAt - CROSSING;
}

function isCovered({ matching }: Route, { time, publisher }: Publication, clientId: string): boolean {
  for (const one of matching) {
    if (one.isShared || (one.options.noLocal && publisher.clientId === clientId)) continue;
    if (one.coveredAt(time) && (one.granted ?? 0) > 0) return true;
  }
  return false;
}

function hasCome({ latest, skipped }: Route, publication: Publication): boolean {
  if (latest === undefined || latest.order < publication.order) return false;
  return !(skipped ?? []).some((one) => one.publication === publication);
}

/** Why the server may not have let it through. */
function doubtOf(publication: Publication, { latest }: Route): string | undefined {
  if (publication.wasDup) return 'it came with DUP 1, so the server may have had it before';
  if (publication.isDelivered || publication.isAccepted) return undefined;
  if (latest?.publisher.clientId !== undefined && latest.publisher.clientId === publication.publisher.clientId) {
    return undefined;
  }
  return 'the server may not permit the message or its receiver';
}

function judgeTopic(
  route: Route,
  last: Publication | undefined,
  session: Session,
  event: ClosedEvent,
  verdict: Verdict,
): void {
  const { link } = event.conversation;
  let one = last;
  for (let i = 0; i < MOST_STORED && one !== undefined && one.time > session.closedAt; i++, one = one.before) {
    if (!isStored(one, session) || !isCovered(route, one, session.clientId)) continue;
    if (hasCome(route, one)) {
      verdict.hold();
      continue;
    }
    const { number } = one.message.frame;
    const message = `packet #${number} (PUBLISH, topic ${quoted(route.topic)}) came while the client was away, and was not delivered when packet #${link!.accepted!.number} (CONNACK) went on with its session`;
    const fault = { message, frame: link!.accepted!, since: link!.accepted!.time };
    blame(verdict, doubtOf(one, route), fault);
    return;
  }
}

/** Two clients; the subscriber gets one message, and leaves. */
const AWAY = `
  > 10 { proto 00 003c p{11 00000e10} "s" }
  < 20 { 00 00 p }
  > 82 { 0001 p "t" 01 }
  < 90 { 0001 p 01 }
  2> 10 { proto 02 003c p "p" }
  2< 20 { 00 00 p }
  2> 32 { "t" 0001 p 'a' }
  2< 40 { 0001 }
  < 32 { "t" 0001 p 'a' }
  > 40 { 0001 }
  > e0 00
  fin >
  fin <
  wait 5s
  2> 32 { "t" 0002 p 'b' }
  2< 40 { 0002 }
  wait 5s
  3> 10 { proto 00 003c p{11 00000e10} "s" }`;
/** 3.1 does not tell whether the session goes on. */
const BACK = [
  { versions: ['3.1'], back: `${AWAY}\n3< 20 { 00 00 p }` },
  { versions: ['3.1.1', '5.0'], back: `${AWAY}\n3< 20 { 01 00 p }` },
] as const;
const LATER = `
  wait 15s
  3> c0 00
  3< d0 00`;

export const SESSION_MESSAGES: RuleSet = {
  rules: [
    sessionRule({
      name: 'message-lost-while-away',
      refs: { '3.1': ['§2.2'], '3.1.1': ['MQTT-3.1.2-5'], '5.0': ['MQTT-3.1.2-23'] },
      party: 'server',
      needs: 'server',
      hint: 'store messages of QoS 1 and 2 for the subscriptions of a session whose client is away',
      on: [],
      closed(event, verdict) {
        const { conversation } = event;
        const session = resumed(conversation);
        const { server, link, broker } = conversation;
        if (session === undefined || server.flows.inFlight > 0) return;
        if (!(server.lastTime > link!.accepted!.time + GRACE)) return;
        let looked = 0;
        for (const { filter, hasWildcard, isShared } of session.subscriptions.all()) {
          if (++looked > MOST_SUBSCRIPTIONS) return;
          if (hasWildcard || isShared) continue;
          judgeTopic(session.subscriptions.route(filter), broker.messages.latest(filter), session, event, verdict);
        }
      },
      violates: BACK.map(({ versions, back }) => ({
        title: 'a message that came meanwhile is gone',
        versions,
        transcript: `${back}${LATER}`,
        frame: 15,
      })),
      complies: BACK.map(({ versions, back }) => ({
        title: 'it comes with the session',
        versions,
        transcript: `${back}
          3< 32 { "t" 0001 p 'b' }
          3> 40 { 0001 }${LATER}`,
      })),
    }),
  ],
  unjudged: [],
};
