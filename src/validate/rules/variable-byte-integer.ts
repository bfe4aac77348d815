// Variable Byte Integers (5.0: 1.5.5) and Remaining Lengths: at most four bytes, and in 5.0 no more than needed. A
// Remaining Length of five bytes leaves no packet: it is told by the bytes that were stepped over.

import { judgeProblems } from '../problems.js';
import { conversationRule, frameRule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';
import { ALL_TYPES } from '../seen-types.js';

export const VARIABLE_BYTE_INTEGER: RuleSet = {
  rules: [
    frameRule({
      name: 'variable-byte-integer-overlong',
      refs: { '5.0': ['MQTT-1.5.5-1'] },
      party: 'sender',
      hint: 'write a Variable Byte Integer in as few bytes as it needs',
      due: 0x81,
      asked: 'problems',
      on: ALL_TYPES,
      check(_packet, verdict, event) {
        judgeProblems('variable-byte-integer-overlong', verdict, event);
      },
      violates: [
        {
          title: 'a Property Length of 0 in two bytes',
          transcript: '> 10 { proto 02 003c 8000 "c1" }\nfin <',
          frame: 1,
          at: 12,
          length: 2,
        },
        {
          title: 'a Remaining Length of 0 in two bytes',
          transcript: `${OPENED}> c0 8000\n< e0 01 81\nfin <`,
          frame: 3,
          at: 1,
          length: 2,
        },
        {
          title: 'a Subscription Identifier of 5 in three bytes',
          transcript: `${OPENED}> 82 { 0001 p{ 0b 858000 } "a" 00 }\n< e0 01 81\nfin <`,
          frame: 3,
          at: 6,
          length: 3,
        },
      ],
      complies: [
        {
          title: 'lengths of one byte and an identifier of two',
          transcript: `${OPENED}> 82 { 0001 p{ 0b 8001 } "a" 00 }\n< 90 { 0001 p 00 }`,
        },
      ],
    }),
    conversationRule({
      name: 'variable-byte-integer-too-long',
      refs: { '3.1': ['§2.1'], '3.1.1': ['§2.2.3'], '5.0': ['§1.5.5'] },
      party: 'sender',
      needs: 'sender',
      hint: 'end a Remaining Length or other Variable Byte Integer with its fourth byte at the latest',
      due: 0x81,
      asked: 'problems',
      on: ALL_TYPES,
      check(_packet, verdict, event) {
        judgeProblems('variable-byte-integer-too-long', verdict, event);
      },
      layer({ layer, code }, verdict) {
        if (layer !== 'framing' || code !== 'remaining-length') return;
        verdict.violate({ message: 'a Remaining Length goes on after its fourth byte' });
      },
      violates: [
        {
          title: 'a Remaining Length of five bytes',
          transcript: `${OPENED}> 30 8080808001 00\nfin <`,
          frame: 0,
        },
        {
          title: 'a Property Length of five bytes',
          transcript: '> 10 { proto 02 003c 8080808001 "c1" }\nfin <',
          versions: ['5.0'],
          frame: 1,
          at: 12,
          length: 4,
        },
      ],
      complies: [{ title: 'lengths of one byte', transcript: OPENED }],
    }),
  ],
  unjudged: [],
};
