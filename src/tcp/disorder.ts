// What a stream needs only once something is out of order: made then, since most streams never are.

import { AckWait } from './ack-wait.js';
import { Conflicts, type Copy } from './conflicts.js';
import { type Budget, Held } from './held.js';
import { Suspect } from './suspect.js';

export class Disorder {
  readonly held: Held;
  readonly suspect: Suspect;
  readonly wait = new AckWait();
  readonly conflicts = new Conflicts();

  constructor(budget: Budget) {
    this.held = new Held(budget);
    this.suspect = new Suspect(budget);
  }

  /** Keeps a segment that reaches to `end` on the wire, as far as it lies behind `position` and is new. */
  hold(copy: Copy, end: number, position: number): void {
    const { bytes, position: from, time, frame } = copy;
    this.conflicts.withHeld(this.held.overlapping(from, end), copy);
    const start = Math.max(from, position);
    const seen = Math.max(from + bytes.length, position);
    if (start < seen) this.held.add(start, seen, bytes.subarray(start - from), time, frame);
    if (seen < end) this.held.add(seen, end, undefined, time, frame);
  }

  /** Nothing is held and nothing suspected. */
  get calm(): boolean {
    return this.held.count === 0 && this.suspect.segment === undefined;
  }
}
