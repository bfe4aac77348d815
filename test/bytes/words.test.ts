// Views of memory that several arrays share, and what is summed up through them: the same bytes give the same, wherever they lie.

import { describe, expect, it } from 'vitest';
import { Interned } from '../../src/bytes/interned.js';
import { hashOf, hashOfPart } from '../../src/bytes/sample-hash.js';
import { viewOf } from '../../src/bytes/words.js';
import { Random } from '../support/random.js';

const random = new Random(12);

function randomBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

/** The same bytes at another place of other memory. */
function moved(
  bytes: Uint8Array,
  at: number,
  memory: ArrayBufferLike = new ArrayBuffer(bytes.length + at + 3),
): Uint8Array {
  const there = new Uint8Array(memory, at, bytes.length);
  there.set(bytes);
  return there;
}

describe('a view of memory', () => {
  it('has a byte of an array where the array begins and so much further', () => {
    const memories = [new ArrayBuffer(64), new ArrayBuffer(64), new SharedArrayBuffer(64), new ArrayBuffer(64)];
    for (let run = 0; run < 200; run++) {
      const memory = random.pick(memories);
      const array = new Uint8Array(memory, random.below(32), 16);
      const at = random.below(16);
      array[at] = run;
      const view = viewOf(array);
      expect(view.buffer).toBe(memory);
      expect(view.getUint8(array.byteOffset + at)).toBe(run);
    }
  });

  it('is the same one for as long as there are two memories', () => {
    const [one, other] = [new Uint8Array(100), new Uint8Array(100)];
    const views = [viewOf(one), viewOf(other)];
    for (let run = 0; run < 10; run++)
      expect([viewOf(one.subarray(run)), viewOf(other.subarray(run))].map((view, i) => view === views[i])).toEqual([
        true,
        true,
      ]);
  });
});

describe('the hash of a payload', () => {
  it.each([0, 1, 3, 4, 7, 8, 9, 15, 79, 80, 81, 500])(
    'of %i bytes is that of the bytes, wherever they lie',
    (length) => {
      const bytes = randomBytes(length);
      const expected = hashOf(bytes);
      for (let at = 0; at < 9; at++) {
        expect(hashOf(moved(bytes, at))).toBe(expected);
        expect(hashOf(moved(bytes, at, new SharedArrayBuffer(length + 16)))).toBe(expected);
        expect(hashOfPart(moved(bytes, at).subarray(0), 0, length)).toBe(expected);
      }
      const within = moved(bytes, 5);
      expect(hashOfPart(new Uint8Array(within.buffer), 5, 5 + length)).toBe(expected);
    },
  );

  it('is another one when a byte that is looked at is another, or the length', () => {
    for (const length of [1, 5, 16, 40, 80, 81, 300]) {
      const bytes = randomBytes(length);
      const hashes = new Set([hashOf(bytes)]);
      const places = Array.from({ length }, (_, i) => i).filter((i) => i < 64 || i >= length - 16 || length <= 80);
      for (const place of places)
        for (const bit of [0, 4, 7]) {
          const changed = bytes.slice();
          changed[place]! ^= 1 << bit;
          hashes.add(hashOf(changed));
        }
      hashes.add(hashOf(bytes.slice(0, -1)));
      expect(hashes.size).toBe(places.length * 3 + 2);
    }
  });

  it('rarely is that of another payload', () => {
    const hashes = new Set<number>();
    // Counted up, as in the payloads of devices.
    for (let i = 0; i < 100_000; i++)
      hashes.add(hashOf(new TextEncoder().encode(`{"device":"d-07","value":${i},"unit":"C"}`)));
    // By chance it would be one or two.
    expect(hashes.size).toBeGreaterThan(99_990);
  });

  it('has all of its bits in use', () => {
    let [ones, all] = [0, -1];
    for (let i = 0; i < 1000; i++) {
      const hash = hashOf(Uint8Array.of(i & 255, i >> 8));
      ones |= hash;
      all &= hash;
    }
    expect([ones, all]).toEqual([-1, 0]);
  });
});

describe('interned bytes', () => {
  it.each([1, 2, 3, 4, 5, 8, 13, 31, 64])('of %i bytes are found in any memory, and no others', (length) => {
    const interned = new Interned<number>(64);
    const bytes = randomBytes(length);
    interned.keep(moved(bytes, 3), 0, length, 7);
    for (let at = 0; at < 6; at++) expect(interned.find(moved(bytes, at), 0, length)).toBe(7);
    for (let place = 0; place < length; place++) {
      const changed = bytes.slice();
      changed[place]! ^= 0x10;
      expect(interned.find(changed, 0, length)).toBeUndefined();
    }
  });
});
