// DISCONNECT as it stands in 5.0 (3.14): its Reason Code, and who may send it. Before 5.0 it has no content.

import { codeText } from '../code-text.js';
import { frameRule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';
import { indexOfProperty } from './publish-properties.js';
import { definedCodeRule } from './reason-codes.js';

const WITH_WILL = 0x04;
const USE_ANOTHER_SERVER = 0x9c;
const SERVER_MOVED = 0x9d;
const BAD_AUTHENTICATION_METHOD = 0x8c;

/** Table 3-10: sent by the server only. 0x8c is not in it, table 2-6 has it: see below. */
const OF_SERVERS: ReadonlySet<number> = new Set([
  0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
]);

export const DISCONNECT_PACKET: RuleSet = {
  rules: [
    definedCodeRule(
      'DISCONNECT',
      'MQTT-3.14.2-1',
      [{ title: 'a code of CONNACK', transcript: `${OPENED}> e0 { 84 00 }\nfin >`, frame: 3, at: 2, length: 1 }],
      [{ title: 'an error of the client', transcript: `${OPENED}> e0 { 80 00 }\nfin >` }],
    ),
    frameRule({
      name: 'disconnect-code-of-the-other-side',
      refs: { '5.0': ['§3.14.2.1'] },
      party: 'sender',
      hint: 'use a Reason Code that this side may send (table 3-10)',
      on: ['DISCONNECT'],
      check({ reasonCode }, verdict, { fromClient }) {
        if (reasonCode === undefined) return;
        const isForeign = fromClient ? OF_SERVERS.has(reasonCode) : reasonCode === WITH_WILL;
        if (!isForeign) return verdict.hold();
        const [who, whose] = fromClient ? ['client', 'servers'] : ['server', 'clients'];
        const message = `the ${who} says ${codeText('DISCONNECT', reasonCode, '5.0')}, which only ${whose} send`;
        verdict.violate({ message, path: 'disconnect.reasonCode' });
      },
      violates: [
        {
          title: 'a client shuts down as a server',
          transcript: `${OPENED}> e0 { 8b 00 }\nfin >`,
          frame: 3,
          at: 2,
          length: 1,
        },
        {
          title: 'a server disconnects with a will',
          transcript: `${OPENED}< e0 { 04 00 }\nfin <`,
          frame: 3,
          at: 2,
          length: 1,
        },
      ],
      complies: [
        { title: 'a client that wants its will published', transcript: `${OPENED}> e0 { 04 00 }\nfin >` },
        { title: 'a server that shuts down', transcript: `${OPENED}< e0 { 8b 00 }\nfin <` },
      ],
    }),
    frameRule({
      name: 'disconnect-bad-authentication-method',
      refs: { '5.0': ['§3.14.2.1'] },
      level: 'note',
      party: 'sender',
      hint: 'table 2-6 has this code for DISCONNECT, section 3.14.2.1 has not: 0x87 (Not authorized) or 0x82 is in both',
      on: ['DISCONNECT'],
      check({ reasonCode }, verdict) {
        if (reasonCode === undefined) return;
        if (reasonCode !== BAD_AUTHENTICATION_METHOD) return verdict.hold();
        const message = `the Reason Code is ${codeText('DISCONNECT', reasonCode, '5.0')}, of which the specification is in two minds`;
        verdict.violate({ message, path: 'disconnect.reasonCode' });
      },
      violates: [{ title: '0x8c', transcript: `${OPENED}< e0 { 8c 00 }\nfin <`, frame: 3, at: 2, length: 1 }],
      complies: [{ title: 'another code', transcript: `${OPENED}< e0 { 87 00 }\nfin <` }],
    }),
    frameRule({
      name: 'disconnect-server-reference-out-of-place',
      refs: { '5.0': ['§3.14.2.2.5'] },
      level: 'note',
      party: 'sender',
      hint: 'a Server Reference belongs to a server that sends its client elsewhere, with 0x9C or 0x9D',
      on: ['DISCONNECT'],
      check({ reasonCode, properties }, verdict, { fromClient }) {
        const index = indexOfProperty(properties, 'serverReference');
        if (index < 0 || reasonCode === undefined) return;
        if (!fromClient && (reasonCode === USE_ANOTHER_SERVER || reasonCode === SERVER_MOVED)) return verdict.hold();
        const who = fromClient
          ? 'the client sends'
          : `with ${codeText('DISCONNECT', reasonCode, '5.0')} the server sends`;
        verdict.violate({
          message: `${who} a Server Reference, which tells a client where to go instead`,
          path: `disconnect.properties[${index}].serverReference`,
        });
      },
      violates: [
        {
          title: 'a client sends its server elsewhere',
          transcript: `${OPENED}> e0 { 00 p{ 1c "b" } }\nfin >`,
          frame: 3,
          at: 7,
          length: 1,
        },
        {
          title: 'a server that shuts down',
          transcript: `${OPENED}< e0 { 8b p{ 1c "b" } }\nfin <`,
          frame: 3,
          at: 7,
          length: 1,
        },
      ],
      complies: [{ title: 'a server that moved', transcript: `${OPENED}< e0 { 9d p{ 1c "b" } }\nfin <` }],
    }),
  ],
  unjudged: [],
};
