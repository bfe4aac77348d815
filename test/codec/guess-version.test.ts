// What single packets say about the version of a connection whose CONNECT was not seen.

import { describe, expect, it } from 'vitest';
import { sameInAllVersions, VersionGuess, versionEvidence } from '../../src/codec/guess-version.js';
import type { Direction } from '../../src/spec/versions.js';
import { hex } from '../support/hex.js';

const C = 'client-to-server';
const S = 'server-to-client';

describe('evidence', () => {
  it.each([
    ['CONNACK of two bytes', '20 02 00 00', S, '3.1.1 proof'],
    ['CONNACK with a Property Length', '20 03 00 00 00', S, '5.0 proof'],
    ['SUBSCRIBE of 3.1.1', '82 08 0001 0003 "a/b" 01', C, '3.1.1 proof'],
    ['SUBSCRIBE of 5.0', '82 09 0001 00 0003 "a/b" 01', C, '5.0 proof'],
    ['UNSUBSCRIBE of 3.1.1', 'a2 07 0001 0003 "a/b"', C, '3.1.1 proof'],
    ['UNSUBACK of two bytes', 'b0 02 0001', S, '3.1.1 proof'],
    ['UNSUBACK with a code', 'b0 04 0001 00 11', S, '5.0 proof'],
    ['PUBLISH with a text', '30 09 0003 "a/b" "21.5"', C, '3.1.1 proof'],
    ['PUBLISH with an empty payload', '30 05 0003 "a/b"', C, '3.1.1 proof'],
    ['PUBLISH with 0x00 behind the topic', '30 0a 0003 "a/b" 00 "21.5"', C, '5.0 hint'],
    ['PUBLISH with a Topic Alias', '30 0d 0003 "a/b" 03 23 0001 "21.5"', C, '5.0 proof'],
    ['PUBLISH without a topic', '30 0a 0000 03 23 0001 "21.5"', C, '5.0 proof'],
    ['PUBACK with a reason', '40 03 0001 10', S, '5.0 proof'],
    ['PUBACK of two bytes', '40 02 0001', S, undefined],
    ['DISCONNECT with a reason', 'e0 01 8e', S, '5.0 proof'],
    ['DISCONNECT of the server', 'e0 00', S, '5.0 proof'],
    ['DISCONNECT of the client', 'e0 00', C, undefined],
    ['AUTH', 'f0 00', C, '5.0 proof'],
    ['PINGREQ', 'c0 00', C, undefined],
  ] as const)('%s', (_name, bytes, direction: Direction, expected) => {
    const evidence = versionEvidence(hex(bytes), direction);
    expect(evidence && `${evidence.version} ${evidence.weight}`).toBe(expected);
  });
});

describe('a guess', () => {
  it('is settled by proof, or by two hints, and says why', () => {
    const guess = new VersionGuess();
    const hint = hex('30 0a 0003 "a/b" 00 "21.5"');
    guess.observe(hint, C, 7);
    expect([guess.version, guess.best]).toEqual([undefined, '5.0']);
    guess.observe(hint, C, 9);
    expect(guess.version).toBe('5.0');
    expect(guess.evidence).toEqual([expect.stringContaining('(frame 7)'), expect.stringContaining('(frame 9)')]);
  });

  it('waits only for packets that it would change', () => {
    for (const bytes of ['c0 00', 'd0 00', '40 02 0001', '62 02 0001', 'e0 00']) {
      expect(sameInAllVersions(hex(bytes)), bytes).toBe(true);
    }
    for (const bytes of ['30 05 0003 "a/b"', '40 03 0001 10', '90 03 0001 00', 'e0 01 00']) {
      expect(sameInAllVersions(hex(bytes)), bytes).toBe(false);
    }
  });
});
