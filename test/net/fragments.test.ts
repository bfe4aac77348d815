// Fragments in every order and number, what wins where they overlap, and what becomes of those that wait in vain.

import { describe, expect, it } from 'vitest';
import { type Fragment, FragmentTable, PIECE_COST } from '../../src/net/fragments.js';
import { SegmentReader } from '../../src/net/index.js';
import { generator } from '../tcp/segments.js';
import { bytesOf, IP4, IP6, ipv4, ipv6, packet, TCP_HELLO, told, V4, V6 } from './frames.js';
import { fragmentIpv4, fragmentIpv6 } from './wrap.js';

const whole4 = bytesOf(IP4);
const whole6 = bytesOf(IP6);

/** The packets one after the other, a microsecond apart. */
function readAll(packets: readonly Uint8Array[], reader = new SegmentReader()): readonly string[] {
  return packets.map((bytes, i) =>
    told(reader.read({ number: i + 1, time: i * 1000, link: 101, bytes, originalLength: bytes.length })),
  );
}

const HELD = 'held: IPv4 fragment';
const [a, b, c, d] = fragmentIpv4(whole4, 8, 99) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
const other = (fragment: Uint8Array): Uint8Array => fragment.map((byte, i) => (i < 20 ? byte : 0xee));

it.each([
  ['in order', [a, b, c, d], [HELD, HELD, HELD, V4]],
  ['in reverse', [d, c, b, a], [HELD, HELD, HELD, V4]],
  ['the last one first', [d, a, b, c], [HELD, HELD, HELD, V4]],
  ['twice each', [a, a, b, b, c, c, d], [HELD, HELD, HELD, HELD, HELD, HELD, V4]],
  ['with a later copy of other bytes', [a, b, other(b), c, d], [HELD, HELD, HELD, HELD, V4]],
  ['all of it twice', [a, b, c, d, a, b, c, d], [HELD, HELD, HELD, V4, HELD, HELD, HELD, V4]],
  ['a late copy', [a, b, c, d, b], [HELD, HELD, HELD, V4, HELD]],
  ['two datagrams at a time', [a, ...fragmentIpv4(whole4, 16, 98), b, c, d], [HELD, HELD, V4, HELD, HELD, V4]],
])('%s', (_, packets, expected) => {
  expect(readAll(packets)).toEqual(expected);
});

it('numbers the segment after the frame that completed it, in bytes of its own', () => {
  const reader = new SegmentReader();
  readAll([d, b, c], reader);
  const segment = reader.read({ number: 17, time: 1700, link: 101, bytes: a, originalLength: a.length });
  expect(segment).toMatchObject({ frame: 17, time: 1700, sequence: 0x01020304 });
  expect(segment).not.toHaveProperty('bytes', a);
});

it('reads IPv6 fragments, with extension headers before and behind', () => {
  expect(readAll(fragmentIpv6(whole6, 16, 5)).at(-1)).toBe(V6);
  const options = '01 04 00 00 00 00';
  const inner = bytesOf(ipv6(`06 00 ${options} ${TCP_HELLO}`, 60));
  expect(readAll(fragmentIpv6(inner, 8, 6)).at(-1)).toBe(V6);
});

it('asks the first fragment what is in an IPv6 datagram', () => {
  const [first, ...rest] = fragmentIpv6(whole6, 16, 5);
  // RFC 8200, 4.5: next header may differ in the others.
  for (const fragment of rest) fragment[40] = 17;
  expect(readAll([...rest, first!]).at(-1)).toBe(V6);
});

it.each([
  ['identification', fragmentIpv4(whole4, 16, 1), fragmentIpv4(whole4, 16, 2)],
  ['protocol', fragmentIpv4(whole4, 16, 1), fragmentIpv4(bytesOf(ipv4(TCP_HELLO, { protocol: 17 })), 16, 1)],
  ['source', fragmentIpv4(whole4, 16, 1), fragmentIpv4(whole4.with(15, 9), 16, 1)],
  ['destination', fragmentIpv4(whole4, 16, 1), fragmentIpv4(whole4.with(19, 9), 16, 1)],
])('keeps datagrams of another %s apart', (_, [first], [, second]) => {
  expect(readAll([first!, second!])).toEqual([HELD, HELD]);
});

