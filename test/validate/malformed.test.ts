// Packets that break off or go on: one fault is told once and by a rule that exists, what the capture lacks by none, and
// what may have been read wrongly is not certain.

import { describe, expect, it } from 'vitest';
import { decode } from '../../src/codec/frame.js';
import { VERSIONS, type Version } from '../../src/spec/versions.js';
import { readBytes } from '../../src/validate/example.js';
import type { Finding } from '../../src/validate/finding.js';
import { ownerOf } from '../../src/validate/problems.js';
import { RULES } from '../../src/validate/rules/index.js';
import { Wire } from '../support/wire.js';
import { judged, lineOf, packetsOf } from './judged.js';

const WHOLE: readonly (readonly [type: string, head: string, body: string, versions: readonly Version[]])[] = [
  ['CONNECT', '10', `proto c6 003c p{ 26 "n" "v" } "c1" p{ 03 "t" } "a" 0001 'x' "u" 0002 'pw'`, VERSIONS],
  ['CONNACK', '20', '00 00 p{ 1f "ok" 21 000a }', VERSIONS],
  ['PUBLISH', '32', `"a/b" 0001 p{ 01 01 26 "n" "v" } 'x'`, VERSIONS],
  ['PUBACK', '40', '0001 5:10 p{ 1f "no" }', VERSIONS],
  ['SUBSCRIBE', '82', '0001 p{ 0b 05 } "a" 01 "b" 00', VERSIONS],
  ['SUBACK', '90', '0001 p{ 1f "ok" } 01 00', VERSIONS],
  ['UNSUBSCRIBE', 'a2', '0001 p{ 26 "n" "v" } "a" "b"', VERSIONS],
  ['UNSUBACK', 'b0', '0001 p 5:00', VERSIONS],
  ['DISCONNECT', 'e0', '5:04 p{ 1f "ok" }', VERSIONS],
  ['AUTH', 'f0', '18 p{ 15 "M" 16 0001 07 }', ['5.0']],
];
/** Faults of structure, and in a cut list of properties those of missing fields. */
const STRUCTURE = new Set([
  'bytes-not-a-packet',
  'packet-field-cut',
  'packet-length-overrun',
  'packet-trailing-bytes',
  'property-unknown',
  'property-length-missing',
  'variable-byte-integer-too-long',
  'connect-client-id-missing',
  'connect-will-missing',
  'connect-user-name-missing',
  'connect-password-missing',
  'connect-user-name-without-flag',
  'connect-password-without-flag',
  'connect-will-without-flag',
  'connect-payload-unreadable',
]);
const rows = WHOLE.flatMap(([type, head, body, versions]) =>
  versions.map((version) => [type, version, readBytes(head, version), readBytes(body, version)] as const),
);

function packet(head: Uint8Array, body: Uint8Array): Uint8Array {
  return Uint8Array.of(...head, body.length, ...body);
}

/** The judgement of one packet within a dialogue of its version. */
function judgedAlone(bytes: Uint8Array, version: Version): readonly Finding[] {
  const type = bytes[0]! >> 4;
  const wire = new Wire({ clientPort: 20001 }).open();
  if (type !== 1) wire.send(0, readBytes('10 { proto 02 003c p "c1" }', version));
  wire.send(type === 2 || type === 9 || type === 11 || type === 4 ? 1 : 0, bytes);
  // What follows tells that the packet is over.
  wire.send(0, 'c0 00').send(1, 'd0 00');
  return judged(wire.packets, version).findings;
}

describe.each(rows)('%s in %s', (_type, version, head, body) => {
  it('is not malformed when it is whole', () => {
    const findings = judgedAlone(packet(head, body), version);
    expect(findings.filter(({ rule }) => STRUCTURE.has(rule)).map(lineOf)).toEqual([]);
  });

  it('is told at most once when it breaks off, and once when it cannot be read', () => {
    for (let length = 0; length < body.length; length++) {
      const bytes = packet(head, body.subarray(0, length));
      const { packet: read, problems } = decode(bytes, version);
      const own = judgedAlone(bytes, version).filter(({ rule }) => STRUCTURE.has(rule));
      const told = problems[0] === undefined || ownerOf(problems[0], read, version) === '' ? 0 : 1;
      expect([length, own.length]).toEqual([length, told]);
      expect(own.every(({ verdict, level }) => verdict === 'violation' && level === 'must')).toBe(true);
    }
  });

  it('belongs to a rule of the version, whatever is wrong with it', () => {
    for (let length = 0; length < body.length + 3; length++) {
      const cut = new Uint8Array(length);
      cut.set(body.subarray(0, length));
      const { packet: read, problems, version: by } = decode(packet(head, cut), version);
      for (const problem of problems) {
        const owner = ownerOf(problem, read, by);
        if (owner === '') continue;
        const rule = RULES.find(({ name }) => name === owner);
        expect([owner, rule?.refs[by]?.length ?? 0, rule?.on.includes(read.type as never)]).toEqual([
          owner,
          expect.any(Number),
          true,
        ]);
        expect(rule?.refs[by]).toBeDefined();
      }
    }
  });
});

const OPENED = '> 10 { proto 02 003c p "c1" }\n< 20 { 00 00 p }\n';
const CUT = `> 82 { 0001 p "a" }`;
const verdicts = (transcript: string, version: Version = '3.1.1'): string[] =>
  judged(packetsOf(transcript, version), version)
    .findings.filter(({ rule }) => STRUCTURE.has(rule) || rule === 'packet-wrong-sender')
    .map(({ rule, verdict }) => `${verdict} ${rule}`);

describe('what was not seen', () => {
  it('is nobody’s fault', () => {
    const wire = new Wire({ snaplen: 60 }).open();
    wire.send(0, readBytes('10 { proto 02 003c "c1" }', '3.1.1')).send(1, '20 02 00 00');
    wire.send(0, readBytes(`82 { 0001 "some/topic/that/is/long" 00 }`, '3.1.1'));
    expect(judged(wire.packets).findings.map(lineOf)).toEqual([]);
  });

  it('makes a fault after it uncertain', () => {
    expect(verdicts(`${OPENED}${CUT}\n> c0 00\nfin <`)).toEqual(['violation packet-field-cut']);
    expect(verdicts(`${OPENED}lost >\n${CUT}\n> c0 00\nfin <`)).not.toContain('violation packet-field-cut');
  });

  it('does not spoil what is sure again', () => {
    const pings = '> c0 00\n< d0 00\n'.repeat(8);
    expect(verdicts(`> c0 00\n< d0 00\n${CUT}\n> c0 00\nfin <`)).toEqual(['inconclusive packet-field-cut']);
    expect(verdicts(`${pings}${CUT}\n> c0 00\nfin <`)).toEqual(['violation packet-field-cut']);
  });

  it('leaves the version a guess', () => {
    const { findings } = judged(packetsOf(`> c0 00\n< d0 00\n`.repeat(9).concat('< c0 00\n> c0 00'), '3.1.1'));
    const own = findings.filter(({ rule }) => rule === 'packet-wrong-sender');
    expect(own.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ['inconclusive', 'no CONNECT was seen, so the version is a guess'],
    ]);
  });
});
