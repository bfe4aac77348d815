// A proxy with two connections and one fault, that remembers what it was asked to do.

import { metrics } from '../../../src/cli/proxy-control.js';
import type { ControlledFault, Metric, ProxyControl } from '../../../src/io/control/proxy-control.js';
import { UserError } from '../../../src/user-error.js';

export const CONNECTIONS = [
  {
    id: 1,
    route: 0,
    target: 'tcp://broker:1883',
    endpoint: { address: '192.0.2.1', port: 1883 },
    transports: { client: 'tls', target: 'tcp' },
    state: 'open',
    client: '127.0.0.1:50123',
    clientId: 'dev-1',
    since: '2026-01-02T03:04:05.678Z',
    bytesFromClient: 120,
    bytesFromServer: 44,
  },
  {
    id: 7,
    route: 1,
    target: 'tls://broker:8883',
    transports: { client: 'unix', target: 'tls' },
    state: 'connecting',
    client: 'a local client',
    since: '2026-01-02T03:04:06.000Z',
    bytesFromClient: 0,
    bytesFromServer: 0,
  },
];

/** Those of the proxy. */
export const METRICS: readonly Metric[] = metrics(
  { connections: 2, everConnected: 5, failed: 1, received: 120, sent: 44 },
  { packetsByType: { CONNECT: 4, CONNACK: 4, PUBLISH: 3 }, findingsByLevel: { must: 1, should: 0, note: 0 } },
);

const RULE = { action: 'drop', types: ['PUBACK'], every: 10 };

export class FakeControl implements ProxyControl {
  readonly done: unknown[] = [];
  readonly listeners = new Set<(line: string) => void>();
  readonly rules: ControlledFault[] = [
    { number: 1, text: 'drop PUBACK every 10', rule: RULE, matches: 21, injections: 2 },
  ];

  connections() {
    return CONNECTIONS;
  }

  async counters() {
    return METRICS;
  }

  faults() {
    return this.rules;
  }

  async addFault(rule: unknown): Promise<number> {
    if (rule === 'drop everything') throw new UserError('option', 'fault: "everything" is no packet type');
    if (rule === 'a bug') throw new TypeError('undefined is not a function');
    this.done.push(['add', rule]);
    return 2;
  }

  removeFault(number: number): boolean {
    this.done.push(['remove', number]);
    return number === 1;
  }

  async cut(connection: number, how: 'fin' | 'rst'): Promise<boolean> {
    this.done.push(['cut', connection, how]);
    return CONNECTIONS.some(({ id }) => id === connection);
  }

  subscribe(listener: (line: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(line: string): void {
    for (const listener of this.listeners) listener(line);
  }
}
