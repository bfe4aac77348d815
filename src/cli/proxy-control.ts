// What the control interface may look at and do, of a proxy that runs.

import type { Metric, ProxyControl } from '../io/control/proxy-control.js';
import type { RelayTotals } from '../io/proxy/relay.js';
import type { RelayDriver } from '../io/proxy/relay-driver.js';
import { clientText } from '../io/watch/tap.js';
import type { PacketLines } from './packet-lines.js';
import type { ProxyView } from './proxy-view.js';

export function proxyControl(driver: RelayDriver, view: ProxyView, lines: PacketLines): ProxyControl {
  return {
    async connections() {
      return (await driver.connections()).map(({ client, since, received, sent, ...rest }) => {
        const address = clientText(client);
        const clientId = view.clientIds.get(address);
        return {
          ...rest,
          client: address,
          ...(clientId === undefined ? {} : { clientId }),
          since: new Date(since).toISOString(),
          bytesFromClient: received,
          bytesFromServer: sent,
        };
      });
    },
    counters: async () => metrics(await driver.totals(), view),
    faults: () => driver.faults(),
    addFault: (rule) => driver.addFault(rule),
    removeFault: (number) => driver.removeFault(number),
    cut: (connection, how) => driver.cut(connection, how),
    subscribe: (listener) => lines.subscribe(listener),
  };
}

/** What a view has counted. */
type Counted = Pick<ProxyView, 'packetsByType' | 'findingsByLevel'>;

export function metrics(
  { connections, everConnected, failed, received, sent }: RelayTotals,
  view: Counted,
): readonly Metric[] {
  const by = (name: string, values: Readonly<Record<string, number>>) =>
    Object.entries(values).map(([label, value]) => ({ labels: { [name]: label }, value }));
  return [
    { name: 'connections', type: 'gauge', help: 'Connections that are open.', value: connections },
    { name: 'connections_total', type: 'counter', help: 'Clients that connected.', value: everConnected },
    {
      name: 'connections_failed_total',
      type: 'counter',
      help: 'Connections that could not be passed on, or broke.',
      value: failed,
    },
    {
      name: 'bytes_total',
      type: 'counter',
      help: 'Bytes of MQTT by who sent them.',
      value: by('from', { client: received, server: sent }),
    },
    {
      name: 'packets_total',
      type: 'counter',
      help: 'MQTT packets that were read, by type.',
      value: by('type', view.packetsByType),
    },
    {
      name: 'findings_total',
      type: 'counter',
      help: 'Violations of the specification that were found, by level.',
      value: by('level', view.findingsByLevel),
    },
  ];
}
