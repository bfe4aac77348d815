// How a server must answer a CONNECT (3.1.3.1, 3.1.4): with CONNACK 0 when it is well, by closing when it does not conform,
// in 3.1.1 with return code 1 for a level that it does not know and 2 for an empty Client Identifier without Clean Session.

import { PROTOCOLS } from '../../spec/versions.js';
import { codeText } from '../code-text.js';
import { conversationRule, type RuleSet } from '../rule.js';
import type { Conversation } from '../state/conversation.js';
import { GRACE, spanText } from '../state/grace.js';

/** 3.1.1 wants these refused in a way of their own. */
function hasOwnAnswer({ opening, info }: Conversation): boolean {
  return info.version !== '5.0' && (isUnknownLevel(opening.protocolLevel) || isEmptyAndKept(opening));
}

function isUnknownLevel(level: number | undefined): boolean {
  return level !== undefined && !PROTOCOLS.some(({ protocolLevel }) => protocolLevel === (level & 0x7f));
}

function isEmptyAndKept({ askedClientId, cleanStart }: Conversation['opening']): boolean {
  return askedClientId === '' && cleanStart === false;
}

/** The CONNECT itself is at fault, by a rule for which the server must close. */
function isAtFault({ opening, client }: Conversation): boolean {
  return opening.connect !== undefined && client.offence?.frame.number === opening.connect.number;
}

