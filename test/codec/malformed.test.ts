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
