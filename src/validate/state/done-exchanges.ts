// The exchanges of one side that were done last, a few of them: what comes late can still be told from what nobody asked
// for. One that is forgotten is used again for a new message, so that a steady flow of messages costs no memory.

import type { ByPacketId } from './by-packet-id.js';
import { Exchange } from './exchange.js';

const MOST = 32;

export class DoneExchanges {
  /** The oldest is overwritten. */
  private readonly ring: Exchange[] = [];
  private next = 0;
  /** Those that nobody holds any more: nearly always one. */
  private spare: Exchange | undefined = undefined;
  private readonly spares: Exchange[] = [];

  /** Not all of them are remembered. */
  get hasForgotten(): boolean {
    return this.ring.length === MOST;
  }

  /** One that is done. The oldest is forgotten, by identifier too; `held`: one that may not become another. */
  add(exchange: Exchange, exchanges: ByPacketId<Exchange>, held: Exchange | undefined): void {
    const { ring, next } = this;
    const oldest = ring[next];
    exchange.remembered++;
    ring[next] = exchange;
    this.next = (next + 1) % MOST;
    if (oldest === undefined) return;
    oldest.remembered--;
    if (oldest === exchange || oldest.isOpen) return;
    if (exchanges.holds(oldest)) exchanges.delete(oldest.packetId);
    if (oldest.remembered > 0 || oldest === held) return;
    if (this.spare === undefined) this.spare = oldest;
    else if (this.spares.length < MOST) this.spares.push(oldest);
  }

  /** One to begin a message with. */
  take(): Exchange {
    const { spare } = this;
    if (spare === undefined) return new Exchange();
    this.spare = this.spares.length === 0 ? undefined : this.spares.pop();
    return spare;
  }

  clear(): void {
    this.ring.length = 0;
  }
}
