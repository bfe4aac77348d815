// Segments against bytes typed from the RFCs, with checksums that a few lines of Python worked out.

import { describe, expect, it } from 'vitest';
import { checksumOf, fromNetwork, sumOf } from '../../../src/io/watch/checksum.js';
import type { Endpoint } from '../../../src/io/watch/tap.js';
import { CLIENT, SERVER, TcpSegments } from '../../../src/io/watch/tcp-segments.js';
import { hex, toHex } from '../../support/hex.js';
import { Random } from '../../support/random.js';

const V4: readonly [Endpoint, Endpoint] = [
  { address: '192.0.2.7', port: 50_000 },
  { address: '192.0.2.8', port: 1883 },
];
const V6: readonly [Endpoint, Endpoint] = [
  { address: '2001:db8::7', port: 50_000 },
  { address: '2001:db8::8', port: 1883 },
];

/** RFC 1071 4.1, as it is described there: bytes in pairs, the carries added at the end. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes[at]! * 256 + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 65_536);
  return 0xffff - sum;
}

describe('a segment', () => {
  it.each([
    [
      'SYN over IPv4',
      V4,
      (one: TcpSegments) => one.open()[0],
      `45000030 00004000 4006b6b8 c0000207 c0000208
       c350075b 01020304 00000000 7002 ffff 372c 0000 0204ffd70103030e`,
    ],
    [
      'SYN of the server over IPv4',
      V4,
      (one: TcpSegments) => one.open()[1],
      `45000030 00004000 4006b6b8 c0000208 c0000207
       075bc350 a0b0c0d0 01020305 7012 ffff d599 0000 0204ffd70103030e`,
    ],
    [
      'PINGREQ over IPv4',
      V4,
      (one: TcpSegments) => one.data(CLIENT, hex('c0 00'))[0],
      `4500002a 00004000 4006b6be c0000207 c0000208
       c350075b 01020304 a0b0c0d0 5018 ffff 3b87 0000 c000`,
    ],
    [
      'an odd number of bytes over IPv6',
      V6,
      (one: TcpSegments) => one.data(SERVER, hex('d0 00 01'))[0],
      `6000000000170640 20010db8000000000000000000000008 20010db8000000000000000000000007
       075bc350 a0b0c0d0 01020304 5018 ffff 5315 0000 d00001`,
    ],
    [
      'FIN over IPv4',
      V4,
      (one: TcpSegments) => one.fin(CLIENT)[0],
      `45000028 00004000 4006b6c0 c0000207 c0000208
       c350075b 01020304 a0b0c0d0 5011 ffff fb90 0000`,
    ],
    [
      'the answer to FIN',
      V4,
      (one: TcpSegments) => one.fin(CLIENT)[1],
      `45000028 00004000 4006b6c0 c0000208 c0000207
       075bc350 a0b0c0d0 01020305 5010 ffff fb90 0000`,
    ],
    [
      'RST over IPv6',
      V6,
      (one: TcpSegments) => one.reset(SERVER)[0],
      `6000000000140640 20010db8000000000000000000000008 20010db8000000000000000000000007
       075bc350 a0b0c0d0 01020304 5014 ffff 241d 0000`,
    ],
    [
      'what is said of skipped bytes',
      V4,
      (one: TcpSegments) => one.stepOver(CLIENT, 0x10000)[0],
      `45000028 00004000 4006b6c0 c0000208 c0000207
       075bc350 a0b0c0d0 01030304 5010 ffff fb90 0000`,
    ],
  ])('%s', (_, [client, server], make, expected) => {
    const segments = new TcpSegments(1, client, server, [0x01020304, 0xa0b0c0d0]);
    expect(toHex(make(segments)!)).toBe(toHex(hex(expected)));
  });
});

describe('a long piece', () => {
  it('becomes segments that an IPv4 packet has room for', () => {
    const segments = new TcpSegments(1, ...V4, [0xfffffffe, 5]);
    segments.open();
    const made = segments.data(CLIENT, new Uint8Array(131_000).fill(1));
    expect(made.map(({ length }) => length)).toEqual([65_535, 65_535, 50]);
    expect(made.map((one) => new DataView(one.buffer, one.byteOffset).getUint32(24))).toEqual([
      0xffffffff, 65_494, 130_989,
    ]);
  });

  it('is acknowledged when the other side says nothing for 512 MiB', () => {
    const segments = new TcpSegments(1, ...V4, [0, 0]);
    segments.open();
    const piece = new Uint8Array(65_000);
    const acknowledged: number[] = [];
    for (let count = 1; count <= 20_000; count++) {
      const [, acknowledgement] = segments.data(SERVER, piece);
      if (count === 9000) segments.data(CLIENT, hex('c0 00'));
      if (acknowledgement === undefined) continue;
      const view = new DataView(acknowledgement.buffer, acknowledgement.byteOffset);
      expect([view.getUint16(20), view.getUint32(28)]).toEqual([50_000, (1 + count * 65_000) % 2 ** 32]);
      acknowledged.push(count);
    }
    // 2^29 / 65,000 = 8259.6; what the client said at 9000 acknowledged as well.
    expect(acknowledged).toEqual([8260, 17_260]);
  });

  it('stays as it is when more segments are made', () => {
    const segments = new TcpSegments(1, ...V4);
    const [first] = segments.data(CLIENT, hex('c0 00'));
    const before = toHex(first!);
    for (let more = 0; more < 100; more++) segments.data(SERVER, new Uint8Array(10_000).fill(more));
    expect(toHex(first!)).toBe(before);
  });
});

describe('connections', () => {
  it('that follow each other begin with other numbers', () => {
    const numbers = Array.from({ length: 1000 }, (_, connection) => {
      const [syn] = new TcpSegments(connection, ...V4).open();
      return new DataView(syn!.buffer, syn!.byteOffset).getUint32(24);
    });
    expect(new Set(numbers).size).toBe(1000);
  });
});

it('the checksum of any bytes is that of RFC 1071', () => {
  const random = new Random(1);
  for (let round = 0; round < 300; round++) {
    const length = round < 40 ? round : random.below(65_536);
    const bytes = round % 9 === 0 ? new Uint8Array(length).fill(0xff) : Uint8Array.from(random.bytes(length));
    const room = new Uint8Array(65_536 + 8);
    room.set(bytes, 4);
    const words = new Uint32Array(room.buffer);
    const stored = Uint16Array.of(checksumOf(sumOf(words, 1, 1 + Math.ceil(length / 4)) + fromNetwork(0xabcd)));
    const expected = checksum(Uint8Array.of(0xab, 0xcd, ...bytes));
    expect(new DataView(stored.buffer).getUint16(0)).toBe(expected);
  }
});