it('does not wait for what the capture cut', () => {
  const reader = new SegmentReader();
  const cut = { ...packet(101, ipv4(TCP_HELLO, { fragment: '20 00' })), originalLength: 45 };
  expect(told(reader.read({ ...cut, bytes: cut.bytes.subarray(0, 40) }))).toBe('cut: IPv4 fragment');
  expect(reader.lost()).toEqual([]);
});

it('takes no datagram of more than 65,535 bytes', () => {
  const beyond = packet(101, ipv4(TCP_HELLO, { fragment: '1f ff' }));
  expect(told(new SegmentReader().read(beyond))).toBe('malformed: IPv4 fragment that ends beyond 65535 bytes');
});

it('tells late copies from fragments of a datagram never completed', () => {
  const six = fragmentIpv6(whole6, 16, 5);
  const reader = new SegmentReader();
  readAll([a, b, c, d, d, b, ...six, six.at(-1)!], reader);
  const lost = reader.lost().map(({ skipped, count }) => `${count} ${skipped.reason}: ${skipped.what}`);
  expect(lost).toEqual([
    '2 fragment: IPv4 fragment of a datagram completed before',
    '1 fragment: IPv6 fragment of a datagram completed before',
  ]);
});

it('remembers so many completed datagrams as may wait, and for so long', () => {
  const table = new FragmentTable({ maxFragmentedDatagrams: 2, fragmentTimeout: 100 });
  const addresses = new Uint8Array(8);
  const add = (id: number, more: boolean, time: number): unknown =>
    table.add(addresses, { id, protocol: 6, offset: more ? 0 : 8, more }, new Uint8Array(8), time);
  for (const id of [1, 2, 3]) {
    add(id, true, 0);
    expect(add(id, false, 0)).toBeDefined();
  }
  add(1, false, 10);
  add(3, false, 10);
  expect([table.lost().ipv4, table.late().ipv4]).toEqual([1, 1]);
  add(2, false, 101);
  add(2, false, 301);
  expect([table.lost().ipv4, table.late().ipv4]).toEqual([3, 1]);
});

it('tells of the frames whose datagrams were never completed', () => {
  const reader = new SegmentReader();
  readAll([a, b, c, d, ...fragmentIpv4(whole4, 8, 98).slice(2), ...fragmentIpv6(whole6, 16, 1).slice(1)], reader);
  const lost = reader.lost().map(({ skipped, count }) => `${count} ${skipped.reason}: ${skipped.what}`);
  expect(lost).toEqual([
    '2 fragment: IPv4 fragment of a datagram never completed',
    '1 fragment: IPv6 fragment of a datagram never completed',
  ]);
});

