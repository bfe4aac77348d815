// Handshake messages however they lie in records.

import { describe, expect, it } from 'vitest';
import { HandshakeReader } from '../../../src/transport/tls/handshake-reader.js';
import { concat } from '../../support/hex.js';

function message(type: number, length: number): Uint8Array {
  return Uint8Array.of(type, length >> 16, (length >> 8) & 0xff, length & 0xff, ...new Uint8Array(length).fill(type));
}

function read(reader: HandshakeReader, bytes: Uint8Array, size: number): string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    for (const { type, body, complete } of reader.push(bytes.subarray(at, at + size))) {
      expect(body.every((byte) => byte === type)).toBe(true);
      found.push(`${type}:${body.length}${complete ? '' : ' too long'}`);
    }
  }
  return found;
}

describe('messages', () => {
  const bytes = concat(message(1, 0), message(2, 70), message(11, 1000), message(14, 0), message(20, 300));

  it.each([1, 2, 3, 4, 5, 70, 74, 78, 1000, 10_000])('in records of %i bytes', (size) => {
    expect(read(new HandshakeReader(1004), bytes, size)).toEqual(['1:0', '2:70', '11:1000', '14:0', '20:300']);
    expect(read(new HandshakeReader(1003), bytes, size)).toEqual(['1:0', '2:70', '11:0 too long', '14:0', '20:300']);
  });

  it('begin anew after a loss', () => {
    const reader = new HandshakeReader(1000);
    expect(read(reader, bytes.subarray(0, 30), 30)).toEqual(['1:0']);
    reader.lost();
    expect(read(reader, message(20, 12), 5)).toEqual(['20:12']);
  });
});
