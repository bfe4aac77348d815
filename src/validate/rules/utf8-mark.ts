// U+FEFF at the beginning of a string (1.5.3; 5.0: 1.5.4): a character like any other, not a byte order mark to be left
// out. What a server does with it shows where a topic that begins with it comes out again.

import { hashOf } from '../../bytes/sample-hash.js';
import { blame } from '../doubt.js';
import { quoted } from '../quoted.js';
import { type RuleSet, sessionRule } from '../rule.js';
import { GRACE } from '../state/grace.js';

const MARK = 0xfeff;

const MARKED_TOPIC = `> 10 { proto 02 003c p "sub" }
< 20 { 00 00 p }
> 82 { 0001 p "#" 00 }
< 90 { 0001 p 00 }
2> 10 { proto 02 003c p "pub" }
2< 20 { 00 00 p }
2> 30 { 0004 efbbbf61 p 'it is 21 degrees' }
`;

export const UTF8_MARK: RuleSet = {
  rules: [
    sessionRule({
      name: 'string-mark-stripped',
      from: 'server',
      refs: { '3.1.1': ['MQTT-1.5.3-3'], '5.0': ['MQTT-1.5.4-3'] },
      party: 'server',
      needs: 'nothing',
      hint: 'read strings with a UTF-8 decoder that keeps U+FEFF (in JavaScript: ignoreBOM true)',
      asked: 'odd-delivery',
      on: ['PUBLISH'],
      check({ payload }, verdict, { fromClient, topic, delivery, conversation, time }) {
        if (fromClient || delivery === undefined || topic === undefined) return;
        const { messages } = conversation.broker;
        if (!messages.hasMarked) return;
        if (topic.charCodeAt(0) === MARK) {
          verdict.hold();
          return;
        }
        if (delivery.origin !== 'unknown' || payload === undefined || payload.length === 0) return;
        const original = messages.latest(`\uFEFF${topic}`);
        if (original === undefined || original.time < time - GRACE) return;
        if (!original.is(payload.length, hashOf(payload))) return;
        const { number } = original.message.frame;
        const fault = {
          message: `the Topic Name ${quoted(topic)} is that of packet #${number} without its U+FEFF at the beginning`,
          path: 'publish.topic',
        };
        const { foreign } = delivery;
        const others =
          foreign === undefined ? undefined : `others publish who were not seen, first in packet #${foreign.number}`;
        blame(verdict, others, fault);
      },
      violates: [
        {
          title: 'a topic that begins with U+FEFF comes out without',
          transcript: `${MARKED_TOPIC}< 30 { "a" p 'it is 21 degrees' }`,
          frame: 8,
          at: 4,
          length: 1,
        },
      ],
      complies: [
        {
          title: 'a topic that begins with U+FEFF is passed on as it is',
          transcript: `${MARKED_TOPIC}< 30 { 0004 efbbbf61 p 'it is 21 degrees' }`,
        },
      ],
    }),
  ],
  unjudged: [],
};
