// What links over a socket have in common, with or without a WebSocket between: the ends, how pieces are handed on, and
// who is told. The listeners are called with what they were put on as `this`: none is made for one link.

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type Endpoint, localEnd, remoteEnd } from '../watch/tap.js';
import { gathered, JOINED_LENGTH, joinedForNow, joinedToKeep, lose } from './joining.js';
import { Link, type LinkOwner } from './link.js';

/** What listeners are put on. */
export interface Linked {
  mqttLink: NetworkLink;
}

export abstract class NetworkLink extends Link {
  private readonly isEncrypted: boolean;

  constructor(
    readonly socket: Socket,
    listener: number,
    owner: LinkOwner,
    userName: string | undefined,
  ) {
    super(listener, owner, userName);
    this.isEncrypted = socket instanceof TLSSocket;
    (socket as Socket & Linked).mqttLink = this;
    socket.on('drain', onDrain);
  }

  /** From now on the owner is told. */
  begin(): void {
    this.socket.on('end', onEnd);
  }

  get client(): Endpoint {
    return remoteEnd(this.socket);
  }

  get server(): Endpoint {
    return localEnd(this.socket);
  }

  get waiting(): number {
    return this.socket.writableLength;
  }

  protected write(chunks: readonly Uint8Array[], length: number): void {
    if (!this.isOpen) return;
    const { socket } = this;
    if (length > JOINED_LENGTH) {
      const pieces = gathered(chunks);
      socket.cork();
      for (const piece of pieces) this.send(piece);
      socket.uncork();
    } else if (this.isEncrypted || socket.writableLength > 0) {
      this.send(joinedToKeep(chunks, length));
    } else {
      this.send(joinedForNow(chunks, length));
      if (socket.writableLength > 0) lose(length);
    }
  }

  /** For the listeners. */
  endedBy(how: string, failed: boolean): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.owner.ended(this, how, failed);
  }

  /** Something can still be sent. */
  protected abstract get isOpen(): boolean;
  protected abstract send(piece: Uint8Array): void;
}

export function onError(this: unknown, error: NodeJS.ErrnoException): void {
  (this as Linked).mqttLink.endedBy(error.code ?? error.message, true);
}

function onEnd(this: unknown): void {
  (this as Linked).mqttLink.endedBy('closed by the client', false);
}

function onDrain(this: unknown): void {
  const { mqttLink } = this as Linked;
  mqttLink.owner.drained(mqttLink);
}
