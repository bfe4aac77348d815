// UNSUBACK as it stands (3.11): in 5.0 it has codes, and they are codes of UNSUBACK. Before 5.0 it has none.

import { reasonCodeName } from '../../spec/reason-codes.js';
import { codeText } from '../code-text.js';
import { frameRule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';

export const UNSUBACK: RuleSet = {
  rules: [
    frameRule({
      name: 'unsuback-empty',
      refs: { '5.0': ['MQTT-3.11.3-2'] },
      party: 'server',
      hint: 'send one code for each topic filter of the UNSUBSCRIBE',
      on: ['UNSUBACK'],
      check({ reasonCodes }, verdict, { frame }) {
        if (reasonCodes === undefined) return;
        if (reasonCodes.length > 0) verdict.hold();
        else if (frame.problems.length === 0) verdict.violate({ message: 'UNSUBACK has no Reason Codes' });
      },
      violates: [{ title: 'no codes', transcript: `${OPENED}> a2 { 0001 00 "a" }\n< b0 { 0001 00 }`, frame: 4 }],
      complies: [{ title: 'one code', transcript: `${OPENED}> a2 { 0001 00 "a" }\n< b0 { 0001 00 11 }` }],
    }),
    frameRule({
      name: 'unsuback-code-undefined',
      refs: { '5.0': ['MQTT-3.11.3-2'] },
      party: 'server',
      hint: 'answer with a code that UNSUBACK knows',
      on: ['UNSUBACK'],
      check({ reasonCodes }, verdict) {
        for (const [i, code] of (reasonCodes ?? []).entries()) {
          const path = `unsuback.reasonCodes[${i}]`;
          if (reasonCodeName('UNSUBACK', code) !== undefined) verdict.hold();
          else verdict.violate({ message: `${codeText('UNSUBACK', code, '5.0')} is no code of UNSUBACK`, path });
        }
      },
      violates: [
        {
          title: 'a code of SUBACK',
          transcript: `${OPENED}> a2 { 0001 00 "a" "b" }\n< b0 { 0001 00 11 02 }`,
          frame: 4,
          at: 6,
          length: 1,
        },
      ],
      complies: [{ title: 'there was none', transcript: `${OPENED}> a2 { 0001 00 "a" }\n< b0 { 0001 00 11 }` }],
    }),
  ],
  unjudged: [],
};