export const OPENING_CONNECT: RuleSet = {
  rules: [
    conversationRule({
      name: 'malformed-connect-accepted',
      refs: { '3.1.1': ['MQTT-3.1.4-1', 'MQTT-4.8.0-1'], '5.0': ['MQTT-3.1.4-1', 'MQTT-4.13.1-1'] },
      party: 'server',
      hint: 'close the connection of a client whose CONNECT does not conform (3.1.1: without CONNACK)',
      needs: 'server',
      on: ['CONNACK'],
      check(packet, verdict, { fromClient, frame, conversation }) {
        const { opening, client } = conversation;
        if (fromClient || opening.connack !== undefined || !isAtFault(conversation) || hasOwnAnswer(conversation))
          return;
        const code = packet.reasonCode ?? packet.returnCode;
        if (code === undefined) return;
        // 1 and 2 may be meant for what is at fault.
        if (frame.version === '5.0' ? code >= 0x80 : code === 1 || code === 2) verdict.hold();
        else {
          const answer = `CONNACK ${codeText('CONNACK', code, frame.version)}`;
          verdict.violate({ message: `${answer} to a CONNECT that does not conform: ${client.offence!.message}` });
        }
      },
      closed({ conversation, closed: { by, how, began } }, verdict) {
        const { opening, client, server } = conversation;
        if (opening.connack !== undefined || server.packets > 0) return;
        if (!isAtFault(conversation) || hasOwnAnswer(conversation) || how === 'lost' || how === 'reused') return;
        const { time } = opening.connect!;
        if (began - time <= GRACE) {
          if (by === 'server') verdict.hold();
          return;
        }
        const open = spanText(began - time);
        const message = `the server leaves the connection open for ${open} after a CONNECT that does not conform`;
        const frame = opening.connect;
        verdict.violate({ message: `${message}: ${client.offence!.message}`, frame, since: time });
      },
      violates: [
        {
          title: 'reserved flag of CONNECT set, accepted',
          transcript: '> 10 { proto 03 003c p "a" }\n< 20 { 00 00 p }',
          frame: 2,
          unavoidable: ['connect-reserved-flag'],
        },
      ],
      complies: [
        {
          title: 'reserved flag of CONNECT set, closed',
          transcript: '> 10 { proto 03 003c p "a" }\nfin <\nfin >',
          unavoidable: ['connect-reserved-flag'],
        },
      ],
    }),
    conversationRule({
      name: 'unknown-level-not-refused',
      refs: { '3.1.1': ['MQTT-3.1.2-2'] },
      party: 'server',
      hint: 'answer an unknown Protocol Level with CONNACK 0x01, then close',
      needs: 'server',
      on: ['CONNACK'],
      check({ returnCode: code }, verdict, { fromClient, conversation: { opening } }) {
        if (fromClient || opening.connack !== undefined || !isUnknownLevel(opening.protocolLevel)) return;
        if (code === undefined) return;
        const level = `the Protocol Level ${opening.protocolLevel} of no known version`;
        if (code === 1) verdict.hold();
        else
          verdict.violate({
            message: `CONNACK ${codeText('CONNACK', code, '3.1.1')} to ${level}`,
            path: 'connack.returnCode',
          });
      },
      closed({ conversation: { opening, server }, closed: { by, how } }, verdict) {
        if (opening.connect === undefined || server.packets > 0 || how === 'lost' || how === 'reused') return;
        if (!isUnknownLevel(opening.protocolLevel) || by !== 'server') return;
        const message = `the server closes without CONNACK 0x01 on the Protocol Level ${opening.protocolLevel}`;
        verdict.violate({ message, frame: opening.connect, since: opening.connect.time });
      },
      violates: [
        {
          title: 'level 2 refused with code 5',
          transcript: '> 10 { "MQTT" 02 02 003c "a" }\n< 20 { 00 05 }\nfin <\nfin >',
          frame: 2,
          at: 3,
          length: 1,
          unavoidable: ['connect-protocol-level'],
        },
        {
          title: 'level 2, closed without CONNACK',
          transcript: '> 10 { "MQTT" 02 02 003c "a" }\nfin <\nfin >',
          frame: 1,
          unavoidable: ['connect-protocol-level'],
        },
      ],
      complies: [
        {
          title: 'level 2 refused with code 1',
          transcript: '> 10 { "MQTT" 02 02 003c "a" }\n< 20 { 00 01 }\nfin <\nfin >',
          unavoidable: ['connect-protocol-level'],
        },
      ],
    }),
    conversationRule({
      name: 'empty-client-id-not-refused',
      refs: { '3.1.1': ['MQTT-3.1.3-8'] },
      party: 'server',
      hint: 'answer an empty Client Identifier with Clean Session 0 by CONNACK 0x02, then close',
      needs: 'server',
      on: ['CONNACK'],
      check({ returnCode: code }, verdict, { fromClient, conversation: { opening } }) {
        if (fromClient || opening.connack !== undefined || !isEmptyAndKept(opening) || code === undefined) return;
        if (isUnknownLevel(opening.protocolLevel)) return;
        const asked = 'an empty Client Identifier with Clean Session 0';
        if (code === 2) verdict.hold();
        else
          verdict.violate({
            message: `CONNACK ${codeText('CONNACK', code, '3.1.1')} to ${asked}`,
            path: 'connack.returnCode',
          });
      },
      violates: [
        {
          title: 'accepted all the same',
          transcript: '> 10 { proto 00 003c "" }\n< 20 { 00 00 }',
          frame: 2,
          at: 3,
          length: 1,
          unavoidable: ['connect-empty-client-id-keeps-session'],
        },
      ],
      complies: [
        {
          title: 'refused with code 2',
          transcript: '> 10 { proto 00 003c "" }\n< 20 { 00 02 }\nfin <\nfin >',
          unavoidable: ['connect-empty-client-id-keeps-session'],
        },
      ],
    }),
    conversationRule({
      name: 'plain-client-id-refused',
      refs: { '3.1.1': ['MQTT-3.1.3-5'], '5.0': ['MQTT-3.1.3-5'] },
      party: 'server',
      hint: 'allow Client Identifiers of 1 to 23 letters and digits',
      needs: 'nothing',
      on: ['CONNACK'],
      check(packet, verdict, { fromClient, frame, conversation: { opening } }) {
        const { askedClientId, connack } = opening;
        if (fromClient || connack !== undefined || askedClientId === undefined) return;
        if (!/^[0-9a-zA-Z]{1,23}$/.test(askedClientId)) return;
        const code = packet.reasonCode ?? packet.returnCode;
        const is5 = frame.version === '5.0';
        if (code === 0) verdict.hold();
        else if (code === (is5 ? 0x85 : 2)) {
          const message = `CONNACK ${codeText('CONNACK', code, frame.version)} to the Client Identifier "${askedClientId}"`;
          verdict.violate({ message, path: is5 ? 'connack.reasonCode' : 'connack.returnCode' });
        }
      },
      violates: [
        {
          title: 'Client Identifier "a1" refused',
          transcript: '> 10 { proto 02 003c p "a1" }\n< 20 { 00 4:02 5:85 p }\nfin <',
          frame: 2,
          at: 3,
          length: 1,
        },
      ],
      complies: [{ title: 'accepted', transcript: '> 10 { proto 02 003c p "a1" }\n< 20 { 00 00 p }' }],
    }),
    conversationRule({
      name: 'connect-unanswered',
      refs: { '3.1': ['§3.1'], '3.1.1': ['MQTT-3.1.4-4'], '5.0': ['MQTT-3.1.4-5'] },
      party: 'server',
      hint: 'answer every valid CONNECT with CONNACK, or close',
      needs: 'server',
      on: ['CONNACK'],
      check(packet, verdict, { fromClient, conversation: { opening } }) {
        const code = packet.reasonCode ?? packet.returnCode;
        if (!fromClient && opening.connect !== undefined && opening.connack === undefined && code === 0) verdict.hold();
      },
      closed({ conversation, closed: { by, how, began, complete } }, verdict) {
        const { opening, client, server } = conversation;
        const { connect } = opening;
        if (connect === undefined || opening.connack !== undefined || server.packets > 0 || isAtFault(conversation))
          return;
        const waited = began - connect.time;
        if (by === 'server' || waited <= GRACE || how === 'lost' || how === 'reused') return;
        if (client.disconnect !== undefined && client.disconnect.time - connect.time <= GRACE) return;
        const message = `no CONNACK came in ${spanText(waited)}, and the server did not close either`;
        const fault = { message, frame: connect, since: connect.time };
        // Its FIN shows that the server was there and had received what came before.
        if (how === 'fin' && complete) verdict.violate(fault);
        else verdict.inconclusive('nothing shows that the server received it', fault);
      },
      violates: [
        {
          title: 'silence until the client gives up',
          transcript: '> 10 { proto 02 003c p "a" }\nwait 30s\nfin >\nfin <',
          frame: 1,
        },
      ],
      complies: [{ title: 'CONNACK', transcript: '> 10 { proto 02 003c p "a" }\n< 20 { 00 00 p }' }],
    }),
  ],
  unjudged: [],
};
