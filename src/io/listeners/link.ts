// One connection of the broker, whatever it runs over. What is to be sent gathers here and goes out once per turn of the
// event loop: small packets copied into one piece, large ones as they are, in one system call. There may be very many
// links: they hold little, and none has a function of its own.

import type { Endpoint, Tap } from '../watch/tap.js';

/** Why a link is not read from; several may hold at once. */
export const PAUSED = { authentication: 1, queue: 2, store: 4 } as const;

/** Who is told what happens to links. */
export interface LinkOwner {
  data(link: Link, bytes: Uint8Array): void;
  /** Nothing more comes: the client closed (FIN) or the connection failed. What was sent may still go out after a FIN. */
  ended(link: Link, how: string, failed: boolean): void;
  /** All that waited has gone out. */
  drained(link: Link): void;
  /** It is gone. */
  gone(link: Link): void;
}

/** Sends that wait until the store is safe, with the number of the batch they wait for. */
interface Held {
  readonly bytes: Uint8Array[];
  readonly batches: number[];
}

export abstract class Link {
  /** Set once, by the owner. */
  id = 0;
  /** In the owner's list of links with something to send. */
  isDirty = false;
  isCongested = false;
  /** The core knows it no longer: it goes when all is sent. */
  isClosing = false;
  /** Nothing more comes from the client. */
  hasEnded = false;
  /** Milliseconds of the owner's clock when a closing link is cut. */
  cutAt = Number.NaN;
  /** Bytes that wait for it in the owner's sum. */
  counted = 0;
  /** Bytes in `chunks`. */
  length = 0;
  held: Held | undefined = undefined;
  protected readonly chunks: Uint8Array[] = [];
  private paused = 0;

  constructor(
    readonly listener: number,
    readonly owner: LinkOwner,
    /** From a certificate or a pre-shared key. */
    readonly userName: string | undefined,
  ) {}

  /** It does not leave the process: nobody watches it. */
  get isInside(): boolean {
    return false;
  }

  abstract get client(): Endpoint;
  abstract get server(): Endpoint;
  /** Bytes handed on that the system has not taken yet. */
  abstract get waiting(): number;

  add(bytes: Uint8Array): void {
    this.chunks.push(bytes);
    this.length += bytes.length;
  }

  /** To be sent when that batch of the store is safe. */
  hold(bytes: Uint8Array, batch: number): void {
    this.held ??= { bytes: [], batches: [] };
    this.held.bytes.push(bytes);
    this.held.batches.push(batch);
  }

  /** What waited for batches up to this one is to be sent; how many bytes that is. */
  release(batch: number): number {
    const { held } = this;
    if (held === undefined) return 0;
    let count = 0;
    let length = 0;
    while (count < held.bytes.length && held.batches[count]! <= batch) {
      const bytes = held.bytes[count++]!;
      length += bytes.length;
      this.add(bytes);
    }
    if (count === held.bytes.length) {
      this.held = undefined;
    } else {
      held.bytes.splice(0, count);
      held.batches.splice(0, count);
    }
    return length;
  }

  get heldLength(): number {
    return this.held?.bytes.reduce((sum, { length }) => sum + length, 0) ?? 0;
  }

  /** Tells what is about to be handed on. */
  tell(tap: Tap): void {
    for (const bytes of this.chunks) tap.sent(this.id, bytes);
  }

  /** Hands on what has gathered. */
  flush(): void {
    const { chunks, length } = this;
    if (length === 0) return;
    this.length = 0;
    this.write(chunks, length);
    chunks.length = 0;
  }

  pause(reason: number): void {
    if (this.paused === 0) this.stopReading();
    this.paused |= reason;
  }

  resume(reason: number): void {
    if (this.paused === 0) return;
    this.paused &= ~reason;
    if (this.paused === 0) this.startReading();
  }

  isPausedFor(reason: number): boolean {
    return (this.paused & reason) !== 0;
  }

  /** After what was written: nothing more will be. */
  abstract end(): void;
  /** At once. */
  abstract cut(): void;
  protected abstract write(chunks: readonly Uint8Array[], length: number): void;
  protected abstract stopReading(): void;
  protected abstract startReading(): void;
}
