// Turns chunks of any size into runs of whole records: what a chunk leaves unfinished is held and completed by the next.
// Whole records are read where they lie; only the one record that straddles two chunks is copied. The held bytes grow
// as they come, whatever length their header claims, and are never written again once a record was read from them.

/** The outcome of reading as many whole records as there are. */
export interface Taken {
  /** Bytes read from the front. */
  readonly used: number;
  /** Bytes that the next record needs from there on, as far as is known: at least one more than there are. */
  readonly needed: number;
}

/** Extra bytes copied at a time while records are much shorter than what is held (searching in damaged bytes). */
const STRIDE = 64 * 1024;

const NOTHING = new Uint8Array(0);

export class Reframer {
  readonly #take: (bytes: Uint8Array) => Taken;
  #held = NOTHING;
  #length = 0;
  #needed: number;
  #stride = 0;

  constructor(needed: number, take: (bytes: Uint8Array) => Taken) {
    this.#needed = needed;
    this.#take = take;
  }

  /** Bytes held of an unfinished record, and how many it needs as far as is known. */
  get held(): number {
    return this.#length;
  }
  get needed(): number {
    return this.#needed;
  }

  /** Gives up what is held. */
  release(): Uint8Array {
    const bytes = this.#held.subarray(0, this.#length);
    this.#held = NOTHING;
    this.#length = 0;
    return bytes;
  }

  push(bytes: Uint8Array): void {
    let at = 0;
    while (this.#length > 0 && at < bytes.length) {
      at = this.#fill(bytes, at, this.#needed + this.#stride);
      if (this.#length < this.#needed) return;
      this.#takeHeld();
    }
    if (at === bytes.length) return;
    const rest = at === 0 ? bytes : bytes.subarray(at);
    const { used, needed } = this.#take(rest);
    this.#needed = needed;
    this.#fill(rest, used, rest.length);
  }

  #takeHeld(): void {
    const { used, needed } = this.#take(this.#held.subarray(0, this.#length));
    this.#needed = needed;
    if (used === 0) return;
    // A fresh buffer, since packets are views of the old one.
    this.#held = used === this.#length ? NOTHING : this.#held.slice(used, this.#length);
    this.#length -= used;
    this.#stride = this.#length > 0 ? STRIDE : 0;
  }

  /** Holds bytes from `at` on until `target` are held; answers where it stopped. */
  #fill(bytes: Uint8Array, at: number, target: number): number {
    const count = Math.min(target - this.#length, bytes.length - at);
    if (count <= 0) return at;
    const length = this.#length + count;
    if (length > this.#held.length) {
      const grown = new Uint8Array(Math.max(length, Math.min(2 * this.#held.length, this.#needed)));
      grown.set(this.#held.subarray(0, this.#length));
      this.#held = grown;
    }
    this.#held.set(bytes.subarray(at, at + count), this.#length);
    this.#length = length;
    return at + count;
  }
}
