// What is read of a proxy while it runs, and where that is recorded.

import type { CaptureBatch } from '../input.js';
import type { RelayEvent } from './watcher.js';

export interface LiveEvent {
  /** Nanoseconds since the capture's epoch. */
  readonly time: number;
  /** "127.0.0.1:40000"; undefined where it is nobody's. */
  readonly client: string | undefined;
  readonly event: RelayEvent;
}

export interface LiveBatch extends CaptureBatch {
  /** They come after the batch's packets. */
  readonly events: readonly LiveEvent[];
}

/** Where packets go when they were read. `number` as the batch had it, 0: nobody read it. */
export interface LiveRecord {
  packet(route: number, time: bigint, bytes: Uint8Array, number: number): void;
  secrets(lines: string): void;
  event(time: bigint, event: LiveEvent): void;
}
