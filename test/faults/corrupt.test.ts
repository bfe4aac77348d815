// Each row of the table against bytes typed by hand.

import { expect, it } from 'vitest';
import { CORRUPTIONS, corrupted } from '../../src/faults/corrupt.js';
import type { Version } from '../../src/spec/versions.js';
import { hex, toHex } from '../support/hex.js';

const CONNECT = '10 0d 0004 "MQTT" 04 02 003c 0001 "a"';
const LENGTH_127 = `30 7f 0001 "t" ${'00'.repeat(124)}`;

/** undefined: the packet has no such field. */
const ROWS: readonly (readonly [field: string, packet: string, after: string | undefined, version?: Version])[] = [
  ['packet-type', 'd0 00', '00 00'],
  ['packet-type', '3d 05 0001 "t" 0007', '0d 05 0001 "t" 0007'],
  ['flags', 'c0 00', 'c1 00'],
  ['flags', '62 02 0001', '63 02 0001'],
  ['flags', '30 04 0001 "tx"', '36 04 0001 "tx"'],
  ['flags', '33 05 0001 "t" 0007', '37 05 0001 "t" 0007'],
  ['remaining-length', 'c0 00', 'c0 01'],
  ['remaining-length', '40 02 0001', '40 03 0001'],
  ['remaining-length', '40 82 00 0001', '40 83 00 0001'],
  ['remaining-length', LENGTH_127, `30 80 01 0001 "t" ${'00'.repeat(124)}`],
  ['remaining-length', '30 ff ff ff 7f 0001 "t"', '30 fe ff ff 7f 0001 "t"'],
  ['endless-length', 'c0 00', 'c0 ff ff ff ff'],
  ['endless-length', '40 02 0001', '40 ff ff ff ff 0001'],
  ['packet-identifier', '40 02 0001', '40 02 0002'],
  ['packet-identifier', '40 02 00ff', '40 02 0100'],
  ['packet-identifier', '40 02 ffff', '40 02 0001'],
  ['packet-identifier', '40 02 fffe', '40 02 ffff'],
  ['packet-identifier', '32 06 0001 "t" 0007 "x"', '32 06 0001 "t" 0008 "x"'],
  ['packet-identifier', '90 03 0009 01', '90 03 000a 01'],
  ['packet-identifier', '30 04 0001 "tx"', undefined],
  ['packet-identifier', 'c0 00', undefined],
  ['topic-name', '30 06 0003 "a/bx"', '30 06 0003 ff "/bx"'],
  ['topic-name', '30 06 0000 03 23 0001', undefined, '5.0'],
  ['topic-name', '82 0a 0001 0001 "a" 01 0001 "b" 00', '82 0a 0001 0001 ff 01 0001 "b" 00'],
  ['topic-name', 'a2 06 0001 00 0001 "a"', 'a2 06 0001 00 0001 ff', '5.0'],
  ['topic-name', '40 02 0001', undefined],
  ['payload', '30 05 0001 "txy"', '30 05 0001 "tx" 86'],
  ['payload', '30 08 0001 "t" 03 23 0001 "x"', '30 08 0001 "t" 03 23 0001 87', '5.0'],
  ['payload', '30 03 0001 "t"', undefined],
  ['reason-code', '20 02 00 00', '20 02 00 7f'],
  ['reason-code', '20 03 00 00 00', '20 03 00 7f 00', '5.0'],
  ['reason-code', '40 03 0001 10', '40 03 0001 7f', '5.0'],
  ['reason-code', '40 02 0001', undefined, '5.0'],
  ['reason-code', '90 04 0001 00 01', '90 04 0001 7f 01'],
  ['reason-code', '90 05 0001 00 00 01', '90 05 0001 00 7f 01', '5.0'],
  ['reason-code', 'e0 01 8e', 'e0 01 7f', '5.0'],
  ['client-identifier', CONNECT, '10 0d 0004 "MQTT" 04 02 003c 0001 ff'],
  ['client-identifier', '10 0e 0004 "MQTT" 05 02 003c 00 0001 "a"', '10 0e 0004 "MQTT" 05 02 003c 00 0001 ff'],
  ['client-identifier', '10 0c 0004 "MQTT" 04 02 003c 0000', undefined],
  ['protocol-level', CONNECT, '10 0d 0004 "MQTT" 7f 02 003c 0001 "a"'],
  ['protocol-level', '20 02 00 00', undefined],
];

function headerOf(bytes: Uint8Array): number {
  return bytes.findIndex((byte, at) => at > 0 && byte < 0x80) + 1;
}

it.each(ROWS.map(([field, packet, after, version = '3.1.1' as Version]) => ({ field, packet, after, version })))(
  '$field of $packet',
  ({ field, packet, after, version }) => {
    const bytes = hex(packet);
    const changed = corrupted({ field }, bytes, headerOf(bytes), version);
    expect(changed && toHex(changed)).toBe(after && toHex(hex(after)));
    expect(toHex(bytes)).toBe(toHex(hex(packet)));
  },
);

it.each([
  [{ byte: 1 }, 'bf 02 00 01'],
  [{ byte: 4 }, '40 02 00 fe'],
  [{ byte: 5 }, undefined],
  [{ byte: 2, bit: 0 }, '40 03 00 01'],
  [{ byte: 2, bit: 7 }, '40 82 00 01'],
])('%j', (of, after) => {
  const changed = corrupted(of, hex('40 02 0001'), 2, '3.1.1');
  expect(changed && toHex(changed)).toBe(after);
});

it('every row is tried', () => {
  const tried = new Set(ROWS.map(([field]) => field));
  expect(CORRUPTIONS.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
});
