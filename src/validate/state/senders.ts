// The clients of a server as those who may have published something: what was not seen of any of them.

import type { Evidence } from './evidence.js';

/** Connections asked whether all of them was seen. */
const MOST_ASKED = 1024;

export class Senders {
  /** Of open connections. */
  private readonly open = new Set<Evidence>();
  /** When bytes of a client were last found to be missing (ns), and why. */
  private missedAt = Number.NEGATIVE_INFINITY;
  private missedWhy = '';

  /** A connection begins: what its client sends counts until it has ended. */
  follow(client: Evidence): void {
    this.open.add(client);
  }

  /** It has ended: what is still missing of it will not come. */
  leave(client: Evidence, time: number): void {
    const doubt = client.doubt(time);
    if (doubt !== undefined) this.missed(doubt, time);
    this.open.delete(client);
  }

  /** Bytes of a client were not seen. */
  missed(reason: string, time: number): void {
    this.missedAt = time;
    this.missedWhy = reason;
  }

  /** Why some client of these servers may have published something since a moment (ns) that was not seen. */
  static unseen(servers: Iterable<Senders>, since: number): string | undefined {
    let asked = 0;
    for (const server of servers) {
      if (server.missedAt >= since) return `of a client: ${server.missedWhy}`;
      for (const one of server.open) {
        if (++asked > MOST_ASKED) return `more than ${MOST_ASKED} connections are open`;
        const doubt = one.doubt(since);
        if (doubt !== undefined) return `of a client: ${doubt}`;
      }
    }
    return undefined;
  }
}
