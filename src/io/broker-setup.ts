// From a mosquitto.conf to what the broker's edge is started with: listeners, settings, who may come in. All of it or none:
// with an error anywhere there is nothing, and every remark says where.

import { networkInterfaces } from 'node:os';
import type { BrokerConfiguration, ListenerOptions } from '../broker/config/configuration.js';
import { reloaded } from '../broker/config/reload.js';
import { type Place, type Remark, Remarks } from '../broker/config/remark.js';
import { commonSettingsOf, listenerSettingsOf } from '../broker/config/settings-of.js';
import type { BridgeSetup } from './bridge-edge.js';
import { readBridge } from './bridge-tls-files.js';
import { type Access, authenticateBy, readAccess } from './broker-access.js';
import { readConfiguration } from './broker-files.js';
import type { Authenticate, CommonSettings } from './broker-server-options.js';
import { readTls } from './broker-tls-files.js';
import type { Listener } from './listeners/listener.js';

export interface BrokerSetup {
  readonly configuration: BrokerConfiguration;
  readonly listeners: readonly Listener[];
  readonly bridges: readonly BridgeSetup[];
  readonly settings: CommonSettings;
  readonly authenticate: Authenticate;
}

export interface ReadSetup {
  /** undefined: there is an error among the remarks. */
  readonly setup: BrokerSetup | undefined;
  readonly remarks: readonly Remark[];
}

export function readSetup(path: string): ReadSetup {
  const { configuration, remarks } = readConfiguration(path);
  if (configuration === undefined) return { setup: undefined, remarks };
  const made = setupOf(configuration, path);
  return { setup: made.setup, remarks: [...remarks, ...made.remarks] };
}

/**
 * Reads it again while the broker runs, from the same path. Without an error, `setup` takes the place of the running one:
 * its listeners are as many and in the same order. With one, nothing changes.
 */
export function readAgain(running: BrokerSetup, path: string): ReadSetup {
  const read = readConfiguration(path);
  if (read.configuration === undefined) return { setup: undefined, remarks: read.remarks };
  const merged = reloaded(running.configuration, read.configuration, path);
  const told = [...read.remarks, ...merged.remarks];
  if (merged.configuration === undefined) return { setup: undefined, remarks: told };
  const { setup, remarks } = setupOf(merged.configuration, path);
  if (setup === undefined || setup.listeners.length === running.listeners.length) {
    return { setup, remarks: [...told, ...remarks] };
  }
  const message = 'a network interface has got or lost addresses: that needs a restart (bind_interface)';
  return { setup: undefined, remarks: [...told, ...remarks, { level: 'error', file: path, line: 0, message }] };
}

/** Reads the files that a configuration names. `path` is what stands for it where no line does. */
export function setupOf(configuration: BrokerConfiguration, path: string): ReadSetup {
  const remarks = new Remarks();
  const access = readAccess(configuration.listeners, remarks);
  // One of the configuration is several here when its interface has several addresses.
  const parts = configuration.listeners.flatMap((options, index) => {
    const its = access[index]!;
    const place = options.place ?? { file: path, line: 0 };
    return listenersOf(options, its, configuration, place, remarks).map((listener) => ({ listener, access: its }));
  });
  const { retainAvailable } = configuration.global;
  const bridges = configuration.bridges.map((one) => ({ ...readBridge(one, remarks), limits: { retainAvailable } }));
  if (remarks.failed) return { setup: undefined, remarks: remarks.all };
  const setup: BrokerSetup = {
    configuration,
    listeners: parts.map(({ listener }) => listener),
    bridges,
    settings: commonSettingsOf(configuration.global),
    authenticate: (request) => authenticateBy(parts[request.listener]!.access, request),
  };
  return { setup, remarks: remarks.all };
}

function listenersOf(
  options: ListenerOptions,
  access: Access,
  { global }: BrokerConfiguration,
  place: Place,
  remarks: Remarks,
): Listener[] {
  const tls = readTls(options, access.psks, remarks);
  const listener: Listener = {
    protocol: options.protocol === 'websockets' ? 'websocket' : 'mqtt',
    mayFail: options.mayFail,
    settings: listenerSettingsOf(options, global, access.authorize),
    ...(tls === undefined ? {} : { tls }),
  };
  const { unixSocketPath, port } = options;
  if (unixSocketPath !== undefined) return [{ ...listener, path: unixSocketPath }];
  const hosts = hostsOf(options, place, remarks);
  return hosts.map((host) => ({
    ...listener,
    port,
    ...(host === undefined ? {} : { host }),
    ...(options.socketDomain === 'ipv6' ? { ipv6Only: true } : {}),
  }));
}

const ANY = { ipv4: '0.0.0.0', ipv6: '::' } as const;

/** undefined: all addresses. */
function hostsOf(options: ListenerOptions, place: Place, remarks: Remarks): readonly (string | undefined)[] {
  const { bindInterface, socketDomain, host } = options;
  if (bindInterface === undefined) return [host ?? (socketDomain && ANY[socketDomain])];
  const family = socketDomain && { ipv4: 'IPv4', ipv6: 'IPv6' }[socketDomain];
  const addresses = networkInterfaces()[bindInterface]?.filter((one) => family === undefined || one.family === family);
  if (addresses === undefined || addresses.length === 0) {
    const what = addresses === undefined ? 'there is no network interface' : `there is no ${socketDomain} address on`;
    remarks.error(place, `${what} ${bindInterface} (bind_interface)`);
    return [];
  }
  // An address of one link is ambiguous without its name.
  return addresses.map((one) =>
    one.family === 'IPv6' && one.scopeid !== 0 ? `${one.address}%${bindInterface}` : one.address,
  );
}
