// The servers behind listeners: sockets come in, links come out. TCP and Unix sockets, TLS, and WebSocket over either.

import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { type WebSocket, WebSocketServer } from 'ws';
import { clientText, remoteEnd } from '../watch/tap.js';
import type { EdgeLimits } from './edge-limits.js';
import type { Link, LinkOwner } from './link.js';
import type { Listener } from './listener.js';
import type { NetworkLink } from './network-link.js';
import { reset, SocketLink } from './socket-link.js';
import { identityOf, tlsOptions } from './tls.js';
import { WebSocketLink } from './websocket-link.js';

/** What a server does with connections. */
export interface ServerOwner extends LinkOwner {
  opened(link: Link): void;
  /** A connection that did not come so far as to be a link. */
  refused(listener: number, remote: string, reason: string): void;
}

export interface ServerSettings {
  readonly listener: Listener;
  readonly index: number;
  readonly owner: ServerOwner;
  readonly limits: EdgeLimits;
  /** Sockets at once; more are closed at once. */
  readonly maximumSockets: number;
  readonly maximumPayload: number;
}

/** Seconds of silence after which the system asks whether the other side still lives. */
const KEEP_ALIVE = 60;
export const SUBPROTOCOLS: readonly string[] = ['mqtt', 'mqttv3.1'];
/** Of every socket that is accepted. */
export const SOCKETS = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: KEEP_ALIVE * 1000,
};

/** Not listening yet. Throws UserError when the listener cannot be as it is. */
export function createListenerServer(settings: ServerSettings): Server {
  const { listener } = settings;
  const server = listener.protocol === 'websocket' ? webSocketServer(settings) : streamServer(settings);
  server.maxConnections = settings.maximumSockets;
  const rate = new AcceptRate(settings.limits.acceptRate);
  if (settings.limits.acceptRate > 0) {
    server.prependListener('connection', (socket: Socket) => {
      if (!rate.admits(performance.now())) reset(socket);
    });
  }
  return server;
}

function streamServer({ listener, index, owner, limits }: ServerSettings): Server {
  if (listener.tls === undefined) {
    return createServer(SOCKETS, (socket) => {
      if (!socket.destroyed) open(new SocketLink(socket, index, owner, undefined), owner);
    });
  }
  const { userNameFrom } = listener.tls;
  const server = createTlsServer({ ...SOCKETS, ...tlsOptions(listener.tls, limits.handshakeTimeout) }, (socket) => {
    const { ok, userName } = identityOf(socket, userNameFrom);
    if (ok) open(new SocketLink(socket, index, owner, userName), owner);
    else refuse(socket, index, owner, 'its certificate tells no user name');
  });
  return tellingTlsErrors(server, index, owner);
}

function tellingTlsErrors<S extends Server>(server: S, index: number, owner: ServerOwner): S {
  return server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    owner.refused(index, remoteOf(socket), `TLS: ${error.code ?? error.message}`);
  });
}

function webSocketServer(settings: ServerSettings): Server {
  const { listener, index, owner, limits, maximumPayload } = settings;
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    skipUTF8Validation: true,
    maxPayload: maximumPayload,
    handleProtocols: (offered) => SUBPROTOCOLS.find((one) => offered.has(one)) ?? false,
  });
  const http = {
    ...SOCKETS,
    headersTimeout: limits.handshakeTimeout,
    requestTimeout: limits.handshakeTimeout,
    connectionsCheckingInterval: Math.max(100, Math.ceil(limits.handshakeTimeout / 4)),
  };
  const server: HttpServer =
    listener.tls === undefined
      ? createHttpServer(http, answerNoUpgrade)
      : tellingTlsErrors(
          createHttpsServer({ ...http, ...tlsOptions(listener.tls, limits.handshakeTimeout) }, answerNoUpgrade),
          index,
          owner,
        );
  server.on('upgrade', (request, socket: Socket, head) => {
    const fault = faultOf(request, socket, listener);
    if (typeof fault === 'string') {
      socket.on('error', () => {});
      socket.end(`HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: ${fault.length}\r\n\r\n${fault}`);
      owner.refused(index, remoteOf(socket), fault);
      return;
    }
    webSockets.handleUpgrade(request, socket, head, (webSocket: WebSocket) => {
      open(new WebSocketLink(webSocket, socket, index, owner, fault.userName), owner);
    });
  });
  return server;
}

/** Why this is no connection for MQTT, or who it is. 5.0: 6.0.0-3 and -4. */
function faultOf(
  { headers }: IncomingMessage,
  socket: Socket,
  listener: Listener,
): string | { userName: string | undefined } {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  if (!offered.some((one) => SUBPROTOCOLS.includes(one))) return 'the subprotocol mqtt is not offered';
  if (!(socket instanceof TLSSocket)) return { userName: undefined };
  const { ok, userName } = identityOf(socket, listener.tls?.userNameFrom);
  return ok ? { userName } : 'the certificate tells no user name';
}

const UPGRADE = 'This is a WebSocket endpoint for MQTT.\n';

export function answerNoUpgrade(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, { Upgrade: 'websocket', Connection: 'close', 'Content-Type': 'text/plain' }).end(UPGRADE);
}

function open(link: NetworkLink, owner: ServerOwner): void {
  owner.opened(link);
  link.begin();
}

function refuse(socket: Socket, index: number, owner: ServerOwner, reason: string): void {
  owner.refused(index, remoteOf(socket), reason);
  socket.on('error', () => {});
  socket.destroy();
}

function remoteOf(socket: Socket): string {
  return clientText(remoteEnd(socket));
}

/** A bucket that holds one second's connections. */
class AcceptRate {
  private left: number;
  private last = Number.NaN;

  constructor(private readonly perSecond: number) {
    this.left = perSecond;
  }

  admits(now: number): boolean {
    if (now > this.last) this.left = Math.min(this.perSecond, this.left + ((now - this.last) / 1000) * this.perSecond);
    this.last = now;
    if (this.left < 1) return false;
    this.left--;
    return true;
  }
}
