// Addresses and networks as they are typed.

import { describe, expect, it } from 'vitest';
import { inRange, parseAddress, parseAddressRange } from '../../src/net/address-range.js';

describe('ranges', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1', true],
    ['10.0.0.1', '10.0.0.2', false],
    ['10.0.0.0/8', '10.255.3.4', true],
    ['10.0.0.9/8', '10.255.3.4', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.128.0.0/9', '10.127.0.0', false],
    ['10.128.0.0/9', '10.200.0.0', true],
    ['0.0.0.0/0', '1.2.3.4', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '::1', true],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['[::1]', '::1', true],
    ['fe80::/10', 'febf::1', true],
    ['fe80::/10', 'fec0::1', false],
    ['2001:DB8::1:0:0', '2001:db8::1:0:0', true],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:0.7.0.8', true],
    ['1.2.3.4', '::ffff:1.2.3.4', true],
    ['::ffff:1.2.0.0/112', '1.2.3.4', true],
    ['1::', '1:0:0:0:0:0:0:0', true],
  ])('%s and %s: %j', (range, address, expected) => {
    expect(inRange(parseAddressRange(range)!, parseAddress(address)!)).toBe(expected);
  });
});

it.each([
  ...[
    '',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4.5',
    '01.2.3.4',
    '1.2.3.4/33',
    '1.2.3.4/',
    '1.2.3.4/-1',
    '1.2.3.4/8/8',
    '1.2.3.x',
  ],
  ...[
    '1.2.3.4:1883',
    '[1.2.3.4]',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '::12345',
    '::g',
    '::1/129',
  ],
  ...['1:2:3:4:5:6:7:8::', '1.2.3.4::', '::ffff:1.2.3.4/95', 'host', 'fe80::1%eth0'],
])('%j is none', (text) => {
  expect(parseAddressRange(text)).toBeUndefined();
});
