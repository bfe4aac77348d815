// CONNACK as it stands (3.2.2): its reserved bits, Session Present beside a refusal, codes that exist. What it says about
// the session is judged with sessions.

import { CONNACK_RETURN_CODES, reasonCodeName } from '../../spec/reason-codes.js';
import { accuse } from '../doubt.js';
import { frameRule, type RuleSet } from '../rule.js';

const CONNECT = '> 10 { proto 02 003c p "c1" }\n';
const ACCEPTED = { title: 'accepted', transcript: `${CONNECT}< 20 { 00 00 p }` };
const REFUSED = { title: 'refused', transcript: `${CONNECT}< 20 { 00 4:05 5:87 p }\nfin <` };

const hexOf = (code: number): string => `0x${code.toString(16).padStart(2, '0')}`;

export const CONNACK: RuleSet = {
  rules: [
    frameRule({
      name: 'connack-reserved-flags',
      refs: { '3.1.1': ['§3.2.2.1'], '5.0': ['MQTT-3.2.2-1'] },
      party: 'server',
      hint: 'set bits 7 to 1 of the Connect Acknowledge Flags to 0',
      due: 0x81,
      on: ['CONNACK'],
      check({ acknowledgeFlags }, verdict, event) {
        if (acknowledgeFlags === undefined) return;
        const { reserved } = acknowledgeFlags;
        if (reserved === 0) verdict.hold();
        else {
          const message = `the reserved bits of the Connect Acknowledge Flags are 0b${reserved.toString(2).padStart(7, '0')}`;
          accuse(verdict, event, { message, path: 'connack.acknowledgeFlags.reserved' });
        }
      },
      violates: [
        {
          title: 'bit 1 is 1',
          transcript: `${CONNECT}< 20 { 02 00 p }\n> e0 4:00 5:0181\nfin >`,
          frame: 2,
          at: 2,
          length: 1,
          bits: [7, 1],
        },
      ],
      complies: [ACCEPTED],
    }),
    frameRule({
      name: 'connack-session-present-with-refusal',
      refs: { '3.1.1': ['MQTT-3.2.2-4'], '5.0': ['MQTT-3.2.2-6'] },
      party: 'server',
      hint: 'set Session Present to 0 when the connection is refused',
      due: 0x82,
      on: ['CONNACK'],
      check({ acknowledgeFlags, returnCode, reasonCode }, verdict, event) {
        const code = reasonCode ?? returnCode ?? 0;
        if (code === 0 || acknowledgeFlags === undefined) return;
        if (!acknowledgeFlags.sessionPresent) verdict.hold();
        else {
          const message = `Session Present is 1 with the code ${hexOf(code)}`;
          accuse(verdict, event, { message, path: 'connack.acknowledgeFlags.sessionPresent' });
        }
      },
      violates: [
        {
          title: 'not authorized, yet a session',
          transcript: '> 10 { proto 00 003c p "c1" }\n< 20 { 01 4:05 5:87 p }\nfin <',
          frame: 2,
          at: 2,
          length: 1,
          bits: [0, 0],
        },
      ],
      complies: [REFUSED],
    }),
    frameRule({
      name: 'connack-code-undefined',
      refs: { '3.1': ['§3.2'], '3.1.1': ['MQTT-3.2.2-6'], '5.0': ['MQTT-3.2.2-8'] },
      party: 'server',
      hint: 'use a code that the version defines for CONNACK, or close without a CONNACK',
      due: 0x82,
      on: ['CONNACK'],
      check({ returnCode, reasonCode }, verdict, event) {
        const code = reasonCode ?? returnCode;
        if (code === undefined) return;
        const isDefined =
          reasonCode === undefined ? code < CONNACK_RETURN_CODES.length : reasonCodeName('CONNACK', code) !== undefined;
        if (isDefined) verdict.hold();
        else {
          const path = reasonCode === undefined ? 'connack.returnCode' : 'connack.reasonCode';
          accuse(verdict, event, { message: `CONNACK has no code ${hexOf(code)} (${code})`, path });
        }
      },
      violates: [
        {
          title: 'a code of no version',
          transcript: `${CONNECT}< 20 { 00 4:06 5:8d p }\nfin <`,
          frame: 2,
          at: 3,
          length: 1,
        },
        {
          title: 'a return code of 3.1.1 in 5.0',
          transcript: `${CONNECT}< 20 { 00 05 p }\nfin <`,
          versions: ['5.0'],
          frame: 2,
          at: 3,
          length: 1,
        },
      ],
      complies: [ACCEPTED, REFUSED],
    }),
  ],
  unjudged: [],
};
