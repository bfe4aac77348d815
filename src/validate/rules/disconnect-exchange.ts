// DISCONNECT and what follows (3.14; 5.0: 4.13.2): it is the last packet of its sender, who then closes; the other side
// closes too. What a DISCONNECT may carry depends on CONNECT.

import { codeText } from '../code-text.js';
import { type ConversationRule, conversationRule, type Rule, type RuleSet } from '../rule.js';
import { ALL_TYPES } from '../seen-types.js';
import type { Closed } from '../state/closed.js';
import type { Conversation } from '../state/conversation.js';
import { GRACE, spanText } from '../state/grace.js';
import type { Half } from '../state/half.js';

const OPENED = '> 10 { proto 02 003c p "a" }\n< 20 { 00 00 p }\n';

/** error: of a Reason Code from 0x80 on; again: while a re-authentication was under way. */
type Kind = 'plain' | 'error' | 'again';

function kindOf({ disconnectReason: code = 0 }: Half, { authentication }: Conversation): Kind {
  if (code < 0x80) return 'plain';
  return authentication.again ? 'again' : 'error';
}

/** Whose DISCONNECT is looked at: the first of the two. */
function sender({ client, server }: Conversation): Half | undefined {
  if (client.disconnect === undefined) return server.disconnect === undefined ? undefined : server;
  if (server.disconnect === undefined) return client;
  return client.disconnect.number < server.disconnect.number ? client : server;
}

/** What its sender did to the connection; undefined when the other side was quick enough to do it. */
function wasLeftOpen(half: Half, { by, how, began, complete }: Closed): boolean | undefined {
  if (how === 'lost' || how === 'reused') return undefined;
  const waited = began - half.disconnect!.time;
  if (by === half.role || (how === 'fin' && complete && waited <= GRACE)) return false;
  return waited > GRACE ? true : undefined;
}

interface Transcripts {
  readonly broken: string;
  readonly kept: string;
  readonly frame: number;
}

function notClosed(
  name: string,
  kind: Kind,
  refs: ConversationRule['refs'],
  { broken, kept, frame }: Transcripts,
): Rule {
  return conversationRule({
    name,
    refs,
    party: 'client',
    hint: 'close the connection right after DISCONNECT',
    needs: 'both',
    on: [],
    closed({ conversation, closed }, verdict) {
      const half = sender(conversation);
      if (half?.disconnect === undefined || kindOf(half, conversation) !== kind) return;
      // Packets in its place have a rule of their own.
      if (half.lastType !== 'DISCONNECT') return;
      if (conversation.info.version !== '5.0' && half.role === 'server') return;
      const open = wasLeftOpen(half, closed);
      if (open === undefined) return;
      if (!open) {
        verdict.hold();
        return;
      }
      const span = spanText(closed.began - half.disconnect.time);
      const until = closed.by === undefined ? 'and more' : `until the ${closed.by} closed`;
      const message = `the ${half.role} leaves the connection open after its DISCONNECT, for ${span} ${until}`;
      verdict.violate({ message, frame: half.disconnect, party: half.role, since: half.disconnect.time });
    },
    violates: [{ title: 'left open', transcript: broken, frame }],
    complies: [{ title: 'closed', transcript: kept }],
  });
}

