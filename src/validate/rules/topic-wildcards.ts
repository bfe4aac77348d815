// Wildcards stand in topic filters only (4.7.1): none in the topic of a PUBLISH, of a will, or in a Response Topic.

import { frameRule, type Rule } from '../rule.js';
import { OPENED } from '../samples.js';
import { indexOfProperty, propertyAt } from './publish-properties.js';
import { shown } from './topic-encoding.js';

const PLUS = 0x2b;
const HASH = 0x23;

/** Asked for each PUBLISH: one walk over the topic, without an expression. */
function hasWildcard(topic: string): boolean {
  for (let i = 0; i < topic.length; i++) {
    const code = topic.charCodeAt(i);
    if (code === PLUS || code === HASH) return true;
  }
  return false;
}

const wildcardIn = (topic: string): string => `has a wildcard, ${/[+#]/.exec(topic)?.[0]}`;

export const TOPIC_WILDCARDS: readonly Rule[] = [
  frameRule({
    name: 'topic-name-wildcard',
    refs: {
      '3.1': ['§3.3'],
      '3.1.1': ['MQTT-3.3.2-2', 'MQTT-4.7.1-1'],
      '5.0': ['MQTT-3.3.2-2', 'MQTT-4.7.0-1'],
    },
    party: 'sender',
    hint: 'publish to one topic, without + and #: these are for topic filters',
    due: 0x82,
    faults: 'odd',
    otherwise: 'holds',
    on: ['PUBLISH'],
    check({ topic }, verdict) {
      if (topic === undefined) return;
      if (!hasWildcard(topic)) return verdict.hold();
      verdict.violate({ message: `the Topic Name ${shown(topic)} ${wildcardIn(topic)}`, path: 'publish.topic' });
    },
    violates: [
      { title: 'a single-level wildcard', transcript: `${OPENED}> 30 { "a/+" p 'x' }`, frame: 3, at: 4, length: 3 },
      { title: 'a multi-level wildcard', transcript: `${OPENED}> 30 { "#" p 'x' }`, frame: 3, at: 4, length: 1 },
      { title: 'a character of the wildcards within a level', transcript: `${OPENED}> 30 { "a#b" p 'x' }`, frame: 3 },
    ],
    complies: [{ title: 'a topic without wildcards', transcript: `${OPENED}> 30 { "a/*" p 'x' }` }],
  }),
  frameRule({
    name: 'will-topic-wildcard',
    refs: { '3.1': ['§3.3'], '3.1.1': ['MQTT-4.7.1-1'], '5.0': ['MQTT-4.7.0-1'] },
    party: 'client',
    hint: 'give the will one topic, without + and #',
    due: 0x82,
    on: ['CONNECT'],
    check({ will }, verdict) {
      if (will === undefined) return;
      const { topic, properties } = will;
      if (hasWildcard(topic)) {
        verdict.violate({ message: `the Will Topic ${shown(topic)} ${wildcardIn(topic)}`, path: 'connect.will.topic' });
      }
      const index = indexOfProperty(properties, 'responseTopic');
      const response = index < 0 ? '' : propertyAt<'responseTopic'>(properties!, index);
      if (hasWildcard(response)) {
        const path = `connect.will.properties[${index}].responseTopic`;
        verdict.violate({ message: `the will's Response Topic ${shown(response)} ${wildcardIn(response)}`, path });
      }
      if (!hasWildcard(topic) && !hasWildcard(response)) verdict.hold();
    },
    violates: [
      {
        title: 'a will to many topics',
        transcript: `> 10 { proto 06 003c p "c" p "w/#" "gone" }`,
        frame: 1,
        versions: ['3.1.1'],
        at: 17,
        length: 3,
      },
      { title: 'a will to many topics', transcript: `> 10 { proto 06 003c p "c" p "w/#" "gone" }`, frame: 1 },
      {
        title: 'a response to many topics',
        transcript: `> 10 { proto 06 003c p "c" p{ 08 "b/+" } "w" "gone" }`,
        frame: 1,
        versions: ['5.0'],
        at: 20,
        length: 3,
      },
    ],
    complies: [{ title: 'a will to one topic', transcript: `> 10 { proto 06 003c p "c" p "w/a" "gone" }` }],
  }),
  frameRule({
    name: 'response-topic-wildcard',
    refs: { '5.0': ['MQTT-3.3.2-14'] },
    party: 'sender',
    hint: 'ask for responses on one topic, without + and #',
    due: 0x82,
    asked: 'odd-property',
    on: ['PUBLISH'],
    check({ properties }, verdict) {
      const index = indexOfProperty(properties, 'responseTopic');
      if (index < 0) return;
      const topic = propertyAt<'responseTopic'>(properties!, index);
      if (!hasWildcard(topic)) return verdict.hold();
      const path = `publish.properties[${index}].responseTopic`;
      verdict.violate({ message: `the Response Topic ${shown(topic)} ${wildcardIn(topic)}`, path });
    },
    violates: [
      {
        title: 'a response to many topics',
        transcript: `${OPENED}> 30 { "a" p{ 08 "b/+" } 'x' }`,
        frame: 3,
        at: 9,
        length: 3,
      },
    ],
    complies: [{ title: 'a response to one topic', transcript: `${OPENED}> 30 { "a" p{ 08 "b/c" } 'x' }` }],
  }),
];
