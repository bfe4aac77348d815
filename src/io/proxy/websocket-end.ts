// An end over a WebSocket that ends here, since the other side has none, or a gate needs the MQTT inside. The payloads of
// binary messages are one stream of bytes, wherever packets begin and end in them (5.0: 6.0.0-2); one message goes out for
// each piece. Text is an error of whoever sends it (6.0.0-1).

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Side } from '../../bytes/chunk.js';
import { End, type EndOwner, onDrain, onClose as onRawClose, type Watched } from './end.js';
import { WebSocketError } from './failures.js';

const NORMAL = 1000;
const UNSUPPORTED_DATA = 1003;
/** What ws tells when there was no closing handshake. */
const ABNORMAL = 1006;
const BINARY = { binary: true, compress: false, fin: true };
/** Bytes of answers to pings that may wait: who sends pings and takes no answers is cut. */
const MOST_PONGS = 1024 * 1024;

export class WebSocketEnd extends End {
  constructor(
    owner: EndOwner,
    side: Side,
    raw: Socket,
    stream: Socket,
    readonly webSocket: WebSocket,
  ) {
    super(owner, side, raw, stream);
    (webSocket as WebSocket & Partial<Watched>).relayEnd = this;
    (stream as Socket & Watched).relayEnd = this;
    webSocket.on('error', onError);
    // It tells how it was closed, somewhat later than its socket.
    raw.removeListener('close', onRawClose);
    webSocket.on('close', onClose);
    webSocket.on('ping', onPing);
    webSocket.on('message', onMessage);
    stream.on('drain', onDrain);
    webSocket.pause();
  }

  begin(): void {
    this.webSocket.resume();
  }

  write(bytes: Uint8Array): void {
    if (this.webSocket.readyState === this.webSocket.OPEN) this.webSocket.send(bytes, BINARY);
  }

  end(): void {
    this.webSocket.close(NORMAL);
  }

  pause(): void {
    this.webSocket.pause();
  }

  resume(): void {
    this.webSocket.resume();
  }
}

/** Subprotocols, the preferred first. */
export function offeredBy({ headers }: IncomingMessage): string[] {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  return [...new Set(offered)].filter((one) => one !== '');
}

function endOf(webSocket: unknown): WebSocketEnd {
  return (webSocket as Watched).relayEnd as WebSocketEnd;
}

function onMessage(this: unknown, bytes: unknown, isBinary: boolean): void {
  const { owner, side, webSocket } = endOf(this);
  if (isBinary) {
    owner.data(side, bytes as Buffer);
    return;
  }
  webSocket.close(UNSUPPORTED_DATA, 'MQTT needs binary frames');
  owner.failed(side, new WebSocketError('it sent a text frame; MQTT needs binary ones'));
}

function onError(this: unknown, error: Error): void {
  const { owner, side } = endOf(this);
  const { code = '' } = error as NodeJS.ErrnoException;
  owner.failed(side, code.startsWith('WS_ERR') ? new WebSocketError(error.message) : error);
}

function onPing(this: unknown): void {
  const end = endOf(this);
  if (end.waiting > MOST_PONGS) end.reset();
}

function onClose(this: unknown, code: number): void {
  const { owner, side } = endOf(this);
  if (code === ABNORMAL) owner.failed(side, undefined);
  else owner.ended(side);
  owner.closed(side);
}
