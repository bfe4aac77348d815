// Properties of all packets of 5.0 (2.2.2): which may stand where, which may repeat, identifiers that are defined, a
// Property Length that is there. The table src/spec/property-table.ts says what is allowed; values are in properties-values.ts.

import { reportProblems } from '../problems.js';
import { CHECKED, NOT_ALLOWED, propertyFaultsIn, REPEATED, REPEATED_UNSAID } from '../property-faults.js';
import { faultCheck } from '../property-verdicts.js';
import { frameRule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';
import { WITH_PROPERTIES } from '../seen-types.js';

/** Those whose Property Length is never left out. */
const WITH_LENGTH = ['CONNECT', 'CONNACK', 'PUBLISH', 'SUBSCRIBE', 'SUBACK', 'UNSUBSCRIBE', 'UNSUBACK'] as const;

const placeName = (owner: string): string => (owner === 'WILL' ? 'the Will Properties' : owner);
export const PROPERTY_RULES: RuleSet = {
  rules: [
    frameRule({
      name: 'property-not-allowed',
      refs: { '5.0': ['§2.2.2.2'] },
      party: 'sender',
      hint: 'send a property only in the packets that table 2-4 names for it',
      due: 0x81,
      asked: 'properties',
      faults: 'odd-property',
      otherwise: 'holds',
      on: WITH_PROPERTIES,
      check: faultCheck(NOT_ALLOWED, CHECKED, ({ label, owner }) => ({
        message: `${label} may not stand in ${placeName(owner)}`,
        leaf: 'identifier',
      })),
      violates: [
        {
          title: 'Topic Alias in a CONNECT',
          transcript: '> 10 { proto 02 003c p{ 23 0001 } "c1" }\nfin <',
          frame: 1,
          at: 13,
          length: 1,
        },
        {
          title: 'Session Expiry Interval in the Will Properties',
          transcript: `> 10 { proto 06 003c p "c1" p{ 11 0000000a } "a" 0001 'x' }\nfin <`,
          frame: 1,
          at: 18,
          length: 1,
        },
      ],
      complies: [
        { title: 'Session Expiry Interval in a CONNECT', transcript: '> 10 { proto 02 003c p{ 11 0000000a } "c1" }' },
      ],
    }),
    frameRule({
      name: 'property-repeated',
      refs: { '5.0': ['§2.2.2.2'] },
      party: 'sender',
      hint: 'send each property once; only User Property, and Subscription Identifier to subscribers, may repeat',
      due: 0x82,
      asked: 'properties',
      faults: 'odd-property',
      otherwise: 'holds',
      on: WITH_PROPERTIES,
      check: faultCheck(REPEATED, CHECKED, ({ label, owner }) => ({
        message: `${label} stands more than once in ${placeName(owner)}`,
      })),
      violates: [
        {
          title: 'Receive Maximum twice in a CONNECT',
          transcript: '> 10 { proto 02 003c p{ 21 0005 21 0006 } "c1" }\nfin <',
          frame: 1,
          at: 16,
          length: 3,
        },
        {
          title: 'Content Type twice in the Will Properties',
          transcript: `> 10 { proto 06 003c p "c1" p{ 03 "t" 03 "t" } "a" 0001 'x' }\nfin <`,
          frame: 1,
          at: 22,
          length: 4,
        },
      ],
      complies: [
        {
          title: 'User Property twice',
          transcript: '> 10 { proto 02 003c p{ 26 "n" "1" 26 "n" "2" } "c1" }\n< 20 { 00 00 p }',
        },
      ],
    }),
    frameRule({
      name: 'publish-property-repeated',
      refs: { '5.0': ['§3.3.2.3'] },
      level: 'note',
      party: 'sender',
      hint: 'send the property once: which of two values counts is not said',
      asked: 'properties',
      faults: 'odd-property',
      otherwise: 'holds',
      on: ['PUBLISH'],
      check: faultCheck(REPEATED_UNSAID, CHECKED, ({ label }) => ({
        message: `${label} stands more than once, which the specification forbids in a Will and leaves open here`,
      })),
      violates: [
        {
          title: 'Message Expiry Interval twice',
          transcript: `${OPENED}> 30 { "a" p{ 02 0000000a 02 0000000b } 'x' }`,
          frame: 3,
          at: 11,
          length: 5,
        },
      ],
      complies: [{ title: 'Message Expiry Interval once', transcript: `${OPENED}> 30 { "a" p{ 02 0000000a } 'x' }` }],
    }),
    frameRule({
      name: 'property-unknown',
      refs: { '5.0': ['§2.2.2.2'] },
      party: 'sender',
      hint: 'send only properties of table 2-4: the rest of the packet cannot be read behind another',
      due: 0x81,
      asked: 'properties',
      faults: 'odd-property',
      otherwise: 'holds',
      on: WITH_PROPERTIES,
      check(packet, verdict, event) {
        if (event.frame.problems.length > 0) reportProblems('property-unknown', verdict, event);
        else if ((propertyFaultsIn(packet) & CHECKED) !== 0) verdict.hold();
      },
      violates: [
        {
          title: 'property 0x04',
          transcript: '> 10 { proto 02 003c p{ 04 00 } "c1" }\nfin <',
          frame: 1,
          at: 13,
          length: 1,
        },
      ],
      complies: [{ title: 'a defined property', transcript: '> 10 { proto 02 003c p{ 11 0000000a } "c1" }' }],
    }),
    frameRule({
      name: 'property-length-missing',
      refs: { '5.0': ['MQTT-2.2.2-1'] },
      party: 'sender',
      hint: 'write a Property Length of 0 when there are no properties',
      due: 0x81,
      asked: 'problems',
      on: WITH_LENGTH,
      check(packet, verdict, event) {
        const { problems } = event.frame;
        if (problems.length > 0) reportProblems('property-length-missing', verdict, event);
        else if (packet.properties !== undefined) verdict.hold();
      },
      violates: [
        {
          title: 'a CONNACK of 3.1.1 that accepts a CONNECT of 5.0',
          transcript: '> 10 { proto 02 003c p "c1" }\n< 20 02 0000\nfin >',
          frame: 2,
          at: 1,
          length: 1,
        },
        {
          title: 'a PUBLISH that ends behind its topic',
          transcript: `${OPENED}> 30 { "a" }\n< e0 01 81\nfin <`,
          frame: 3,
          at: 1,
          length: 1,
        },
      ],
      complies: [{ title: 'a Property Length of 0', transcript: `${OPENED}> 30 { "a" 00 }` }],
    }),
  ],
  unjudged: [],
};
