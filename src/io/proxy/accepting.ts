// What is done with a client that has connected, until bytes can be exchanged: TLS, and the request of a WebSocket that is
// to end here. Servers of HTTP stand behind that do not listen: sockets are handed to them.

import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocketOptions } from 'node:tls';
import { type WebSocket, WebSocketServer } from 'ws';
import { answerNoUpgrade, SUBPROTOCOLS } from '../listeners/servers.js';
import { type End, StreamEnd, type Watched, watch, watchRaw } from './end.js';
import { RecordTap } from './record-tap.js';
import type { RelayConnection } from './relay-connection.js';
import type { RelayLimits } from './relay-limits.js';
import { acceptTls } from './relay-tls.js';
import { offeredBy, WebSocketEnd } from './websocket-end.js';

export interface Accepting {
  readonly tls: TLSSocketOptions | undefined;
  /** A WebSocket ends here. */
  readonly webSocket: boolean;
  /** So does the target's: then that one says whether a subprotocol will do. */
  readonly targetWebSocket: boolean;
  /** The watcher gets TLS records. */
  readonly isRecorded: boolean;
  readonly limits: RelayLimits;
  /** undefined: nobody wants to know. */
  readonly secrets: ((lines: string) => void) | undefined;
  /** The target can be connected to; `finish` once it is there, when the client may be answered. */
  asked(connection: RelayConnection, request: IncomingMessage | undefined, finish: Finish): void;
}

/** Makes the client's end. `then` is not called when the client has gone in between. */
export type Finish = (then: (client: End) => void) => void;

const CLIENT = 0;

/** What takes each socket that has been accepted. */
export function makeAcceptor(accepting: Accepting): (socket: Socket, connection: RelayConnection) => void {
  const ask = accepting.webSocket ? webSocketAcceptor(accepting) : askStream;
  const { tls, isRecorded, secrets } = accepting;
  return (socket, connection) => {
    watchRaw(socket, connection, CLIENT);
    if (tls === undefined) {
      ask(socket, socket, connection);
      return;
    }
    connection.phase = 'tls';
    const over = isRecorded ? new RecordTap(socket, connection.teller) : socket;
    if (over !== socket) watch(over as Socket, connection, CLIENT);
    const secured = acceptTls(over, tls, (ready) => ask(socket, ready, connection));
    if (secrets !== undefined) secured.on('keylog', onKeylog);
    watch(secured, connection, CLIENT);
  };

  function onKeylog(line: Buffer): void {
    secrets?.(line.toString('latin1'));
  }

  function askStream(socket: Socket, stream: Socket, connection: RelayConnection): void {
    accepting.asked(connection, undefined, (then) => then(new StreamEnd(connection, CLIENT, socket, stream)));
  }
}

type Ask = (socket: Socket, stream: Socket, connection: RelayConnection) => void;

function webSocketAcceptor({ limits, targetWebSocket, asked }: Accepting): Ask {
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    skipUTF8Validation: true,
    maxPayload: limits.maximumMessage,
    handleProtocols: (_, { socket }) => connectionOf(socket).subprotocol ?? false,
  });
  const http = createHttpServer(answerNoUpgrade);
  http.on('clientError', (error, stream) => connectionOf(stream).failed(CLIENT, error));
  http.on('upgrade', (request, stream, head) => {
    const connection = connectionOf(stream);
    const fault = handshakeFault(request);
    if (fault !== undefined) {
      connection.fail(CLIENT, { reason: 'websocket', message: fault });
      return;
    }
    if (!targetWebSocket) {
      connection.subprotocol = offeredBy(request).find((one) => SUBPROTOCOLS.includes(one));
      if (connection.subprotocol === undefined) {
        connection.fail(CLIENT, { reason: 'websocket', message: 'the subprotocol mqtt is not offered' });
        return;
      }
    }
    asked(connection, request, (then) => {
      webSockets.handleUpgrade(request, stream, head, (webSocket: WebSocket) => {
        then(new WebSocketEnd(connection, CLIENT, connection.socket, stream as Socket, webSocket));
      });
    });
  });
  return (_, stream, connection) => {
    connection.phase = 'websocket';
    http.emit('connection', stream);
  };
}

/** What ws would refuse, but only once the target is there, and without telling. RFC 6455 4.2.1. */
function handshakeFault({ method, headers }: IncomingMessage): string | undefined {
  const { upgrade = '', 'sec-websocket-key': key = '', 'sec-websocket-version': version = 'none' } = headers;
  if (method !== 'GET' || upgrade.toLowerCase() !== 'websocket') return 'the request asks for no WebSocket';
  if (!VERSIONS.includes(version)) return `the request is of no known version of WebSocket (${version})`;
  return KEY.test(key) ? undefined : 'the request has no Sec-WebSocket-Key as it should be';
}

const VERSIONS = ['13', '8'];
/** 16 bytes in base64. */
const KEY = /^[+/0-9a-z]{22}==$/i;

function connectionOf(stream: unknown): RelayConnection {
  return (stream as Watched).relayOwner as RelayConnection;
}
