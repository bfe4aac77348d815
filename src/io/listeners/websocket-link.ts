// A link over a WebSocket. The payloads of binary frames are one stream of bytes, wherever packets begin and end in them
// (5.0: 6.0.0-2); a text frame ends the connection (6.0.0-1).

import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { LinkOwner } from './link.js';
import { type Linked, NetworkLink, onError } from './network-link.js';

const UNSUPPORTED_DATA = 1003;
const NORMAL = 1000;
const BINARY = { binary: true, compress: false, fin: true };
/** Bytes of answers to pings that may wait: who sends pings and takes no answers is cut. */
const MOST_PONGS = 1024 * 1024;

export class WebSocketLink extends NetworkLink {
  constructor(
    readonly webSocket: WebSocket,
    socket: Socket,
    listener: number,
    owner: LinkOwner,
    userName: string | undefined,
  ) {
    super(socket, listener, owner, userName);
    (webSocket as WebSocket & Linked).mqttLink = this;
    webSocket.on('error', onError);
    webSocket.on('close', onClose);
    webSocket.on('ping', onPing);
  }

  override begin(): void {
    this.webSocket.on('message', onMessage);
    // The end of the socket: ws tells its own only after a closing handshake.
    super.begin();
  }

  end(): void {
    this.webSocket.close(NORMAL);
  }

  cut(): void {
    this.webSocket.terminate();
  }

  protected get isOpen(): boolean {
    return this.webSocket.readyState === this.webSocket.OPEN;
  }

  protected send(piece: Uint8Array): void {
    this.webSocket.send(piece, BINARY);
  }

  protected stopReading(): void {
    this.webSocket.pause();
  }

  protected startReading(): void {
    this.webSocket.resume();
  }
}

function onMessage(this: WebSocket, bytes: unknown, isBinary: boolean): void {
  const { mqttLink } = this as WebSocket & Linked;
  if (isBinary) {
    mqttLink.owner.data(mqttLink, bytes as Buffer);
  } else {
    this.close(UNSUPPORTED_DATA, 'MQTT needs binary frames');
    mqttLink.endedBy('a text frame', true);
  }
}

function onPing(this: unknown): void {
  const { mqttLink } = this as Linked;
  if (mqttLink.waiting > MOST_PONGS) mqttLink.cut();
}

function onClose(this: unknown): void {
  const { mqttLink } = this as Linked;
  mqttLink.endedBy('closed by the client', true);
  mqttLink.owner.gone(mqttLink);
}
