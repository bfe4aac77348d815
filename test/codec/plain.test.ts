// What is plain is surveyed and read at a glance; laws.ts holds both to what the layouts find.

import { describe, expect, test } from 'vitest';
import { decode, decodeByLayout } from '../../src/codec/frame.js';
import { isPlain, plainPacket } from '../../src/codec/plain.js';
import type { Version } from '../../src/spec/versions.js';
import { hex } from '../support/hex.js';

const long = '00 01 61'.padEnd(3 * 200 - 1, ' 62');
const longer = '00 01 61'.padEnd(3 * 20_000 - 1, ' 62');

const ROWS: readonly [what: string, version: Version, hex: string, plain: boolean][] = [
  ['PUBLISH with QoS 0', '3.1.1', '30 04 00 01 61 62', true],
  ['PUBLISH with QoS 1', '3.1.1', '32 05 00 01 61 00 07', true],
  ['PUBLISH with QoS 1 in 5.0', '5.0', '32 06 00 01 61 00 07 00', true],
  ['PUBLISH with properties', '5.0', '30 10 00 01 61 0c 01 01 02 00 00 00 05 03 00 02 61 62', true],
  ['PUBLISH with a User Property', '5.0', '30 0b 00 01 61 07 26 00 01 61 00 01 62', true],
  ['PUBLISH of 203 bytes', '3.1.1', `30 c8 01 ${long}`, true],
  ['PUBLISH of 20,004 bytes', '3.1.1', `30 a0 9c 01 ${longer}`, true],
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
  ['PUBLISH with a length that is longer still', '3.1.1', '30 84 80 00 00 01 61 62', false],
  ['PUBLISH of 20,004 bytes of which one is missing', '3.1.1', `30 a1 9c 01 ${longer}`, false],
  ['PUBACK with a Reason Code', '5.0', '40 03 00 01 00', false],
  ['PUBACK that is too long', '3.1.1', '40 02 00 01 00', false],
  ['PINGREQ with a byte', '5.0', 'c0 01 00', false],
  ['nothing', '5.0', '', false],
];

describe('a packet is plain', () => {
  test.each(ROWS)('%s, %s: %s', (_what, version, text, plain) => {
    expect(isPlain(hex(text), version)).toBe(plain);
  });
});

// Beyond ROWS: what the layouts need not be asked for, though a survey does.
const READ: readonly [what: string, version: Version, hex: string, read: boolean][] = [
  ...ROWS.map(([what, ...row]): (typeof READ)[number] => [what, row[0], row[1], row[2] || what.includes('not ASCII')]),
  ['PUBLISH with an ill-formed topic', '3.1.1', '30 04 00 02 c3 28', false],
  ['PUBLISH with QoS 3', '3.1.1', '36 05 00 01 61 00 07', false],
  ['PUBACK with flags', '3.1.1', '42 02 00 01', false],
  ['PUBREL', '5.0', '62 02 00 01', true],
  ['PUBREL without its flags', '3.1.1', '60 02 00 01', false],
];

describe('a packet is read at a glance', () => {
  test.each(READ)('%s, %s: %s', (_what, version, text, read) => {
    const bytes = hex(text);
    // Properties are known once the layouts have read them.
    const laid = decodeByLayout(bytes, version);
    const plain = plainPacket(bytes, version);
    expect(plain !== undefined).toBe(read);
    if (plain !== undefined) expect(plain).toEqual(laid.packet);
  });

  test('the bytes of a property may not last, so it is read anew each time', () => {
    const bytes = hex('30 09 00 01 61 05 09 00 02 01 02');
    decode(bytes, '5.0');
    expect(plainPacket(bytes, '5.0')).toBeUndefined();
  });

  test('properties with a problem are read by the layouts each time', () => {
    // Payload Format Indicator is fine, the identifier behind it is none.
    const bytes = hex('30 07 00 01 61 03 01 01 7f');
    expect(decode(bytes, '5.0').problems).toHaveLength(1);
    expect(plainPacket(bytes, '5.0')).toBeUndefined();
    expect(decode(bytes, '5.0').problems).toHaveLength(1);
  });

  test('other properties of the same length are others', () => {
    const values = [1, 0, 1, 0].map((value) => {
      const { packet } = decode(hex(`30 06 00 01 61 02 01 0${value}`), '5.0');
      return packet.type === 'PUBLISH' ? packet.properties : undefined;
    });
    expect(values).toEqual([1, 0, 1, 0].map((value) => [{ name: 'payloadFormatIndicator', value }]));
  });
});
