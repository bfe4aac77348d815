// Packets that cannot be read as the specification lays them out: fields that are cut, lengths that say too much, bytes
// behind the last field, bytes that are no packet. Bytes that the capture lacks are nobody's fault. Of several faults in
// one packet only the first is told: behind it nothing stands where it should.

import { judgeProblems } from '../problems.js';
import { conversationRule, frameRule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';
import { ALL_TYPES } from '../seen-types.js';

const LENGTH_REFS = { '3.1': ['§2.1'], '3.1.1': ['§2.2.3'], '5.0': ['§2.1.4'] } as const;

export const MALFORMED: RuleSet = {
  rules: [
    frameRule({
      name: 'packet-field-cut',
      refs: LENGTH_REFS,
      party: 'sender',
      hint: 'let the Remaining Length (or Property Length) count all bytes of the fields that must follow',
      due: 0x81,
      asked: 'problems',
      on: ALL_TYPES,
      check(_packet, verdict, event) {
        judgeProblems('packet-field-cut', verdict, event);
      },
      violates: [
        {
          title: 'a SUBSCRIBE without the options of its filter',
          transcript: `${OPENED}> 82 { 0001 p "a" }\nfin <`,
          frame: 3,
          at: 1,
          length: 1,
        },
      ],
      complies: [{ title: 'a whole SUBSCRIBE', transcript: `${OPENED}> 82 { 0001 p "a" 00 }\n< 90 { 0001 p 00 }` }],
    }),
    frameRule({
      name: 'packet-length-overrun',
      refs: { '3.1': ['§2.5'], '3.1.1': ['§1.5.3'], '5.0': ['§1.5.4'] },
      party: 'sender',
      hint: 'let a length count the bytes that follow it, and the Remaining Length include them',
      due: 0x81,
      asked: 'problems',
      on: ALL_TYPES,
      check(_packet, verdict, event) {
        judgeProblems('packet-length-overrun', verdict, event);
      },
      violates: [
        {
          title: 'an UNSUBSCRIBE whose filter says 9 bytes and has 1',
          transcript: `${OPENED}> a2 { 0001 p 0009 'a' }\nfin <`,
          versions: ['3.1', '3.1.1'],
          frame: 3,
          at: 4,
          length: 2,
        },
        {
          title: 'an UNSUBSCRIBE whose filter says 9 bytes and has 1',
          transcript: `${OPENED}> a2 { 0001 p 0009 'a' }\nfin <`,
          versions: ['5.0'],
          frame: 3,
          at: 5,
          length: 2,
        },
        {
          title: 'a Property Length beyond the packet',
          transcript: `${OPENED}> a2 { 0001 20 0001 'a' }\nfin <`,
          versions: ['5.0'],
          frame: 3,
          at: 4,
          length: 1,
        },
      ],
      complies: [{ title: 'a filter of 1 byte', transcript: `${OPENED}> a2 { 0001 p "a" }\n< b0 { 0001 p 5:00 }` }],
    }),
    frameRule({
      name: 'packet-trailing-bytes',
      refs: LENGTH_REFS,
      party: 'sender',
      hint: 'end the packet with its last field',
      due: 0x81,
      asked: 'problems',
      on: ALL_TYPES,
      check(_packet, verdict, event) {
        judgeProblems('packet-trailing-bytes', verdict, event);
      },
      violates: [
        { title: 'a PINGREQ with a payload', transcript: `${OPENED}> c0 01 00\nfin <`, frame: 3, at: 2, length: 1 },
        {
          title: 'a PUBACK of 3.1.1 with a third byte',
          transcript: `${OPENED}> 32 { "a" 0001 p 'x' }\n< 40 03 0001 00\nfin >`,
          versions: ['3.1', '3.1.1'],
          frame: 4,
          at: 4,
          length: 1,
        },
      ],
      complies: [{ title: 'a PINGREQ of two bytes', transcript: `${OPENED}> c0 00\n< d0 00` }],
    }),
    conversationRule({
      name: 'bytes-not-a-packet',
      refs: { '3.1': ['§2.1'], '3.1.1': ['§2.2'], '5.0': ['§2.1.1'] },
      party: 'sender',
      needs: 'sender',
      hint: 'look for what went out before these bytes: a length that was too small, or data of something else',
      due: 0x81,
      asked: 'problems',
      on: ALL_TYPES,
      check(_packet, verdict) {
        verdict.hold();
      },
      layer({ layer, code, message }, verdict) {
        if (layer !== 'framing' || code !== 'not-a-packet') return;
        verdict.violate({ message: `what follows the last packet is none: ${message}` });
      },
      violates: [
        {
          title: 'a PUBLISH whose topic says more than the packet has, and more of its kind',
          transcript: `${OPENED}> 30 04 7fff 6162 30 04 7fff 6162 30 04 7fff 6162\nfin <`,
          frame: 0,
        },
      ],
      complies: [{ title: 'packets only', transcript: OPENED }],
    }),
  ],
  unjudged: [],
};
