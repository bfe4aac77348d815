import { expect, it } from 'vitest';
import { holes, indexAt } from '../../src/bytes/ranges.js';

const ranges = (...pairs: [number, number][]) => pairs.map(([start, end]) => ({ start, end }));

it.each([
  ['nothing there', ranges(), 0, 5, ranges([0, 5])],
  ['nothing asked', ranges([2, 4]), 3, 3, ranges()],
  ['before all', ranges([10, 20]), 0, 5, ranges([0, 5])],
  ['up to the first', ranges([10, 20]), 0, 10, ranges([0, 10])],
  ['into the first', ranges([10, 20]), 5, 15, ranges([5, 10])],
  ['inside', ranges([10, 20]), 12, 18, ranges()],
  ['exactly', ranges([10, 20]), 10, 20, ranges()],
  ['out of the first', ranges([10, 20]), 15, 25, ranges([20, 25])],
  ['around', ranges([10, 20]), 5, 25, ranges([5, 10], [20, 25])],
  ['over several', ranges([10, 20], [20, 30], [40, 50]), 0, 60, ranges([0, 10], [30, 40], [50, 60])],
  ['behind all', ranges([10, 20]), 20, 25, ranges([20, 25])],
])('holes: %s', (_, there, start, end, expected) => {
  expect(holes(there, start, end)).toEqual(expected);
});

it.each([
  [0, 0],
  [19, 0],
  [20, 1],
  [35, 1],
  [49, 1],
  [50, 2],
])('the first range behind %i is number %i', (position, index) => {
  expect(indexAt(ranges([10, 20], [40, 50]), position)).toBe(index);
});
