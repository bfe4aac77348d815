// The relay: sits between clients and their targets, passes on what comes, and tells a watcher what passes. It knows nothing
// of dissection, and of MQTT only what its gates do.

import { createServer, type Server, type Socket } from 'node:net';
import type { TLSSocketOptions } from 'node:tls';
import { UserError } from '../../user-error.js';
import { type Listening, openAll } from '../listeners/listen.js';
import type { Listener } from '../listeners/listener.js';
import { SOCKETS } from '../listeners/servers.js';
import { type Endpoint, localEnd, remoteEnd } from '../watch/tap.js';
import { makeAcceptor } from './accepting.js';
import { addressText, isEncrypted, isWebSocket, type ProxyAddress, type Transport } from './addresses.js';
import { type Dialling, dial } from './dialling.js';
import { reset } from './end.js';
import type { Failure } from './failures.js';
import { type CloseHow, RelayConnection, type RelayConnectionState, type RelayCore } from './relay-connection.js';
import { RELAY_LIMITS, type RelayLimits } from './relay-limits.js';
import type { RelayOptions, RelayRoute } from './relay-options.js';
import { prepareListenTls, prepareTargetTls } from './relay-tls.js';
import { Teller } from './teller.js';

export interface RelayListening {
  /** Index of the pair. */
  readonly route: number;
  /** For clients, with the port that the system has chosen. */
  readonly url: string;
  /** 0 for a Unix socket. */
  readonly port: number;
}

export interface ConnectionState {
  readonly id: number;
  readonly route: number;
  readonly client: Endpoint;
  /** As it was given. */
  readonly target: string;
  /** Where that turned out to be, once it is connected. */
  readonly endpoint: Endpoint | undefined;
  readonly transports: { readonly client: Transport; readonly target: Transport };
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Bytes that the client sent, and that it was sent: inside TLS, and inside WebSocket where that ends here. */
  readonly received: number;
  readonly sent: number;
  readonly state: RelayConnectionState;
}

export interface RelayTotals {
  /** Now. */
  readonly connections: number;
  readonly everConnected: number;
  /** Connections that were refused, or whose target could not be reached, or that broke a rule of TLS or WebSocket. */
  readonly failed: number;
  /** Bytes of all clients, and to all clients. */
  readonly received: number;
  readonly sent: number;
}

export class Relay implements RelayCore {
  readonly limits: RelayLimits;
  readonly clock: () => number;
  readonly passed: [number, number] = [0, 0];
  private readonly open = new Map<number, RelayConnection>();
  private listening: readonly Listening[] = [];
  private ever = 0;
  private failures = 0;
  private isStopping = false;
  private whenEmpty: (() => void) | undefined = undefined;

  /** Nothing is opened yet. Throws UserError for routes that cannot be. */
  constructor(private readonly options: RelayOptions) {
    this.limits = { ...RELAY_LIMITS, ...options.limits };
    this.clock = options.clock ?? (() => performance.now());
    for (const { listen, tls, target, targetTls } of options.routes) {
      if (isEncrypted(listen.transport) !== (tls !== undefined)) {
        throw new UserError(
          'option',
          `${addressText(listen)} ${tls === undefined ? 'needs a certificate' : 'has no TLS for a certificate'}`,
        );
      }
      if (!isEncrypted(target.transport) && targetTls !== undefined) {
        throw new UserError('option', `${addressText(target)} has no TLS to be set up`);
      }
    }
  }

  /** All listeners or none. Throws UserError. */
  async start(): Promise<readonly RelayListening[]> {
    const openings = await Promise.all(
      this.options.routes.map(async (route, index) => ({
        listener: listenerOf(route.listen),
        make: await this.serverMaker(route, index),
      })),
    );
    this.listening = await openAll(openings);
    for (const { server } of this.listening) {
      server.on('error', ({ code, message }: NodeJS.ErrnoException) => {
        this.refused(`a connection could not be accepted: ${code === 'EMFILE' ? 'too many files are open' : message}`);
      });
    }
    return this.listening.map(({ port }, route) => {
      const { listen } = this.options.routes[route]!;
      return { route, port, url: addressText(listen, port) };
    });
  }

  /** Accepts nobody any more; connections have `graceMs` to finish, then they are ended. Resolves when all are closed. */
  async stop(graceMs: number): Promise<void> {
    this.isStopping = true;
    const servers = this.listening.map(({ server }) => new Promise((resolve) => server.close(resolve)));
    await this.empty(graceMs);
    for (const id of [...this.open.keys()]) this.close(id, 'fin', 'stopped');
    await this.empty(Number.POSITIVE_INFINITY);
    await Promise.all(servers);
  }

