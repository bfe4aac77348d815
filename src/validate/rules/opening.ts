// How a connection begins (3.1, 3.2; 5.0: 3.14): CONNECT first and once, CONNACK first and once, and nothing of the client
// but AUTH while an authentication is under way. A client may send before CONNACK otherwise (3.1.4).
//
// What one side sends is judged by what it must have known: a CONNACK seen before the client's packet may not have
// reached the client yet, one that was not seen cannot have.

import { codeText } from '../code-text.js';
import { conversationRule, type RuleSet } from '../rule.js';
import { ALL_TYPES } from '../seen-types.js';

export const OPENING: RuleSet = {
  rules: [
    conversationRule({
      name: 'first-packet-not-connect',
      from: 'client',
      asked: 'unsettled',
      anyVersion: true,
      refs: { '3.1': ['§3.1'], '3.1.1': ['MQTT-3.1.0-1'], '5.0': ['MQTT-3.1.0-1'] },
      party: 'client',
      hint: 'send CONNECT first on every connection',
      due: 0x82,
      needs: 'client',
      on: ALL_TYPES,
      check({ type }, verdict, { fromClient, sender }) {
        // Where the beginning was not seen, neither was what came first.
        if (!fromClient || sender.packets > 0 || !sender.evidence.isWhole) return;
        if (type === 'CONNECT') verdict.hold();
        else verdict.violate({ message: `the first packet of the client is ${type}, not CONNECT` });
      },
      violates: [{ title: 'PINGREQ on a new connection', transcript: 'open >\n> c0 00', frame: 1 }],
      complies: [{ title: 'CONNECT', transcript: '> 10 { proto 02 003c p "a" }\n< 20 { 00 00 p }' }],
    }),
    conversationRule({
      name: 'connect-twice',
      refs: { '3.1': ['§3.1'], '3.1.1': ['§3.1'], '5.0': ['§3.1'] },
      party: 'client',
      hint: 'send CONNECT once; open a new connection to connect again',
      due: 0x82,
      needs: 'client',
      on: ['CONNECT', 'DISCONNECT'],
      check({ type }, verdict, { fromClient, conversation: { opening } }) {
        if (!fromClient || opening.connect === undefined) return;
        const { number: first, time: since } = opening.connect;
        if (type !== 'CONNECT') verdict.hold();
        else
          verdict.violate({ message: `a second CONNECT on this connection; the first one is packet #${first}`, since });
      },
      violates: [
        {
          title: 'CONNECT again after CONNACK',
          transcript: `> 10 { proto 02 003c p "a" }
                       < 20 { 00 00 p }
                       > 10 { proto 02 003c p "a" }
                       fin <`,
          frame: 3,
        },
      ],
      complies: [
        {
          title: 'one CONNECT',
          transcript: `> 10 { proto 02 003c p "a" }
                       < 20 { 00 00 p }
                       > e0 00`,
        },
      ],
    }),
    conversationRule({
      name: 'server-before-connack',
      from: 'server',
      asked: 'unsettled',
      refs: { '3.1': ['§3.1'], '3.1.1': ['MQTT-3.2.0-1'], '5.0': ['MQTT-3.2.0-1'] },
      party: 'server',
      hint: 'send CONNACK before anything else (5.0: but AUTH)',
      needs: 'server',
      on: ALL_TYPES,
      check({ type }, verdict, event) {
        const { fromClient, sender, conversation } = event;
        if (fromClient || conversation.opening.connack !== undefined || !sender.evidence.isWhole) return;
        if (type === 'CONNACK') verdict.hold();
        if (type === 'CONNACK' || (event.frame.version === '5.0' && type === 'AUTH')) return;
        // Told once; DISCONNECT in 5.0 has a rule of its own (3.14.0-1).
        if ((sender.packets > 0 && sender.lastType !== 'AUTH') || type === 'DISCONNECT') return;
        verdict.violate({ message: `the server sends ${type} before its CONNACK` });
      },
      violates: [
        {
          title: 'PUBLISH before CONNACK',
          transcript: `> 10 { proto 02 003c p "a" }
                       < 30 { "t" p 'x' }
                       < 20 { 00 00 p }`,
          frame: 2,
        },
      ],
      complies: [
        {
          title: 'CONNACK, then PINGRESP',
          transcript: '> 10 { proto 02 003c p "a" }\n> c0 00\n< 20 { 00 00 p }\n< d0 00',
        },
      ],
    }),
    conversationRule({
      name: 'disconnect-before-connack',
      refs: { '5.0': ['MQTT-3.14.0-1', 'MQTT-3.2.0-1'] },
      party: 'server',
      hint: 'refuse a client with CONNACK, not with DISCONNECT',
      needs: 'server',
      on: ['DISCONNECT'],
      check(_packet, verdict, { fromClient, conversation: { opening } }) {
        if (fromClient) return;
        if (opening.accepted) verdict.hold();
        else if (opening.connack === undefined) {
          verdict.violate({ message: 'the server sends DISCONNECT before any CONNACK' });
        } else if (opening.refused) {
          const code = codeText('CONNACK', opening.code!, '5.0');
          verdict.violate({ message: `the server sends DISCONNECT after it refused the client with CONNACK ${code}` });
        }
      },
      violates: [
        {
          title: 'DISCONNECT in place of CONNACK',
          transcript: `> 10 { proto 02 003c p "a" }
                       < e0 { 87 }
                       fin <`,
          frame: 2,
        },
      ],
      complies: [
        {
          title: 'DISCONNECT after CONNACK',
          transcript: `> 10 { proto 02 003c p "a" }
                       < 20 { 00 00 p }
                       < e0 { 8b }
                       fin <`,
        },
      ],
    }),
    conversationRule({
      name: 'connack-twice',
      refs: { '3.1': ['§3.2'], '3.1.1': ['§3.2'], '5.0': ['MQTT-3.2.0-2'] },
      party: 'server',
      hint: 'send one CONNACK per connection',
      due: 0x82,
      needs: 'both',
      on: ['CONNACK'],
      check(_packet, verdict, { fromClient, conversation: { opening, client } }) {
        if (fromClient) return;
        if (opening.connack === undefined) verdict.hold();
        // The answer to a second CONNECT is told of as such (3.1.0-2).
        else if (client.offence?.rule !== 'connect-twice') {
          const { number: first, time: since } = opening.connack;
          verdict.violate({ message: `a second CONNACK; the first one is packet #${first}`, since });
        }
      },
      violates: [
        {
          title: 'CONNACK twice',
          transcript: `> 10 { proto 02 003c p "a" }
                       < 20 { 00 00 p }
                       < 20 { 00 00 p }`,
          frame: 3,
        },
      ],
      complies: [{ title: 'one CONNACK', transcript: '> 10 { proto 02 003c p "a" }\n< 20 { 00 00 p }' }],
    }),
    conversationRule({
      name: 'packet-before-authenticated',
      asked: 'unsettled',
      refs: { '5.0': ['MQTT-3.1.2-30'] },
      party: 'client',
      hint: 'with an Authentication Method, wait for CONNACK before anything but AUTH and DISCONNECT',
      needs: 'server',
      on: ALL_TYPES,
      check({ type }, verdict, { fromClient, sender, conversation: { opening, client } }) {
        if (opening.authenticationMethod === undefined || opening.connack !== undefined) return;
        if (!fromClient) {
          if (type === 'CONNACK' && (client.lastType === 'CONNECT' || client.lastType === 'AUTH')) verdict.hold();
          return;
        }
        if (type === 'AUTH' || type === 'DISCONNECT' || type === 'CONNECT') return;
        if (sender.lastType !== 'CONNECT' && sender.lastType !== 'AUTH') return;
        const method = opening.authenticationMethod;
        const since = opening.connect!.time;
        verdict.violate({
          message: `${type} before CONNACK, though CONNECT asks for authentication by "${method}"`,
          since,
        });
      },
      violates: [
        {
          title: 'SUBSCRIBE while authenticating',
          transcript: `> 10 { proto 02 003c p{ 15 "X" } "a" }
                       > 82 { 0001 p "t" 00 }
                       < 20 { 00 00 p{ 15 "X" } }
                       < 90 { 0001 p 00 }`,
          frame: 2,
        },
      ],
      complies: [
        {
          title: 'AUTH, CONNACK, then the rest',
          transcript: `> 10 { proto 02 003c p{ 15 "X" } "a" }
                       < f0 { 18 p{ 15 "X" } }
                       > f0 { 18 p{ 15 "X" } }
                       < 20 { 00 00 p{ 15 "X" } }
                       > c0 00
                       < d0 00`,
        },
      ],
    }),
  ],
  unjudged: [],
};
