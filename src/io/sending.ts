// What goes out over the links, and links that go. Everything that one turn of the event loop yields for a link goes out
// together at its end; what waits for the store goes when that is safe; a link that is closed goes after its last bytes,
// or is cut when they do not leave in time.

import type { Batches } from './change-store.js';
import { HeldSends } from './held-sends.js';
import type { EdgeLimits } from './listeners/edge-limits.js';
import { JOINED_LENGTH } from './listeners/joining.js';
import { type Link, PAUSED } from './listeners/link.js';
import type { Tap } from './watch/tap.js';

/** Bytes for one link after which it does not wait for the end of the turn: what can still be sent as one piece. */
const EARLY = JOINED_LENGTH - 4096;

/** What counts as congested when too much waits over all links: what a socket of Node takes without asking to wait. */
const LOW_MARK = 16 * 1024;

export class Sending {
  private readonly held: HeldSends;
  /** Links with something to send at the end of this turn. */
  private readonly dirty: Link[] = [];
  /** Links that are to go, in the order in which they are cut otherwise. */
  private readonly closing = new Set<Link>();
  /** Bytes handed on that the system has not taken yet, over all links, as of each one's last send. */
  private waiting = 0;

  constructor(
    private readonly limits: EdgeLimits,
    private readonly tap: Tap | undefined,
    /** More waits for this link than the high mark says. */
    private readonly onCongested: (link: Link) => void,
  ) {
    this.held = new HeldSends(limits.heldBytes);
  }

  /** `behind`: the batch that is gathering there must be safe first. */
  send(link: Link, bytes: Uint8Array, tail: Uint8Array | undefined, behind: Batches | undefined): void {
    if (behind !== undefined) {
      this.held.hold(link, bytes, behind.current);
      if (tail !== undefined) this.held.hold(link, tail, behind.current);
      return;
    }
    link.add(bytes);
    if (tail !== undefined) link.add(tail);
    this.touch(link);
  }

  /** Batches up to this one are safe; `changes` bytes are not. */
  safe(batch: number, changes: number): void {
    this.held.release(batch, changes, (link) => this.touch(link));
  }

  /** Called for who has just sent something: too much may wait for the store. */
  restrain(link: Link, changes: number): void {
    this.held.restrain(link, changes);
  }

  close(link: Link, how: 'graceful' | 'reset'): void {
    link.isClosing = true;
    if (how === 'reset') {
      this.tap?.closed(link.id, link.hasEnded ? 'client' : 'server', 'rst');
      link.cut();
      return;
    }
    link.cutAt = performance.now() + this.limits.closeTimeout;
    this.closing.add(link);
    if (!link.isDirty) this.endIfDone(link);
  }

  forget(link: Link): void {
    this.drained(link);
    this.closing.delete(link);
    this.held.forget(link);
  }

  /** The turn is over. */
  flush(): void {
    // Congestion may yield further sends.
    for (let at = 0; at < this.dirty.length; at++) {
      const link = this.dirty[at]!;
      link.isDirty = false;
      this.flushLink(link);
      if (link.isClosing) this.endIfDone(link);
    }
    this.dirty.length = 0;
  }

  /** When the first closing link is cut; infinity without one. */
  get nextCut(): number {
    for (const { cutAt } of this.closing) return cutAt;
    return Number.POSITIVE_INFINITY;
  }

  cutOverdue(now: number): void {
    for (const link of this.closing) {
      if (link.cutAt > now) break;
      this.closing.delete(link);
      link.cut();
    }
  }

  /** All that waited for it has gone out, or it has gone itself. */
  drained(link: Link): void {
    this.count(link, 0);
  }

  private count(link: Link, waiting: number): void {
    this.waiting += waiting - link.counted;
    link.counted = waiting;
  }

  private touch(link: Link): void {
    if (!link.isDirty) {
      link.isDirty = true;
      this.dirty.push(link);
    }
    if (link.length > EARLY) this.flushLink(link);
  }

  private flushLink(link: Link): void {
    if (link.length === 0) return;
    if (this.tap !== undefined) link.tell(this.tap);
    link.flush();
    const { waiting } = link;
    if (waiting === 0 && link.counted === 0) return;
    this.count(link, waiting);
    if (waiting <= (this.waiting > this.limits.waitingBytes ? LOW_MARK : this.limits.highMark)) return;
    if (!link.isCongested) {
      link.isCongested = true;
      this.onCongested(link);
    }
    if (waiting > this.limits.stopMark) link.pause(PAUSED.queue);
  }

  private endIfDone(link: Link): void {
    if (link.length > 0 || link.held !== undefined || !this.closing.has(link)) return;
    this.tap?.closed(link.id, link.hasEnded ? 'client' : 'server', 'fin');
    link.end();
  }
}
