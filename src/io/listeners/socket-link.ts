// A link over a stream socket: TCP, TLS or a Unix socket.

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { LinkOwner } from './link.js';
import { type Linked, NetworkLink, onError } from './network-link.js';

export class SocketLink extends NetworkLink {
  constructor(socket: Socket, listener: number, owner: LinkOwner, userName: string | undefined) {
    super(socket, listener, owner, userName);
    // Those that http or TLS brought along are gone or harmless; these come last.
    socket.on('error', onError);
    socket.on('close', onClose);
  }

  override begin(): void {
    super.begin();
    this.socket.on('data', onData);
  }

  end(): void {
    this.socket.end();
    // What still comes is thrown away: unread, it would make the system reset the connection, and our last words be lost.
    this.socket.resume();
  }

  cut(): void {
    reset(this.socket);
  }

  protected get isOpen(): boolean {
    return !this.socket.destroyed && !this.socket.writableEnded;
  }

  protected send(piece: Uint8Array): void {
    this.socket.write(piece);
  }

  protected stopReading(): void {
    this.socket.pause();
  }

  protected startReading(): void {
    this.socket.resume();
  }
}

/** At once; as a TCP reset where that can be: Node waits with one for what is still to be written, and makes none after a FIN. */
export function reset(socket: Socket): void {
  const { remoteAddress, writableLength, writableEnded } = socket;
  const isPlain = remoteAddress !== undefined && !(socket instanceof TLSSocket);
  if (isPlain && writableLength === 0 && !writableEnded) socket.resetAndDestroy();
  else socket.destroy();
}

function onData(this: unknown, bytes: Buffer): void {
  const { mqttLink } = this as Linked;
  // Views of a Uint8Array, one per packet, are made in half the time that views of a Buffer take.
  mqttLink.owner.data(mqttLink, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
}

function onClose(this: unknown): void {
  const { mqttLink } = this as Linked;
  mqttLink.endedBy('closed', true);
  mqttLink.owner.gone(mqttLink);
}
