// The broker without its edges: inputs and the time go in, outputs come out (DESIGN law 1). It opens nothing, looks at
// no clock and draws no random numbers.
//
//   const core = new BrokerCore({ listeners: [{}] }, { nextId: () => randomUUID() });
//   for (const output of core.handle({ kind: 'received', connection: 1, bytes }, now)) apply(output);
//   arm(core.deadline());

import { Counters } from './counters.js';
import type { Input } from './input.js';
import type { Output } from './output.js';
import type { StoredRecord } from './records.js';
import { type BrokerOptions, type BrokerSettings, brokerSettings } from './settings.js';

/** What the core needs and cannot make. */
export interface BrokerTools {
  /** A new unique text of ASCII letters, digits and dashes, for assigned client identifiers. */
  nextId(): string;
}

export class BrokerCore {
  readonly counters = new Counters();
  private settings: BrokerSettings;

  constructor(
    options: BrokerOptions,
    readonly tools: BrokerTools,
  ) {
    this.settings = brokerSettings(options);
  }

  /** What to do about an input, in order. `now`: nanoseconds, never less than before. */
  handle(input: Input, now: number): readonly Output[] {
    if (input.kind === 'reload') this.settings = brokerSettings(input.settings);
    return now >= 0 && this.settings !== undefined ? [] : [];
  }

  /** When to call with `time` next; undefined: nothing is due. May be in the past: then at once. */
  deadline(): number | undefined {
    return undefined;
  }

  /** Takes over what an earlier run stored; before any `handle`. What does not fit together is left out, never an error. */
  restore(_records: Iterable<StoredRecord>, _now: number): readonly Output[] {
    return [];
  }
}
