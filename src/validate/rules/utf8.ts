// Characters in strings (1.5.3; 5.0: 1.5.4, 1.5.7): well-formed UTF-8, no U+0000, better no control and non-characters.
// Fields whose own statement asks for UTF-8 have rules of their own (connect-utf8.ts, topic-paths.ts), these take the rest.

import { encodeUtf8 } from '../../bytes/utf8.js';
import { accuse } from '../doubt.js';
import type { PacketEvent } from '../event.js';
import { brokenBy, judgeProblems } from '../problems.js';
import { frameRule, type RuleSet, type Verdict } from '../rule.js';
import { OPENED } from '../samples.js';
import { WITH_PROPERTIES } from '../seen-types.js';
import {
  CONTROL_CHARACTER,
  kindOf,
  kindsIn,
  kindsOf,
  NON_CHARACTER,
  NULL_CHARACTER,
  ownerOfString,
  type StringField,
  stringsOf,
} from '../strings.js';

/** Holds, or reports the first such character of each string that is the rule's own. */
export function judgeCharacters(rule: string, kind: number, verdict: Verdict, event: PacketEvent): void {
  const { frame } = event;
  if ((kindsIn(frame.packet) & kind) === 0) {
    verdict.hold();
    return;
  }
  if (brokenBy(frame.problems) !== undefined) return;
  for (const field of stringsOf(frame)) {
    const { path, text } = field;
    if ((kindsOf(text) & kind) === 0 || path === 'connect.protocolName') continue;
    if (kind === NULL_CHARACTER && ownerOfString(path, frame.version, 'null-character') !== rule) continue;
    // Where characters stand in what is ill-formed cannot be told from its text.
    if (frame.problems.some((one) => one.code === 'utf8' && one.path === path)) continue;
    accuse(verdict, event, characterFault(field, kind));
  }
}

function characterFault({ path, label, at, text }: StringField, kind: number) {
  let offset = 0;
  for (const character of text) {
    const point = character.codePointAt(0)!;
    const length = encodeUtf8(character).length;
    if (kindOf(point) === kind) {
      const name = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
      const message = `${label} contains ${name} (byte ${offset + 1} of the string)`;
      return { message, path, at: at + offset, length };
    }
    offset += length;
  }
  return { message: `${label} contains a character that it must not`, path };
}

