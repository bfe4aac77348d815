// The Topic Aliases that one side used (5.0: 3.3.2.3.4): which of them it set, and whether the other had a reason to refuse
// one. The topics behind them are resolved by the dissector.

import type { Seen } from '../seen.js';
import type { Limits } from './limits.js';
import { numberOf } from './number-property.js';

/** Packets with an alias that was not set, of which it is remembered: the oldest go. */
const MOST_UNSET = 64;

export class Aliases {
  /** Packets with an alias that the receiver must accept. */
  used = 0;
  /** An alias that it need not accept was used: out of its range, not set, or before the range was known. */
  isWrong = false;
  private readonly set = new Set<number>();
  private readonly unset = new Set<number>();

  /** Whether an alias was set by its sender. */
  has(alias: number): boolean {
    return this.set.has(alias);
  }

  /** Whether a packet, by its number, had no topic but an alias that was not set. */
  wasUnset(number: number): boolean {
    return this.unset.size > 0 && this.unset.has(number);
  }

  /** `limits`: those of the receiver. */
  apply({ packet, item }: Seen, limits: Limits): void {
    if (packet.type !== 'PUBLISH') return;
    const alias = numberOf(packet.properties, 'topicAlias');
    if (alias === undefined) return;
    if (packet.topic !== '') this.set.add(alias);
    else if (!this.set.has(alias)) {
      this.isWrong = true;
      this.unset.add(item.number);
      if (this.unset.size > MOST_UNSET) this.unset.delete(this.unset.values().next().value!);
    }
    if (alias === 0 || alias > limits.topicAliasMaximum || !limits.known) this.isWrong = true;
    else this.used++;
  }
}
