// Moments as they are typed: what they mean in nanoseconds after a first packet at 2024-05-01T14:30:00.000000001Z.

import { expect, it } from 'vitest';
import { momentAfter, parseMoment } from '../../src/dissect/moment.js';

const EPOCH = BigInt(Date.UTC(2024, 4, 1, 14, 30)) * 1_000_000n + 1n;
const HOUR = 3600e9;

it.each([
  ['0', 0],
  ['12.5', 12_500_000_000],
  ['0.000000001', 1],
  ['14:30', -1],
  ['14:30:00.000000001', 0],
  ['15:30:00', HOUR - 1],
  ['00:00', -14.5 * HOUR - 1],
  ['2024-05-01', -14.5 * HOUR - 1],
  ['2024-05-01T14:30', -1],
  ['2024-05-01 14:30:00Z', -1],
  ['2024-05-01T14:30:00.000000001Z', 0],
  ['2024-05-01t15:30:00z', HOUR - 1],
  ['2024-05-01T14:30:00+02:00', -2 * HOUR - 1],
  ['2024-05-01T14:30-0130', 1.5 * HOUR - 1],
  ['2024-02-29T00:00:60Z', Number(BigInt(Date.UTC(2024, 1, 29, 0, 1)) * 1_000_000n - EPOCH)],
])('%s', (text, expected) => {
  expect(momentAfter(parseMoment(text)!, EPOCH)).toBe(expected);
});

it.each([
  ...[
    '',
    'now',
    '-1',
    '1e3',
    '1.',
    '.5',
    '24:00',
    '12:60',
    '12:00:61',
    '1:00',
    '2024-13-01',
    '2023-02-29',
    '2024-05-01T',
  ],
  ...['2024-05-01T25:00', '2024-05-01T12:00+25:00', '2024-05-01T12:00+01:60', '2024-5-1', '12:00Z', '1.0000000001'],
])('%j is none', (text) => {
  expect(parseMoment(text)).toBeUndefined();
});

it('needs a time of the first packet, unless it counts from there', () => {
  expect(momentAfter(parseMoment('5')!, undefined)).toBe(5e9);
  expect(momentAfter(parseMoment('14:30')!, undefined)).toBeNaN();
  expect(momentAfter(parseMoment('2024-05-01')!, undefined)).toBeNaN();
});
