// The exchanges of one side that were done last, a few of them: what comes late can still be told from what nobody asked
// for. One that is forgotten is used again for a new message, so that a steady flow of messages costs no memory.

import { Exchange } from './exchange.js';

const MOST = 32;

export class DoneExchanges {
  /** The oldest is overwritten. */
  private readonly ring: Exchange[] = [];
  private next = 0;
  /** Those that nobody holds any more. */
  private readonly spare: Exchange[] = [];

  /** Not all of them are remembered. */
  get hasForgotten(): boolean {
    return this.ring.length === MOST;
  }

  /** One that is done. The oldest is forgotten, by identifier too; `held`: one that may not become another. */
  add(exchange: Exchange, exchanges: Map<number, Exchange>, held: Exchange | undefined): void {
    const { ring, next } = this;
    const oldest = ring[next];
    exchange.remembered++;
    ring[next] = exchange;
    this.next = (next + 1) % MOST;
    if (oldest === undefined) return;
    oldest.remembered--;
    if (oldest === exchange || oldest.isOpen) return;
    if (exchanges.get(oldest.packetId) === oldest) exchanges.delete(oldest.packetId);
    if (oldest.remembered === 0 && oldest !== held && this.spare.length < MOST) this.spare.push(oldest);
  }

  /** One to begin a message with. */
  take(): Exchange {
    return this.spare.pop() ?? new Exchange();
  }

  clear(): void {
    this.ring.length = 0;
  }
}
