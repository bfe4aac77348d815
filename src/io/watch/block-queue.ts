// Blocks on their way from who must not wait to who may be slow. A packet that would go beyond the bound is refused whole,
// and counted.

import { BlockGatherer } from './block-gatherer.js';
import { packetBlockLength } from './pcapng-writer.js';

export class BlockQueue {
  /** Packets that were refused. */
  refused = 0;
  private readonly blocks = new BlockGatherer();
  private ended = false;
  private wake: (() => void) | undefined = undefined;

  constructor(private readonly most: number) {}

  add(block: Uint8Array): void {
    this.blocks.add(block);
    this.wake?.();
  }

  /** False when there is no room for it. */
  packet(time: bigint, bytes: Uint8Array): boolean {
    if (this.ended || this.blocks.length + packetBlockLength(bytes.length, []) > this.most) {
      this.refused++;
      return false;
    }
    this.blocks.packet(0, time, bytes, []);
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
        const piece = this.blocks.take();
        if (piece !== undefined) yield piece;
        else if (this.ended) return;
        else await this.more();
      }
    } finally {
      this.ended = true;
      while (this.blocks.take() !== undefined);
    }
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
