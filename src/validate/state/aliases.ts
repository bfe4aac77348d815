// The Topic Aliases that one side used (5.0: 3.3.2.3.4): enough to tell whether the other had a reason to refuse one. The
// topics behind them are resolved by the dissector.

import type { Seen } from '../seen.js';
import type { Limits } from './limits.js';
import { numberOf } from './number-property.js';

export class Aliases {
  /** Packets with an alias that the receiver must accept. */
  used = 0;
  /** An alias that it need not accept was used: out of its range, not set, or before the range was known. */
  isWrong = false;

  /** `limits`: those of the receiver. */
  apply(seen: Seen, limits: Limits): void {
    const { packet, topic } = seen;
    if (packet.type !== 'PUBLISH') return;
    const alias = numberOf(packet.properties, 'topicAlias');
    if (alias === undefined) return;
    if (alias === 0 || alias > limits.topicAliasMaximum || topic === undefined || !limits.known) this.isWrong = true;
    else this.used++;
  }
}
