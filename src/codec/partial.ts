// A packet that may come in pieces: its length, as its fixed header has it, and the beginning of one whose rest has not
// come. That grows with what comes, not with what was claimed.

/** Why a fixed header has no length, both below 0: its rest has not come, or its Remaining Length has no end. */
const MORE = -1;
export const ENDLESS = -2;

/** Length of the packet at `at` with its fixed header, whatever its first byte; or MORE, or ENDLESS. */
export function lengthAt(bytes: Uint8Array, at: number): number {
  let length = 0;
  let unit = 1;
  for (let i = at + 1; i < at + 5; i++) {
    if (i >= bytes.length) return MORE;
    const byte = bytes[i]!;
    length += (byte & 0x7f) * unit;
    if (byte < 0x80) return length + i + 1 - at;
    unit *= 128;
  }
  return ENDLESS;
}

export class Partial {
  private buffer: Uint8Array;
  length = 0;

  constructor(bytes: Uint8Array) {
    this.buffer = new Uint8Array(Math.max(64, bytes.length));
    this.add(bytes);
  }

  add(bytes: Uint8Array): void {
    const needed = this.length + bytes.length;
    if (needed > this.buffer.length) {
      // A quarter more than has come: each byte is copied a few times, whatever the length.
      const grown = new Uint8Array(needed + (needed >> 2));
      grown.set(this.buffer.subarray(0, this.length));
      this.buffer = grown;
    }
    this.buffer.set(bytes, this.length);
    this.length = needed;
  }

  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  /** Bytes of memory. */
  get size(): number {
    return this.buffer.length;
  }
}
