// Reads bytes with a capture reader in any chunking, keeping copies: what the tests compare.

import { expect } from 'vitest';
import type { CapturedPacket, CaptureNote, CaptureReader } from '../../src/capture/packet.js';

export interface Read {
  readonly packets: CapturedPacket[];
  readonly notes: CaptureNote[];
  readonly epoch: bigint | undefined;
  readonly finished: boolean;
}

/**
 * Each chunk lies in a buffer that is overwritten after the next push: packets must not depend on it longer. That a packet
 * stands in the file where it says is checked here, for all; the packets given back do not tell it.
 */
export function readChunks(reader: CaptureReader, chunks: Iterable<Uint8Array>): Read {
  const packets: CapturedPacket[] = [];
  const notes: CaptureNote[] = [];
  const file: number[] = [];
  const keep = (got: readonly CapturedPacket[]) => {
    for (const { offset = -1, memory, start, capturedLength, ...packet } of got) {
      const view = memory === undefined ? packet.bytes : memory.subarray(start!, start! + capturedLength!);
      const bytes = Uint8Array.from(view);
      expect(Uint8Array.from(file.slice(offset, offset + bytes.length))).toEqual(bytes);
      packets.push({ ...packet, bytes });
    }
    notes.push(...reader.takeNotes());
  };
  for (const chunk of chunks) {
    const recycled = Uint8Array.from(chunk);
    for (const byte of chunk) file.push(byte);
    keep(reader.push(recycled));
    recycled.fill(0xee);
  }
  keep(reader.end());
  return { packets, notes, epoch: reader.epoch, finished: reader.finished };
}

export function readWhole(reader: CaptureReader, bytes: Uint8Array): Read {
  return readChunks(reader, [bytes]);
}

export function* bySize(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Chunks of random lengths, most of them small. */
export function* byChance(bytes: Uint8Array, random: () => number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const size = Math.floor(random() ** 2 * 60);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** mulberry32: the same numbers for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
