// Tells a watcher of one connection so that its ends are told once and in order: both directions end once, or there is one
// reset.

import type { Side } from '../../bytes/chunk.js';
import type { InjectedFault } from '../../faults/gate.js';
import type { Endpoint } from '../watch/tap.js';
import type { RelayWatcher } from './watcher.js';

export class Teller {
  private readonly isTold: [boolean, boolean] = [false, false];
  private wasReset = false;

  constructor(
    private readonly watcher: RelayWatcher | undefined,
    private readonly connection: number,
    /** Its bytes and FINs are told as TLS records, by whoever sees those. */
    private readonly isRecorded: boolean,
  ) {}

  bytes(from: Side, bytes: Uint8Array): void {
    if (!this.isRecorded && !this.wasReset) this.watcher?.bytes(this.connection, from, bytes);
  }

  ended(from: Side, how: 'fin' | 'rst'): void {
    if (!this.isRecorded || how === 'rst') this.tell(from, how);
  }

  /** TLS records as they are. */
  record(from: Side, bytes: Uint8Array): void {
    if (!this.wasReset) this.watcher?.bytes(this.connection, from, bytes);
  }

  recordEnded(from: Side): void {
    this.tell(from, 'fin');
  }

  connected(target: Endpoint): void {
    this.watcher?.event({ kind: 'connected', connection: this.connection, target });
  }

  fault(fault: InjectedFault): void {
    this.watcher?.event({ kind: 'fault', connection: this.connection, fault });
  }

  /** Both sides are closed. What has not been told to end was closed together with the rest, or cut. */
  over(): void {
    const hasEnd = this.isTold[0] || this.isTold[1];
    if (!hasEnd) this.tell(1, 'rst');
    this.tell(0, 'fin');
    this.tell(1, 'fin');
  }

  private tell(from: Side, how: 'fin' | 'rst'): void {
    if (this.wasReset || (this.isTold[0] && this.isTold[1]) || (how === 'fin' && this.isTold[from])) return;
    this.isTold[from] = true;
    this.wasReset = how === 'rst';
    this.watcher?.ended(this.connection, from, how);
  }
}
