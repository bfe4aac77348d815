// UNSUBSCRIBE and its UNSUBACK (3.10.4, 3.11): one answer, under the same identifier; in 5.0 a code for each topic filter in
// their order.

import { codeText } from '../code-text.js';
import { conversationRule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';
import { comparable, countRule, twiceRule, unansweredRule, unaskedRule, wrongTypeRule } from './requests.js';
import { shown } from './topic-encoding.js';

const DELETED = 0x00;
const NONE_EXISTED = 0x11;

export const REQUESTS_UNSUBSCRIBE: RuleSet = {
  rules: [
    unaskedRule('UNSUBSCRIBE', {
      name: 'unsuback-unasked',
      refs: {
        '3.1': ['§3.11'],
        '3.1.1': ['MQTT-3.10.4-4', 'MQTT-2.3.1-7'],
        '5.0': ['MQTT-3.10.4-5', 'MQTT-2.2.1-6'],
      },
      violates: [
        {
          title: 'an answer under another identifier',
          transcript: `${OPENED}> a2 { 0007 p "a" }\n< b0 { 0008 p 5:11 }`,
          frame: 4,
          at: 2,
          length: 2,
        },
      ],
      complies: [
        { title: 'an answer under the same one', transcript: `${OPENED}> a2 { 0007 p "a" }\n< b0 { 0007 p 5:11 }` },
      ],
    }),
    twiceRule('UNSUBSCRIBE', {
      name: 'unsuback-twice',
      refs: { '3.1.1': ['MQTT-3.10.4-6'], '5.0': ['MQTT-3.10.4-6'] },
      violates: [
        {
          title: 'one answer for each filter',
          transcript: `${OPENED}> a2 { 0007 p "a" "b" }
                       < b0 { 0007 p 5:1111 }
                       < b0 { 0007 p 5:1111 }`,
          frame: 5,
          at: 2,
          length: 2,
        },
      ],
      complies: [
        {
          title: 'one answer for two filters',
          transcript: `${OPENED}> a2 { 0007 p "a" "b" }\n< b0 { 0007 p 5:1111 }`,
        },
      ],
    }),
    wrongTypeRule('UNSUBSCRIBE', {
      name: 'unsubscribe-answered-with-suback',
      refs: { '3.1': ['§3.10'], '3.1.1': ['MQTT-3.10.4-4'], '5.0': ['MQTT-3.10.4-4'] },
      violates: [
        {
          title: 'SUBACK to an UNSUBSCRIBE',
          transcript: `${OPENED}> a2 { 0007 p "a" }\n< 90 { 0007 p 00 }`,
          frame: 4,
          at: 2,
          length: 2,
        },
      ],
      complies: [
        { title: 'UNSUBACK to an UNSUBSCRIBE', transcript: `${OPENED}> a2 { 0007 p "a" }\n< b0 { 0007 p 5:11 }` },
      ],
    }),
    countRule('UNSUBSCRIBE', {
      name: 'unsuback-code-count',
      refs: { '5.0': ['MQTT-3.11.3-2'] },
      violates: [
        {
          title: 'one code for two filters',
          transcript: `${OPENED}> a2 { 0007 00 "a" "b" }\n< b0 { 0007 00 11 }`,
          frame: 4,
          at: 5,
          length: 1,
        },
      ],
      complies: [
        {
          title: 'a code for each filter',
          transcript: `${OPENED}> a2 { 0007 00 "a" "b" }\n< b0 { 0007 00 11 11 }`,
        },
      ],
    }),
    conversationRule({
      name: 'unsuback-code-order',
      refs: { '5.0': ['MQTT-3.11.3-1'] },
      party: 'server',
      needs: 'both',
      hint: 'send the codes in the order of the topic filters',
      on: ['UNSUBACK'],
      check(_packet, verdict, { request: fact, conversation }) {
        const request = comparable(fact);
        const { opening, requests } = conversation;
        // What existed is known where all subscriptions of the session were made on this connection.
        if (request === undefined || opening.sessionPresent !== false || requests.hasForgottenGranted) return;
        const { filters } = request;
        const codes = fact!.codes!;
        if (codes.length !== filters.length || new Set(filters.map(({ filter }) => filter)).size < codes.length) return;
        const expected = filters.map(({ filter }) => (requests.isGranted(filter) ? DELETED : NONE_EXISTED));
        const sorted = (list: readonly number[]): string => [...list].sort((a, b) => a - b).join();
        // Both kinds of code, as many of each as there should be: then only the order can be wrong.
        if (sorted(codes) !== sorted(expected) || new Set(codes).size < 2) return;
        const at = codes.findIndex((code, i) => code !== expected[i]);
        if (at < 0) return verdict.hold();
        const what = expected[at] === DELETED ? 'was subscribed' : 'was not subscribed';
        const message = `${codeText('UNSUBACK', codes[at]!, '5.0')} for ${shown(filters[at]!.filter)}, which ${what}: the codes fit in another order`;
        verdict.violate({ message, path: `unsuback.reasonCodes[${at}]` });
      },
      violates: [
        {
          title: 'two codes change places',
          transcript: `${OPENED}> 82 { 0006 00 "a" 00 }
                       < 90 { 0006 00 00 }
                       > a2 { 0007 00 "a" "b" }
                       < b0 { 0007 00 11 00 }`,
          frame: 6,
          at: 5,
          length: 1,
        },
      ],
      complies: [
        {
          title: 'the first was subscribed, the second was not',
          transcript: `${OPENED}> 82 { 0006 00 "a" 00 }
                       < 90 { 0006 00 00 }
                       > a2 { 0007 00 "a" "b" }
                       < b0 { 0007 00 00 11 }`,
        },
      ],
    }),
    unansweredRule('UNSUBSCRIBE', {
      name: 'unsubscribe-unanswered',
      refs: {
        '3.1': ['§3.10'],
        '3.1.1': ['MQTT-3.10.4-4', 'MQTT-3.10.4-5'],
        '5.0': ['MQTT-3.10.4-4', 'MQTT-3.10.4-5'],
      },
      violates: [
        {
          title: 'pings are answered, the UNSUBSCRIBE is not',
          transcript: `${OPENED}> a2 { 0007 p "a" }
                       wait 20s
                       > c0 00
                       < d0 00
                       > e0 00
                       fin >`,
          frame: 3,
        },
      ],
      complies: [
        {
          title: 'answered though there was no such subscription',
          transcript: `${OPENED}> a2 { 0007 p "a" }
                       < b0 { 0007 p 5:11 }
                       > e0 00
                       fin >`,
        },
      ],
    }),
  ],
  unjudged: [],
};
