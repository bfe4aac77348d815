// What is plain is surveyed at a glance; laws.ts holds every survey to what decode finds.

import { describe, expect, test } from 'vitest';
import { isPlain } from '../../src/codec/plain.js';
import type { Version } from '../../src/spec/versions.js';

const long = '00 01 61'.padEnd(3 * 200 - 1, ' 62');

const ROWS: readonly [what: string, version: Version, hex: string, plain: boolean][] = [
  ['PUBLISH with QoS 0', '3.1.1', '30 04 00 01 61 62', true],
  ['PUBLISH with QoS 1', '3.1.1', '32 05 00 01 61 00 07', true],
  ['PUBLISH with QoS 1 in 5.0', '5.0', '32 06 00 01 61 00 07 00', true],
  ['PUBLISH with properties', '5.0', '30 10 00 01 61 0c 01 01 02 00 00 00 05 03 00 02 61 62', true],
  ['PUBLISH with a User Property', '5.0', '30 0b 00 01 61 07 26 00 01 61 00 01 62', true],
  ['PUBLISH of 203 bytes', '3.1.1', `30 c8 01 ${long}`, true],
  ['PUBACK', '5.0', '40 02 00 01', true],
  ['PINGREQ', '3.1', 'c0 00', true],
  ['PUBLISH with a topic that is not ASCII', '3.1.1', '30 04 00 02 c3 bc', false],
  ['PUBLISH without Property Length', '5.0', '30 03 00 01 61', false],
  ['PUBLISH with a property that is not defined', '5.0', '30 05 00 01 61 01 7f', false],
  ['PUBLISH with a property that is cut', '5.0', '30 06 00 01 61 02 02 00', false],
  ['PUBLISH with a text that is cut', '5.0', '30 09 00 01 61 05 26 00 01 61 00', false],
  ['PUBLISH with half a Packet Identifier', '3.1.1', '32 04 00 01 61 00', false],
  ['PUBLISH that is cut', '3.1.1', '30 08 00 01 61 62', false],
  ['PUBLISH with an overlong length', '3.1.1', '30 84 00 00 01 61 62', false],
  ['PUBACK with a Reason Code', '5.0', '40 03 00 01 00', false],
  ['PUBACK that is too long', '3.1.1', '40 02 00 01 00', false],
  ['PINGREQ with a byte', '5.0', 'c0 01 00', false],
  ['nothing', '5.0', '', false],
];

describe('a packet is plain', () => {
  test.each(ROWS)('%s, %s: %s', (_what, version, hex, plain) => {
    const bytes = Uint8Array.from(hex === '' ? [] : hex.split(' '), (byte) => Number.parseInt(byte, 16));
    expect(isPlain(bytes, version)).toBe(plain);
  });
});
