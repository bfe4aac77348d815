// All bridges of a broker. For the core their own connections come from one more listener, behind those that are open to
// others: there is nobody to be asked who that is, and no ACL.

import { BRIDGE_LIMITS } from '../broker/bridge-input.js';
import type { BrokerOptions, ListenerSettings } from '../broker/settings.js';
import { brokerSettings } from '../broker/settings.js';
import { BridgeEdge, type BridgeHost } from './bridge-edge.js';
import type { BrokerServerOptions, CommonSettings } from './broker-server-options.js';
import type { Listener } from './listeners/listener.js';

/** Of the core. */
export function coreOptionsOf(
  { store, bridges = [] }: BrokerServerOptions,
  settings: CommonSettings = {},
  listeners: readonly Listener[],
): BrokerOptions {
  const open = listeners.map((one) => one.settings ?? {});
  const inside = bridges.length === 0 ? [] : [bridgeListener(bridges)];
  return { ...settings, stores: store !== undefined, listeners: [...open, ...inside] };
}

function bridgeListener(bridges: NonNullable<BrokerServerOptions['bridges']>): Partial<ListenerSettings> {
  const sizes = bridges.map(({ limits }) => limits?.maximumPacketSize ?? BRIDGE_LIMITS.maximumPacketSize);
  return { maximumPacketSize: Math.max(...sizes) };
}

export class Bridges {
  private readonly edges: readonly BridgeEdge[];

  constructor(host: BridgeHost, { bridges = [], listeners, settings = {}, tap, onEvent }: BrokerServerOptions) {
    const window = brokerSettings(settings).maximumInflight;
    const around = { host, listener: listeners.length, tap, onEvent };
    this.edges = bridges.map((one) => new BridgeEdge({ ...one, limits: { window, ...one.limits } }, around));
  }

  start(): void {
    for (const edge of this.edges) edge.start();
  }

  /** The other brokers are told in this call; resolves when the connections are gone. */
  async stop(): Promise<void> {
    await Promise.all(this.edges.map((edge) => edge.stop()));
  }
}
