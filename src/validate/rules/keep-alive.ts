// Keep Alive (3.1.2.10; 5.0: 3.2.2.3.14): a client that is silent for longer, a server that lets it be, a server that gives up
// too early. Where the server sends a Server Keep Alive, that is the time for both.
//
// The silence is measured where the capture was made; up to half a Keep Alive the specification itself grants to the
// network, so a client is late for sure only beyond that.

import { type ConversationRule, conversationRule, type Rule, type RuleSet } from '../rule.js';
import { ALL_TYPES } from '../seen-types.js';
import type { Conversation } from '../state/conversation.js';
import { GRACE, spanText } from '../state/grace.js';

type Refs = ConversationRule['refs'];

/** Clocks and timers are not exact: so much longer than the Keep Alive is in time. */
const ALLOWANCE = 1e9;

const IN_PIECES = 'the packet came in several segments, the first one earlier';
const HELD_UP = 'it may have been held up on its way';

const KEEP_ALIVE_2 = '> 10 { proto 02 0002 p "a" }\n< 20 { 00 00 p }\n';
const SERVER_KEEP_ALIVE_2 = '> 10 { proto 02 003c p "a" }\n< 20 { 00 00 p{ 13 0002 } }\n';

/** Whether there is a Keep Alive of the kind that a rule is about, and the exchange is under way. */
function applies({ opening, client, server }: Conversation, ofServer: boolean): boolean {
  if (opening.longestSilence === Number.POSITIVE_INFINITY || !opening.accepted) return false;
  if (client.disconnect !== undefined || server.disconnect !== undefined) return false;
  return (opening.serverKeepAlive !== undefined) === ofServer;
}

function nameOf({ opening }: Conversation): string {
  return `${opening.serverKeepAlive === undefined ? 'Keep Alive' : 'Server Keep Alive'} is ${opening.keepAlive} s`;
}

/** When the client fell silent; a Server Keep Alive counts from its CONNACK on. */
function silentSince({ opening, client }: Conversation): number {
  if (opening.serverKeepAlive === undefined || opening.connack === undefined) return client.lastTime;
  return Math.max(client.lastTime, opening.connack.time);
}

/** A silence that is in time. */
function timely({ opening }: Conversation): number {
  const limit = opening.longestSilence / 1.5;
  return limit + Math.max(ALLOWANCE, limit / 10);
}

function exceeded(name: string, ofServer: boolean, refs: Refs, opened: string): Rule {
  return conversationRule({
    name,
    refs,
    party: 'client',
    hint: 'send PINGREQ when nothing else was sent for the Keep Alive',
    needs: 'client',
    on: ALL_TYPES,
    from: 'client',
    asked: ofServer ? 'server-keep-alive' : 'keep-alive',
    faults: 'overdue',
    check(_packet, verdict, { fromClient, time, frame, conversation }) {
      const { longestSilence } = conversation.opening;
      if (!fromClient || !applies(conversation, ofServer)) return;
      const since = silentSince(conversation);
      const silence = time - since;
      if (silence <= timely(conversation)) {
        verdict.hold();
        return;
      }
      const message = `the client was silent for ${spanText(silence)}: ${nameOf(conversation)}`;
      if (frame.origins.length > 1) verdict.inconclusive(IN_PIECES, { message, since });
      else if (silence <= longestSilence + ALLOWANCE) verdict.inconclusive(HELD_UP, { message, since });
      else verdict.violate({ message, since });
    },
    closed({ conversation, closed: { by, how, began, mutual } }, verdict) {
      if (by === undefined || how === 'lost' || how === 'reused' || !applies(conversation, ofServer)) return;
      const since = silentSince(conversation);
      const silence = began - since;
      // One that is gone (no power, no network) is not to blame.
      if (silence <= timely(conversation) || (by === 'server' && !mutual)) return;
      const { opening } = conversation;
      const message = `the client was silent for ${spanText(silence)} when the ${by} closed: ${nameOf(conversation)}`;
      const fault = { message, frame: opening.connect, since };
      if (silence <= opening.longestSilence + ALLOWANCE) verdict.inconclusive(HELD_UP, fault);
      else verdict.violate(fault);
    },
    violates: [
      { title: 'PINGREQ after 5 s', transcript: `${opened}wait 5s\n> c0 00\n< d0 00`, frame: 3 },
      { title: 'silent until the server closes', transcript: `${opened}wait 4100ms\nfin <\nfin >`, frame: 1 },
    ],
    complies: [{ title: 'PINGREQ after 2 s', transcript: `${opened}wait 2s\n> c0 00\n< d0 00` }],
  });
}

