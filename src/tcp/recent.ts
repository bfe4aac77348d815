// The bytes delivered last, over all connections together, in one ring: so that a retransmission that says something else
// can be told from one that repeats, without any memory per connection. What fell out of the ring cannot be compared.

import type { Range } from '../bytes/ranges.js';

/** Deliveries remembered; looked through from the latest, and only when something is sent again. */
const RECORDS = 1024;

export class RecentBytes {
  readonly #ring: Uint8Array;
  /** Bytes ever written, padding at the end of the ring included: a record is alive while it is within the ring of this. */
  #written = 0;
  #count = 0;
  readonly #owners: (object | undefined)[] = new Array<undefined>(RECORDS).fill(undefined);
  readonly #positions = new Float64Array(RECORDS);
  readonly #lengths = new Int32Array(RECORDS);
  readonly #starts = new Float64Array(RECORDS);

  constructor(size: number) {
    this.#ring = new Uint8Array(size);
  }

  /** `owner` has delivered these bytes, the first of them at `position` of its stream. */
  add(owner: object, position: number, bytes: Uint8Array): void {
    const size = this.#ring.length;
    if (bytes.length > size) return;
    let at = this.#written % size;
    if (at + bytes.length > size) {
      this.#written += size - at;
      at = 0;
    }
    this.#ring.set(bytes, at);
    const record = this.#count % RECORDS;
    this.#owners[record] = owner;
    this.#positions[record] = position;
    this.#lengths[record] = bytes.length;
    this.#starts[record] = this.#written;
    this.#written += bytes.length;
    this.#count++;
  }

  /** Where the bytes differ from what was delivered at `position`, from the first to the last difference. */
  difference(owner: object, position: number, bytes: Uint8Array): Range | undefined {
    let start = Number.POSITIVE_INFINITY;
    let end = 0;
    let unseen = bytes.length;
    const oldest = Math.max(0, this.#count - RECORDS);
    for (let i = this.#count - 1; i >= oldest && unseen > 0; i--) {
      const record = i % RECORDS;
      if (this.#starts[record]! < this.#written - this.#ring.length) break;
      if (this.#owners[record] !== owner) continue;
      const kept = this.#positions[record]!;
      const from = Math.max(kept, position);
      const to = Math.min(kept + this.#lengths[record]!, position + bytes.length);
      if (from >= to) continue;
      unseen -= to - from;
      const at = (this.#starts[record]! % this.#ring.length) + from - kept;
      const found = differing(this.#ring, at, bytes, from - position, to - from);
      if (found === undefined) continue;
      start = Math.min(start, from + found.start);
      end = Math.max(end, from + found.end);
    }
    return end === 0 ? undefined : { start, end };
  }
}

/** From the first to the last byte of `length` in which `a` at `aAt` and `b` at `bAt` differ. */
export function differing(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number, length: number): Range | undefined {
  let start = 0;
  while (start < length && a[aAt + start] === b[bAt + start]) start++;
  if (start === length) return undefined;
  let end = length;
  while (a[aAt + end - 1] === b[bAt + end - 1]) end--;
  return { start, end };
}
