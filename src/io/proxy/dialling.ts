// The way to a target: TCP or a Unix socket, the PROXY header, TLS, WebSocket, one after the other.

import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import { SOCKETS } from '../listeners/servers.js';
import { type Endpoint, remoteEnd } from '../watch/tap.js';
import { addressText, type ProxyAddress } from './addresses.js';
import { type End, StreamEnd, watch, watchRaw } from './end.js';
import { type ProxyProtocol, proxyHeader } from './proxy-header.js';
import type { RelayConnection } from './relay-connection.js';
import type { RelayLimits } from './relay-limits.js';
import { offeredBy, WebSocketEnd } from './websocket-end.js';

export interface Dialling {
  readonly target: ProxyAddress;
  readonly tls: ConnectionOptions | undefined;
  readonly proxyProtocol: ProxyProtocol | undefined;
  /** A WebSocket ends here: the client's request where it has made one. */
  readonly webSocket: boolean;
  readonly limits: RelayLimits;
}

const TARGET = 1;

/** `ready` once, when bytes can be sent. What goes wrong is told to the connection, with its phase. */
export function dial(
  connection: RelayConnection,
  dialling: Dialling,
  request: IncomingMessage | undefined,
  ready: (target: End, endpoint: Endpoint) => void,
): void {
  if (connection.state !== 'accepting') return;
  const { target, tls, proxyProtocol, webSocket, limits } = dialling;
  const socket = connectTo(target, limits.connectTimeout);
  connection.connecting(socket);
  watchRaw(socket, connection, TARGET);
  let endpoint: Endpoint;
  socket.once('connect', () => {
    // A target that resets at once has no address any more.
    endpoint = remoteEnd(socket);
    if (proxyProtocol !== undefined) socket.write(proxyHeader(proxyProtocol, connection.client, connection.server));
    if (tls === undefined) toWebSocket(socket);
    else secure(tls);
  });

  function secure(options: ConnectionOptions): void {
    connection.phase = 'tls';
    const secured = connectTls({ ...options, socket });
    watch(secured, connection, TARGET);
    secured.once('secureConnect', () => toWebSocket(secured));
  }

  function toWebSocket(stream: Socket): void {
    if (!webSocket) {
      ready(new StreamEnd(connection, TARGET, socket, stream), endpoint);
      return;
    }
    connection.phase = 'websocket';
    const client = new WebSocket(urlOf(target, request), request === undefined ? ['mqtt'] : offeredBy(request), {
      createConnection: () => stream,
      headers: headersOf(request),
      maxPayload: limits.maximumMessage,
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    client.on('error', (error) => connection.failed(TARGET, error));
    client.once('unexpected-response', (_, { statusCode, statusMessage }) => {
      connection.fail(TARGET, {
        reason: 'websocket',
        message: `the answer was ${statusCode} ${statusMessage} in place of a WebSocket`,
      });
    });
    client.once('open', () => {
      connection.subprotocol = client.protocol === '' ? undefined : client.protocol;
      client.removeAllListeners('error');
      ready(new WebSocketEnd(connection, TARGET, socket, stream, client), endpoint);
    });
  }
}

function connectTo({ transport, host = 'localhost', port, path = '' }: ProxyAddress, timeout: number): Socket {
  if (transport === 'unix') return connect({ path, allowHalfOpen: true });
  // Of several addresses of a name each has its share of the time.
  return connect({ ...SOCKETS, host, port, autoSelectFamilyAttemptTimeout: Math.max(10, Math.ceil(timeout / 4)) });
}

function urlOf(target: ProxyAddress, request: IncomingMessage | undefined): string {
  return addressText({ ...target, path: target.path ?? request?.url ?? DEFAULT_PATH });
}

/** What the brokers listen at that care. */
const DEFAULT_PATH = '/mqtt';

/** Who the client says it is, also to HTTP. */
const PASSED_ON = ['authorization', 'cookie', 'origin', 'user-agent'] as const;

function headersOf(request: IncomingMessage | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = request?.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}
