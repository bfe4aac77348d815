// The property cases leave none out, and what the decoder does not judge: each property in each packet, however often.

import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/codec/frame.js';
import { PROPERTIES } from '../../src/spec/property-table.js';
import { hex, toHex } from '../support/hex.js';
import { around, PROPERTY_BYTES } from './cases/properties.js';

it('each property stands in a case in each packet where it may stand', () => {
  const cases = PROPERTY_BYTES.map(([, { name }, owners]) => [name, [...owners].sort()]);
  expect(cases).toEqual(PROPERTIES.map((row) => [row.name, Object.keys(row.sections).sort()]));
});

// Where a property may stand, and how often, is judged by validate/.
describe('is read wherever it stands', () => {
  const owners = ['WILL', 'CONNACK', 'PUBLISH', 'PUBREL', 'SUBSCRIBE', 'UNSUBACK', 'AUTH'] as const;
  const anywhere = PROPERTY_BYTES.flatMap(([bytes, one]) => owners.map((owner) => around(owner, bytes, [one])));
  it.each(anywhere)('$name', ({ bytes, packet }) => {
    expect(decode(hex(bytes), '5.0')).toEqual({ packet, problems: [], version: '5.0' });
  });
});

it('all 27 in one packet, twice, in their order', () => {
  const twice = [...PROPERTY_BYTES, ...PROPERTY_BYTES.toReversed()];
  const section = hex(twice.map(([bytes]) => bytes).join(' '));
  expect(section.length).toBeGreaterThan(127);
  const length = [(section.length & 0x7f) | 0x80, section.length >> 7];
  const rest = [0, 1, 0, ...length, ...section];
  const bytes = Uint8Array.from([0x40, (rest.length & 0x7f) | 0x80, rest.length >> 7, ...rest]);
  const packet = { type: 'PUBACK', packetId: 1, reasonCode: 0, properties: twice.map(([, one]) => one) } as const;
  expect(decode(bytes, '5.0')).toEqual({ packet, problems: [], version: '5.0' });
  expect(toHex(encode(packet, '5.0'))).toBe(toHex(bytes));
});
