// An owner of links that only remembers, and sends back what it gets.

import { EDGE_LIMITS, type EdgeLimits } from '../../../src/io/listeners/edge-limits.js';
import type { Link } from '../../../src/io/listeners/link.js';
import { type Listening, listenAll } from '../../../src/io/listeners/listen.js';
import type { Listener } from '../../../src/io/listeners/listener.js';
import type { ServerOwner } from '../../../src/io/listeners/servers.js';

export class Echo implements ServerOwner {
  readonly links: Link[] = [];
  readonly ends: string[] = [];
  readonly refusals: string[] = [];
  received = '';
  gones = 0;
  drains = 0;
  private readonly waiting: { readonly holds: () => boolean; readonly go: () => void }[] = [];

  opened(link: Link): void {
    this.links.push(link);
    this.look();
  }

  refused(_: number, __: string, reason: string): void {
    this.refusals.push(reason);
    this.look();
  }

  data(link: Link, bytes: Uint8Array): void {
    this.received += Buffer.from(bytes).toString('latin1');
    link.add(Uint8Array.from(bytes));
    link.flush();
    this.look();
  }

  ended(link: Link, how: string, failed: boolean): void {
    this.ends.push(`${how}${failed ? ', failed' : ''}`);
    if (!failed) link.end();
    this.look();
  }

  drained(): void {
    this.drains++;
    this.look();
  }

  gone(): void {
    this.gones++;
    this.look();
  }

  /** When it holds: looked at after everything that happens. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((go) => {
      this.waiting.push({ holds, go });
      this.look();
    });
  }

  private look(): void {
    for (const one of this.waiting) if (one.holds()) one.go();
  }
}

export function listen(
  listeners: readonly Listener[],
  owner: ServerOwner,
  limits: Partial<EdgeLimits> = {},
): Promise<readonly Listening[]> {
  return listenAll(
    listeners.map((listener, index) => ({
      listener,
      index,
      owner,
      limits: { ...EDGE_LIMITS, ...limits },
      maximumSockets: 100,
      maximumPayload: 1000,
    })),
  );
}
