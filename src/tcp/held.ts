// Segments that came too early, waiting for what belongs before them: sorted, without overlap, the first copy of each byte
// kept. Bytes are copied, since views live only until the next packet, and counted, for this stream and for all together.

import type { Chunk } from '../bytes/chunk.js';
import { copyOf } from '../bytes/copy.js';
import { holes, indexAt, type Range } from '../bytes/ranges.js';
import type { TcpOptions } from './options.js';
import type { Progress } from './progress.js';

export interface Piece extends Range {
  /** undefined: these bytes were on the wire, but the capture cut them off. */
  readonly bytes: Uint8Array | undefined;
  readonly time: number;
  readonly origin: number;
}

/** What all streams together hold. */
export interface Budget {
  held: number;
}

/** What a piece costs beside its bytes, about; without it a flood of tiny pieces would be free. */
const PIECE_COST = 128;

const cost = (piece: Piece): number => PIECE_COST + (piece.bytes?.length ?? 0);

export class Held {
  readonly #pieces: Piece[] = [];
  readonly #budget: Budget;
  #bytes = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  get first(): Piece | undefined {
    return this.#pieces[0];
  }

  get count(): number {
    return this.#pieces.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Where the last piece ends; 0 without one. */
  get end(): number {
    return this.#pieces.at(-1)?.end ?? 0;
  }

  exceeds({ maxHeldBytes, maxHeldSegments, maxHeldTotal }: TcpOptions, total: number): boolean {
    if (this.count === 0) return false;
    return this.#bytes > maxHeldBytes || this.count > maxHeldSegments || total > maxHeldTotal;
  }

  /** Keeps what is new of the bytes at `start`. Without bytes (`end` alone counts): a range that the capture cut off. */
  add(start: number, end: number, bytes: Uint8Array | undefined, time: number, origin: number): void {
    for (const hole of holes(this.#pieces, start, end)) {
      const copy = bytes && copyOf(bytes, hole.start - start, hole.end - start);
      const piece = { start: hole.start, end: hole.end, bytes: copy, time, origin };
      this.#pieces.splice(indexAt(this.#pieces, hole.start), 0, piece);
      this.#bytes += copy?.length ?? 0;
      this.#budget.held += cost(piece);
    }
  }

  /** The pieces that share positions with [start, end). */
  overlapping(start: number, end: number): readonly Piece[] {
    const found: Piece[] = [];
    for (let i = indexAt(this.#pieces, start); i < this.#pieces.length && this.#pieces[i]!.start < end; i++) {
      found.push(this.#pieces[i]!);
    }
    return found;
  }

  shift(): Piece | undefined {
    const piece = this.#pieces.shift();
    if (piece === undefined) return undefined;
    this.#bytes -= piece.bytes?.length ?? 0;
    this.#budget.held -= cost(piece);
    return piece;
  }

  /** Delivers what stands at the present position, and all that follows without a hole. */
  drain(out: Chunk[], progress: Progress): void {
    while (this.first?.start === progress.position) {
      const { start, end, bytes, time, origin } = this.shift()!;
      if (bytes === undefined) progress.gap(out, end - start, 'cut', time, origin);
      else progress.deliver(out, bytes, time, origin);
    }
  }

  clear(): void {
    while (this.shift() !== undefined);
  }
}