function notEnforced(name: string, ofServer: boolean, refs: Refs, opened: string): Rule {
  return conversationRule({
    name,
    refs,
    party: 'server',
    hint: 'close the connection when a client was silent for one and a half times its Keep Alive',
    needs: 'client',
    on: ALL_TYPES,
    from: 'client',
    asked: 'overdue',
    check({ type }, verdict, { fromClient, time, frame, conversation }) {
      const { opening, closing } = conversation;
      if (!fromClient || !applies(conversation, ofServer)) return;
      const since = silentSince(conversation);
      if (time - since <= opening.longestSilence + GRACE || closing !== undefined) return;
      const silence = spanText(time - since);
      const message = `the server kept the connection for ${silence} until this ${type}, without hearing from the client: ${nameOf(conversation)}`;
      if (frame.origins.length > 1) verdict.inconclusive(IN_PIECES, { message, since });
      else verdict.violate({ message, since });
    },
    closed({ conversation, closed: { by, how, began } }, verdict) {
      const { opening } = conversation;
      if (!applies(conversation, ofServer) || how === 'lost' || how === 'reused') return;
      const since = silentSince(conversation);
      const late = began - since - opening.longestSilence;
      if (late <= GRACE) {
        if (by === 'server' && late >= -GRACE) verdict.hold();
        return;
      }
      const what = by === 'server' ? 'closed only' : 'had not closed';
      const message = `the server ${what} ${spanText(began - since)} after the client's last packet: ${nameOf(conversation)}`;
      verdict.violate({ message, frame: opening.connect, since });
    },
    violates: [
      {
        title: 'silence for 60 s',
        transcript: `${opened}> 82 { 0001 p "t" 00 }\n< 90 { 0001 p 00 }\nwait 60s\n< 30 { "t" p 'x' }\nfin <\nfin >`,
        frame: 1,
        unavoidable: [ofServer ? 'server-keep-alive-exceeded' : 'keep-alive-exceeded'],
      },
    ],
    complies: [{ title: 'closed after 3.5 s', transcript: `${opened}wait 3500ms\nfin <\nfin >` }],
  });
}

export const KEEP_ALIVE: RuleSet = {
  rules: [
    exceeded(
      'keep-alive-exceeded',
      false,
      { '3.1': ['§2.2'], '3.1.1': ['MQTT-3.1.2-23'], '5.0': ['MQTT-3.1.2-20'] },
      KEEP_ALIVE_2,
    ),
    exceeded(
      'server-keep-alive-exceeded',
      true,
      { '5.0': ['MQTT-3.1.2-21', 'MQTT-3.2.2-21', 'MQTT-3.1.2-20'] },
      SERVER_KEEP_ALIVE_2,
    ),
    notEnforced(
      'keep-alive-not-enforced',
      false,
      { '3.1': ['§2.2'], '3.1.1': ['MQTT-3.1.2-24'], '5.0': ['MQTT-3.1.2-22', 'MQTT-3.2.2-22'] },
      KEEP_ALIVE_2,
    ),
    notEnforced('server-keep-alive-not-enforced', true, { '5.0': ['MQTT-3.1.2-22'] }, SERVER_KEEP_ALIVE_2),
    conversationRule({
      name: 'keep-alive-timeout-early',
      refs: { '5.0': ['MQTT-3.2.2-22'] },
      party: 'server',
      hint: 'give a client one and a half times its Keep Alive before DISCONNECT 0x8D',
      needs: 'client',
      on: ['DISCONNECT'],
      check({ reasonCode }, verdict, { fromClient, time, conversation }) {
        const { opening, pings, client } = conversation;
        if (fromClient || reasonCode !== 0x8d || opening.connect === undefined || opening.serverKeepAlive !== undefined)
          return;
        const silence = time - client.lastTime;
        if (silence >= opening.longestSilence - ALLOWANCE) verdict.hold();
        // What the server had surely received: a PINGREQ that it answered.
        else if (time - pings.answeredAt < opening.longestSilence - ALLOWANCE) {
          const answered = `the client's PINGREQ of ${spanText(time - pings.answeredAt)} before was answered`;
          verdict.violate({
            message: `Keep Alive timeout, though ${answered}: ${nameOf(conversation)}`,
            path: 'disconnect.reasonCode',
          });
        }
      },
      violates: [
        {
          title: 'timeout 10 s after an answered PINGREQ',
          transcript: `> 10 { proto 02 003c p "a" }
                       < 20 { 00 00 p }
                       wait 50s
                       > c0 00
                       < d0 00
                       wait 10s
                       < e0 { 8d }
                       fin <
                       fin >`,
          frame: 5,
          at: 2,
          length: 1,
        },
      ],
      complies: [
        {
          title: 'timeout after 91 s',
          transcript: `> 10 { proto 02 003c p "a" }
                       < 20 { 00 00 p }
                       wait 91s
                       < e0 { 8d }
                       fin <
                       fin >`,
        },
      ],
    }),
  ],
  unjudged: [],
};
