// Properties of PUBLISH that one packet shows to be wrong (5.0: 3.3.2.3). Which properties may stand where, how often and
// in which range is the matter of the rules of properties.

import type { Property } from '../../codec/packet.js';
import { frameRule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';
import { utf8Rule } from './topic-encoding.js';

type Values<N extends Property['name']> = Extract<Property, { readonly name: N }>['value'];

/** Position of a property, -1 for none. */
export function indexOfProperty(properties: readonly Property[] | undefined, name: Property['name']): number {
  if (properties === undefined) return -1;
  for (let i = 0; i < properties.length; i++) if (properties[i]!.name === name) return i;
  return -1;
}

export function propertyAt<N extends Property['name']>(properties: readonly Property[], index: number): Values<N> {
  return properties[index]!.value as Values<N>;
}

export const PUBLISH_PROPERTIES: RuleSet = {
  rules: [
    frameRule({
      name: 'topic-alias-0',
      refs: { '5.0': ['MQTT-3.3.2-8'] },
      party: 'sender',
      hint: 'number topic aliases from 1 to the Topic Alias Maximum of the receiver',
      // 3.3.4
      due: 0x94,
      asked: 'odd-property',
      on: ['PUBLISH'],
      check({ properties }, verdict) {
        const index = indexOfProperty(properties, 'topicAlias');
        if (index < 0) return;
        if (propertyAt<'topicAlias'>(properties!, index) !== 0) verdict.hold();
        else verdict.violate({ message: 'the Topic Alias is 0', path: `publish.properties[${index}].topicAlias` });
      },
      violates: [
        {
          title: 'a message sets alias 0',
          transcript: `${OPENED}> 30 { "a" p{ 23 0000 } 'x' }`,
          frame: 3,
          at: 7,
          length: 2,
        },
      ],
      complies: [
        {
          title: 'alias 1, as the server allows',
          transcript: `> 10 { proto 02 003c p "c" }
                       < 20 { 00 00 p{ 22 0005 } }
                       > 30 { "a" p{ 23 0001 } 'x' }`,
        },
      ],
    }),
    frameRule({
      name: 'client-sends-subscription-identifier',
      refs: { '5.0': ['MQTT-3.3.4-6'] },
      party: 'client',
      hint: 'leave Subscription Identifiers out of what is published: servers put them into what they deliver',
      due: 0x82,
      asked: 'properties',
      faults: 'odd-property',
      on: ['PUBLISH'],
      check({ properties }, verdict, { fromClient }) {
        if (!fromClient || properties === undefined) return;
        const index = indexOfProperty(properties, 'subscriptionIdentifier');
        if (index < 0) return verdict.hold();
        const identifier = propertyAt<'subscriptionIdentifier'>(properties, index);
        verdict.violate({
          message: `the client's PUBLISH has a Subscription Identifier, ${identifier}`,
          path: `publish.properties[${index}].subscriptionIdentifier`,
        });
      },
      violates: [
        {
          title: 'it publishes with one',
          transcript: `${OPENED}> 30 { "a" p{ 0b 05 } 'x' }`,
          frame: 3,
          at: 7,
          length: 1,
        },
      ],
      complies: [{ title: 'it publishes without', transcript: `${OPENED}> 30 { "a" p{ 01 01 } 'x' }` }],
    }),
    utf8Rule({
      name: 'response-topic-utf8',
      refs: { '5.0': ['MQTT-3.3.2-13', 'MQTT-1.5.4-1'] },
      hint: 'send the Response Topic as well-formed UTF-8',
      asked: 'odd-property',
      on: 'PUBLISH',
      what: 'the Response Topic',
      isPath: (path) => path.endsWith('.responseTopic'),
      has: ({ properties }) => indexOfProperty(properties, 'responseTopic') >= 0,
      violates: [
        {
          title: 'a byte that UTF-8 does not know',
          transcript: `${OPENED}> 30 { "a" p{ 08 0002 61 ff } 'x' }`,
          frame: 3,
          at: 10,
          length: 1,
        },
      ],
      complies: [{ title: 'an ü in two bytes', transcript: `${OPENED}> 30 { "a" p{ 08 0002 c3 bc } 'x' }` }],
    }),
    utf8Rule({
      name: 'content-type-utf8',
      refs: { '5.0': ['MQTT-3.3.2-19', 'MQTT-1.5.4-1'] },
      hint: 'send the Content Type as well-formed UTF-8',
      asked: 'properties',
      faults: 'odd-property',
      on: 'PUBLISH',
      what: 'the Content Type',
      isPath: (path) => path.endsWith('.contentType'),
      has: ({ properties }) => indexOfProperty(properties, 'contentType') >= 0,
      violates: [
        {
          title: 'half a surrogate pair',
          transcript: `${OPENED}> 30 { "a" p{ 03 0004 61 ed a0 80 } 'x' }`,
          frame: 3,
          at: 10,
          length: 3,
        },
      ],
      complies: [{ title: 'a MIME type', transcript: `${OPENED}> 30 { "a" p{ 03 "text/plain" } 'x' }` }],
    }),
  ],
  unjudged: [],
};
