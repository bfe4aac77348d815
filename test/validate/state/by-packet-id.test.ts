// Found by Packet Identifier: whatever identifiers come, in whatever order, it answers as a Map does.

import { describe, expect, it } from 'vitest';
import { ByPacketId } from '../../../src/validate/state/by-packet-id.js';
import { Random } from '../../support/random.js';

interface One {
  readonly packetId: number;
}

/** Identifiers as senders choose them: counted up, a few over and over, far apart, with the lowest bits alike. */
const CHOICES: Readonly<Record<string, (next: () => number, n: number) => number>> = {
  'counted up': (_, n) => (n % 65_535) + 1,
  'a few': (next) => next() % 5,
  any: (next) => next() % 65_536,
  'alike in their lowest bits': (next) => (next() % 8) * 64 + (next() % 2),
};

describe.each(Object.entries(CHOICES))('identifiers: %s', (_, choose) => {
  it.each([1, 2, 3])('answers as a Map does (seed %d)', (seed) => {
    const random = new Random(seed);
    const next = (): number => random.u32();
    const ours = new ByPacketId<One>();
    const map = new Map<number, One>();
    for (let n = 0; n < 2000; n++) {
      const packetId = choose(next, n);
      const what = next() % 4;
      if (what < 2) {
        const one = { packetId };
        ours.set(packetId, one);
        map.set(packetId, one);
      } else if (what === 2) {
        const gone = choose(next, Math.max(0, n - 40));
        ours.delete(gone);
        map.delete(gone);
      }
      expect(ours.get(packetId)).toBe(map.get(packetId));
      expect(ours.has(packetId)).toBe(map.has(packetId));
    }
    expect(new Set(ours.all())).toEqual(new Set(map.values()));
    expect(ours.all()).toHaveLength(map.size);
    for (const one of map.values()) expect(ours.holds(one)).toBe(true);
    expect(ours.holds({ packetId: 1 })).toBe(false);
    ours.clear();
    expect(ours.all()).toEqual([]);
  });
});
