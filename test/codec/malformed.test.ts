// Bytes that are no packet: decoding goes as far as they go, and says where it stopped and why.

import { describe, expect, it } from 'vitest';
import { annotate, decode } from '../../src/codec/frame.js';
import { hex } from '../support/hex.js';
import { HEADER, INCOMPLETE, LENGTHS, PROPERTIES, STRINGS } from './cases/malformed.js';
import { coverageFault, leavesOf } from './leaves.js';

describe.each([
  ['fixed header', HEADER],
  ['lengths', LENGTHS],
  ['incomplete', INCOMPLETE],
  ['properties', PROPERTIES],
  ['strings', STRINGS],
])('%s', (_name, rows) => {
  it.each(rows)('%s', (_title, version, text, problems, unread, packet) => {
    const bytes = hex(text);
    const decoded = decode(bytes, version);
    expect(decoded.problems.map((one) => [one.code, one.path, one.at, one.length])).toEqual(problems);
    expect(decoded.packet).toEqual(packet);
    const tree = annotate(bytes, version);
    expect(coverageFault(tree, bytes.length)).toBeUndefined();
    const left = leavesOf(tree).filter((leaf) => leaf.path.endsWith('unread'));
    expect(left.map((leaf) => [leaf.path, leaf.at, leaf.length])).toEqual(unread === undefined ? [] : [unread]);
  });
});

it('what a packet leaves unread and what follows it are two', () => {
  const bytes = hex('40 01 00  c0 00');
  const { problems } = decode(bytes, '3.1.1');
  expect(problems.map((one) => [one.code, one.at, one.length])).toEqual([
    ['field-cut', 2, 1],
    ['unread', 3, 2],
  ]);
  const left = leavesOf(annotate(bytes, '3.1.1')).filter((leaf) => leaf.path === 'puback.unread');
  expect(left.map((leaf) => [leaf.at, leaf.length])).toEqual([
    [2, 1],
    [3, 2],
  ]);
});
