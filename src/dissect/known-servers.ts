// Servers that spoke MQTT: what comes to them later need tell no more than on the MQTT port, so that a connection whose CONNECT
// was not captured is still read, and the judge knows of it.

import type { Side } from '../bytes/chunk.js';
import type { TcpConnection } from '../tcp/connection.js';
import type { TransportName } from '../transport/transport.js';

/** Servers remembered, the latest ones. */
const MOST = 4096;

export class KnownServers {
  readonly #known = new Set<string>();

  /** `layers`: between TCP and MQTT. A port may serve one of them and nothing else. */
  add(tcp: TcpConnection<unknown>, server: Side, layers: readonly TransportName[]): void {
    this.#known.add(keyOf(tcp, server, layers));
    const [oldest] = this.#known;
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
  }

  /** Which end of a connection is one of them. */
  sideOf(tcp: TcpConnection<unknown>, layers: readonly TransportName[]): Side | undefined {
    if (this.#known.size === 0) return undefined;
    for (const side of [1, 0] as const) if (this.#known.has(keyOf(tcp, side, layers))) return side;
    return undefined;
  }
}

function keyOf(tcp: TcpConnection<unknown>, side: Side, layers: readonly TransportName[]): string {
  return `${layers.join('+')} ${tcp.endpoint(side)}`;
}
