// Runs of bytes that were kept are found again, and never taken for others, however few places there are.

import { describe, expect, it } from 'vitest';
import { Interned, LONGEST_INTERNED } from '../../src/bytes/interned.js';
import { hex } from '../support/hex.js';
import { Random } from '../support/random.js';

describe('interned bytes', () => {
  it('finds what was kept, wherever it stands', () => {
    const interned = new Interned<string>(16);
    interned.keep(hex('00 61 62 00'), 1, 3, 'ab');
    expect(interned.find(hex('61 62'), 0, 2)).toBe('ab');
    expect(interned.find(hex('62 61'), 0, 2)).toBeUndefined();
    expect(interned.find(hex('61 62 63'), 0, 3)).toBeUndefined();
  });

  it('does not hold the bytes that it was given', () => {
    const interned = new Interned<string>(16);
    const bytes = hex('61 62');
    interned.keep(bytes, 0, 2, 'ab');
    bytes[0] = 0x7a;
    expect(interned.find(bytes, 0, 2)).toBeUndefined();
    expect(interned.find(hex('61 62'), 0, 2)).toBe('ab');
  });

  it.each([
    [LONGEST_INTERNED, true],
    [LONGEST_INTERNED + 1, false],
    [0, false],
  ])('%i bytes are kept: %s', (length, kept) => {
    const interned = new Interned<number>(16);
    const bytes = new Uint8Array(length).fill(7);
    interned.keep(bytes, 0, length, length);
    expect(interned.find(bytes, 0, length)).toBe(kept ? length : undefined);
  });

  it('is right or silent when many share a place', () => {
    const random = new Random(5);
    const interned = new Interned<string>(4);
    let found = 0;
    for (let i = 0; i < 20_000; i++) {
      const bytes = Uint8Array.from({ length: random.between(1, 3) }, () => random.between(0, 2));
      const known = interned.find(bytes, 0, bytes.length);
      if (known === undefined) interned.keep(bytes, 0, bytes.length, bytes.join());
      else if (known === bytes.join()) found++;
      else expect.fail(`${known} for ${bytes.join()}`);
    }
    expect(found).toBeGreaterThan(1_000);
  });
});
