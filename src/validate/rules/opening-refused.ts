// What becomes of a refused CONNECT (3.1.4, 3.2.2.3; 5.0: 3.1.4, 3.2.2.2, 4.12, 4.13.2): the server closes, and does not
// process what the client sent along. Which statement speaks depends on why it refused.

import { codeText } from '../code-text.js';
import { type ConversationRule, conversationRule, type Rule, type RuleSet } from '../rule.js';
import { ALL_TYPES } from '../seen-types.js';
import type { Conversation } from '../state/conversation.js';
import { GRACE, spanText } from '../state/grace.js';

type Refs = ConversationRule['refs'];
type Reason = 'version' | 'client-id' | 'method' | 'step' | 'other';

function reasonOf({ opening, authentication }: Conversation): Reason {
  const { code, connack, authenticationMethod } = opening;
  if (connack!.version !== '5.0') return code === 1 ? 'version' : code === 2 ? 'client-id' : 'other';
  if (code === 0x84) return 'version';
  if (code === 0x85) return 'client-id';
  if (authenticationMethod === undefined) return 'other';
  if (authentication.steps > 0) return 'step';
  return code === 0x8c || code === 0x87 ? 'method' : 'other';
}

/** The server refused, for this reason, and must close. */
function notClosed(name: string, reason: Reason, refs: Refs, code: string, connect: string): Rule {
  return conversationRule({
    name,
    refs,
    party: 'server',
    hint: 'close the connection after a CONNACK that refuses',
    needs: 'server',
    on: [],
    closed({ conversation, closed: { by, how, began } }, verdict) {
      const { opening, server } = conversation;
      const { connack } = opening;
      if (connack === undefined || !opening.refused || reasonOf(conversation) !== reason) return;
      // It went on: refused-served tells.
      if (server.lastType !== 'CONNACK' || how === 'lost' || how === 'reused') return;
      const waited = began - connack.time;
      if (waited <= GRACE) {
        if (by === 'server') verdict.hold();
        return;
      }
      const refusal = `CONNACK ${codeText('CONNACK', opening.code!, connack.version)} refuses the client`;
      const what =
        by === 'server'
          ? `closes only ${spanText(waited)} later`
          : `leaves the connection open for ${spanText(waited)}`;
      verdict.violate({ message: `${refusal}, but the server ${what}`, frame: connack, since: connack.time });
    },
    violates: [
      {
        title: 'refused, and left open',
        transcript: `${connect}
                     < 20 { 00 ${code} }
                     wait 60s
                     fin >
                     fin <`,
        frame: connect.split('\n').length + 1,
      },
    ],
    complies: [{ title: 'refused and closed', transcript: `${connect}\n< 20 { 00 ${code} }\nfin <\nfin >` }],
  });
}

const CONNECT = '> 10 { proto 02 003c p "a" }';
const WITH_METHOD = '> 10 { proto 02 003c p{ 15 "X" } "a" }';

export const OPENING_REFUSED: RuleSet = {
  rules: [
    notClosed(
      'refused-version-not-closed',
      'version',
      { '3.1.1': ['MQTT-3.1.2-2', 'MQTT-3.2.2-5'], '5.0': ['MQTT-3.1.2-2', 'MQTT-3.2.2-7', 'MQTT-4.13.2-1'] },
      '4:01 5:84 p',
      CONNECT,
    ),
    notClosed(
      'refused-client-id-not-closed',
      'client-id',
      { '3.1.1': ['MQTT-3.1.3-9', 'MQTT-3.2.2-5'], '5.0': ['MQTT-3.1.3-8', 'MQTT-3.2.2-7', 'MQTT-4.13.2-1'] },
      '4:02 5:85 p',
      // More than 23 bytes, which a server may reject.
      CONNECT.replace('"a"', '"a-client-identifier-of-more-than-23-bytes"'),
    ),
    notClosed(
      'refused-method-not-closed',
      'method',
      { '5.0': ['MQTT-4.12.0-1', 'MQTT-3.2.2-7', 'MQTT-4.13.2-1'] },
      '8c p',
      WITH_METHOD,
    ),
    notClosed(
      'refused-authentication-not-closed',
      'step',
      { '5.0': ['MQTT-4.12.0-4', 'MQTT-3.2.2-7', 'MQTT-4.13.2-1'] },
      '87 p',
      `${WITH_METHOD}\n< f0 { 18 p{ 15 "X" } }\n> f0 { 18 p{ 15 "X" } }`,
    ),
    notClosed(
      'refused-not-closed',
      'other',
      { '3.1.1': ['MQTT-3.2.2-5'], '5.0': ['MQTT-3.2.2-7', 'MQTT-4.13.2-1', 'MQTT-3.1.4-2'] },
      '4:05 5:87 p',
      CONNECT,
    ),
    conversationRule({
      name: 'refused-served',
      from: 'server',
      asked: 'unsettled',
      refs: { '3.1.1': ['MQTT-3.1.4-5', 'MQTT-3.2.2-5'], '5.0': ['MQTT-3.1.4-6', 'MQTT-3.2.2-7', 'MQTT-4.13.2-1'] },
      party: 'server',
      hint: 'after a CONNACK that refuses, send nothing more and close',
      needs: 'nothing',
      on: ALL_TYPES,
      check({ type }, verdict, { fromClient, sender, conversation: { opening } }) {
        if (fromClient || !opening.refused || sender.lastType !== 'CONNACK') return;
        // Both have rules of their own.
        if (type === 'CONNACK' || type === 'DISCONNECT') return;
        const code = codeText('CONNACK', opening.code!, opening.connack!.version);
        verdict.violate({ message: `the server sends ${type} to a client that it has refused with CONNACK ${code}` });
      },
      closed({ conversation: { opening, server, client } }, verdict) {
        // Held where there was something to leave alone.
        if (opening.refused && client.packets > 1 && server.lastType === 'CONNACK') verdict.hold();
      },
      violates: [
        {
          title: 'SUBSCRIBE of a refused client is answered',
          transcript: `> 10 { proto 02 003c p "a" }
                       > 82 { 0001 p "t" 00 }
                       < 20 { 00 4:05 5:87 p }
                       < 90 { 0001 p 00 }
                       fin <
                       fin >`,
          frame: 4,
        },
      ],
      complies: [
        {
          title: 'SUBSCRIBE of a refused client is dropped',
          transcript: `> 10 { proto 02 003c p "a" }
                       > 82 { 0001 p "t" 00 }
                       < 20 { 00 4:05 5:87 p }
                       fin <
                       fin >`,
        },
      ],
    }),
  ],
  unjudged: [],
};
