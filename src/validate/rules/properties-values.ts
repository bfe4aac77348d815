// Values of properties (5.0): ranges, as the table src/spec/property-table.ts has them, and what goes only with another.

import {
  DATA_WITHOUT_METHOD,
  FORMAT_UNKNOWN,
  OUT_OF_RANGE,
  type PropertyFault,
  RANGED,
  WITH_DATA,
  WITH_FORMAT,
} from '../property-faults.js';
import { faultCheck } from '../property-verdicts.js';
import { frameRule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';
import { WITH_PROPERTIES } from '../seen-types.js';

const outOfRange = ({ label, property, range }: PropertyFault) => ({
  message: `${label} is ${property.value}, it may be ${range}`,
  leaf: property.name,
});

export const PROPERTY_VALUES: RuleSet = {
  rules: [
    frameRule({
      name: 'property-out-of-range',
      refs: { '5.0': ['§2.2.2.2'] },
      party: 'sender',
      hint: 'send a value that the property may have, or leave the property out',
      due: 0x82,
      asked: 'odd-property',
      on: WITH_PROPERTIES,
      check: faultCheck(OUT_OF_RANGE, RANGED, outOfRange),
      violates: [
        {
          title: 'Receive Maximum 0',
          transcript: '> 10 { proto 02 003c p{ 21 0000 } "c1" }\nfin <',
          frame: 1,
          at: 14,
          length: 2,
        },
        {
          title: 'Maximum Packet Size 0',
          transcript: '> 10 { proto 02 003c p{ 27 00000000 } "c1" }\nfin <',
          frame: 1,
          at: 14,
          length: 4,
        },
        {
          title: 'Request Problem Information 2',
          transcript: '> 10 { proto 02 003c p{ 17 02 } "c1" }\nfin <',
          frame: 1,
          at: 14,
          length: 1,
        },
        {
          title: 'Maximum QoS 2 in a CONNACK',
          transcript: '> 10 { proto 02 003c p "c1" }\n< 20 { 00 00 p{ 24 02 } }\n> e0 01 82\nfin >',
          frame: 2,
          at: 6,
          length: 1,
        },
        {
          title: 'Subscription Identifier 0',
          transcript: `${OPENED}> 82 { 0001 p{ 0b 00 } "a" 00 }\n< e0 01 82\nfin <`,
          frame: 3,
          at: 6,
          length: 1,
        },
      ],
      complies: [
        {
          title: 'values at the ends of their ranges',
          transcript: '> 10 { proto 02 003c p{ 21 0001 27 00000064 17 00 19 01 } "c1" }\n< 20 { 00 00 p{ 24 00 } }',
        },
      ],
    }),
    frameRule({
      name: 'payload-format-indicator-value',
      refs: { '5.0': ['§3.3.2.3.2'] },
      // The text knows 0 and 1 only, but names no error for others.
      level: 'should',
      party: 'sender',
      hint: 'send 0 for bytes or 1 for UTF-8 text',
      asked: 'odd-property',
      on: ['PUBLISH', 'CONNECT'],
      check: faultCheck(FORMAT_UNKNOWN, WITH_FORMAT, outOfRange),
      violates: [
        {
          title: 'Payload Format Indicator 2',
          transcript: `${OPENED}> 30 { "a" p{ 01 02 } 'x' }`,
          frame: 3,
          at: 7,
          length: 1,
        },
      ],
      complies: [{ title: 'Payload Format Indicator 1', transcript: `${OPENED}> 30 { "a" p{ 01 01 } 'x' }` }],
    }),
    frameRule({
      name: 'authentication-data-without-method',
      refs: { '5.0': ['§3.1.2.11.10'] },
      party: 'client',
      hint: 'name the Authentication Method, or leave the Authentication Data out',
      due: 0x82,
      asked: 'properties',
      on: ['CONNECT'],
      check: faultCheck(DATA_WITHOUT_METHOD, WITH_DATA, () => ({
        message: 'Authentication Data stands without an Authentication Method',
      })),
      violates: [
        {
          title: 'Authentication Data alone',
          transcript: '> 10 { proto 02 003c p{ 16 0002 0102 } "c1" }\nfin <',
          frame: 1,
          at: 13,
          length: 5,
        },
      ],
      complies: [
        {
          title: 'Authentication Data with its method',
          transcript:
            '> 10 { proto 02 003c p{ 15 "PLAIN" 16 0002 0102 } "c1" }\n< 20 { 00 00 p{ 15 "PLAIN" } }\n> e0 00\nfin >',
        },
      ],
    }),
  ],
  unjudged: [],
};
