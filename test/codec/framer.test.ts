// Framing does not depend on how the bytes were cut into chunks, damaged or not; what comes out adds up to what went in.

import { describe, expect, it } from 'vitest';
import { Scratch } from '../../src/codec/assembly.js';
import type { Framed } from '../../src/codec/framed.js';
import { Framer } from '../../src/codec/framer.js';
import { VERSIONS, type Version } from '../../src/spec/versions.js';
import { concat, hex, toHex } from '../support/hex.js';
import { Random } from '../support/random.js';

type Cut = (random: Random) => number;
const WHOLE: Cut = () => Number.POSITIVE_INFINITY;
const BYTES: Cut = () => 1;
const RANDOM: Cut = (random) => random.between(1, 40);

interface Framing {
  readonly text: string;
  readonly total: number;
}

function frame(bytes: Uint8Array, version: Version | undefined, cut: Cut, seed = 1): Framing {
  const framer = new Framer('client-to-server');
  framer.version = version;
  const random = new Random(seed);
  const out: Framed[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + cut(random));
    // A copy that is overwritten at once: the framer may keep nothing of it.
    const chunk = Buffer.from(bytes.subarray(at, end));
    for (const one of framer.data(chunk, end, 1)) out.push({ ...one, bytes: Uint8Array.from(one.bytes) });
    chunk.fill(0xa5);
    at = end;
  }
  out.push(...framer.end(bytes.length, 1));
  return {
    text: out.map((one) => `${one.kind} ${one.length} ${toHex(one.bytes)}`).join('\n'),
    total: out.reduce((sum, one) => sum + (one.kind === 'frame' ? one.bytes.length : one.length), 0),
  };
}

const PIECES = [
  '10 0e 0004 "MQTT" 04 02 003c 0002 "c1"',
  '30 0a 0003 "a/b" "21.5c"',
  '32 0a 0003 "a/b" 0007 "21."',
  '34 0e 0004 "site" 0008 00 "21.50"',
  '40 02 0007',
  '62 02 0008',
  '82 08 0001 0003 "a/b" 01',
  '82 09 0001 00 0003 "a/b" 01',
  'a2 07 0002 0003 "a/b"',
  'c0 00',
  'e0 00',
  `30 85 01 0003 "a/b" ${'41'.repeat(128)}`,
].map(hex);

function stream(random: Random, pieces: number): Uint8Array {
  return concat(...Array.from({ length: pieces }, () => random.pick(PIECES)));
}

function mutated(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  for (let changes = random.between(1, 4); changes > 0; changes--) {
    const at = random.below(copy.length);
    const kind = random.below(3);
    if (kind === 0) copy[at] = random.below(256);
    else if (kind === 1) copy[at] = copy[at]! ^ (1 << random.below(8));
    else return concat(copy.subarray(0, at), random.bytes(random.below(4)), copy.subarray(at + random.below(4)));
  }
  return copy;
}

const versionOf = (random: Random): Version | undefined => random.pick([...VERSIONS, undefined]);

describe('framing', () => {
  it('gives the packets of a well-formed stream, in any chunking', () => {
    const random = new Random(11);
    for (let run = 0; run < 300; run++) {
      const pieces = Array.from({ length: random.between(1, 12) }, () => random.pick(PIECES));
      const expected = pieces.map((piece) => `frame ${piece.length} ${toHex(piece)}`).join('\n');
      for (const cut of [WHOLE, BYTES, RANDOM]) expect(frame(concat(...pieces), '3.1.1', cut, run).text).toBe(expected);
    }
  });

  it.each([
    ['mutated streams', 40_000, (random: Random) => mutated(random, stream(random, random.between(1, 8)))],
    ['random bytes', 10_000, (random: Random) => random.bytes(random.below(120))],
  ])(
    '%s give the same however they are cut, and every byte once',
    (_name, runs, make) => {
      const random = new Random(12);
      for (let run = 0; run < runs; run++) {
        const bytes = make(random);
        const version = versionOf(random);
        const whole = frame(bytes, version, WHOLE);
        const context = `${version} ${toHex(bytes)}`;
        if (whole.total !== bytes.length) expect(whole.total, context).toBe(bytes.length);
        for (const cut of [BYTES, RANDOM]) {
          const other = frame(bytes, version, cut, run);
          if (other.text !== whole.text) expect(other.text, context).toBe(whole.text);
        }
      }
    },
    120_000,
  );

  it('finds the next packet behind damage for most damage there is', () => {
    const random = new Random(13);
    let found = 0;
    const runs = 2000;
    for (let run = 0; run < runs; run++) {
      const tail = stream(random, 12);
      const { text } = frame(concat(mutated(random, random.pick(PIECES)), tail), '3.1.1', WHOLE);
      const last = text.split('\n').at(-1)!;
      if (last.startsWith('frame') && toHex(tail).endsWith(last.split(' ').slice(2).join(' '))) found++;
    }
    expect(found).toBeGreaterThan(runs * 0.95);
  });
});

describe('bounds', () => {
  it('keeps the first bytes of a packet that is longer than the limit', () => {
    const framer = new Framer('client-to-server', { maxPacketBytes: 1000 });
    const packet = concat(hex('30 90 4e 0003 "a/b"'), new Uint8Array(9995).fill(65));
    const out: Framed[] = [];
    for (let at = 0; at < packet.length; at += 100) out.push(...framer.data(packet.slice(at, at + 100), at, at));
    out.push(...framer.data(hex('c0 00'), 1, 1));
    expect(out.map((one) => [one.kind, one.bytes.length, one.length])).toEqual([
      ['frame', 1000, 10003],
      ['frame', 2, 2],
    ]);
  });

  it('a claimed length of 256 MB costs no memory by itself', () => {
    const framers = Array.from({ length: 200 }, () => new Framer('client-to-server'));
    const before = process.memoryUsage().arrayBuffers;
    for (const framer of framers) framer.data(hex('30 ff ff ff 7f 0003 "a/b"'), 0, 1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
  });
});

it('puts packets together in memory that is used again only after its turn', () => {
  const scratch = new Scratch();
  const framer = new Framer('client-to-server', { scratch });
  const other = new Framer('server-to-client', { scratch });
  const whole = (by: Framer, packet: string): Uint8Array => {
    const bytes = hex(packet);
    expect(by.data(bytes.subarray(0, 5), 0, 1)).toEqual([]);
    const [framed] = by.data(bytes.subarray(5), 0, 2);
    return framed!.bytes;
  };
  const first = whole(framer, '30 05 00 01 61 62 63');
  const second = whole(other, '30 05 00 01 7a 79 78');
  expect(toHex(first)).toBe('30 05 00 01 61 62 63');
  expect(toHex(second)).toBe('30 05 00 01 7a 79 78');
  scratch.turn();
  const third = whole(framer, '30 05 00 01 31 32 33');
  expect(toHex(third)).toBe('30 05 00 01 31 32 33');
  expect([first.buffer, second.buffer]).toContain(third.buffer);
});
