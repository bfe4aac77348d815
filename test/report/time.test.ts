// ISO times with nine decimals, and relative seconds.

import { describe, expect, it } from 'vitest';
import { isoClock, relativeClock, relativeSeconds } from '../../src/report/time.js';

describe('isoClock', () => {
  it.each([
    [1_700_000_000_000_000_000n, 61_000, '2023-11-14T22:13:20.000061000Z'],
    [1_700_000_000_999_999_999n, 1, '2023-11-14T22:13:21.000000000Z'],
    [1_700_000_000_123_456_789n, 86_400e9, '2023-11-15T22:13:20.123456789Z'],
    [1_700_000_000_000_000_000n, -1, '2023-11-14T22:13:19.999999999Z'],
    [undefined, 0, '1970-01-01T00:00:00.000000000Z'],
    [-1n, 0, '1969-12-31T23:59:59.999999999Z'],
    [2n ** 64n * 1000n, 0, '+275760-09-13T00:00:00'.slice(0, 0)],
  ])('%s and %i', (epoch, time, expected) => {
    // A time beyond all calendars is cut to one, and does not throw.
    if (expected === '') expect(isoClock(epoch)(time)).toMatch(/Z$/);
    else expect(isoClock(epoch)(time)).toBe(expected);
  });

  it('keeps nothing wrong from one time to the next', () => {
    const clock = isoClock(1_700_000_000_000_000_000n);
    const times = [0, 1e9, 5, 2e9, -1e9].map(clock);
    expect(times.map((time) => time.slice(17))).toEqual([
      '20.000000000Z',
      '21.000000000Z',
      '20.000000005Z',
      '22.000000000Z',
      '19.000000000Z',
    ]);
  });
});

it.each([
  [0, '0.000000'],
  [61_999, '0.000061'],
  [12_345_678_000, '12.345678'],
  [-1_500_000_000, '-1.500000'],
])('relativeSeconds %i', (time, expected) => {
  expect(relativeSeconds(time)).toBe(expected);
});

it('counts from the first moment of the first source', () => {
  const clock = relativeClock();
  clock.source(undefined);
  clock.source(1_000_000_000n);
  const first = clock.format(5e8);
  clock.source(4_000_000_000n);
  expect([first, clock.format(5e8)]).toEqual(['0.500000', '3.500000']);
});
