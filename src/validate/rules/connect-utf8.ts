// The strings of CONNECT whose statements ask for UTF-8 by name (3.1.3): Client Identifier, Will Topic, User Name. And
// what 3.1 asks of two of them.

import { accuse } from '../doubt.js';
import { reportProblems } from '../problems.js';
import { frameRule, type Rule, type RuleSet } from '../rule.js';
import { connectViolations } from '../samples.js';
import type { PacketOf } from '../seen.js';
import { kindsIn, NULL_CHARACTER } from '../strings.js';
import { judgeCharacters } from './utf8.js';

interface StringRow {
  readonly name: 'connect-client-id' | 'connect-will-topic' | 'connect-user-name';
  readonly label: string;
  readonly refs: { readonly '3.1.1': `MQTT-${string}`; readonly '5.0': `MQTT-${string}` };
  readonly of: (packet: PacketOf<'CONNECT'>) => string | undefined;
  /** A CONNECT with these bytes as the string. */
  readonly transcript: (string: string) => string;
  /** From the flags to its first character. */
  readonly behind: { readonly '3.1.1': number; readonly '5.0': number };
}

const CLIENT_ID: StringRow = {
  name: 'connect-client-id',
  label: 'Client Identifier',
  refs: { '3.1.1': 'MQTT-3.1.3-4', '5.0': 'MQTT-3.1.3-4' },
  of: ({ clientId }) => clientId,
  transcript: (string) => `> 10 { proto 02 003c p ${string} }`,
  behind: { '3.1.1': 5, '5.0': 6 },
};
const WILL_TOPIC: StringRow = {
  name: 'connect-will-topic',
  label: 'Will Topic',
  refs: { '3.1.1': 'MQTT-3.1.3-10', '5.0': 'MQTT-3.1.3-11' },
  of: ({ will }) => will?.topic,
  transcript: (string) => `> 10 { proto 06 003c p "c1" p ${string} 0001 'x' }`,
  behind: { '3.1.1': 9, '5.0': 11 },
};
const USER_NAME: StringRow = {
  name: 'connect-user-name',
  label: 'User Name',
  refs: { '3.1.1': 'MQTT-3.1.3-11', '5.0': 'MQTT-3.1.3-12' },
  of: ({ userName }) => userName,
  transcript: (string) => `> 10 { proto 82 003c p "c1" ${string} }`,
  behind: { '3.1.1': 9, '5.0': 10 },
};

const ACCEPTED = '\n< 20 { 00 00 p }';

function illFormed({ name, label, refs, of, transcript, behind }: StringRow): Rule {
  const rule = `${name}-ill-formed`;
  const { '3.1.1': at311, '5.0': at5 } = behind;
  return frameRule({
    name: rule,
    refs: { '3.1.1': [refs['3.1.1'], 'MQTT-1.5.3-1'], '5.0': [refs['5.0'], 'MQTT-1.5.4-1'] },
    party: 'client',
    hint: `send the ${label} as UTF-8`,
    due: 0x81,
    on: ['CONNECT'],
    check(packet, verdict, event) {
      if (event.frame.problems.length > 0) reportProblems(rule, verdict, event);
      else if (of(packet) !== undefined) verdict.hold();
    },
    violates: [
      ...connectViolations(
        'Latin-1 from the second byte on',
        `${transcript('0003 61e462')}\nfin <`,
        { '3.1.1': at311 + 1, '5.0': at5 + 1 },
        2,
      ),
      ...connectViolations('an encoded surrogate', `${transcript('0003 eda080')}\nfin <`, behind, 3),
    ],
    complies: [{ title: 'UTF-8', transcript: `${transcript('"ä"')}${ACCEPTED}` }],
  });
}

function nullCharacter({ name, label, refs, of, transcript, behind }: StringRow): Rule {
  const rule = `${name}-null-character`;
  return frameRule({
    name: rule,
    refs: { '3.1.1': [refs['3.1.1'], 'MQTT-1.5.3-2'], '5.0': [refs['5.0'], 'MQTT-1.5.4-2'] },
    party: 'client',
    hint: `leave the byte 0x00 that ends strings in C out of the ${label}`,
    due: 0x81,
    on: ['CONNECT'],
    check(packet, verdict, event) {
      if ((kindsIn(packet) & NULL_CHARACTER) !== 0) judgeCharacters(rule, NULL_CHARACTER, verdict, event);
      else if (of(packet) !== undefined) verdict.hold();
    },
    violates: connectViolations(
      'the byte 0x00 at the end',
      `${transcript('0002 6100')}\nfin <`,
      { '3.1.1': behind['3.1.1'] + 1, '5.0': behind['5.0'] + 1 },
      1,
    ),
    complies: [{ title: 'no byte 0x00', transcript: `${transcript('"a"')}${ACCEPTED}` }],
  });
}

export const CONNECT_UTF8: RuleSet = {
  rules: [
    illFormed(CLIENT_ID),
    illFormed(WILL_TOPIC),
    illFormed(USER_NAME),
    nullCharacter(CLIENT_ID),
    nullCharacter(USER_NAME),
    frameRule({
      name: 'connect-client-id-length',
      refs: { '3.1': ['§3.1'] },
      party: 'client',
      hint: 'use a Client Identifier of 1 to 23 characters with 3.1',
      due: 0x85,
      on: ['CONNECT'],
      check({ clientId }, verdict, event) {
        if (clientId === undefined) return;
        const length = [...clientId].length;
        if (length >= 1 && length <= 23) verdict.hold();
        else {
          const path = length === 0 ? 'connect.clientIdLength' : 'connect.clientId';
          accuse(verdict, event, { message: `the Client Identifier has ${length} characters, not 1 to 23`, path });
        }
      },
      violates: [
        {
          title: '24 characters',
          transcript: '> 10 { proto 02 003c "abcdefghijklmnopqrstuvwx" }\n< 20 02 0002\nfin <',
          frame: 1,
          at: 16,
          length: 24,
        },
        {
          title: 'an empty identifier',
          transcript: '> 10 { proto 02 003c "" }\n< 20 02 0002\nfin <',
          frame: 1,
          at: 14,
          length: 2,
        },
      ],
      complies: [
        { title: '23 characters', transcript: '> 10 { proto 02 003c "abcdefghijklmnopqrstuvw" }\n< 20 02 0000' },
      ],
    }),
    frameRule({
      name: 'connect-will-message-not-ascii',
      refs: { '3.1': ['§3.1'] },
      level: 'note',
      party: 'client',
      hint: 'keep to 7-bit ASCII, or speak a later version: those take any bytes',
      on: ['CONNECT'],
      check({ will }, verdict, event) {
        if (will === undefined) return;
        const first = will.payload.findIndex((byte) => byte > 0x7f);
        if (first < 0) verdict.hold();
        else {
          const message = `byte ${first + 1} of the Will Message is not 7-bit ASCII, which is all that 3.1 provides for`;
          accuse(verdict, event, { message, path: 'connect.will.payload' });
        }
      },
      violates: [
        {
          title: 'a Will Message in UTF-8',
          transcript: '> 10 { proto 06 003c "c1" "a" "ä" }\n< 20 02 0000',
          frame: 1,
          at: 23,
          length: 2,
        },
      ],
      complies: [
        { title: 'a Will Message in ASCII', transcript: '> 10 { proto 06 003c "c1" "a" "off" }\n< 20 02 0000' },
      ],
    }),
  ],
  unjudged: [],
};
