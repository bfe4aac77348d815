// UTF-8 held against the platform's own decoder, and the interning of strings under collisions.

import { describe, expect, it } from 'vitest';
import { encodeUtf8, illFormedAt, lenientUtf8, wellFormedUtf8 } from '../../src/bytes/utf8.js';
import { hex, utf8 } from '../support/hex.js';
import { Random } from '../support/random.js';

const fatal = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function platformText(bytes: Uint8Array): string | undefined {
  try {
    return fatal.decode(bytes);
  } catch {
    return undefined;
  }
}

describe('the first ill-formed byte', () => {
  it.each([
    ['nothing', '', -1],
    ['ASCII', '00 41 7f', -1],
    ['two, three and four bytes', 'c2 80 df bf e0 a0 80 ef bf bf f0 90 80 80 f4 8f bf bf', -1],
    ['around the surrogates', 'ed 9f bf ee 80 80', -1],
    ['a BOM', 'ef bb bf 41', -1],
    ['a stray continuation', '41 80', 1],
    ['an overlong null', 'c0 80', 0],
    ['an overlong slash of three bytes', '41 e0 80 af', 1],
    ['an overlong form of four bytes', 'f0 8f bf bf', 0],
    ['the first surrogate', 'ed a0 80', 0],
    ['the last surrogate', '41 42 ed bf bf', 2],
    ['above U+10FFFF', 'f4 90 80 80', 0],
    ['a lead that is none', 'f5 80 80 80', 0],
    ['ff', 'ff', 0],
    ['a cut sequence', '41 e2 82', 1],
    ['a lead before ASCII', 'c3 41', 0],
    ['the third byte wrong', 'e2 82 41', 0],
    ['the fourth byte wrong', 'f0 90 80 c0', 0],
  ])('%s', (_name, text, at) => {
    const bytes = hex(text);
    expect(illFormedAt(bytes, 0, bytes.length)).toBe(at);
    expect(at < 0).toBe(platformText(bytes) !== undefined);
  });

  it('agrees with the platform on random bytes', () => {
    const random = new Random(8);
    // Bytes at the edges of the ranges of Unicode table 3-7.
    const edges = [
      0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0xf5,
    ];
    for (let i = 0; i < 30_000; i++) {
      const bytes = Uint8Array.from({ length: random.between(1, 8) }, () => random.pick(edges));
      const at = illFormedAt(bytes, 0, bytes.length);
      const text = platformText(bytes);
      if (at < 0 !== (text !== undefined)) expect.fail(`${at} for ${bytes}`);
      // Everything before it is well-formed, and nothing longer is.
      if (at > 0 && platformText(bytes.subarray(0, at)) === undefined) expect.fail(`${at} is late for ${bytes}`);
      if (wellFormedUtf8(bytes, 0, bytes.length) !== text) expect.fail(`text of ${bytes}`);
    }
  });
});

describe('text', () => {
  it.each([
    ['a BOM is kept', 'ef bb bf 41', '\ufeffA'],
    ['a null is kept', '41 00 42', 'A\u0000B'],
    ['U+2A6D4', '41 f0 aa 9b 94', 'A\u{2a6d4}'],
    ['ill-formed', '41 ff', undefined],
  ])('%s', (_name, text, expected) => {
    const bytes = hex(text);
    expect(wellFormedUtf8(bytes, 0, bytes.length)).toBe(expected);
  });

  it('is read between its bounds only', () => {
    const bytes = utf8('\u{20ac}topic\u{20ac}');
    expect(wellFormedUtf8(bytes, 3, 8)).toBe('topic');
    expect(wellFormedUtf8(bytes, 3, 9)).toBeUndefined();
    expect(lenientUtf8(bytes, 3, 9)).toBe('topic\ufffd');
  });

  it('is right the first time and when found again, however many strings share a slot', () => {
    // Several times as many strings as there are slots, so that every slot is fought over.
    const texts = Array.from({ length: 20_000 }, (_, i) => `site/${i}/\u{b0}C/${i % 7}`);
    for (let round = 0; round < 3; round++) {
      for (const text of texts) {
        const bytes = encodeUtf8(text);
        if (wellFormedUtf8(bytes, 0, bytes.length) !== text) expect.fail(text);
      }
    }
  });

  // What slice() copies of an array it shares of a Buffer.
  it.each([
    ['an array', utf8('shared/array')],
    ['a Buffer', Buffer.from('shared/buffer')],
  ])('found again does not hang on to the bytes it was found in: %s', (_name, bytes) => {
    const text = new TextDecoder().decode(bytes);
    expect(wellFormedUtf8(bytes, 0, bytes.length)).toBe(text);
    bytes[0] = 0x53;
    expect(wellFormedUtf8(bytes, 0, bytes.length)).toBe(text.replace('s', 'S'));
    bytes[0] = 0x73;
    expect(wellFormedUtf8(bytes, 0, bytes.length)).toBe(text);
    bytes.fill(0x2e);
    expect(wellFormedUtf8(utf8(text), 0, bytes.length)).toBe(text);
  });

  it.each([0, 63, 64, 65, 1000])('of %i bytes', (length) => {
    const bytes = new Uint8Array(length).fill(0x61);
    expect(wellFormedUtf8(bytes, 0, length)).toBe('a'.repeat(length));
    if (length === 0) return;
    bytes[length - 1] = 0xff;
    expect(wellFormedUtf8(bytes, 0, length)).toBeUndefined();
  });
});
