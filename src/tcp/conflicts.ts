// Bytes that were sent twice with different contents: the first copy counts, and that there was another is noted here.
// Only what is still at hand can be compared: held pieces, and what was delivered recently (recent.ts).

import type { Piece } from './held.js';
import { differing, type RecentBytes } from './recent.js';

export interface Conflict {
  /** Position in the stream of the first byte that differs; the length reaches to the last one. */
  readonly position: number;
  readonly length: number;
  readonly time: number;
  /** Capture frame that brought the second copy. */
  readonly origin: number;
}

export const NO_CONFLICTS: readonly Conflict[] = [];

/** The second copy: bytes, where they belong, and where they were seen. */
export interface Copy {
  readonly bytes: Uint8Array;
  readonly position: number;
  readonly time: number;
  readonly frame: number;
}

export class Conflicts {
  #found: Conflict[] = [];

  get any(): boolean {
    return this.#found.length > 0;
  }

  /** Compares with what `stream` delivered from `start`, where its numbering began, to `end`. */
  withDelivered(recent: RecentBytes, stream: object, copy: Copy, start: number, end: number): void {
    const from = Math.max(start, copy.position);
    const bytes = copy.bytes.subarray(from - copy.position, Math.max(0, end - copy.position));
    const found = recent.difference(stream, from, bytes);
    if (found !== undefined) this.#note(found.start, found.end, copy);
  }

  withHeld(pieces: readonly Piece[], copy: Copy): void {
    for (const piece of pieces) {
      if (piece.bytes === undefined) continue;
      const from = Math.max(piece.start, copy.position);
      const length = Math.min(piece.end, copy.position + copy.bytes.length) - from;
      if (length <= 0) continue;
      const found = differing(piece.bytes, from - piece.start, copy.bytes, from - copy.position, length);
      if (found !== undefined) this.#note(from + found.start, from + found.end, copy);
    }
  }

  take(): readonly Conflict[] {
    if (this.#found.length === 0) return NO_CONFLICTS;
    const found = this.#found;
    this.#found = [];
    return found;
  }

  #note(start: number, end: number, copy: Copy): void {
    this.#found.push({ position: start, length: end - start, time: copy.time, origin: copy.frame });
  }
}