export const UTF8: RuleSet = {
  rules: [
    frameRule({
      name: 'string-ill-formed',
      refs: { '5.0': ['MQTT-1.5.4-1'] },
      party: 'sender',
      hint: 'send text as UTF-8, and bytes of other kinds in Binary Data or in a payload',
      due: 0x81,
      asked: 'problems',
      on: WITH_PROPERTIES,
      check(_packet, verdict, event) {
        judgeProblems('string-ill-formed', verdict, event);
      },
      violates: [
        {
          title: 'a Reason String in Latin-1',
          transcript: `${OPENED}> 32 { "a" 0001 p 'x' }\n< 40 { 0001 80 p{ 1f 0002 61e4 } }\n> e0 01 81\nfin >`,
          frame: 4,
          at: 10,
          length: 1,
        },
        {
          title: 'a surrogate in the name of an Authentication Method',
          transcript: '> 10 { proto 02 003c p{ 15 0003 eda080 } "c1" }\nfin <',
          frame: 1,
          at: 16,
          length: 3,
        },
      ],
      complies: [
        {
          title: 'a Reason String in UTF-8',
          transcript: `${OPENED}> 32 { "a" 0001 p 'x' }\n< 40 { 0001 80 p{ 1f "fällt aus" } }`,
        },
      ],
    }),
    frameRule({
      name: 'string-not-utf-8',
      refs: { '3.1': ['§2.5'] },
      level: 'note',
      party: 'sender',
      hint: 'send text as UTF-8: later versions close the connection over other bytes',
      asked: 'problems',
      on: WITH_PROPERTIES,
      check(_packet, verdict, event) {
        judgeProblems('string-not-utf-8', verdict, event);
      },
      violates: [
        {
          title: 'a client identifier in Latin-1',
          transcript: '> 10 { proto 02 003c 0002 61e4 }\n< 20 02 0000',
          frame: 1,
          at: 17,
          length: 1,
        },
      ],
      complies: [{ title: 'a client identifier in UTF-8', transcript: '> 10 { proto 02 003c "ä" }\n< 20 02 0000' }],
    }),
    frameRule({
      name: 'string-null-character',
      refs: { '5.0': ['MQTT-1.5.4-2'] },
      party: 'sender',
      hint: 'leave out the byte 0x00 that ends strings in C',
      due: 0x81,
      asked: 'characters',
      on: WITH_PROPERTIES,
      check(_packet, verdict, event) {
        judgeCharacters('string-null-character', NULL_CHARACTER, verdict, event);
      },
      violates: [
        {
          title: 'a Reason String with its 0x00',
          transcript: `${OPENED}> 32 { "a" 0001 p 'x' }\n< 40 { 0001 80 p{ 1f 0003 6e6f00 } }\n> e0 01 81\nfin >`,
          frame: 4,
          at: 11,
          length: 1,
        },
      ],
      complies: [
        {
          title: 'a Reason String without',
          transcript: `${OPENED}> 32 { "a" 0001 p 'x' }\n< 40 { 0001 80 p{ 1f "no" } }`,
        },
      ],
    }),
    frameRule({
      name: 'user-property-ill-formed',
      refs: { '5.0': ['MQTT-1.5.7-1', 'MQTT-1.5.4-1'] },
      party: 'sender',
      hint: 'send name and value of a User Property as UTF-8',
      due: 0x81,
      asked: 'properties',
      faults: 'odd-property',
      on: WITH_PROPERTIES,
      check(packet, verdict, event) {
        if (event.frame.problems.length > 0) judgeProblems('user-property-ill-formed', verdict, event);
        else if (hasUserProperty(packet)) verdict.hold();
      },
      violates: [
        {
          title: 'a value that is not UTF-8',
          transcript: `${OPENED}> 30 { "a" p{ 26 "n" 0002 c080 } 'x' }\n< e0 01 81\nfin <`,
          frame: 3,
          at: 12,
          length: 2,
        },
      ],
      complies: [{ title: 'a pair in UTF-8', transcript: `${OPENED}> 30 { "a" p{ 26 "n" "v" } 'x' }` }],
    }),
    frameRule({
      name: 'user-property-null-character',
      refs: { '5.0': ['MQTT-1.5.7-1', 'MQTT-1.5.4-2'] },
      party: 'sender',
      hint: 'leave out the byte 0x00 that ends strings in C',
      due: 0x81,
      asked: 'properties',
      faults: 'characters',
      on: WITH_PROPERTIES,
      check(packet, verdict, event) {
        if ((kindsIn(packet) & NULL_CHARACTER) !== 0) {
          judgeCharacters('user-property-null-character', NULL_CHARACTER, verdict, event);
        } else if (hasUserProperty(packet)) verdict.hold();
      },
      violates: [
        {
          title: 'a name with its 0x00',
          transcript: `${OPENED}> 30 { "a" p{ 26 0002 6e00 "v" } 'x' }\n< e0 01 81\nfin <`,
          frame: 3,
          at: 10,
          length: 1,
        },
      ],
      complies: [{ title: 'a pair without', transcript: `${OPENED}> 30 { "a" p{ 26 "n" "v" } 'x' }` }],
    }),
    frameRule({
      name: 'string-control-character',
      refs: { '3.1.1': ['§1.5.3'], '5.0': ['§1.5.4'] },
      level: 'should',
      party: 'sender',
      hint: 'leave control characters out of strings: the receiver may close the connection over them',
      asked: 'characters',
      on: WITH_PROPERTIES,
      check(_packet, verdict, event) {
        judgeCharacters('string-control-character', CONTROL_CHARACTER, verdict, event);
      },
      violates: [
        {
          title: 'a line feed at the end of the topic',
          transcript: `${OPENED}> 30 { 0002 610a p 'x' }`,
          frame: 3,
          at: 5,
          length: 1,
        },
        {
          title: 'U+0085 in the client identifier',
          transcript: '> 10 { proto 02 003c p 0003 61c285 }\n< 20 { 00 00 p }',
          versions: ['3.1.1'],
          frame: 1,
          at: 15,
          length: 2,
        },
      ],
      complies: [{ title: 'a topic of plain characters', transcript: `${OPENED}> 30 { "a b" p 'x' }` }],
    }),
    frameRule({
      name: 'string-non-character',
      refs: { '3.1.1': ['§1.5.3'], '5.0': ['§1.5.4'] },
      level: 'should',
      party: 'sender',
      hint: 'leave code points out of strings that Unicode gives to no character',
      asked: 'characters',
      on: WITH_PROPERTIES,
      check(_packet, verdict, event) {
        judgeCharacters('string-non-character', NON_CHARACTER, verdict, event);
      },
      violates: [
        {
          title: 'U+FFFF in the topic',
          transcript: `${OPENED}> 30 { 0004 61efbfbf p 'x' }`,
          frame: 3,
          at: 5,
          length: 3,
        },
        {
          title: 'U+1FFFE in the topic',
          transcript: `${OPENED}> 30 { 0005 61f09fbfbe p 'x' }`,
          frame: 3,
          at: 5,
          length: 4,
        },
      ],
      complies: [{ title: 'a topic in Greek and an emoji', transcript: `${OPENED}> 30 { "α/😀" p 'x' }` }],
    }),
  ],
  unjudged: [],
};

function hasUserProperty(packet: object): boolean {
  const { properties, will } = packet as {
    properties?: readonly { readonly name: string }[];
    will?: { readonly properties?: readonly { readonly name: string }[] };
  };
  return lists(properties) || lists(will?.properties);
}

function lists(properties: readonly { readonly name: string }[] | undefined): boolean {
  if (properties === undefined) return false;
  for (let i = 0; i < properties.length; i++) if (properties[i]!.name === 'userProperty') return true;
  return false;
}
