import { expect, it } from 'vitest';
import { formatAddress, formatEndpoint } from '../../src/net/address.js';
import { bytesOf } from './frames.js';

it.each([
  ['0a 00 00 02', '10.0.0.2'],
  ['ff ff ff ff', '255.255.255.255'],
  ['00000000000000000000000000000000', '::'],
  ['00000000000000000000000000000001', '::1'],
  ['fe80 0000 0000 0000 0000 0000 0000 0000', 'fe80::'],
  // RFC 5952, 4.1: no leading zeros; 4.2.1: shortened as much as possible.
  ['2001 0db8 0000 0000 0000 0000 0002 0001', '2001:db8::2:1'],
  // 4.2.2: a single group of zeros stays.
  ['2001 0db8 0000 0001 0001 0001 0001 0001', '2001:db8:0:1:1:1:1:1'],
  // 4.2.3: the longest run, and of equal ones the first.
  ['2001 0000 0000 0001 0000 0000 0000 0001', '2001:0:0:1::1'],
  ['2001 0db8 0000 0000 0001 0000 0000 0001', '2001:db8::1:0:0:1'],
  // 4.3: lower case.
  ['ABCD EF01 2345 6789 ABCD EF01 2345 6789', 'abcd:ef01:2345:6789:abcd:ef01:2345:6789'],
  // 5: IPv4-mapped.
  ['0000 0000 0000 0000 0000 ffff c000 0201', '::ffff:192.0.2.1'],
])('%s is %s', (hex, expected) => {
  const bytes = bytesOf(`ee ${hex} ee`);
  expect(formatAddress(bytes, 1, bytes.length - 2)).toBe(expected);
});

it('an endpoint has brackets where colons would confuse', () => {
  expect(formatEndpoint(bytesOf('0a000002'), 0, 4, 1883)).toBe('10.0.0.2:1883');
  expect(formatEndpoint(bytesOf(`${'00'.repeat(15)}01`), 0, 16, 1883)).toBe('[::1]:1883');
});
