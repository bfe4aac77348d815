// Views into bytes of which many are wanted. To ask an array for its buffer takes as long as to make a view, and
// `subarray` asks more than that.

export class Views {
  #bytes: Uint8Array = new Uint8Array(0);
  #buffer: ArrayBufferLike = this.#bytes.buffer;
  #base = 0;

  /** bytes[at, end), a plain Uint8Array whatever `bytes` is. */
  of(bytes: Uint8Array, at: number, end: number): Uint8Array {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#buffer = bytes.buffer;
      this.#base = bytes.byteOffset;
    }
    return new Uint8Array(this.#buffer, this.#base + at, end - at);
  }
}
