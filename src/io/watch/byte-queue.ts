// Bytes on their way from who must not wait to who may be slow. What would go beyond the bound is refused whole, and
// counted.

import { joined } from './pcapng-writer.js';

/** Pieces handed out are at most about so long. */
const PIECE = 256 * 1024;

export class ByteQueue {
  /** Pieces that were refused. */
  refused = 0;
  private waiting: Uint8Array[] = [];
  private length = 0;
  private ended = false;
  private wake: (() => void) | undefined = undefined;

  constructor(private readonly most: number) {}

  /** False when there is no room for all of it. */
  push(parts: readonly Uint8Array[]): boolean {
    let more = 0;
    for (const part of parts) more += part.length;
    if (this.ended || this.length + more > this.most) {
      this.refused++;
      return false;
    }
    for (const part of parts) this.waiting.push(part);
    this.length += more;
    this.wake?.();
    return true;
  }

  end(): void {
    this.ended = true;
    this.wake?.();
  }

  /** Until the end; whoever leaves earlier ends it. */
  async *pieces(): AsyncGenerator<Uint8Array, void, void> {
    try {
      for (;;) {
        if (this.waiting.length > 0) yield this.take();
        else if (this.ended) return;
        else await this.more();
      }
    } finally {
      this.ended = true;
      this.waiting = [];
      this.length = 0;
    }
  }

  private take(): Uint8Array {
    let count = 0;
    let length = 0;
    while (count < this.waiting.length && length < PIECE) length += this.waiting[count++]!.length;
    this.length -= length;
    return joined(this.waiting.splice(0, count));
  }

  private more(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = () => {
        this.wake = undefined;
        resolve();
      };
    });
  }
}
