// Where a bridge connects next, and after how long. The wait is the configured one, or it grows at random between its base
// and its cap, so that many bridges do not come back at the same moment (decorrelated jitter); a connection that worked
// begins it anew. Of several addresses the first is preferred, unless they take turns (round_robin).

import type { BridgeAddress, BridgeOptions } from './config/configuration.js';

const SECOND = 1e9;

export class Attempts {
  private index = 0;
  /** Seconds. */
  private wait = Number.NaN;

  constructor(
    private readonly options: Pick<BridgeOptions, 'addresses' | 'restartTimeout' | 'roundRobin'>,
    private readonly random: () => number,
  ) {
    this.wait = options.restartTimeout.base;
  }

  get address(): BridgeAddress {
    return this.options.addresses[this.index]!;
  }

  get first(): BridgeAddress {
    return this.options.addresses[0]!;
  }

  /** There is a better one than that in use. */
  get prefersOther(): boolean {
    return !this.options.roundRobin && this.index > 0;
  }

  worked(): void {
    this.wait = this.options.restartTimeout.base;
  }

  /** The address is given up for now. `worked`: after it had connected. */
  failed(worked: boolean): void {
    if (worked && !this.options.roundRobin) this.index = 0;
    else this.index = (this.index + 1) % this.options.addresses.length;
  }

  preferFirst(): void {
    this.index = 0;
  }

  /** Nanoseconds until the next attempt. */
  nextWait(): number {
    const { base, cap } = this.options.restartTimeout;
    if (cap === undefined) return base * SECOND;
    this.wait = Math.min(cap, base + this.random() * (this.wait * 3 - base));
    return this.wait * SECOND;
  }
}

export function addressText({ host, port }: BridgeAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
