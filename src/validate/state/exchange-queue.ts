// Exchanges that wait for the same step, in the order in which it is due to them (4.6): who is served out of turn passes over
// those before it. Entering, leaving and being served cost the same at any length.

import type { Exchange } from './exchange.js';

export class ExchangeQueue {
  private first: Exchange | undefined = undefined;
  private last: Exchange | undefined = undefined;

  enter(exchange: Exchange): void {
    if (exchange.queue !== undefined) return;
    exchange.queue = this;
    exchange.before = this.last;
    exchange.after = undefined;
    if (this.last === undefined) this.first = exchange;
    else this.last.after = exchange;
    this.last = exchange;
  }

  leave(exchange: Exchange): void {
    if (exchange.queue !== this) return;
    const { before, after } = exchange;
    if (before === undefined) this.first = after;
    else before.after = after;
    if (after === undefined) this.last = before;
    else after.before = before;
    exchange.queue = exchange.before = exchange.after = undefined;
  }

  /** All of them wait elsewhere from now on. */
  clear(): void {
    this.first = this.last = undefined;
  }

  /** Its turn has come, by this packet: those before it were passed over, and wait no longer for theirs. */
  serve(exchange: Exchange, number: number, time: number): void {
    if (exchange.queue !== this) return;
    while (this.first !== exchange) {
      const passed = this.first!;
      passed.overtakenBy = number;
      passed.overtakenAt = time;
      this.leave(passed);
    }
    this.leave(exchange);
  }
}
