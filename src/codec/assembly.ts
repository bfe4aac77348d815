// A packet that arrives in several chunks: puts it together in a buffer that grows with the bytes that have come, not
// with the length that was claimed. Holes of known length are counted; behind the first one nothing more is kept.

import { usual } from './framed.js';

/** Most packets in several chunks fit into a block of this size. */
const BLOCK = 16 * 1024;
const MOST_BLOCKS = 64;

/** Blocks for such packets, used again once the packet has been looked at: `turn` says that all have been. */
export class Scratch {
  /** The packet in one chunk, of whoever frames with this. */
  readonly single = usual();
  private readonly free: Uint8Array[] = [];
  private readonly used: Uint8Array[] = [];

  take(): Uint8Array {
    return this.free.pop() ?? new Uint8Array(BLOCK);
  }

  give(block: Uint8Array): void {
    if (block.length === BLOCK && this.used.length < MOST_BLOCKS) this.used.push(block);
  }

  turn(): void {
    // Setting a length is slow, and this is asked for each captured packet.
    if (this.used.length === 0) return;
    while (this.used.length > 0 && this.free.length < MOST_BLOCKS) this.free.push(this.used.pop()!);
    this.used.length = 0;
  }
}

/** Where bytes[at] stands in the capture file; -1 when it does not stand there as it is (decrypted, put together). */
export type Locate = (bytes: Uint8Array, at: number) => number;

/** Of pieces (offset in the bytes and in the file, in turn) those of bytes[at, end), as offsets from `at`. */
export function piecesOf(pieces: readonly number[], at: number, end: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < pieces.length; i += 2) {
    const [start, position] = [pieces[i]!, pieces[i + 1]!];
    if (start >= end || (pieces[i + 2] ?? Number.POSITIVE_INFINITY) <= at) continue;
    const from = Math.max(start, at);
    found.push(from - at, position < 0 ? -1 : position + from - start);
  }
  return found;
}

export class Assembly {
  private buffer: Uint8Array;
  /** Bytes kept. */
  private have = 0;
  /** Bytes that went by, kept or not. */
  private seen = 0;
  private closed = false;
  time = Number.NaN;
  readonly origins: number[] = [];
  /** Where its pieces begin, in the packet and in the file, in turn: see FramedPacket. */
  readonly pieces: number[] = [];

  constructor(
    /** Whole length of the packet. */
    readonly length: number,
    private readonly maxBytes: number,
    first: number,
    private readonly scratch: Scratch | undefined,
  ) {
    const small = scratch !== undefined && length <= Math.min(BLOCK, maxBytes);
    this.buffer = small ? scratch.take() : new Uint8Array(this.capacity(first));
  }

  /** Room ahead of `have` bytes. */
  private capacity(have: number): number {
    return Math.min(this.length, this.maxBytes, Math.max(128 * 1024, 4 * have));
  }

  /** Takes what belongs to this packet from bytes[at, …) and returns where it ends. */
  take(bytes: Uint8Array, at: number, time: number, origin: number, pieces?: readonly number[]): number {
    const count = Math.min(bytes.length - at, this.length - this.seen);
    if (pieces !== undefined)
      for (let i = 0; i < pieces.length; i += 2) this.pieces.push(this.seen + pieces[i]!, pieces[i + 1]!);
    this.seen += count;
    this.time = time;
    if (this.origins[this.origins.length - 1] !== origin) this.origins.push(origin);
    if (!this.closed) this.keep(bytes, at, count);
    return at + count;
  }

  private keep(bytes: Uint8Array, at: number, count: number): void {
    const kept = Math.min(count, this.maxBytes - this.have);
    if (this.have + kept > this.buffer.length) {
      const grown = new Uint8Array(this.capacity(this.have + kept));
      grown.set(this.buffer.subarray(0, this.have));
      this.buffer = grown;
    }
    this.buffer.set(at === 0 && kept === bytes.length ? bytes : bytes.subarray(at, at + kept), this.have);
    this.have += kept;
    this.closed = kept < count;
  }

  /** Whether a hole of this length lies within the packet. */
  absorbs(length: number): boolean {
    return this.seen + length <= this.length;
  }

  stepOver(length: number): void {
    this.seen += length;
    this.closed = true;
  }

  get whole(): boolean {
    return this.seen === this.length;
  }

  /** What is here of the packet, valid until the scratch turns; nothing can be added any more. */
  finish(): Uint8Array {
    this.scratch?.give(this.buffer);
    return this.have === this.buffer.length ? this.buffer : this.buffer.subarray(0, this.have);
  }
}
