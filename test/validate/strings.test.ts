// Every string of every packet: bytes that are no UTF-8 and the byte 0x00 are told once, by one rule, wherever they stand.
// 3.1 only says that strings are UTF-8 (2.5), and forbids U+0000 in topics (appendix A).

import { describe, expect, it } from 'vitest';
import { VERSIONS, type Version } from '../../src/spec/versions.js';
import { kindOf, kindsOf } from '../../src/validate/strings.js';
import { judged, packetsOf } from './judged.js';

const ALL = VERSIONS;
const FIVE: readonly Version[] = ['5.0'];
const OPENED = '> 10 { proto 02 003c p "c1" }\n< 20 { 00 00 p }\n';
const PUBLISHED = `${OPENED}> 32 { "a" 0001 p 'x' }\n`;

/** S stands for the string with its length. */
const STRINGS: readonly (readonly [what: string, versions: readonly Version[], frame: number, transcript: string])[] = [
  ['Client Identifier', ALL, 1, '> 10 { proto 02 003c p S }\nfin <'],
  ['Will Topic', ALL, 1, `> 10 { proto 06 003c p "c1" p S 0001 'x' }\nfin <`],
  ['User Name', ALL, 1, '> 10 { proto 82 003c p "c1" S }\nfin <'],
  ['Topic Name', ALL, 3, `${OPENED}> 30 { S p 'x' }\nfin <`],
  ['Topic Filter of SUBSCRIBE', ALL, 3, `${OPENED}> 82 { 0001 p S 00 }\nfin <`],
  ['Topic Filter of UNSUBSCRIBE', ALL, 3, `${OPENED}> a2 { 0001 p S }\nfin <`],
  ['Authentication Method', FIVE, 1, '> 10 { proto 02 003c p{ 15 S } "c1" }\nfin <'],
  ['name of a User Property of CONNECT', FIVE, 1, '> 10 { proto 02 003c p{ 26 S "v" } "c1" }\nfin <'],
  ['Content Type of the Will', FIVE, 1, `> 10 { proto 06 003c p "c1" p{ 03 S } "a" 0001 'x' }\nfin <`],
  ['Response Topic of the Will', FIVE, 1, `> 10 { proto 06 003c p "c1" p{ 08 S } "a" 0001 'x' }\nfin <`],
  ['value of a User Property of the Will', FIVE, 1, `> 10 { proto 06 003c p "c1" p{ 26 "n" S } "a" 0001 'x' }\nfin <`],
  ['Content Type', FIVE, 3, `${OPENED}> 30 { "a" p{ 03 S } 'x' }\nfin <`],
  ['Response Topic', FIVE, 3, `${OPENED}> 30 { "a" p{ 08 S } 'x' }\nfin <`],
  ['value of a User Property', FIVE, 3, `${OPENED}> 30 { "a" p{ 26 "n" S } 'x' }\nfin <`],
  ['Reason String of CONNACK', FIVE, 2, '> 10 { proto 02 003c p "c1" }\n< 20 { 00 00 p{ 1f S } }\nfin >'],
  ['Response Information', FIVE, 2, '> 10 { proto 02 003c p{ 19 01 } "c1" }\n< 20 { 00 00 p{ 1a S } }\nfin >'],
  ['Server Reference', FIVE, 2, '> 10 { proto 02 003c p "c1" }\n< 20 { 00 9c p{ 1c S } }\nfin <'],
  ['Assigned Client Identifier', FIVE, 2, '> 10 { proto 02 003c p "" }\n< 20 { 00 00 p{ 12 S } }\nfin >'],
  ['Reason String of PUBACK', FIVE, 4, `${PUBLISHED}< 40 { 0001 00 p{ 1f S } }\nfin >`],
  ['Reason String of SUBACK', FIVE, 4, `${OPENED}> 82 { 0001 p "a" 00 }\n< 90 { 0001 p{ 1f S } 00 }\nfin >`],
  ['Reason String of UNSUBACK', FIVE, 4, `${OPENED}> a2 { 0001 p "a" }\n< b0 { 0001 p{ 1f S } 11 }\nfin >`],
  ['Reason String of DISCONNECT', FIVE, 3, `${OPENED}> e0 { 00 p{ 1f S } }\nfin >`],
];

const FAULTS = [
  ['no UTF-8', '0003 61ff62'],
  ['a surrogate', '0003 eda080'],
  ['an overlong form', '0002 c0af'],
  ['U+0000', '0003 610062'],
] as const;

const rows = STRINGS.flatMap(([what, versions, frame, transcript]) =>
  versions.flatMap((version) =>
    FAULTS.map(([fault, bytes]) => [fault, what, version, frame, transcript.replace('S', bytes)] as const),
  ),
);

describe('a string that must not be', () => {
  it.each(rows)('%s in the %s (%s)', (fault, what, version, frame, transcript) => {
    const { findings, errors } = judged(packetsOf(transcript, version), version);
    expect(errors).toEqual([]);
    const told = findings.filter(({ level, verdict }) => level === 'must' && verdict === 'violation');
    const here = told.filter((finding) => finding.frame.number === frame).map(({ rule }) => rule);
    expect(here).toHaveLength(version !== '3.1' || (fault === 'U+0000' && what.includes('Topic')) ? 1 : 0);
  });
});

describe('characters', () => {
  it.each([
    [0x00, 1],
    [0x01, 2],
    [0x1f, 2],
    [0x20, 0],
    [0x7e, 0],
    [0x7f, 2],
    [0x9f, 2],
    [0xa0, 0],
    [0xfdcf, 0],
    [0xfdd0, 4],
    [0xfdef, 4],
    [0xfdf0, 0],
    [0xfeff, 0],
    [0xfffd, 0],
    [0xfffe, 4],
    [0xffff, 4],
    [0x1fffd, 0],
    [0x1fffe, 4],
    [0x10ffff, 4],
  ])('U+%s is of kind %i', (point, kind) => {
    expect(kindOf(point)).toBe(kind);
    expect(kindsOf(`a${String.fromCodePoint(point)}b`)).toBe(kind);
  });
});
