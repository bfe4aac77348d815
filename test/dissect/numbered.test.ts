// Values by number, across batches: each is told once, and both sides agree when numbers begin anew.

import { expect, it } from 'vitest';
import { learn, Numbered } from '../../src/dissect/numbered.js';

it('tells each value once, in the batch that needs it first', () => {
  const numbered = new Numbered<string>();
  expect(['a', 'b', 'a'].map((one) => numbered.numberOf(one))).toEqual([0, 1, 0]);
  expect(numbered.take()).toEqual({ from: 0, values: ['a', 'b'] });
  expect(['b', 'c'].map((one) => numbered.numberOf(one))).toEqual([1, 2]);
  expect(numbered.take()).toEqual({ from: 2, values: ['c'] });
});

it('begins anew once there are many, and the other side knows what each number means', () => {
  const numbered = new Numbered<number>();
  const known: number[] = [];
  let most = 0;
  for (let batch = 0; batch < 100; batch++) {
    const values = Array.from({ length: 3000 }, (_, i) => (batch % 7) * 1000 + batch * 2500 + i);
    const numbers = values.map((one) => numbered.numberOf(one));
    learn(known, numbered.take());
    expect(numbers.map((one) => known[one])).toEqual(values);
    most = Math.max(most, known.length);
  }
  expect(most).toBeGreaterThan(16_384);
  expect(most).toBeLessThan(20_000);
});
