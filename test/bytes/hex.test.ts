// Pasted hex: what is accepted, and where a finger is pointed when it is not.

import { describe, expect, it } from 'vitest';
import { formatHex, hexByte, parseHex } from '../../src/bytes/hex.js';
import { Random } from '../support/random.js';

describe('reads', () => {
  it.each([
    ['nothing', '', []],
    ['only space', ' \n\t', []],
    ['spaces by byte', '10 1e 00', [0x10, 0x1e, 0x00]],
    ['no spaces, both cases', '101EfF', [0x10, 0x1e, 0xff]],
    ['0x before each byte', '0x10, 0x1E,0xff', [0x10, 0x1e, 0xff]],
    ['0X before the whole', '0X101eff', [0x10, 0x1e, 0xff]],
    ['colons', '10:1e:ff', [0x10, 0x1e, 0xff]],
    ['dashes, semicolons, underscores', '10-1e;ff_00', [0x10, 0x1e, 0xff, 0x00]],
    ['lines', '10 1e\r\nff 00\n', [0x10, 0x1e, 0xff, 0x00]],
    ['uneven groups', '10 1eff', [0x10, 0x1e, 0xff]],
  ])('%s', (_name, text, bytes) => {
    expect(parseHex(text)).toEqual({ ok: true, bytes: Uint8Array.from(bytes) });
  });
});

describe('points at', () => {
  it.each([
    ['a letter', '10 1g', 4, /"g" is not/],
    ['a letter between bytes', '10 zz', 3, /"z" is not/],
    ['a character of two code units', '10 \u{1f600}', 3, /"\u{1f600}" is not/u],
    ['half a byte at the end', '10 1', 3, /odd number of digits: "1"/],
    ['half a byte in the middle', '10 1 0', 3, /odd number/],
    ['an odd run of digits', '101e0', 4, /odd number/],
    ['0x without a digit', '10 0x', 4, /"x" is not/],
    ['a dot', '10.1e', 2, /"\." is not/],
    ['quotes', '"10"', 0, /is not/],
  ])('%s', (_name, text, at, message) => {
    const result = parseHex(text);
    expect(result).toMatchObject({ ok: false, at });
    expect(!result.ok && result.message).toMatch(message);
  });
});

describe('writes', () => {
  const bytes = Uint8Array.of(0x00, 0x0a, 0xff);
  it.each([
    ['all of it', formatHex(bytes), '00 0a ff'],
    ['a part', formatHex(bytes, 1, 2), '0a'],
    ['an empty part', formatHex(bytes, 2, 2), ''],
    ['with a separator', formatHex(bytes, 0, 3, ''), '000aff'],
    ['one byte', hexByte(0x0a), '0x0a'],
  ])('%s', (_name, text, expected) => {
    expect(text).toBe(expected);
  });

  it('what it reads', () => {
    const random = new Random(16);
    for (let i = 0; i < 200; i++) {
      const some = random.bytes(random.below(40));
      for (const separator of ['', ' ', ':', ', 0x']) {
        expect(parseHex(formatHex(some, 0, some.length, separator))).toEqual({ ok: true, bytes: some });
      }
    }
  });
});
