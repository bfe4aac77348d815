// Acknowledgements as they stand: the Reason Codes of PUBACK, PUBREC, PUBREL and PUBCOMP (3.4 to 3.7), Packet Identifier 0
// in SUBACK and UNSUBACK. What the former acknowledge, and so their identifier, is the matter of the message flows.

import { codeText } from '../code-text.js';
import { frameRule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';
import { definedCodeRule } from './reason-codes.js';

const NO_SUBSCRIBERS = 0x10;

/** The client has a subscription and gets a message of this QoS. */
const delivered = (qos: 1 | 2): string => `${OPENED}> 82 { 0001 p "a" 0${qos} }
    < 90 { 0001 p 0${qos} }
    < 3${qos * 2} { "a" 0007 p 'x' }
    `;

export const ACKNOWLEDGEMENTS: RuleSet = {
  rules: [
    definedCodeRule(
      'PUBACK',
      'MQTT-3.4.2-1',
      [
        {
          title: 'a code of DISCONNECT',
          transcript: `${OPENED}> 32 { "a" 0007 p 'x' }\n< 40 { 0007 95 }`,
          frame: 4,
          at: 4,
          length: 1,
        },
      ],
      [{ title: 'refused', transcript: `${OPENED}> 32 { "a" 0007 p 'x' }\n< 40 { 0007 97 }` }],
    ),
    definedCodeRule(
      'PUBREC',
      'MQTT-3.5.2-1',
      [
        {
          title: 'a code of PUBREL',
          transcript: `${OPENED}> 34 { "a" 0007 p 'x' }\n< 50 { 0007 92 }`,
          frame: 4,
          at: 4,
          length: 1,
        },
      ],
      [{ title: 'refused', transcript: `${OPENED}> 34 { "a" 0007 p 'x' }\n< 50 { 0007 87 }` }],
    ),
    definedCodeRule(
      'PUBREL',
      'MQTT-3.6.2-1',
      [
        {
          title: 'a code of PUBREC',
          transcript: `${OPENED}> 34 { "a" 0007 p 'x' }\n< 50 { 0007 }\n> 62 { 0007 80 }`,
          frame: 5,
          at: 4,
          length: 1,
        },
      ],
      [
        {
          title: 'success, written out',
          transcript: `${OPENED}> 34 { "a" 0007 p 'x' }\n< 50 { 0007 }\n> 62 { 0007 00 }\n< 70 { 0007 }`,
        },
      ],
    ),
    definedCodeRule(
      'PUBCOMP',
      'MQTT-3.7.2-1',
      [
        {
          title: 'a code of PUBREC',
          transcript: `${OPENED}> 34 { "a" 0007 p 'x' }\n< 50 { 0007 }\n> 62 { 0007 }\n< 70 { 0007 10 }`,
          frame: 6,
          at: 4,
          length: 1,
        },
      ],
      [
        {
          title: 'success, written out',
          transcript: `${OPENED}> 34 { "a" 0007 p 'x' }\n< 50 { 0007 }\n> 62 { 0007 }\n< 70 { 0007 00 }`,
        },
      ],
    ),
    frameRule({
      name: 'client-says-no-matching-subscribers',
      refs: { '5.0': ['§3.4.2.1', '§3.5.2.1'] },
      party: 'client',
      hint: 'acknowledge with 0x00: only servers know of subscribers',
      asked: 'coded',
      faults: 'odd',
      on: ['PUBACK', 'PUBREC'],
      check({ type, reasonCode }, verdict, { fromClient }) {
        if (!fromClient || reasonCode === undefined) return;
        if (reasonCode !== NO_SUBSCRIBERS) return verdict.hold();
        const message = `the client's ${type} says ${codeText(type, reasonCode, '5.0')}, which only servers send`;
        verdict.violate({ message, path: `${type.toLowerCase()}.reasonCode` });
      },
      violates: [
        { title: 'in PUBACK', transcript: `${delivered(1)}> 40 { 0007 10 }`, frame: 6, at: 4, length: 1 },
        {
          title: 'in PUBREC',
          transcript: `${delivered(2)}> 50 { 0007 10 }\n< 62 { 0007 }\n> 70 { 0007 }`,
          frame: 6,
          at: 4,
          length: 1,
        },
      ],
      complies: [{ title: 'success, written out', transcript: `${delivered(1)}> 40 { 0007 00 }` }],
    }),
    frameRule({
      name: 'answer-packet-identifier-0',
      refs: { '3.1': ['§2.4'], '3.1.1': ['§2.3.1'], '5.0': ['§2.2.1'] },
      party: 'server',
      hint: 'answer under the Packet Identifier of the request, which is never 0',
      on: ['SUBACK', 'UNSUBACK'],
      check({ type, packetId }, verdict, { request }) {
        if (packetId === undefined) return;
        if (packetId !== 0) return verdict.hold();
        // The request may itself have 0: then that is the fault, and was told there.
        if (request?.kind === 'answer') return;
        verdict.violate({ message: `${type} has Packet Identifier 0`, path: `${type.toLowerCase()}.packetId` });
      },
      violates: [
        {
          title: 'in SUBACK',
          transcript: `${OPENED}> 82 { 0007 p "a" 00 }\n< 90 { 0000 p 00 }`,
          frame: 4,
          at: 2,
          length: 2,
        },
        { title: 'in UNSUBACK', transcript: `${OPENED}> a2 { 0007 p "a" }\n< b0 { 0000 p 5:00 }`, frame: 4 },
      ],
      complies: [{ title: 'SUBACK of 7', transcript: `${OPENED}> 82 { 0007 p "a" 00 }\n< 90 { 0007 p 00 }` }],
    }),
  ],
  unjudged: [],
};
