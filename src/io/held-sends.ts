// Sends that wait until the store is safe, over all links. When they, or the changes themselves, are too many, who sends is
// not read from until half of them have gone.

import { type Link, PAUSED } from './listeners/link.js';

export class HeldSends {
  private readonly links = new Set<Link>();
  private readonly paused = new Set<Link>();
  private bytes = 0;

  constructor(private readonly most: number) {}

  hold(link: Link, bytes: Uint8Array, batch: number): void {
    this.links.add(link);
    link.hold(bytes, batch);
    this.bytes += bytes.length;
  }

  /** Batches up to this one are safe; `changes` bytes are not. */
  release(batch: number, changes: number, touch: (link: Link) => void): void {
    for (const link of this.links) {
      this.bytes -= link.release(batch);
      if (link.held === undefined) this.links.delete(link);
      touch(link);
    }
    if (this.paused.size === 0 || this.bytes + changes > this.most / 2) return;
    for (const link of this.paused) link.resume(PAUSED.store);
    this.paused.clear();
  }

  /** Called for who has just sent something; `changes` bytes are not safe. */
  restrain(link: Link, changes: number): void {
    if (this.bytes + changes <= this.most || link.isClosing) return;
    link.pause(PAUSED.store);
    this.paused.add(link);
  }

  forget(link: Link): void {
    this.paused.delete(link);
    if (this.links.delete(link)) this.bytes -= link.heldLength;
  }
}
