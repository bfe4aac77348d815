// What short runs of bytes mean, by those bytes: what comes again and again is found instead of made again. Each run has one
// place, which another with the same place takes over: so memory is bounded, and nothing need be let go.

/** Longer runs are not kept. */
export const LONGEST_INTERNED = 64;

export class Interned<T> {
  // In one piece, so that the bytes of a run are read in one go.
  private readonly bytes: Uint8Array;
  /** 0: an empty place. */
  private readonly lengths: Uint8Array;
  private readonly values: (T | undefined)[];
  /** Of the run that was found or kept last; -1 when it had none. */
  place = -1;

  /** `places`: a power of two. */
  constructor(private readonly places: number) {
    this.bytes = new Uint8Array(places * LONGEST_INTERNED);
    this.lengths = new Uint8Array(places);
    this.values = new Array<T | undefined>(places).fill(undefined);
  }

  /** What bytes[at, end), of at least one byte, were kept as. */
  find(bytes: Uint8Array, at: number, end: number): T | undefined {
    const length = end - at;
    this.place = -1;
    if (length > LONGEST_INTERNED) return undefined;
    const place = this.placeOf(bytes, at, end);
    this.place = place;
    if (this.lengths[place] !== length) return undefined;
    const known = this.bytes;
    const start = place * LONGEST_INTERNED;
    for (let i = 0; i < length; i++) if (known[start + i] !== bytes[at + i]) return undefined;
    return this.values[place];
  }

  keep(bytes: Uint8Array, at: number, end: number, value: T): void {
    const length = end - at;
    if (length === 0 || length > LONGEST_INTERNED) return;
    const place = this.placeOf(bytes, at, end);
    const start = place * LONGEST_INTERNED;
    for (let i = 0; i < length; i++) this.bytes[start + i] = bytes[at + i]!;
    this.lengths[place] = length;
    this.values[place] = value;
  }

  private placeOf(bytes: Uint8Array, at: number, end: number): number {
    // Two sums side by side: one alone would wait for each of its multiplications.
    let even = end - at;
    let odd = 0;
    let i = at;
    for (; i + 1 < end; i += 2) {
      even = (Math.imul(even, 31) + bytes[i]!) | 0;
      odd = (Math.imul(odd, 37) + bytes[i + 1]!) | 0;
    }
    if (i < end) even = (Math.imul(even, 31) + bytes[i]!) | 0;
    const hash = even ^ Math.imul(odd, 0x9e3779b1);
    return (hash ^ (hash >>> 15)) & (this.places - 1);
  }
}
