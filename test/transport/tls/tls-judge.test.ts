// What is taken for TLS: at the beginning a ClientHello, in the middle records; MQTT and HTTP never.

import { expect, it } from 'vitest';
import { judgeRecords, judgeTls } from '../../../src/transport/tls/judge.js';
import { hex } from '../../support/hex.js';

const HELLO = '16 03 01 02 00 01 00 01 fc 03 03';

it.each([
  [HELLO, 'tls'],
  [`${HELLO} 00 11 22`, 'tls'],
  ['16 03 03 00 f0 01 00 00 ec 03 03', 'tls'],
  // The first record holds the beginning of the message only.
  ['16 03 01 00 01 01', 'tls'],
  ['16 03 01 00 03 01 00 00 16 03 01', 'tls'],
  ['16 03 01', 'more'],
  ['16 03 01 02 00', 'more'],
  ['', 'more'],
  ['16 03 01 02 00 02 00 00 4c 03 03', 'other'],
  ['16 03 05 02 00 01', 'other'],
  ['16 03 01 60 00 01', 'other'],
  ['16 03 01 00 00 01', 'other'],
  ['16 03 01 02 00 01 01', 'other'],
  ['10 1e 00 04 "MQTT" 04', 'other'],
  ['"GET / HTTP/1.1"', 'other'],
  ['"PROXY TCP4"', 'other'],
] as const)('%s at the beginning: %s', (bytes, verdict) => {
  expect(judgeTls(hex(bytes))).toBe(verdict);
});

it('needs no more than eleven bytes', () => {
  const whole = hex(HELLO);
  for (let length = 0; length < 11; length++) expect(judgeTls(whole.subarray(0, length))).toBe('more');
});

it.each([
  ['17 03 03 00 20', 'tls'],
  ['17 03 03 00 02 aa bb 17 03 03 00 20 00', 'tls'],
  ['14 03 03 00 01 01 16 03 03 00 28', 'tls'],
  ['17 03 03', 'more'],
  ['', 'more'],
  ['17 03 03 00 02 aa bb 30 03 03 00 20 00', 'other'],
  ['17 03 03 ff ff', 'other'],
  ['16 03 03 00 00', 'other'],
  ['30 05 00 01 61 62', 'other'],
  ['"HTTP/"', 'other'],
] as const)('%s in the middle: %s', (bytes, verdict) => {
  expect(judgeRecords(hex(bytes))).toBe(verdict);
});
