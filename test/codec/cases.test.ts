// Each case is read four ways: whole, byte by byte, with bytes behind it, and back (DESIGN law 3, STYLE 4.4).

import { describe, expect, it } from 'vitest';
import { annotate, decode, encode } from '../../src/codec/frame.js';
import { concat, hex, toHex } from '../support/hex.js';
import { CASES } from './cases/index.js';
import { coverageFault, groupFault, leavesOf } from './leaves.js';

describe.each(CASES)('$version $name', ({ bytes: text, packet, version }) => {
  const bytes = hex(text);

  it('whole', () => {
    expect(decode(bytes, version)).toEqual({ packet, problems: [], version });
    const tree = annotate(bytes, version);
    expect(coverageFault(tree, bytes.length)).toBeUndefined();
    expect(groupFault(tree)).toBeUndefined();
    expect(leavesOf(tree).filter((leaf) => leaf.path.endsWith('unread'))).toEqual([]);
  });

  it('byte by byte: every prefix has a problem, the whole has none', () => {
    for (let end = 0; end < bytes.length; end++) {
      const prefix = bytes.subarray(0, end);
      const { problems } = decode(prefix, version);
      expect(problems.length, `${end} bytes`).toBeGreaterThan(0);
      expect(coverageFault(annotate(prefix, version), end), `${end} bytes`).toBeUndefined();
    }
  });

  it('with bytes behind it', () => {
    const longer = concat(bytes, hex('c0 00 ff'));
    const at = bytes.length;
    const path = `${packet.type.toLowerCase()}.unread`;
    const message = '3 bytes follow the last field';
    expect(decode(longer, version)).toEqual({
      packet,
      version,
      problems: [{ code: 'unread', message, path, at, length: 3 }],
    });
    expect(leavesOf(annotate(longer, version)).at(-1)).toMatchObject({ path, at, length: 3 });
  });

  it('back to the very bytes', () => {
    expect(toHex(encode(packet, version))).toBe(toHex(bytes));
  });
});
