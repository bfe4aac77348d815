// A segment far outside the stream: a stray, or the first of another numbering (hand-edited captures, rewritten numbers).
// It is kept until the next segment with new bytes decides: one that continues it confirms it, any other refutes it.

import { copyOf } from '../bytes/copy.js';
import type { Segment } from '../net/segment.js';
import type { Budget } from './held.js';
import { advance, distance } from './sequence.js';

export interface Suspected {
  readonly sequence: number;
  /** The captured bytes, copied, and how many there were on the wire. */
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly time: number;
  readonly frame: number;
}

export class Suspect {
  readonly #budget: Budget;
  #segment: Suspected | undefined = undefined;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  get segment(): Suspected | undefined {
    return this.#segment;
  }

  isContinuedBy(segment: Segment): boolean {
    const kept = this.#segment;
    return kept !== undefined && distance(advance(kept.sequence, kept.length), segment.sequence) === 0;
  }

  /** Suspects this segment in place of an earlier one. Its FIN, if any, does not count. */
  take(segment: Segment, maxHeldTotal: number): void {
    const { bytes, payloadAt, payloadEnd, payloadLength, sequence, time, frame } = segment;
    if (payloadLength === 0 || this.#segment?.sequence === sequence) return;
    this.drop();
    if (this.#budget.held + payloadEnd - payloadAt > maxHeldTotal) return;
    this.#segment = { sequence, bytes: copyOf(bytes, payloadAt, payloadEnd), length: payloadLength, time, frame };
    this.#budget.held += payloadEnd - payloadAt;
  }

  drop(): void {
    this.#budget.held -= this.#segment?.bytes.length ?? 0;
    this.#segment = undefined;
  }
}
