// Expected bytes are typed by hand from the specification of the PROXY protocol.

import { expect, it } from 'vitest';
import { proxyHeader } from '../../../src/io/proxy/proxy-header.js';

const SIGNATURE = '0d0a0d0a000d0a515549540a';
const V4 = [
  { address: '192.168.0.1', port: 56324 },
  { address: '::ffff:10.0.0.2', port: 443 },
] as const;
const V6 = [
  { address: '2001:db8::1', port: 1 },
  { address: 'fe80::2%eth0', port: 1883 },
] as const;
const NOBODY = { address: undefined, port: undefined };

it.each([
  ['IPv4', V4, 'PROXY TCP4 192.168.0.1 10.0.0.2 56324 443\r\n'],
  ['IPv6', V6, 'PROXY TCP6 2001:db8::1 fe80::2 1 1883\r\n'],
  ['a Unix socket', [NOBODY, NOBODY] as const, 'PROXY UNKNOWN\r\n'],
])('version 1, %s', (_, [client, server], expected) => {
  expect(proxyHeader(1, client, server).toString('latin1')).toBe(expected);
});

it.each([
  ['IPv4', V4, `${SIGNATURE} 21 11 000c c0a80001 0a000002 dc04 01bb`],
  ['IPv6', V6, `${SIGNATURE} 21 21 0024 20010db8000000000000000000000001 fe800000000000000000000000000002 0001 075b`],
  ['a Unix socket', [NOBODY, NOBODY] as const, `${SIGNATURE} 20 00 0000`],
])('version 2, %s', (_, [client, server], expected) => {
  expect(proxyHeader(2, client, server).toString('hex')).toBe(expected.replaceAll(' ', ''));
});
