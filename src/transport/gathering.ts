// Bytes put together from chunks until there are enough of them; who gathers says what is too much. Each byte is copied
// a few times at most, however small the chunks are.

export class Gathering {
  private buffer = new Uint8Array(0);
  length = 0;

  add(bytes: Uint8Array): void {
    const length = this.length + bytes.length;
    if (length > this.buffer.length) {
      const grown = new Uint8Array(this.length === 0 ? length : Math.max(64, 2 * this.buffer.length, length));
      grown.set(this.view());
      this.buffer = grown;
    }
    this.buffer.set(bytes, this.length);
    this.length = length;
  }

  /** Valid until the next call. */
  view(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  /** Lets its memory go. */
  clear(): void {
    this.buffer = new Uint8Array(0);
    this.length = 0;
  }
}
