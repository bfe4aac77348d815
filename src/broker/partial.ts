// The beginning of a packet whose rest has not come. It grows with what comes, not with what was claimed.

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
