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
  secrets(lines: string): void;
  /** The target can be connected to; `finish` once it is there, when the client may be answered. */
  asked(connection: RelayConnection, request: IncomingMessage | undefined, finish: Finish): void;
}

/** Makes the client's end. `then` is not called when the client has gone in between. */
export type Finish = (then: (client: End) => void) => void;

const CLIENT = 0;

/** What takes each socket that has been accepted. */
export function makeAcceptor(accepting: Accepting): (socket: Socket, connection: RelayConnection) => void {
  const ask = accepting.webSocket ? webSocketAcceptor(accepting) : askStream;
  const { tls, isRecorded } = accepting;
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
    secured.on('keylog', onKeylog);
    watch(secured, connection, CLIENT);
  };

  function onKeylog(line: Buffer): void {
    accepting.secrets(line.toString('latin1'));
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

function connectionOf(stream: unknown): RelayConnection {
  return (stream as Watched).relayOwner as RelayConnection;
}
