// What the broker's edge needs of a store: changes go in as batches that are kept whole or not at all, and it says when a
// batch is safe. One batch is under way at a time; what comes meanwhile becomes the next (group commit).

import type { StoredRecord, StoreOutput } from '../broker/records.js';

export interface ChangeStore {
  /** What was kept, for BrokerCore.restore. */
  load(): Iterable<StoredRecord>;
  /** Keeps the changes in order, all or none; calls back once, later. An error is final: nothing more is written. */
  write(changes: readonly StoreOutput[], done: (error: Error | undefined) => void): void;
  close(): Promise<void>;
}

/** The changes of whole turns, in batches. */
export class Batches {
  /** The number of the batch that gathers now; a send behind one of its changes waits for it. */
  current = 1;
  /** What the changes take that are not safe yet, about: whoever sends more must be made to wait. */
  bytes = 0;
  private gathered: StoreOutput[] = [];
  private gatheredBytes = 0;
  private isWriting = false;
  private hasFailed = false;
  private whenIdle: (() => void) | undefined = undefined;

  constructor(
    private readonly store: ChangeStore,
    /** The batches up to this one are safe. */
    private readonly onSafe: (batch: number) => void,
    private readonly onError: (error: Error) => void,
  ) {}

  add(change: StoreOutput): void {
    if (this.hasFailed) return;
    const size = sizeOf(change);
    this.bytes += size;
    this.gatheredBytes += size;
    this.gathered.push(change);
  }

  /** A turn is over: between two of these, changes stay together. */
  flush(): void {
    if (this.isWriting || this.gathered.length === 0) return;
    const { gathered: changes, gatheredBytes: bytes } = this;
    const batch = this.current++;
    this.gathered = [];
    this.gatheredBytes = 0;
    this.isWriting = true;
    this.store.write(changes, (error) => {
      this.isWriting = false;
      if (error !== undefined) {
        // A later batch that came through would acknowledge this one.
        this.hasFailed = true;
        this.gathered = [];
        this.onError(error);
      } else {
        this.bytes -= bytes;
        this.onSafe(batch);
        this.flush();
      }
      if (!this.isWriting) this.whenIdle?.();
    });
  }

  /** When everything is written, or an error has come. */
  async end(): Promise<void> {
    this.flush();
    if (this.isWriting) await new Promise<void>((resolve) => (this.whenIdle = resolve));
    await this.store.close();
  }
}

/** An object with its key, about. */
const OVERHEAD = 200;

function sizeOf({ value }: StoreOutput): number {
  return typeof value === 'object' && 'packet' in value ? OVERHEAD + value.packet.length : OVERHEAD;
}
