// What short runs of bytes mean, by those bytes: what comes again and again is found instead of made again. Each run has one
// place, which another with the same place takes over: so memory is bounded, and nothing need be let go.

import { viewOf } from './words.js';

/** Longer runs are not kept. */
export const LONGEST_INTERNED = 64;

/** Odd, half of the bits set. */
const FACTOR = 0x9e3779b1;

export class Interned<T> {
  // In one piece, so that the bytes of a run are read in one go.
  private readonly bytes: DataView;
  /** 0: an empty place. */
  private readonly lengths: Uint8Array;
  private readonly values: (T | undefined)[];
  /** Of the run that was found or kept last; -1 when it had none. */
  place = -1;

  /** `places`: a power of two. */
  constructor(private readonly places: number) {
    this.bytes = new DataView(new ArrayBuffer(places * LONGEST_INTERNED));
    this.lengths = new Uint8Array(places);
    this.values = new Array<T | undefined>(places).fill(undefined);
  }

  /** What bytes[at, end), of at least one byte, were kept as. `view` is viewOf(bytes). */
  find(bytes: Uint8Array, at: number, end: number, view = viewOf(bytes)): T | undefined {
    const length = end - at;
    this.place = -1;
    if (length > LONGEST_INTERNED) return undefined;
    const from = bytes.byteOffset + at;
    const place = this.placeOf(view, from, length);
    this.place = place;
    if (this.lengths[place] !== length) return undefined;
    const known = this.bytes;
    const start = place * LONGEST_INTERNED;
    let i = 0;
    for (; i + 3 < length; i += 4) if (known.getInt32(start + i) !== view.getInt32(from + i)) return undefined;
    for (; i < length; i++) if (known.getUint8(start + i) !== view.getUint8(from + i)) return undefined;
    return this.values[place];
  }

  keep(bytes: Uint8Array, at: number, end: number, value: T): void {
    const length = end - at;
    if (length === 0 || length > LONGEST_INTERNED) return;
    const place = this.placeOf(viewOf(bytes), bytes.byteOffset + at, length);
    const start = place * LONGEST_INTERNED;
    for (let i = 0; i < length; i++) this.bytes.setUint8(start + i, bytes[at + i]!);
    this.lengths[place] = length;
    this.values[place] = value;
  }

  private placeOf(view: DataView, from: number, length: number): number {
    let hash = length;
    let i = 0;
    for (; i + 3 < length; i += 4) {
      hash = Math.imul(hash ^ view.getInt32(from + i), FACTOR);
      hash = (hash << 15) | (hash >>> 17);
    }
    for (; i < length; i++) hash = Math.imul(hash ^ view.getUint8(from + i), FACTOR) ^ (hash >>> 15);
    hash = Math.imul(hash ^ (hash >>> 15), FACTOR);
    return (hash ^ (hash >>> 13)) & (this.places - 1);
  }
}
