// The laws over every known packet, every prefix of each, and inputs made by chance from fixed seeds.

import { describe, expect, it } from 'vitest';
import { decode } from '../../src/codec/frame.js';
import { VERSIONS } from '../../src/spec/versions.js';
import { hex } from '../support/hex.js';
import { Random } from '../support/random.js';
import { CASES } from './cases/index.js';
import { brokenLaw } from './laws.js';
import { madeUp, mutated } from './mutate.js';

describe.each(VERSIONS)('read as %s', (version) => {
  it('every case and each of its prefixes', () => {
    for (const { bytes: text } of CASES) {
      const bytes = hex(text);
      for (let end = 0; end <= bytes.length; end++) {
        expect(brokenLaw(bytes.subarray(0, end), version)).toBeUndefined();
      }
    }
  });

  it.each([
    ['mutated', mutated, 40_000, 0x5eed],
    ['made up', madeUp, 25_000, 0xbeef],
  ] as const)('%s', (_name, make, count, seed) => {
    const random = new Random(seed + VERSIONS.indexOf(version));
    let whole = 0;
    for (let i = 0; i < count; i++) {
      const bytes = make(random);
      const broken = brokenLaw(bytes, version);
      if (broken !== undefined) expect.fail(broken);
      if (decode(bytes, version).problems.length === 0) whole++;
    }
    // The inputs are worth something only while some of them are well-formed and most are not.
    expect(whole).toBeGreaterThan(count / 50);
    expect(whole).toBeLessThan(count / 2);
  });
});
