// The addresses of --listen and --target: which transport, where, and for WebSocket which path.

import { isIPv6 } from 'node:net';
import { UserError } from '../../user-error.js';

export type Transport = 'tcp' | 'tls' | 'ws' | 'wss' | 'unix';

export interface ProxyAddress {
  readonly transport: Transport;
  /** A name or an address, IPv6 without brackets. undefined: all addresses of this machine, or a Unix socket. */
  readonly host: string | undefined;
  /** 0: one that is free. For a Unix socket 0 too. */
  readonly port: number;
  /** Of a Unix socket in the file system, or of a WebSocket's request, with its query. */
  readonly path: string | undefined;
}

const SCHEMES: Readonly<Record<string, Transport>> = {
  tcp: 'tcp',
  mqtt: 'tcp',
  tls: 'tls',
  mqtts: 'tls',
  ssl: 'tls',
  ws: 'ws',
  wss: 'wss',
};
const TARGET_PORTS = { tcp: 1883, tls: 8883, ws: 80, wss: 443 } as const;
/** Nobody means the ports of the web when a proxy is to listen. */
const LISTEN_PORTS: Partial<Record<Transport, number>> = { tcp: 1883, tls: 8883 };

const POSSIBLE =
  'possible are tcp://, tls://, ws://, wss:// (mqtt://, mqtts://, ssl://) with HOST:PORT, and unix:/PATH';
const ADDRESS = /^([a-z]+):\/\/(\[[^\]]*\]|[^:/?#]*)(?::([^/?#]*))?([/?].*)?$/i;
const NAME = /^[\p{L}\p{N}_.-]+$/u;
const HIGHEST_PORT = 65_535;

/** Without a host it is all addresses, as in `tcp://:1884`. Throws UserError. */
export function parseListen(text: string): ProxyAddress {
  return parse(text, '--listen', LISTEN_PORTS);
}

/** Throws UserError. */
export function parseTarget(text: string): ProxyAddress {
  const address = parse(text, '--target', TARGET_PORTS);
  if (address.transport === 'unix') return address;
  if (address.host === undefined) throw wrong(text, '--target', 'it names no host');
  if (address.port === 0) throw wrong(text, '--target', 'port 0 cannot be connected to');
  return address;
}

/** For people: tcp://broker:1883. `port`: where the system has chosen it. */
export function addressText({ transport, host, port, path = '' }: ProxyAddress, boundPort = port): string {
  if (transport === 'unix') return `unix:${path}`;
  const name = host ?? '*';
  return `${transport}://${name.includes(':') ? `[${name}]` : name}:${boundPort}${path}`;
}

export function isWebSocket(transport: Transport): boolean {
  return transport === 'ws' || transport === 'wss';
}

export function isEncrypted(transport: Transport): boolean {
  return transport === 'tls' || transport === 'wss';
}

function parse(text: string, option: string, ports: Partial<Record<Transport, number>>): ProxyAddress {
  const unix = /^unix:(?:\/\/)?(\/.+)$/i.exec(text);
  if (unix !== null) return { transport: 'unix', host: undefined, port: 0, path: unix[1]! };
  const [, scheme = '', host = '', port, rest = '/'] = ADDRESS.exec(text) ?? [];
  const transport = SCHEMES[scheme.toLowerCase()];
  if (transport === undefined) throw wrong(text, option, POSSIBLE);
  if (rest !== '/' && !isWebSocket(transport)) throw wrong(text, option, 'only ws:// and wss:// have a path');
  return {
    transport,
    host: hostOf(host, text, option),
    port: port === undefined ? portOf(ports[transport], text, option) : numberOf(port, text, option),
    path: rest === '/' ? undefined : rest.startsWith('?') ? `/${rest}` : rest,
  };
}

function hostOf(host: string, text: string, option: string): string | undefined {
  if (host === '' || host === '*') return undefined;
  if (host.startsWith('[')) {
    const bare = host.slice(1, -1);
    if (!isIPv6(bare)) throw wrong(text, option, `[${bare}] is no IPv6 address`);
    return bare;
  }
  if (host.includes('@'))
    throw wrong(text, option, 'user names are passed on as clients send them, leave them out here');
  if (!NAME.test(host)) throw wrong(text, option, `'${host}' is no host (IPv6 stands in brackets)`);
  return host;
}

function portOf(usual: number | undefined, text: string, option: string): number {
  if (usual === undefined) throw wrong(text, option, 'it needs a port');
  return usual;
}

function numberOf(port: string, text: string, option: string): number {
  const value = Number(port);
  if (!/^\d+$/.test(port) || value > HIGHEST_PORT) {
    throw wrong(text, option, `'${port}' is no port from 0 to ${HIGHEST_PORT} (IPv6 stands in brackets)`);
  }
  return value;
}

function wrong(text: string, option: string, why: string): UserError {
  return new UserError('option', `${option} '${text}': ${why}`);
}
