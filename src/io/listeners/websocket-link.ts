// A link over a WebSocket. The payloads of binary frames are one stream of bytes, wherever packets begin and end in them
// (5.0: 6.0.0-2); a text frame ends the connection (6.0.0-1).

import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Endpoint } from '../watch/tap.js';
import { gathered, JOINED_LENGTH, joinedForNow, joinedToKeep, lose } from './joining.js';
import { Link, type LinkOwner } from './link.js';

type LinkedWebSocket = WebSocket & { mqttLink: WebSocketLink };
type LinkedSocket = Socket & { mqttLink: WebSocketLink };

const UNSUPPORTED_DATA = 1003;
const NORMAL = 1000;
const BINARY = { binary: true, compress: false, fin: true };
/** Bytes of answers to pings that may wait: who sends pings and takes no answers is cut. */
const MOST_PONGS = 1024 * 1024;

export class WebSocketLink extends Link {
  constructor(
    readonly webSocket: WebSocket,
    readonly socket: Socket,
    listener: number,
    owner: LinkOwner,
    userName: string | undefined,
  ) {
    super(listener, owner, userName);
    (webSocket as LinkedWebSocket).mqttLink = this;
    (socket as LinkedSocket).mqttLink = this;
    webSocket.on('error', onError);
    webSocket.on('close', onClose);
    webSocket.on('ping', onPing);
    socket.on('drain', onDrain);
  }

  begin(): void {
    this.webSocket.on('message', onMessage);
    // ws tells the end only after its own closing handshake.
    this.socket.on('end', onEnd);
  }

  get client(): Endpoint {
    return { address: this.socket.remoteAddress, port: this.socket.remotePort };
  }

  get server(): Endpoint {
    return { address: this.socket.localAddress, port: this.socket.localPort };
  }

  get waiting(): number {
    return this.socket.writableLength;
  }

  end(): void {
    this.webSocket.close(NORMAL);
  }

  cut(): void {
    this.webSocket.terminate();
  }

  protected write(chunks: readonly Uint8Array[], length: number): void {
    const { webSocket, socket } = this;
    if (webSocket.readyState !== webSocket.OPEN) return;
    if (length > JOINED_LENGTH) {
      for (const piece of gathered(chunks)) webSocket.send(piece, BINARY);
    } else if (socket.writableLength > 0 || 'encrypted' in socket) {
      webSocket.send(joinedToKeep(chunks, length), BINARY);
    } else {
      webSocket.send(joinedForNow(chunks, length), BINARY);
      if (socket.writableLength > 0) lose(length);
    }
  }

  protected stopReading(): void {
    this.webSocket.pause();
  }

  protected startReading(): void {
    this.webSocket.resume();
  }

  endedBy(how: string, failed: boolean): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.owner.ended(this, how, failed);
  }
}

function onMessage(this: WebSocket, bytes: unknown, isBinary: boolean): void {
  const { mqttLink } = this as LinkedWebSocket;
  if (isBinary) {
    mqttLink.owner.data(mqttLink, bytes as Buffer);
  } else {
    this.close(UNSUPPORTED_DATA, 'MQTT needs binary frames');
    mqttLink.endedBy('a text frame', true);
  }
}

function onPing(this: WebSocket): void {
  const { mqttLink } = this as LinkedWebSocket;
  if (mqttLink.waiting > MOST_PONGS) mqttLink.cut();
}

function onError(this: WebSocket, error: NodeJS.ErrnoException): void {
  (this as LinkedWebSocket).mqttLink.endedBy(error.code ?? error.message, true);
}

function onClose(this: WebSocket): void {
  const { mqttLink } = this as LinkedWebSocket;
  mqttLink.endedBy('closed by the client', true);
  mqttLink.owner.gone(mqttLink);
}

function onEnd(this: Socket): void {
  (this as LinkedSocket).mqttLink.endedBy('closed by the client', false);
}

function onDrain(this: Socket): void {
  const { mqttLink } = this as LinkedSocket;
  mqttLink.owner.drained(mqttLink);
}
