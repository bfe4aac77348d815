// Values that come again and again, by number: what is sent to another thread is the number, and each value once. Bounded: once
// there are many, numbers begin anew with the next batch.

const MOST = 16_384;

export class Numbered<T> {
  private readonly numbers = new Map<T, number>();
  /** Values and their numbers by place: found without a look at the map. */
  private readonly placed: (T | undefined)[];
  private readonly placedNumbers: Int32Array;
  /** Those that are new in the batch at hand, and how many there were before. */
  private fresh: T[] = [];
  private from = 0;

  /** `places`: how many of them whoever asks for numbers tells apart. */
  constructor(places = 0) {
    this.placed = new Array<T | undefined>(places).fill(undefined);
    this.placedNumbers = new Int32Array(places);
  }

  /** `place`: where it likely was before; -1 when nobody knows. */
  numberOf(value: T, place = -1): number {
    if (place >= 0 && this.placed[place] === value) return this.placedNumbers[place]!;
    const number = this.find(value);
    if (place < 0) return number;
    this.placed[place] = value;
    this.placedNumbers[place] = number;
    return number;
  }

  private find(value: T): number {
    let number = this.numbers.get(value);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(value, number);
      this.fresh.push(value);
    }
    return number;
  }

  /** What the batch at hand tells of them; the next one begins. */
  take(): News<T> {
    const { from, fresh: values } = this;
    this.fresh = [];
    if (this.numbers.size >= MOST) {
      this.numbers.clear();
      this.placed.fill(undefined);
    }
    this.from = this.numbers.size;
    return { from, values };
  }
}

/** Values and the number of the first of them; what had that number and higher ones is forgotten. */
export interface News<T> {
  readonly from: number;
  readonly values: readonly T[];
}

export function learn<T>(known: T[], { from, values }: News<T>): void {
  known.length = from;
  for (let i = 0; i < values.length; i++) known.push(values[i]!);
}
