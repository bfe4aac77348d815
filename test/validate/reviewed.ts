// Must findings in recorded captures that are true: each was confirmed by reading the bytes. One row a rule, party and capture;
// `frames` are the packets as dissect numbers them, 0 for what only the end of a connection tells.

export interface Reviewed {
  readonly file: string;
  readonly rule: string;
  readonly party: 'client' | 'server';
  readonly frames: readonly number[];
  /** What the bytes show, and what the specification asks instead. */
  readonly reason: string;
}

export const REVIEWED: readonly Reviewed[] = [];
