// The growing writer: big-endian numbers, bytes put in front and in between, and growth at every step.

import { describe, expect, it } from 'vitest';
import { Sink } from '../../src/bytes/sink.js';
import { hex, toHex } from '../support/hex.js';

const WRITES: readonly (readonly [name: string, write: (sink: Sink) => void, bytes: string])[] = [
  ['nothing', () => {}, ''],
  ['a byte', (sink) => sink.u8(0xff), 'ff'],
  ['two bytes', (sink) => sink.uint(0x1234, 2), '12 34'],
  ['four bytes, the highest bit set', (sink) => sink.uint(0xfedcba98, 4), 'fe dc ba 98'],
  [
    'bytes in between',
    (sink) => {
      sink.bytes(hex('01 02'));
      const here = sink.at;
      sink.bytes(hex('05 06'));
      sink.insert(here, hex('03 04'));
      sink.u8(7);
    },
    '01 02 03 04 05 06 07',
  ],
  [
    'bytes in front, the last first',
    (sink) => {
      sink.u8(3);
      sink.prepend(hex('02'));
      sink.prepend(hex('00 01'));
      sink.u8(4);
    },
    '00 01 02 03 04',
  ],
];

describe('writes', () => {
  it.each(WRITES)('%s', (_name, write, bytes) => {
    const sink = new Sink();
    write(sink);
    expect(toHex(sink.take())).toBe(bytes);
    expect(sink.length).toBe(hex(bytes).length);
  });
});

describe('grows', () => {
  it.each([1, 2, 4, 100, 300, 5000])('%i bytes at a time', (step) => {
    const sink = new Sink();
    const parts: string[] = [];
    for (let i = 0; i < 60; i++) {
      const part = new Uint8Array(step).fill(i);
      sink.bytes(part);
      parts.push(toHex(part));
    }
    expect(toHex(sink.take())).toBe(parts.join(' '));
  });

  it('when the last insertion needs the room', () => {
    const sink = new Sink();
    sink.bytes(new Uint8Array(248));
    sink.insert(8, new Uint8Array(300).fill(1));
    const bytes = sink.take();
    expect([bytes.length, bytes.subarray(0, 300).every((byte) => byte === 1), bytes[300]]).toEqual([548, true, 0]);
  });
});

it('has room for one header in front', () => {
  const sink = new Sink();
  sink.prepend(new Uint8Array(8));
  expect(() => sink.prepend(new Uint8Array(1))).toThrow(RangeError);
});
