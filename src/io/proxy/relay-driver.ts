// Who works a relay, in this thread or in another: everything by messages that can be copied.

import type { FaultState } from '../../faults/faults.js';
import type { ConnectionState, RelayListening, RelayTotals } from './relay.js';

export interface RelayDriver {
  /** All listeners or none. Throws UserError. */
  start(): Promise<readonly RelayListening[]>;
  connections(): Promise<readonly ConnectionState[]>;
  totals(): Promise<RelayTotals>;
  /** False when there is no such connection. */
  cut(connection: number, how: 'fin' | 'rst'): Promise<boolean>;
  faults(): Promise<readonly FaultState[]>;
  /** A rule, words for it, or what JSON has of one: gives its number. Rejects with UserError for one that cannot be. */
  addFault(rule: unknown): Promise<number>;
  removeFault(number: number): Promise<boolean>;
  /** Nobody is accepted any more; those that are there have so long (ms) to finish. Gives what it came to. */
  stop(grace: number): Promise<RelayTotals>;
}
