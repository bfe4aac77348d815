// Escaping, display width, cutting.

import { describe, expect, it } from 'vitest';
import { cut, displayWidth, escapeText, fill, paletteOf, wrap } from '../../src/report/terminal.js';

const colours = paletteOf(true);

describe('escapeText', () => {
  it.each([
    ['plain text', 'plain text'],
    ['温度 é 😀', '温度 é 😀'],
    ['\x1b[31mred', '\\x1b[31mred'],
    ['\x9b31m', '\\x9b31m'],
    ['a\r\n\tb\0', 'a\\r\\n\\tb\\x00'],
    ['\x7f', '\\x7f'],
    // Right-to-left override, zero-width space, byte order mark, line separator, private use, lone surrogate.
    ['\u202e\u200b\ufeff\u2028\ue000\ud800', '\\u{202e}\\u{200b}\\u{feff}\\u{2028}\\u{e000}\\u{d800}'],
  ])('%j', (text, expected) => {
    expect(escapeText(text)).toBe(expected);
  });

  it('lets no control character of any block through', () => {
    const all = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).join('');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(escapeText(all)).not.toMatch(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f]/);
  });
});

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['温度', 4],
    ['한', 2],
    ['ｆ', 2],
    ['😀', 2],
    ['👍🏽', 2],
    ['🌡\ufe0f', 2],
    ['🇩🇪', 2],
    ['→ …', 3],
    [colours.red('ab'), 2],
  ])('%j is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('cut', () => {
  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 4, 'abc…'],
    ['abcdef', 1, '…'],
    ['abcdef', 0, ''],
    ['温度温', 6, '温度温'],
    ['温度温', 5, '温度…'],
    ['温度温', 4, '温…'],
  ])('%j to %i', (text, width, expected) => {
    expect(cut(text, width)).toBe(expected);
  });

  it('ends the colours it cuts off', () => {
    expect(cut(`${colours.red('abc')}def`, 3)).toBe('\x1b[31mab\x1b[0m…');
  });
});

it.each([
  ['ab', 4, 'ab  '],
  ['abcdef', 4, 'abc…'],
  ['温度温', 4, '温… '],
])('fill %j to %i', (text, width, expected) => {
  expect(fill(text, width)).toBe(expected);
});

it.each([
  ['short', 10, ['short']],
  ['one two three', 9, ['one two', 'three']],
  ['at a.long.name', 12, ['at', 'a.long.name']],
  ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
  ['温度温度', 5, ['温度', '温度']],
])('wrap %j to %i', (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines);
});

it('knows no colours unless they are on', () => {
  expect(Object.values(paletteOf(false)).map((paint) => paint('x'))).toEqual(Array(6).fill('x'));
});
