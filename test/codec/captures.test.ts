// The laws over packets of real software: every packet of every capture, and its prefixes, in all three versions.

import { expect, it } from 'vitest';
import { VERSIONS } from '../../src/spec/versions.js';
import { captures, dissected } from '../support/captures.js';
import { brokenLaw } from './laws.js';

/** Of a long packet the beginning is cut at every byte, the rest at every so many. */
const CLOSE = 200;
const STEP = 4001;

function* lengths(whole: number): Generator<number> {
  for (let end = 0; end < whole; end += end < CLOSE ? 1 : STEP) yield end;
}

it.each(captures)('%s', async (_name, path) => {
  // Many packets of a capture are alike: each is read once.
  const packets = new Map<string, Uint8Array>();
  await dissected(path, ({ frame: { bytes } }) => {
    const key = Buffer.from(bytes).toString('latin1');
    if (!packets.has(key)) packets.set(key, bytes.slice());
  });
  expect(packets.size).toBeGreaterThan(0);
  for (const bytes of packets.values()) {
    for (const version of VERSIONS) {
      expect(brokenLaw(bytes, version)).toBeUndefined();
      for (const end of lengths(bytes.length)) {
        const broken = brokenLaw(bytes.subarray(0, end), version);
        if (broken !== undefined) expect.fail(broken);
      }
    }
  }
});
