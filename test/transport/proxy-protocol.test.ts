// The PROXY protocol's header: rows written from its specification, cut in every way, damaged, and incomplete.

import { describe, expect, it } from 'vitest';
import { judgeProxyHeader, ProxyProtocolTransport } from '../../src/transport/proxy-protocol.js';
import { concat, hex, toHex, utf8 } from '../support/hex.js';
import { Random } from '../support/random.js';
import { data, gap, innerOf, noticesOf, pieces, through } from './chunks.js';

const AFTER = hex('10 0c 00 04 "MQTT" 04 02 00 3c 00 00');
const SIGNATURE = hex('0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a');

interface Row {
  readonly name: string;
  readonly header: Uint8Array;
  readonly facts: Readonly<Record<string, unknown>>;
}

const v2 = (rest: string): Uint8Array => concat(SIGNATURE, hex(rest));
const TCP4 = { version: 2, command: 'PROXY', family: 'TCP4', source: '192.168.0.1:56324', destination: '10.0.0.5:443' };
const TCP4_BYTES = 'c0 a8 00 01 0a 00 00 05 dc04 01bb';

const GOOD: readonly Row[] = [
  {
    name: 'v1 TCP4',
    header: utf8('PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n'),
    facts: { version: 1, family: 'TCP4', source: '192.168.0.1:56324', destination: '192.168.0.11:443' },
  },
  {
    name: 'v1 TCP6 of the greatest length',
    header: utf8(
      'PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n',
    ),
    facts: {
      version: 1,
      family: 'TCP6',
      source: '[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535',
      destination: '[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535',
    },
  },
  { name: 'v1 UNKNOWN', header: utf8('PROXY UNKNOWN\r\n'), facts: { version: 1, family: 'UNKNOWN' } },
  {
    name: 'v1 UNKNOWN with addresses, 107 bytes',
    header: utf8(`PROXY UNKNOWN ${'f'.repeat(107 - 16)}\r\n`),
    facts: { version: 1, family: 'UNKNOWN' },
  },
  { name: 'v2 TCP4', header: v2(`21 11 000c ${TCP4_BYTES}`), facts: TCP4 },
  {
    name: 'v2 TCP6',
    header: v2(`21 21 0024 2001 0db8 0000 0000 0000 0000 0000 0001 ${'00 '.repeat(15)} 01 dc04 075b`),
    facts: { version: 2, command: 'PROXY', family: 'TCP6', source: '[2001:db8::1]:56324', destination: '[::1]:1883' },
  },
  {
    name: 'v2 UNIX',
    header: v2(`21 31 00d8 "/run/a" ${'00 '.repeat(102)} "/run/b" ${'00 '.repeat(102)}`),
    facts: { version: 2, command: 'PROXY', family: 'UNIX_STREAM', source: '/run/a', destination: '/run/b' },
  },
  { name: 'v2 LOCAL', header: v2('20 00 0000'), facts: { version: 2, command: 'LOCAL', family: 'UNSPEC' } },
  {
    name: 'v2 UDP4',
    header: v2(`21 12 000c ${TCP4_BYTES}`),
    facts: { ...TCP4, family: 'UDP4' },
  },
  {
    name: 'v2 with ALPN, authority, unique id, a type of its own, and no-op',
    header: v2(
      `21 11 0035 ${TCP4_BYTES} 01 0004 "mqtt" 02 0009 "a.example" 05 0002 00ff e0 0003 aabbcc 04 0001 00 01 0004 "mqtt"`,
    ),
    facts: { ...TCP4, alpn: 'mqtt', authority: 'a.example', uniqueId: '00 ff' },
  },
  {
    name: 'v2 with TLS',
    header: v2(`21 11 0031 ${TCP4_BYTES} 20 0022 07 00000000 21 0007 "TLSv1.3" 22 0005 "meter" 23 0008 "AES128-X"`),
    facts: {
      ...TCP4,
      tls: true,
      tlsClientCertificate: true,
      tlsVerified: true,
      tlsVersion: 'TLSv1.3',
      tlsCommonName: 'meter',
      tlsCipher: 'AES128-X',
    },
  },
];

const run = (chunks: readonly Uint8Array[]) =>
  through(
    new ProxyProtocolTransport(0),
    chunks.map((one) => data(0, one)),
  );