export const DISCONNECT_EXCHANGE: RuleSet = {
  rules: [
    conversationRule({
      name: 'packet-after-disconnect',
      asked: 'unsettled',
      refs: { '3.1.1': ['MQTT-3.14.4-2'], '5.0': ['MQTT-3.14.4-1'] },
      party: 'sender',
      hint: 'send nothing after DISCONNECT',
      needs: 'sender',
      on: ALL_TYPES,
      check({ type }, verdict, { sender, frame }) {
        const { disconnect } = sender;
        // Told once.
        if (disconnect === undefined || sender.lastType !== 'DISCONNECT') return;
        if (frame.version !== '5.0' && sender.role === 'server') return;
        const message = `${type} after the DISCONNECT of packet #${disconnect.number}`;
        verdict.violate({ message, since: disconnect.time });
      },
      closed({ conversation: { client, server, info } }, verdict) {
        for (const half of [client, server]) {
          const may = half.role === 'client' || info.version === '5.0';
          if (may && half.disconnect !== undefined && half.lastType === 'DISCONNECT') verdict.hold();
        }
      },
      violates: [
        { title: 'PINGREQ after DISCONNECT', transcript: `${OPENED}> e0 00\n> c0 00\nfin >\nfin <`, frame: 4 },
        {
          title: 'PUBLISH of the server after its DISCONNECT',
          transcript: `${OPENED}> 82 { 0001 p "t" 00 }\n< 90 { 0001 p 00 }\n< e0 { 8b }\n< 30 { "t" p 'x' }\nfin <\nfin >`,
          versions: ['5.0'],
          frame: 6,
        },
      ],
      complies: [{ title: 'DISCONNECT at the end', transcript: `${OPENED}> c0 00\n< d0 00\n> e0 00\nfin >\nfin <` }],
    }),
    notClosed(
      'disconnect-not-closed',
      'plain',
      { '3.1.1': ['MQTT-3.14.4-1'], '5.0': ['MQTT-3.14.4-2'] },
      { broken: `${OPENED}> e0 00\nwait 30s\nfin <`, kept: `${OPENED}> e0 00\nfin >\nfin <`, frame: 3 },
    ),
    notClosed(
      'error-disconnect-not-closed',
      'error',
      { '5.0': ['MQTT-4.13.2-1', 'MQTT-3.14.4-2'] },
      { broken: `${OPENED}< e0 { 8b }\nwait 30s\nfin >`, kept: `${OPENED}< e0 { 8b }\nfin <\nfin >`, frame: 3 },
    ),
    notClosed(
      'reauthentication-failed-not-closed',
      'again',
      { '5.0': ['MQTT-4.12.1-2', 'MQTT-4.13.2-1', 'MQTT-3.14.4-2'] },
      {
        broken: `> 10 { proto 02 003c p{ 15 "X" } "a" }
                 < 20 { 00 00 p{ 15 "X" } }
                 > f0 { 19 p{ 15 "X" } }
                 < e0 { 87 }
                 wait 30s
                 fin >`,
        kept: `> 10 { proto 02 003c p{ 15 "X" } "a" }
               < 20 { 00 00 p{ 15 "X" } }
               > f0 { 19 p{ 15 "X" } }
               < e0 { 87 }
               fin <
               fin >`,
        frame: 4,
      },
    ),
    conversationRule({
      name: 'disconnect-not-followed',
      refs: { '3.1': ['§3.14'], '3.1.1': ['§3.14.4'], '5.0': ['§3.14.4'] },
      level: 'should',
      party: 'server',
      hint: 'close the connection when the other side has sent DISCONNECT and does not close it',
      needs: 'both',
      on: [],
      closed({ conversation, closed: { by, how, began } }, verdict) {
        const half = sender(conversation);
        if (half?.disconnect === undefined || how === 'lost' || how === 'reused') return;
        const other = half.role === 'client' ? 'server' : 'client';
        const waited = began - half.disconnect.time;
        if (by === other) verdict.hold();
        else if (by === undefined && waited > GRACE) {
          const message = `${spanText(waited)} after the ${half.role}'s DISCONNECT the ${other} has not closed either`;
          verdict.violate({ message, frame: half.disconnect, party: other, since: half.disconnect.time });
        }
      },
      violates: [
        {
          title: 'neither closes',
          transcript: `${OPENED}> e0 00\nwait 30s\n2> 10 { proto 02 003c p "b" }\n2< 20 { 00 00 p }`,
          frame: 3,
          unavoidable: ['disconnect-not-closed'],
        },
      ],
      complies: [{ title: 'the server closes', transcript: `${OPENED}> e0 00\nfin <\nfin >` }],
    }),
    conversationRule({
      name: 'server-disconnect-session-expiry',
      refs: { '5.0': ['MQTT-3.14.2-2'] },
      party: 'server',
      hint: 'leave the Session Expiry Interval out of a DISCONNECT of the server',
      due: 0x82,
      needs: 'nothing',
      on: ['DISCONNECT'],
      check({ properties = [] }, verdict, { fromClient }) {
        if (fromClient) return;
        const at = properties.findIndex(({ name }) => name === 'sessionExpiryInterval');
        if (at < 0) verdict.hold();
        else {
          const message = `the server's DISCONNECT has a Session Expiry Interval (${properties[at]!.value} s)`;
          verdict.violate({ message, path: `disconnect.properties[${at}]` });
        }
      },
      violates: [
        {
          title: 'Session Expiry Interval 10 of the server',
          transcript: `${OPENED}< e0 { 8b p{ 11 0000000a } }\nfin <\nfin >`,
          frame: 3,
          at: 4,
          length: 5,
        },
      ],
      complies: [{ title: 'none', transcript: `${OPENED}< e0 { 8b p }\nfin <\nfin >` }],
    }),
    conversationRule({
      name: 'disconnect-session-expiry-after-0',
      refs: { '5.0': ['§3.14.2.2.2'] },
      party: 'client',
      hint: 'set a Session Expiry Interval in CONNECT when DISCONNECT is to change it',
      due: 0x82,
      needs: 'nothing',
      on: ['DISCONNECT'],
      check({ properties = [], reasonCode = 0 }, verdict, { fromClient, conversation: { opening } }) {
        if (!fromClient || opening.connect === undefined) return;
        const at = properties.findIndex(({ name }) => name === 'sessionExpiryInterval');
        if (at < 0) return;
        const seconds = properties[at]!.value;
        if (opening.sessionExpiryInterval > 0 || seconds === 0) verdict.hold();
        else {
          const message = `DISCONNECT ${codeText('DISCONNECT', reasonCode, '5.0')} sets a Session Expiry Interval of ${seconds} s, which was 0 in CONNECT`;
          verdict.violate({ message, path: `disconnect.properties[${at}].sessionExpiryInterval` });
        }
      },
      violates: [
        {
          title: '0 in CONNECT, 10 in DISCONNECT',
          transcript: `${OPENED}> e0 { 00 p{ 11 0000000a } }\nfin >\nfin <`,
          frame: 3,
        },
      ],
      complies: [
        {
          title: '60 in CONNECT, 10 in DISCONNECT',
          transcript: `> 10 { proto 02 003c p{ 11 0000003c } "a" }
                       < 20 { 00 00 p }
                       > e0 { 00 p{ 11 0000000a } }
                       fin >
                       fin <`,
        },
      ],
    }),
  ],
  unjudged: [],
};
