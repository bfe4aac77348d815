// Reading within a limit, and the Variable Byte Integer (2.2.3; 5.0: 1.5.5).

import { describe, expect, it } from 'vitest';
import { Cursor, variableByteInteger, variableByteIntegerWidth } from '../../src/bytes/cursor.js';
import { hex, toHex } from '../support/hex.js';

// 2.2.3, table 2.4, and the worked example of 321.
const INTEGERS: readonly (readonly [value: number, bytes: string])[] = [
  [0, '00'],
  [64, '40'],
  [127, '7f'],
  [128, '80 01'],
  [321, 'c1 02'],
  [16_383, 'ff 7f'],
  [16_384, '80 80 01'],
  [2_097_151, 'ff ff 7f'],
  [2_097_152, '80 80 80 01'],
  [268_435_455, 'ff ff ff 7f'],
];

describe('variable byte integers', () => {
  it.each(INTEGERS)('%i', (value, text) => {
    const bytes = hex(text);
    expect(toHex(variableByteInteger(value))).toBe(text);
    expect(variableByteIntegerWidth(value)).toBe(bytes.length);
    const cursor = new Cursor(hex(`${text} ff`));
    expect([cursor.variableByteInteger(), cursor.at, cursor.failed]).toEqual([value, bytes.length, false]);
  });

  it.each([
    [0, 2, '80 00'],
    [1, 4, '81 80 80 00'],
    [127, 3, 'ff 80 00'],
  ])('%i in %i bytes', (value, width, text) => {
    expect(toHex(variableByteInteger(value, width))).toBe(text);
    const cursor = new Cursor(hex(text));
    expect([cursor.variableByteInteger(), cursor.at]).toEqual([value, width]);
  });

  it.each([
    ['nothing', ''],
    ['one byte that goes on', '80'],
    ['three bytes that go on', 'ff ff ff'],
    ['four bytes that go on', 'ff ff ff ff'],
    ['five bytes', 'ff ff ff ff 01'],
  ])('none in %s: the position stays', (_name, text) => {
    const cursor = new Cursor(hex(text));
    expect([cursor.variableByteInteger(), cursor.at, cursor.failed]).toEqual([0, 0, true]);
  });

  it.each([
    [268_435_456, undefined],
    [-1, undefined],
    [1.5, undefined],
    [Number.NaN, undefined],
    [128, 1],
    [2_097_152, 3],
    [0, 0],
    [0, 5],
  ])('%d in %s bytes is refused', (value, width) => {
    expect(() => variableByteInteger(value, width)).toThrow(RangeError);
  });
});

describe('fixed widths', () => {
  const bytes = hex('ff fe fd fc fb fa f9');
  it.each([
    ['u8', 0xff, 1],
    ['u16', 0xfffe, 2],
    ['u32', 0xfffefdfc, 4],
  ] as const)('%s', (read, value, width) => {
    const cursor = new Cursor(bytes);
    expect([cursor[read](), cursor.at, cursor.left, cursor.failed]).toEqual([value, width, 7 - width, false]);
  });

  it.each([
    ['u8', 0],
    ['u16', 1],
    ['u32', 3],
    ['variableByteInteger', 2],
  ] as const)('%s does not reach over the limit into bytes that are there', (read, room) => {
    const cursor = new Cursor(bytes, 1, 1 + room);
    expect([cursor[read](), cursor.at, cursor.failed]).toEqual([0, 1, true]);
  });
});
