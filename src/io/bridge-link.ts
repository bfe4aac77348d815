// The connection of a bridge to the core of its own process: no socket, only functions. What the core sends is handed on
// after the turn, never in the middle of a call.

import { joinedToKeep } from './listeners/joining.js';
import { Link, type LinkOwner } from './listeners/link.js';
import type { Endpoint } from './watch/tap.js';

export interface BridgeLinkUser {
  sentByCore(link: BridgeLink, bytes: Uint8Array): void;
  closedByCore(link: BridgeLink): void;
  /** So much waits for the store that the other broker should not be read from. */
  paused(link: BridgeLink, isPaused: boolean): void;
}

const NOWHERE: Endpoint = { address: undefined, port: undefined };

export class BridgeLink extends Link {
  private isGone = false;

  constructor(
    listener: number,
    owner: LinkOwner,
    private readonly user: BridgeLinkUser,
  ) {
    super(listener, owner, undefined);
  }

  /** The connection to the other broker is watched in its place. */
  override get isInside(): boolean {
    return true;
  }

  get client(): Endpoint {
    return NOWHERE;
  }

  get server(): Endpoint {
    return NOWHERE;
  }

  get waiting(): number {
    return 0;
  }

  override tell(): void {}

  end(): void {
    this.leave();
  }

  cut(): void {
    this.leave();
  }

  private leave(): void {
    if (this.isGone) return;
    this.isGone = true;
    queueMicrotask(() => {
      this.user.closedByCore(this);
      this.owner.gone(this);
    });
  }

  protected write(chunks: readonly Uint8Array[], length: number): void {
    const bytes = joinedToKeep(chunks, length);
    queueMicrotask(() => this.user.sentByCore(this, bytes));
  }

  protected stopReading(): void {
    this.user.paused(this, true);
  }

  protected startReading(): void {
    this.user.paused(this, false);
  }
}