  connections(): readonly ConnectionState[] {
    return Array.from(this.open.values(), (one) => {
      const { listen, target } = this.options.routes[one.route]!;
      return {
        id: one.id,
        route: one.route,
        client: one.client,
        target: addressText(target),
        endpoint: one.target,
        transports: { client: listen.transport, target: target.transport },
        since: one.since,
        received: one.passed[0],
        sent: one.passed[1],
        state: one.state,
      };
    });
  }

  get totals(): RelayTotals {
    const [received, sent] = this.passed;
    return { connections: this.open.size, everConnected: this.ever, failed: this.failures, received, sent };
  }

  /** Both sides of the connection. false: there is none of that number. */
  cut(id: number, how: CloseHow): boolean {
    return this.close(id, how, 'asked');
  }

  failed(connection: RelayConnection, who: 'client' | 'target', failure: Failure): void {
    this.failures++;
    this.options.watcher?.event({ kind: 'failed', connection: connection.id, with: who, ...failure });
  }

  over({ id }: RelayConnection): void {
    this.open.delete(id);
    if (this.open.size === 0) this.whenEmpty?.();
  }

  private close(id: number, how: CloseHow, why: 'asked' | 'stopped'): boolean {
    const connection = this.open.get(id);
    if (connection === undefined) return false;
    if (connection.state !== 'closing') this.options.watcher?.event({ kind: 'cut', connection: id, how, why });
    connection.close(how);
    return true;
  }

  private async serverMaker(route: RelayRoute, index: number): Promise<() => Server> {
    const { listen, target, tls, targetTls, proxyProtocol } = route;
    const { watcher, encrypted = false, secrets = true } = this.options;
    const passesWebSocket = this.passesWebSocket(route);
    const naming = (address: ProxyAddress) => (error: unknown) => {
      throw error instanceof UserError ? new UserError(error.code, `${addressText(address)}: ${error.message}`) : error;
    };
    const listenTls = tls && (await prepareListenTls(tls).catch(naming(listen)));
    const dialling: Dialling = {
      target,
      tls: isEncrypted(target.transport)
        ? await prepareTargetTls(targetTls ?? {}, target).catch(naming(target))
        : undefined,
      proxyProtocol,
      webSocket: isWebSocket(target.transport) && !passesWebSocket,
      limits: this.limits,
    };
    const accept = makeAcceptor({
      tls: listenTls,
      webSocket: isWebSocket(listen.transport) && !passesWebSocket,
      targetWebSocket: dialling.webSocket,
      isRecorded: encrypted,
      limits: this.limits,
      secrets: secrets ? (lines) => watcher?.secrets(lines) : undefined,
      asked: (connection, request, finish) => {
        dial(connection, dialling, request, (end, endpoint) => {
          finish((client) => connection.open(client, end, endpoint));
        });
      },
    });
    return () =>
      createServer(SOCKETS, (socket) => {
        const connection = this.accepted(socket, index, listenTls);
        if (connection !== undefined) accept(socket, connection);
      });
  }

  /** With WebSocket on both sides its bytes are passed as they are, the request too. */
  private passesWebSocket({ listen, target }: RelayRoute): boolean {
    if (!isWebSocket(listen.transport) || !isWebSocket(target.transport)) return false;
    return this.options.gates === undefined && (target.path === undefined || target.path === listen.path);
  }

  private accepted(socket: Socket, route: number, tls: TLSSocketOptions | undefined): RelayConnection | undefined {
    const { options, limits } = this;
    if (socket.destroyed) return undefined;
    const isFull = this.open.size >= limits.maximumConnections;
    if (isFull || this.isStopping) {
      socket.on('error', () => {});
      reset(socket);
      if (isFull) this.refused(`there are ${limits.maximumConnections} connections already`);
      return undefined;
    }
    const id = ++this.ever;
    const teller = new Teller(options.watcher, id, tls !== undefined && options.encrypted === true);
    const [client, server] = [remoteEnd(socket), localEnd(socket)];
    const gate = options.gates?.gate();
    const connection = new RelayConnection(id, route, client, server, Date.now(), teller, gate, this, socket);
    this.open.set(id, connection);
    options.watcher?.opened(id, route, client, server);
    return connection;
  }

  /** A client that did not become a connection. */
  private refused(message: string): void {
    this.failures++;
    this.options.watcher?.event({ kind: 'failed', connection: undefined, with: 'client', reason: 'limit', message });
  }

  /** No connection is left, or the time is over. */
  private empty(milliseconds: number): Promise<void> {
    if (this.open.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = Number.isFinite(milliseconds) ? setTimeout(resolve, milliseconds) : undefined;
      this.whenEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function listenerOf({ transport, host, port, path }: ProxyAddress): Listener {
  const common = {
    protocol: isWebSocket(transport) ? 'websocket' : 'mqtt',
    ...(isEncrypted(transport) ? { tls: {} } : {}),
  } as const;
  if (transport === 'unix') return { ...common, path: path! };
  return { ...common, port, ...(host === undefined ? {} : { host }) };
}
