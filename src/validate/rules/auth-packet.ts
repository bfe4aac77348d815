// AUTH as it stands (5.0: 3.15): its Reason Code, and who may send it. The exchange that it belongs to is judged as a whole
// with authentication.

import { codeText } from '../code-text.js';
import { frameRule, type RuleSet } from '../rule.js';
import { definedCodeRule } from './reason-codes.js';

const SUCCESS = 0x00;
const REAUTHENTICATE = 0x19;

/** CONNECT with Authentication Method "m" and a challenge; after CONNACK, a re-authentication of the client. */
const CHALLENGED = `> 10 { proto 02 003c p{ 15 "m" } "c" }
                    < f0 { 18 p{ 15 "m" } }
                    `;
const AUTHENTICATED = `${CHALLENGED}> f0 { 18 p{ 15 "m" } }
                       < 20 { 00 00 p{ 15 "m" } }
                       > f0 { 19 p{ 15 "m" } }
                       `;

export const AUTH_PACKET: RuleSet = {
  rules: [
    definedCodeRule(
      'AUTH',
      'MQTT-3.15.2-1',
      [
        {
          title: 'a code of CONNACK',
          transcript: `> 10 { proto 02 003c p{ 15 "m" } "c" }\n< f0 { 8c p{ 15 "m" } }`,
          frame: 2,
          at: 2,
          length: 1,
        },
      ],
      [{ title: 'a challenge', transcript: CHALLENGED }],
    ),
    frameRule({
      name: 'auth-code-of-the-other-side',
      refs: { '5.0': ['§3.15.2.1'] },
      party: 'sender',
      hint: 'clients send 0x18 and 0x19 in AUTH, servers 0x18 and 0x00',
      on: ['AUTH'],
      check(packet, verdict, { fromClient, frame }) {
        const { reasonCode = frame.problems.length === 0 ? SUCCESS : undefined } = packet;
        if (reasonCode === undefined) return;
        if (reasonCode !== (fromClient ? SUCCESS : REAUTHENTICATE)) return verdict.hold();
        const [who, whose] = fromClient ? ['client', 'servers'] : ['server', 'clients'];
        const message = `the ${who}'s AUTH says ${codeText('AUTH', reasonCode, '5.0')}, which only ${whose} send`;
        const path = packet.reasonCode === undefined ? {} : { path: 'auth.reasonCode' };
        verdict.violate({ message, ...path });
      },
      violates: [
        {
          title: 'a client answers with success',
          transcript: `${CHALLENGED}> f0 { 00 p{ 15 "m" } }`,
          frame: 3,
          at: 2,
          length: 1,
        },
        {
          title: 'a server begins anew',
          transcript: `${AUTHENTICATED}< f0 { 19 p{ 15 "m" } }`,
          frame: 6,
          at: 2,
          length: 1,
        },
      ],
      complies: [{ title: 'a re-authentication', transcript: `${AUTHENTICATED}< f0 { 00 p{ 15 "m" } }` }],
    }),
  ],
  unjudged: [],
};