describe.each(GOOD)('$name', ({ header, facts }) => {
  it.each(['whole', 'byte by byte', 'two', 'random'])('is read, %s', (how) => {
    const bytes = concat(header, AFTER, AFTER);
    const deliveries = run(pieces(bytes, how));
    expect(noticesOf(deliveries)).toMatchObject([{ layer: 'proxy-protocol', code: 'address', details: facts }]);
    expect(Object.keys(noticesOf(deliveries)[0]!.details!).sort()).toEqual(Object.keys(facts).sort());
    expect(toHex(innerOf(deliveries, 0))).toBe(toHex(concat(AFTER, AFTER)));
  });

  it('is recognised', () => {
    expect(judgeProxyHeader(header)).toBe('proxy-protocol');
    expect(judgeProxyHeader(header.subarray(0, 5))).toBe('more');
  });
});

it.each([
  ['a CONNECT', AFTER],
  ['a request', utf8('PUT /')],
  ['almost the signature', hex('0d 0a 0d 0a 00 0d 0a 51 55 49 54 0b')],
])('%s is something else', (_name, bytes) => {
  expect(judgeProxyHeader(bytes)).toBe('other');
  expect(innerOf(run([bytes.subarray(0, 2), bytes.subarray(2)]), 0)).toEqual(bytes);
});

const LONG = `PROXY TCP4 ${'1'.repeat(200)}`;

it.each([
  ['no protocol', utf8('PROXY TCP5 1.1.1.1 2.2.2.2 1 2\r\n'), 'no protocol at byte 6'],
  ['nothing behind it', utf8('PROXY \r\n'), 'no protocol at byte 6'],
  ['an address that is none', utf8('PROXY TCP4 1.1.1.1 2.2.2.256 1 2\r\n'), 'no destination address at byte 19'],
  ['an address of the other kind', utf8('PROXY TCP6 1.1.1.1 2.2.2.2 1 2\r\n'), 'no source address at byte 11'],
  ['an IPv6 address of three groups', utf8('PROXY TCP6 1:2:3 ::1 1 2\r\n'), 'no source address at byte 11'],
  ['an IPv6 address with two gaps', utf8('PROXY TCP6 ::1 ::1::2 1 2\r\n'), 'no destination address at byte 15'],
  ['an IPv6 address in brackets', utf8('PROXY TCP6 [::1] ::1 1 2\r\n'), 'no source address at byte 11'],
  ['an IPv4 address with a leading zero', utf8('PROXY TCP4 010.0.0.1 1.1.1.1 1 2\r\n'), 'no source address at byte 11'],
  ['a port that is none', utf8('PROXY TCP4 1.1.1.1 2.2.2.2 1 65536\r\n'), 'no destination port at byte 29'],
  ['no port', utf8('PROXY TCP4 1.1.1.1 2.2.2.2 1\r\n'), 'no destination port at byte 29'],
  ['more than two ports', utf8('PROXY TCP4 1.1.1.1 2.2.2.2 1 2 3\r\n'), 'more than two ports at byte 31'],
  ['no CR', utf8('PROXY TCP4 1.1.1.1 2.2.2.2 1 2\n'), 'its line ends without CR at byte 30'],
  ['a version from the future', v2(`31 11 000c ${TCP4_BYTES}`), 'version 3 at byte 12'],
  ['an unknown command', v2(`22 11 000c ${TCP4_BYTES}`), 'command 2 at byte 12'],
  ['an unknown family', v2(`21 41 000c ${TCP4_BYTES}`), 'family and protocol 65 at byte 13'],
  ['too short for its addresses', v2('21 11 0004 c0 a8 00 01'), 'its length at byte 14 is too short'],
  ['an extension that is too long', v2(`21 11 0010 ${TCP4_BYTES} 01 0009 "m"`), 'the extension at byte 28 goes over'],
  ['half an extension', v2(`21 11 000e ${TCP4_BYTES} 01 00`), 'the extension at byte 28 goes over'],
  ['a wrong checksum', v2(`21 11 0013 ${TCP4_BYTES} 03 0004 00000000`), 'a wrong checksum at byte 31'],
])('says what is wrong: %s', (_name, header, problem) => {
  for (const how of ['whole', 'byte by byte']) {
    const deliveries = run(pieces(concat(header, AFTER), how));
    const [notice, ...others] = noticesOf(deliveries);
    expect(notice).toMatchObject({ code: 'bad-header', length: header.length });
    expect(notice!.message).toContain(problem);
    expect(others).toEqual([]);
    expect(innerOf(deliveries, 0)).toEqual(AFTER);
  }
});

