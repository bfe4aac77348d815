// A relay made from its setup, in the thread that it is in.

import { type FaultState, Faults } from '../../faults/faults.js';
import { loadAuthority } from './authority.js';
import { type ConnectionState, Relay, type RelayListening, type RelayTotals } from './relay.js';
import type { RelayDriver } from './relay-driver.js';
import type { RelayRoute } from './relay-options.js';
import type { RelaySetup, RouteSetup } from './relay-setup.js';
import { Ring } from './ring.js';
import { RingWatcher } from './ring-watcher.js';

/** Clients that name nobody. */
const NAMELESS = 'localhost';

export class RelayHost implements RelayDriver {
  private readonly rules: Faults;
  private readonly watcher: RingWatcher;
  private relay: Relay | undefined = undefined;

  /** Throws UserError for rules that cannot be. */
  constructor(
    private readonly setup: RelaySetup,
    wake: () => void,
  ) {
    const ring = new Ring(setup.ring, wake);
    ring.clockOrigin = performance.timeOrigin;
    this.rules = new Faults(setup.faults);
    this.watcher = new RingWatcher(ring, setup.keepsBytes);
  }

  async start(): Promise<readonly RelayListening[]> {
    const { setup, watcher, rules } = this;
    const { isEncrypted: encrypted, tellsSecrets: secrets, hasGates, limits } = setup;
    const routes = await Promise.all(setup.routes.map(routeOf));
    this.relay = new Relay({
      ...{ routes, watcher, encrypted, secrets },
      ...(hasGates ? { gates: rules } : {}),
      ...(limits === undefined ? {} : { limits }),
    });
    return this.relay.start();
  }

  async connections(): Promise<readonly ConnectionState[]> {
    return this.relay?.connections() ?? [];
  }

  async totals(): Promise<RelayTotals> {
    return this.relay?.totals ?? { connections: 0, everConnected: 0, failed: 0, received: 0, sent: 0 };
  }

  async cut(connection: number, how: 'fin' | 'rst'): Promise<boolean> {
    return this.relay?.cut(connection, how) ?? false;
  }

  async faults(): Promise<readonly FaultState[]> {
    return this.rules.list();
  }

  async addFault(rule: unknown): Promise<number> {
    return this.rules.add(rule);
  }

  async removeFault(number: number): Promise<boolean> {
    return this.rules.remove(number);
  }

  async stop(grace: number): Promise<RelayTotals> {
    await this.relay?.stop(grace);
    return this.totals();
  }
}

async function routeOf({ tls, ...route }: RouteSetup): Promise<RelayRoute> {
  if (tls === undefined) return route;
  const { certificate: of, ...others } = tls;
  const certificate =
    'authority' in of ? (await loadAuthority(of.authority)).source(route.listen.host ?? NAMELESS) : of;
  return { ...route, tls: { ...others, certificate } };
}
