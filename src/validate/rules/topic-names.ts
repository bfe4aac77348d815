// Topic names (3.3.2.1, 4.7): of PUBLISH, of the will, and of Response Topics. At least one character, no wildcards, no
// U+0000, well-formed UTF-8.

import { frameRule, type RuleSet, type Verdict } from '../rule.js';
import { OPENED } from '../samples.js';
import { indexOfProperty, propertyAt } from './publish-properties.js';
import { utf8Rule, withoutNull } from './topic-encoding.js';
import { TOPIC_WILDCARDS } from './topic-wildcards.js';

/** 3.1 knows this limit, and only it (2.2, Topic name). */
const MOST_CHARACTERS_3_1 = 32_767;

const LONG_TOPIC = `${OPENED}> 30 { 8000 ${'61'.repeat(MOST_CHARACTERS_3_1 + 1)} 'x' }`;

function notEmpty(topic: string, what: string, path: string, verdict: Verdict): void {
  if (topic !== '') verdict.hold();
  else verdict.violate({ message: `${what} is empty`, path });
}

export const TOPIC_NAMES: RuleSet = {
  rules: [
    frameRule({
      name: 'topic-name-empty',
      refs: { '3.1': ['§2.2'], '3.1.1': ['MQTT-4.7.3-1'], '5.0': ['MQTT-4.7.3-1'] },
      party: 'sender',
      hint: 'publish to a topic of at least one character (5.0: or to a Topic Alias)',
      // 5.0: 3.3.2.1
      due: 0x82,
      faults: 'odd',
      otherwise: 'holds',
      on: ['PUBLISH'],
      check({ topic, properties }, verdict, { frame }) {
        if (topic === undefined) return;
        if (topic !== '') return verdict.hold();
        if (frame.version === '5.0') {
          if (properties === undefined || frame.problems.length > 0) return;
          if (indexOfProperty(properties, 'topicAlias') >= 0) return;
        }
        const alias = frame.version === '5.0' ? ', and there is no Topic Alias' : '';
        verdict.violate({ message: `the Topic Name is empty${alias}`, path: 'publish.topicLength' });
      },
      violates: [{ title: 'an empty topic', transcript: `${OPENED}> 30 { "" p 'x' }`, frame: 3, at: 2, length: 2 }],
      complies: [{ title: 'a topic of one character', transcript: `${OPENED}> 30 { "/" p 'x' }` }],
    }),
    frameRule({
      name: 'will-topic-empty',
      refs: { '3.1': ['§2.2'], '3.1.1': ['MQTT-4.7.3-1'], '5.0': ['MQTT-4.7.3-1'] },
      party: 'client',
      hint: 'give the will a topic of at least one character',
      on: ['CONNECT'],
      check({ will }, verdict) {
        if (will !== undefined) notEmpty(will.topic, 'the Will Topic', 'connect.will.topicLength', verdict);
      },
      violates: [
        {
          title: 'a will to nowhere',
          transcript: `> 10 { proto 06 003c p "c" p "" "gone" }`,
          frame: 1,
          versions: ['3.1.1'],
          at: 15,
          length: 2,
        },
        { title: 'a will to nowhere', transcript: `> 10 { proto 06 003c p "c" p "" "gone" }`, frame: 1 },
      ],
      complies: [{ title: 'a will to a topic', transcript: `> 10 { proto 06 003c p "c" p "w" "gone" }` }],
    }),
    frameRule({
      name: 'response-topic-empty',
      refs: { '5.0': ['MQTT-4.7.3-1'] },
      party: 'sender',
      hint: 'leave the Response Topic out when no response is wanted',
      asked: 'odd-property',
      on: ['PUBLISH'],
      check({ properties }, verdict) {
        const index = indexOfProperty(properties, 'responseTopic');
        if (index < 0) return;
        const topic = propertyAt<'responseTopic'>(properties!, index);
        notEmpty(topic, 'the Response Topic', `publish.properties[${index}].responseTopicLength`, verdict);
      },
      violates: [
        {
          title: 'a response to nowhere',
          transcript: `${OPENED}> 30 { "a" p{ 08 "" } 'x' }`,
          frame: 3,
          at: 7,
          length: 2,
        },
      ],
      complies: [{ title: 'a response to a topic', transcript: `${OPENED}> 30 { "a" p{ 08 "b" } 'x' }` }],
    }),
    ...TOPIC_WILDCARDS,
    frameRule({
      name: 'topic-name-null',
      refs: { '3.1': ['§2.2'], '3.1.1': ['MQTT-4.7.3-2', 'MQTT-1.5.3-2'], '5.0': ['MQTT-4.7.3-2', 'MQTT-1.5.4-2'] },
      party: 'sender',
      hint: 'publish to topics without U+0000',
      due: 0x81,
      asked: 'characters',
      on: ['PUBLISH'],
      check({ topic }, verdict) {
        if (topic !== undefined) withoutNull(topic, 'the Topic Name', 'publish.topic', verdict);
      },
      violates: [
        {
          title: 'a U+0000 in the topic',
          transcript: `${OPENED}> 30 { 0003 61 00 62 p 'x' }`,
          frame: 3,
          at: 4,
          length: 3,
        },
      ],
      complies: [{ title: 'no U+0000', transcript: `${OPENED}> 30 { "a/b" p 'x' }` }],
    }),
    frameRule({
      name: 'will-topic-null',
      refs: { '3.1': ['§2.2'], '3.1.1': ['MQTT-4.7.3-2', 'MQTT-1.5.3-2'], '5.0': ['MQTT-4.7.3-2', 'MQTT-1.5.4-2'] },
      party: 'client',
      hint: 'use Will Topics and Response Topics without U+0000',
      due: 0x81,
      on: ['CONNECT'],
      check({ will }, verdict) {
        if (will === undefined) return;
        withoutNull(will.topic, 'the Will Topic', 'connect.will.topic', verdict);
        const index = indexOfProperty(will.properties, 'responseTopic');
        if (index < 0) return;
        const path = `connect.will.properties[${index}].responseTopic`;
        withoutNull(propertyAt<'responseTopic'>(will.properties!, index), "the will's Response Topic", path, verdict);
      },
      violates: [
        {
          title: 'a U+0000 in the Will Topic',
          transcript: `> 10 { proto 06 003c p "c" p 0003 61 00 62 "gone" }`,
          frame: 1,
          versions: ['3.1.1'],
          at: 17,
          length: 3,
        },
        {
          title: 'a U+0000 in the Will Topic',
          transcript: `> 10 { proto 06 003c p "c" p 0003 61 00 62 "gone" }`,
          frame: 1,
        },
        {
          title: "a U+0000 in the will's Response Topic",
          transcript: `> 10 { proto 06 003c p "c" p{ 08 0002 00 62 } "w" "gone" }`,
          frame: 1,
          versions: ['5.0'],
          at: 20,
          length: 2,
        },
      ],
      complies: [{ title: 'no U+0000', transcript: `> 10 { proto 06 003c p "c" p "w" "gone" }` }],
    }),
    frameRule({
      name: 'response-topic-null',
      refs: { '5.0': ['MQTT-4.7.3-2', 'MQTT-1.5.4-2'] },
      party: 'sender',
      hint: 'use Response Topics without U+0000',
      due: 0x81,
      asked: 'odd-property',
      on: ['PUBLISH'],
      check({ properties }, verdict) {
        const index = indexOfProperty(properties, 'responseTopic');
        if (index < 0) return;
        const path = `publish.properties[${index}].responseTopic`;
        withoutNull(propertyAt<'responseTopic'>(properties!, index), 'the Response Topic', path, verdict);
      },
      violates: [
        {
          title: 'a U+0000 in the Response Topic',
          transcript: `${OPENED}> 30 { "a" p{ 08 0002 00 62 } 'x' }`,
          frame: 3,
          at: 9,
          length: 2,
        },
      ],
      complies: [{ title: 'no U+0000', transcript: `${OPENED}> 30 { "a" p{ 08 "b" } 'x' }` }],
    }),
    utf8Rule({
      name: 'topic-name-utf8',
      refs: { '3.1.1': ['MQTT-3.3.2-1', 'MQTT-1.5.3-1'], '5.0': ['MQTT-3.3.2-1', 'MQTT-1.5.4-1'] },
      hint: 'send the Topic Name as well-formed UTF-8',
      asked: 'problems',
      on: 'PUBLISH',
      what: 'the Topic Name',
      isPath: (path) => path === 'publish.topic',
      has: ({ topic }) => topic !== undefined,
      violates: [
        {
          title: 'Latin-1, not UTF-8',
          transcript: `${OPENED}> 30 { 0003 61 2f fc p 'x' }`,
          frame: 3,
          at: 6,
          length: 1,
        },
        {
          title: 'half a surrogate pair',
          transcript: `${OPENED}> 30 { 0003 ed a0 80 p 'x' }`,
          frame: 3,
          at: 4,
          length: 3,
        },
      ],
      complies: [{ title: 'an ü in two bytes', transcript: `${OPENED}> 30 { 0004 61 2f c3 bc p 'x' }` }],
    }),
    frameRule({
      name: 'topic-name-too-long',
      refs: { '3.1': ['§2.2'] },
      party: 'sender',
      hint: 'keep topics of MQTT 3.1 to 32767 characters',
      faults: 'odd',
      otherwise: 'holds',
      on: ['PUBLISH'],
      check({ topic }, verdict) {
        if (topic === undefined) return;
        if (topic.length <= MOST_CHARACTERS_3_1) return verdict.hold();
        // Characters of the specification are those of Unicode, not halves of UTF-16.
        const count = [...topic].length;
        if (count <= MOST_CHARACTERS_3_1) return verdict.hold();
        verdict.violate({ message: `the Topic Name has ${count} characters`, path: 'publish.topic' });
      },
      violates: [{ title: '32768 characters', transcript: LONG_TOPIC, frame: 3, at: 6, length: 32_768 }],
      complies: [{ title: 'a short topic', transcript: `${OPENED}> 30 { "a" 'x' }` }],
    }),
  ],
  unjudged: [
    {
      refs: { '3.1.1': ['MQTT-4.7.3-3'], '5.0': ['MQTT-4.7.3-3'] },
      kind: 'unobservable',
      why: 'a string has two bytes for its length, which cannot say more than 65535: whatever is longer is not in the packet as one string',
    },
  ],
};