it('a line without an end loses its length: what follows passes behind a gap', () => {
  for (const how of ['whole', 'byte by byte']) {
    const bytes = concat(utf8(LONG).subarray(0, 107), AFTER);
    const deliveries = run(pieces(bytes, how));
    expect(noticesOf(deliveries)).toMatchObject([{ code: 'bad-header', length: 107 }]);
    expect(deliveries[1]).toMatchObject({ chunk: { kind: 'gap', reason: 'unreadable' } });
    expect(innerOf(deliveries, 0)).toEqual(AFTER);
  }
});

it('knows the checksum', () => {
  // CRC-32C (RFC 3720, B.4: "123456789" gives e3069283) of the header with zeros in its place, computed elsewhere.
  const header = v2(`21 11 0013 ${TCP4_BYTES} 03 0004 e0da99b6`);
  expect(noticesOf(run([header]))).toMatchObject([{ code: 'address', details: { ...TCP4, checksum: 'right' } }]);
});

describe('with bytes that were not captured', () => {
  const header = v2(`21 11 000c ${TCP4_BYTES}`);
  const cut = (first: number, lost: number | undefined, then: Uint8Array) =>
    through(new ProxyProtocolTransport(0), [data(0, header.subarray(0, first)), gap(0, lost), data(0, then)]);

  it.each([
    ['within it', 20, 4, concat(header.subarray(24), AFTER)],
    ['up to its end', 20, 8, AFTER],
  ])('%s: what follows is whole', (_name, first, lost, then) => {
    const deliveries = cut(first, lost, then);
    expect(noticesOf(deliveries)).toMatchObject([{ code: 'bad-header' }]);
    expect(deliveries.filter((one) => 'chunk' in one && one.chunk.kind === 'gap')).toEqual([]);
    expect(innerOf(deliveries, 0)).toEqual(AFTER);
  });

  it('over its end: the rest of the gap is one of what follows', () => {
    const deliveries = cut(20, 10, AFTER.subarray(2));
    expect(deliveries[1]).toMatchObject({ side: 0, chunk: { kind: 'gap', length: 2 } });
    expect(innerOf(deliveries, 0)).toEqual(AFTER.subarray(2));
  });

  it.each([
    ['an unknown number of them', 20, undefined],
    ['before its length', 13, 4],
  ])('%s: what follows passes behind a gap', (_name, first, lost) => {
    const [, behind] = cut(first, lost, AFTER);
    expect(behind).toEqual({ side: 0, chunk: { kind: 'gap', time: 0, origin: 0, reason: 'lost' } });
  });

  it('before it: nothing is said', () => {
    const deliveries = through(new ProxyProtocolTransport(0), [gap(0, undefined), data(0, AFTER)]);
    expect(noticesOf(deliveries)).toEqual([]);
    expect(innerOf(deliveries, 0)).toEqual(AFTER);
  });

  it('at the end: it is told', () => {
    expect(noticesOf(cut(20, 0, new Uint8Array(0)))).toMatchObject([{ code: 'bad-header' }]);
    expect(noticesOf(run([header.subarray(0, 20)]))).toMatchObject([{ code: 'bad-header', length: 20 }]);
  });
});

it('the other side passes at once', () => {
  const deliveries = through(new ProxyProtocolTransport(1), [data(0, AFTER)]);
  expect(innerOf(deliveries, 0)).toEqual(AFTER);
});

it('any damage gives one notice at most, and no more bytes than came', () => {
  const random = new Random(7);
  for (let turn = 0; turn < 3000; turn++) {
    const bytes = concat(random.pick(GOOD).header, AFTER);
    for (let count = random.between(1, 4); count > 0; count--)
      bytes[random.below(40) % bytes.length] = random.below(256);
    const chunks = pieces(bytes, 'random', turn).map((one) => (random.chance(20) ? gap(0, one.length) : data(0, one)));
    const deliveries = through(new ProxyProtocolTransport(0), chunks);
    expect(noticesOf(deliveries).length).toBeLessThanOrEqual(1);
    expect(innerOf(deliveries, 0).length).toBeLessThanOrEqual(bytes.length);
  }
});