describe('a table', () => {
  const addresses = bytesOf('0a000001 0a000002');
  const fragment = (id: number, offset: number, more: boolean): Fragment => ({ id, protocol: 6, offset, more });
  const bytes = (length: number, fill = 0): Uint8Array => new Uint8Array(length).fill(fill);
  const textOf = (datagram: { bytes: Uint8Array } | undefined): string =>
    Buffer.from(datagram?.bytes.subarray(8) ?? []).toString('hex');

  it('prefers the first copy of a byte', () => {
    const table = new FragmentTable();
    table.add(addresses, fragment(1, 8, true), bytes(8, 1), 0);
    table.add(addresses, fragment(1, 0, true), bytes(12, 2), 0);
    const done = table.add(addresses, fragment(1, 12, false), bytes(8, 3), 0);
    expect(textOf(done)).toBe(`${'02'.repeat(8)}${'01'.repeat(8)}${'03'.repeat(4)}`);
    expect([table.size, table.cost]).toEqual([0, 0]);
  });

  it('believes the first last fragment, and drops what is beyond', () => {
    const table = new FragmentTable();
    table.add(addresses, fragment(1, 8, true), bytes(16, 1), 0);
    table.add(addresses, fragment(1, 32, true), bytes(8, 1), 0);
    table.add(addresses, fragment(1, 16, false), bytes(4, 2), 0);
    table.add(addresses, fragment(1, 16, false), bytes(40, 3), 0);
    table.add(addresses, fragment(1, 24, true), bytes(8, 4), 0);
    expect(textOf(table.add(addresses, fragment(1, 0, true), bytes(8, 5), 0))).toBe(
      `${'05'.repeat(8)}${'01'.repeat(12)}`,
    );
    expect(table.cost).toBe(0);
  });

  it('gives up the oldest datagram beyond a number', () => {
    const table = new FragmentTable({ maxFragmentedDatagrams: 2 });
    for (const id of [1, 2, 3]) table.add(addresses, fragment(id, 0, true), bytes(8), 0);
    expect([table.size, table.lost().ipv4]).toEqual([2, 3]);
    expect(table.add(addresses, fragment(1, 8, false), bytes(8), 0)).toBeUndefined();
    expect(table.add(addresses, fragment(3, 8, false), bytes(8), 0)).toBeDefined();
  });

  it('gives up the oldest datagram beyond a number of bytes', () => {
    const table = new FragmentTable({ maxFragmentBytes: 3 * (1000 + PIECE_COST) });
    for (const id of [1, 2, 3, 4]) table.add(addresses, fragment(id, 0, true), bytes(1000), 0);
    expect(table.size).toBe(3);
    expect(table.add(addresses, fragment(2, 1000, false), bytes(8), 0)).toBeDefined();
  });

  it('gives up what waits for too long, by packet time', () => {
    const table = new FragmentTable({ fragmentTimeout: 100 });
    table.add(addresses, fragment(1, 0, true), bytes(8), 0);
    table.add(addresses, fragment(2, 0, true), bytes(8), 50);
    expect(table.add(addresses, fragment(1, 8, false), bytes(8), 101)).toBeUndefined();
    expect(table.add(addresses, fragment(2, 8, false), bytes(8), 150)).toBeDefined();
    expect(table.lost()).toEqual({ ipv4: 2, ipv6: 0 });
  });

  it('keeps no view of a packet', () => {
    const table = new FragmentTable();
    const reused = bytes(8, 1);
    table.add(addresses, fragment(1, 0, true), reused, 0);
    reused.fill(2);
    expect(textOf(table.add(addresses, fragment(1, 8, false), reused, 0))).toBe(`${'01'.repeat(8)}${'02'.repeat(8)}`);
  });

  it('stays within its bounds, and is right about every datagram, whatever comes', () => {
    const random = generator(3);
    const bounds = { maxFragmentedDatagrams: 20, maxFragmentBytes: 40_000, fragmentTimeout: 1_000_000 };
    const table = new FragmentTable(bounds);
    let completed = 0;
    for (let run = 0; run < 100_000; run++) {
      const from = addresses.with(0, random(4));
      const offset = random(40) * 8;
      const length = random(run % 100 === 0 ? 4000 : 64);
      const datagram = table.add(from, fragment(random(8), offset, random(3) > 0), bytes(length, 7), run * 1000);
      if (table.size > bounds.maxFragmentedDatagrams || table.cost > bounds.maxFragmentBytes)
        expect.unreachable(`run ${run}`);
      if (datagram === undefined) continue;
      completed++;
      // All bytes that were sent are 7: a 0 were a hole.
      if (datagram.bytes.subarray(8).includes(0) || datagram.bytes[0] !== from[0]) expect.unreachable(`run ${run}`);
    }
    expect(completed).toBeGreaterThan(100);
  });
});
