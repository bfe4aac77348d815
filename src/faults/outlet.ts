// What goes out of one direction: at once, unless something before it still waits or a rate is set. What is told to wait
// longer than what comes behind it stands aside, and goes between two packets once its time has come.

import type { Side } from '../bytes/chunk.js';
import { copyOf } from '../bytes/copy.js';
import type { FaultOutput } from './gate.js';

/** Memory of an entry besides its bytes, counted so that many small ones are bounded too. */
const ENTRY = 64;
/** At a rate, so much goes at a time (ms). */
const STEP = 50;

interface Entry {
  readonly due: number;
  readonly bytes: Uint8Array;
  /** How much of it has gone. */
  at: number;
  readonly close?: 'fin' | 'rst';
}

interface Aside {
  readonly due: number;
  readonly parts: readonly Uint8Array[];
  readonly size: number;
}

const NOTHING = new Uint8Array(0);

export class Outlet {
  /** Bytes a second. */
  rate = Number.POSITIVE_INFINITY;
  /** What waits for its time, in bytes. What only waits for the end of a packet does not count. */
  held = 0;
  private queue: Entry[] = [];
  private head = 0;
  /** By time. */
  private aside: Aside[] = [];
  /** When more may go at this rate. */
  private freeAt = 0;
  private end: 'open' | 'asked' | 'told' = 'open';
  private overdue = 0;

  constructor(private readonly from: Side) {}

  private get isEmpty(): boolean {
    return this.head === this.queue.length;
  }

  /** Whether something that stood aside only waits for the end of a packet. */
  get hasOverdue(): boolean {
    return this.overdue > 0;
  }

  /** Views are valid during the call, so what waits is a copy. */
  send(out: FaultOutput[], bytes: Uint8Array, now: number, due = now): void {
    if (bytes.length === 0) return;
    if (this.isEmpty && due <= now && this.rate === Number.POSITIVE_INFINITY) {
      out.push({ kind: 'send', from: this.from, bytes });
      return;
    }
    this.add({ due, bytes: copyOf(bytes), at: 0 });
    this.drain(out, now);
  }

  /** What comes behind may go first. A whole packet, or several. */
  sendAside(parts: readonly Uint8Array[], due: number): void {
    const copies = parts.map((part) => copyOf(part));
    const size = copies.reduce((sum, part) => sum + part.length, ENTRY);
    this.held += size;
    let at = this.aside.length;
    while (at > 0 && this.aside[at - 1]!.due > due) at--;
    this.aside.splice(at, 0, { due, parts: copies, size });
  }

  /** Both sides, once what is before it has gone. */
  close(out: FaultOutput[], how: 'fin' | 'rst', now: number, due = now): void {
    this.add({ due, bytes: NOTHING, at: 0, close: how });
    this.drain(out, now);
  }

  /** The sender's FIN waits for all that it sent. */
  finish(out: FaultOutput[], now: number): void {
    if (this.end === 'open') this.end = 'asked';
    this.advance(out, now, true);
  }

  /** Sends what is due; what stood aside only at the boundary of a packet. */
  advance(out: FaultOutput[], now: number, atBoundary: boolean): void {
    this.recall(now);
    if (atBoundary) this.release(out, now);
    this.drain(out, now);
  }

  /** What stood aside and is due goes now: a packet ends here. */
  release(out: FaultOutput[], now: number): void {
    const ready = this.aside.splice(0, this.overdue);
    this.overdue = 0;
    for (const { parts } of ready) for (const part of parts) this.send(out, part, now);
  }

  /** Finds what is due of what stands aside. */
  private recall(now: number): void {
    while (this.overdue < this.aside.length && this.aside[this.overdue]!.due <= now) {
      this.held -= this.aside[this.overdue++]!.size;
    }
  }

  deadline(): number | undefined {
    const next = this.aside[this.overdue]?.due;
    if (this.isEmpty) return next;
    const head = Math.max(this.queue[this.head]!.due, this.rate === Number.POSITIVE_INFINITY ? 0 : this.freeAt);
    return Math.min(Math.ceil(head), next ?? Number.POSITIVE_INFINITY);
  }

  private add(entry: Entry): void {
    this.queue.push(entry);
    this.held += entry.bytes.length + ENTRY;
  }

  private drain(out: FaultOutput[], now: number): void {
    while (!this.isEmpty) {
      const entry = this.queue[this.head]!;
      if (entry.due > now) return;
      if (entry.close !== undefined) {
        out.push({ kind: 'close', how: entry.close });
        return;
      }
      const left = entry.bytes.length - entry.at;
      const most = this.allowed(now);
      if (most === 0) return;
      const count = Math.min(left, most);
      if (this.rate !== Number.POSITIVE_INFINITY) {
        this.freeAt = Math.max(this.freeAt, now) + (count * 1000) / this.rate;
      }
      const bytes = count === entry.bytes.length ? entry.bytes : entry.bytes.subarray(entry.at, entry.at + count);
      out.push({ kind: 'send', from: this.from, bytes });
      entry.at += count;
      this.held -= count;
      if (entry.at === entry.bytes.length) this.shift();
    }
    if (this.end === 'asked' && this.aside.length === 0) {
      this.end = 'told';
      out.push({ kind: 'end', from: this.from });
    }
  }

  private shift(): void {
    this.held -= ENTRY;
    this.head++;
    if (this.head === this.queue.length) {
      this.queue = [];
      this.head = 0;
    } else if (this.head >= 1024 && this.head * 2 >= this.queue.length) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
    }
  }

  /** Bytes that may go now: those of one step, once those of the last one are paid for. */
  private allowed(now: number): number {
    if (this.rate === Number.POSITIVE_INFINITY) return this.rate;
    return now < this.freeAt ? 0 : Math.max(1, Math.floor((this.rate * STEP) / 1000));
  }
}
