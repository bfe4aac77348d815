// SUBACK as it stands (3.9): it has codes, and they are codes of SUBACK. Whether they fit the SUBSCRIBE is judged in
// requests.ts.

import { reasonCodeName, SUBACK_RETURN_CODES } from '../../spec/reason-codes.js';
import type { Version } from '../../spec/versions.js';
import { codeText } from '../code-text.js';
import { frameRule, type RuleSet } from '../rule.js';
import { OPENED } from '../samples.js';

const FAILURE = 0x80;

function isSubackCode(code: number, version: Version): boolean {
  if (version === '5.0') return reasonCodeName('SUBACK', code) !== undefined;
  if (version === '3.1.1') return SUBACK_RETURN_CODES.has(code);
  // 3.1: only the two low bits have a meaning, and 0x80 is what the next version made of it.
  return (code & 3) < 3;
}

export const SUBACK: RuleSet = {
  rules: [
    frameRule({
      name: 'suback-empty',
      refs: { '3.1': ['§3.9'], '3.1.1': ['MQTT-3.8.4-5'], '5.0': ['MQTT-3.8.4-6'] },
      party: 'server',
      hint: 'send one code for each topic filter of the SUBSCRIBE',
      on: ['SUBACK'],
      check({ returnCodes, reasonCodes }, verdict, { frame }) {
        const codes = returnCodes ?? reasonCodes;
        if (codes === undefined) return;
        if (codes.length > 0) verdict.hold();
        else if (frame.problems.length === 0) verdict.violate({ message: 'SUBACK has no codes' });
      },
      violates: [{ title: 'no codes', transcript: `${OPENED}> 82 { 0001 p "a" 00 }\n< 90 { 0001 p }`, frame: 4 }],
      complies: [{ title: 'one code', transcript: `${OPENED}> 82 { 0001 p "a" 00 }\n< 90 { 0001 p 00 }` }],
    }),
    frameRule({
      name: 'suback-code-undefined',
      refs: { '3.1': ['§3.9'], '3.1.1': ['MQTT-3.9.3-2'], '5.0': ['MQTT-3.9.3-2'] },
      party: 'server',
      hint: 'answer with a granted QoS or a failure code that SUBACK knows',
      on: ['SUBACK'],
      check({ returnCodes, reasonCodes }, verdict, { frame }) {
        const list = returnCodes === undefined ? 'reasonCodes' : 'returnCodes';
        for (const [i, code] of (returnCodes ?? reasonCodes ?? []).entries()) {
          if (isSubackCode(code, frame.version)) {
            verdict.hold();
            continue;
          }
          const message = `${codeText('SUBACK', code, frame.version)} is no code of SUBACK in MQTT ${frame.version}`;
          verdict.violate({ message, path: `suback.${list}[${i}]` });
        }
      },
      violates: [
        {
          title: 'QoS 3 granted',
          transcript: `${OPENED}> 82 { 0001 "a" 02 "b" 02 }
                       < 90 { 0001 02 03 }`,
          versions: ['3.1', '3.1.1'],
          frame: 4,
          at: 5,
          length: 1,
        },
        {
          title: 'a code of 5.0 sent to a client of 3.1.1',
          transcript: `${OPENED}> 82 { 0001 "a" 02 }
                       < 90 { 0001 87 }`,
          versions: ['3.1.1'],
          frame: 4,
          at: 4,
          length: 1,
        },
        {
          title: 'a code of PUBACK',
          transcript: `${OPENED}> 82 { 0001 00 "a" 02 }
                       < 90 { 0001 00 90 }`,
          versions: ['5.0'],
          frame: 4,
          at: 5,
          length: 1,
        },
      ],
      complies: [
        {
          title: 'granted and refused',
          transcript: `${OPENED}> 82 { 0001 p "a" 02 "b" 02 }
                       < 90 { 0001 p 01 80 }`,
          versions: ['3.1.1', '5.0'],
        },
        { title: 'granted', transcript: `${OPENED}> 82 { 0001 p "a" 02 }\n< 90 { 0001 p 02 }` },
      ],
    }),
    frameRule({
      name: 'suback-failure-in-3-1',
      refs: { '3.1': ['§3.9'] },
      level: 'note',
      party: 'server',
      hint: 'MQTT 3.1 has no code for a refused subscription: a client may read 0x80 as QoS 0 granted',
      on: ['SUBACK'],
      check({ returnCodes }, verdict) {
        for (const [i, code] of (returnCodes ?? []).entries()) {
          if ((code & ~3) === 0) {
            verdict.hold();
            continue;
          }
          const what = code === FAILURE ? 'the failure code of MQTT 3.1.1' : 'more than a QoS';
          verdict.violate({
            message: `the code is ${codeText('SUBACK', code, '3.1')}: ${what}`,
            path: `suback.returnCodes[${i}]`,
          });
        }
      },
      violates: [
        {
          title: 'refused as in 3.1.1',
          transcript: `${OPENED}> 82 { 0001 "a" 02 }\n< 90 { 0001 80 }`,
          frame: 4,
          at: 4,
          length: 1,
        },
      ],
      complies: [{ title: 'granted', transcript: `${OPENED}> 82 { 0001 "a" 02 }\n< 90 { 0001 00 }` }],
    }),
  ],
  unjudged: [],
};
