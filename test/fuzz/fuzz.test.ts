// Every fuzz target with all that is in its corpus, then briefly at random: so many runs, not so many seconds.

import { describe, expect, it } from 'vitest';
import { api } from './api.js';
import { fuzz } from './fuzzer.js';
import { TARGET_NAMES, targetOf } from './targets/index.js';

const RUNS: Readonly<Record<string, number>> = {
  pcap: 1500,
  pcapng: 1500,
  network: 20_000,
  tcp: 8000,
  websocket: 4000,
  tls: 500,
  framer: 4000,
  codec: 20_000,
  dissector: 300,
};

describe('fuzz', () => {
  it.each(TARGET_NAMES)(
    '%s',
    (name) => {
      const target = targetOf(api, name);
      const { runs, kinds, crash } = fuzz(target, 1, (count) => count < RUNS[name]!);
      expect(crash && `${crash.error}: ${Buffer.from(crash.bytes).toString('hex')}`).toBeUndefined();
      expect(runs).toBeGreaterThanOrEqual(RUNS[name]!);
      expect(kinds).toBeGreaterThan(3);
    },
    60_000,
  );

  it('the same seed gives the same runs', () => {
    const outcomes = [1, 2].map(() => fuzz(targetOf(api, 'codec'), 7, (count) => count < 1000));
    expect(outcomes[0]!.kinds).toBe(outcomes[1]!.kinds);
    expect(outcomes[0]!.kinds).toBeGreaterThan(20);
  });

  it('a law that is broken ends the run and gives the input', () => {
    const target = {
      name: 'small',
      seeds: [Uint8Array.of(1)],
      run: (_random: unknown, bytes: Uint8Array) => {
        if (bytes.length > 5) throw new Error('too long');
      },
    };
    const { crash, runs } = fuzz(target, 1, () => true);
    expect(crash!.bytes.length).toBeGreaterThan(5);
    expect(runs).toBeLessThan(1000);
  });
});
