// A link over a stream socket: TCP, TLS or a Unix socket. All of them share the listeners at the bottom.

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Endpoint } from '../watch/tap.js';
import { gathered, JOINED_LENGTH, joinedForNow, joinedToKeep, lose } from './joining.js';
import { Link, type LinkOwner } from './link.js';

type LinkedSocket = Socket & { mqttLink: SocketLink };

export class SocketLink extends Link {
  private readonly isEncrypted: boolean;

  constructor(
    readonly socket: Socket,
    listener: number,
    owner: LinkOwner,
    userName: string | undefined,
  ) {
    super(listener, owner, userName);
    this.isEncrypted = socket instanceof TLSSocket;
    (socket as LinkedSocket).mqttLink = this;
    // Those that http or TLS brought along are gone or harmless; these come last.
    socket.on('error', onError);
    socket.on('close', onClose);
    socket.on('drain', onDrain);
  }

  /** From now on the owner is told. */
  begin(): void {
    this.socket.on('end', onEnd);
    this.socket.on('data', onData);
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
    this.socket.end();
    // What still comes is thrown away: unread, it would make the system reset the connection, and our last words be lost.
    this.socket.resume();
  }

  cut(): void {
    reset(this.socket);
  }

  protected write(chunks: readonly Uint8Array[], length: number): void {
    const { socket } = this;
    if (socket.destroyed || socket.writableEnded) return;
    if (length > JOINED_LENGTH) {
      const pieces = gathered(chunks);
      socket.cork();
      for (const piece of pieces) socket.write(piece);
      socket.uncork();
    } else if (this.isEncrypted || socket.writableLength > 0) {
      socket.write(joinedToKeep(chunks, length));
    } else {
      socket.write(joinedForNow(chunks, length));
      if (socket.writableLength > 0) lose(length);
    }
  }

  protected stopReading(): void {
    this.socket.pause();
  }

  protected startReading(): void {
    this.socket.resume();
  }

  /** For the listeners. */
  endedBy(how: string, failed: boolean): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.owner.ended(this, how, failed);
  }
}

/** At once; as a TCP reset where that can be: Node waits with one for what is still to be written, and makes none after a FIN. */
export function reset(socket: Socket): void {
  const { remoteAddress, writableLength, writableEnded } = socket;
  const isPlain = remoteAddress !== undefined && !(socket instanceof TLSSocket);
  if (isPlain && writableLength === 0 && !writableEnded) socket.resetAndDestroy();
  else socket.destroy();
}

function onData(this: Socket, bytes: Buffer): void {
  const { mqttLink } = this as LinkedSocket;
  // Views of a Uint8Array, one per packet, are made in half the time that views of a Buffer take.
  mqttLink.owner.data(mqttLink, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
}

function onEnd(this: Socket): void {
  (this as LinkedSocket).mqttLink.endedBy('closed by the client', false);
}

function onError(this: Socket, error: NodeJS.ErrnoException): void {
  (this as LinkedSocket).mqttLink.endedBy(error.code ?? error.message, true);
}

function onDrain(this: Socket): void {
  const { mqttLink } = this as LinkedSocket;
  mqttLink.owner.drained(mqttLink);
}

function onClose(this: Socket): void {
  const { mqttLink } = this as LinkedSocket;
  mqttLink.endedBy('closed', true);
  mqttLink.owner.gone(mqttLink);
}
