// One end of a relayed connection: bytes to and from the client, or the target, over a stream or a WebSocket. The listeners
// are shared functions that find their end on what they are called with: there may be very many ends.

import type { Socket } from 'node:net';
import type { Side } from '../../bytes/chunk.js';

/** Who is told what happens at its two ends. Bytes are the reader's own: nobody writes over them later. */
export interface EndOwner {
  data(from: Side, bytes: Uint8Array): void;
  /** Its FIN, or the closing handshake of a WebSocket: nothing more comes, all that was sent has come. */
  ended(from: Side): void;
  /** It is not as it should be: a reset, above all. undefined: it was closed without its proper end. */
  failed(side: Side, error: Error | undefined): void;
  /** What waited to go to this side has gone out. */
  drained(to: Side): void;
  /** Its socket is closed. */
  closed(side: Side): void;
}

export abstract class End {
  constructor(
    readonly owner: EndOwner,
    readonly side: Side,
    /** The socket at the very bottom. */
    readonly raw: Socket,
    /** What bytes are written to: `raw`, or TLS over it. */
    readonly stream: Socket,
  ) {}

  /** From now on the owner is told of bytes. */
  abstract begin(): void;
  /** Nothing is done when it cannot be written to any more. */
  abstract write(bytes: Uint8Array): void;
  /** After what was written. */
  abstract end(): void;
  abstract pause(): void;
  abstract resume(): void;

  /** Bytes handed on that the system has not taken yet. */
  get waiting(): number {
    return this.stream.writableLength;
  }

  /** Once the system has taken what was written, at once if it has. Perhaps never. */
  whenTaken(callback: () => void): void {
    const { stream } = this;
    if (stream.destroyed || stream.writableFinished || (this.waiting === 0 && !stream.writableEnded)) callback();
    else if (stream.writableEnded) stream.once('finish', callback);
    else stream.write(NOTHING, callback);
  }

  /** At once. */
  reset(): void {
    if (isEnding(this.stream)) this.raw.destroy();
    else reset(this.raw);
  }
}

const NOTHING = Buffer.alloc(0);

/** A TCP reset; what waits is lost. A Unix socket has none and is closed. */
export function reset(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.remoteAddress === undefined || isEnding(socket)) socket.destroy();
  else socket.resetAndDestroy();
}

/** Between a FIN and its going out the system can make no reset. */
function isEnding({ writableEnded, writableFinished }: Socket): boolean {
  return writableEnded && !writableFinished;
}

/** What the listeners find. */
export interface Watched {
  relayOwner: EndOwner;
  relaySide: Side;
  /** Once there is one. */
  relayEnd?: End;
}

/** Errors of `socket` are told to `owner` from now on; every socket of a side is watched, so that none throws. */
export function watch(socket: Socket, owner: EndOwner, side: Side): void {
  const watched = socket as Socket & Watched;
  watched.relayOwner = owner;
  watched.relaySide = side;
  socket.on('error', onError);
}

/** Also its closing is told: of the socket at the very bottom. */
export function watchRaw(socket: Socket, owner: EndOwner, side: Side): void {
  watch(socket, owner, side);
  socket.on('close', onClose);
}

function onError(this: unknown, error: Error): void {
  const { relayOwner, relaySide } = this as Watched;
  relayOwner.failed(relaySide, error);
  // Where the system could make no reset, Node tells this in place of the closing.
  if ((error as NodeJS.ErrnoException).syscall === 'reset') relayOwner.closed(relaySide);
}

/** Of raw sockets. */
export function onClose(this: unknown): void {
  const { relayOwner, relaySide } = this as Watched;
  relayOwner.closed(relaySide);
}

/** An end over TCP, TLS or a Unix socket. */
export class StreamEnd extends End {
  begin(): void {
    (this.stream as Socket & Watched).relayEnd = this;
    this.stream.on('end', onEnd);
    this.stream.on('drain', onDrain);
    this.stream.on('data', onData);
  }

  write(bytes: Uint8Array): void {
    if (this.stream.writable) this.stream.write(bytes);
  }

  end(): void {
    this.stream.end();
  }

  pause(): void {
    this.stream.pause();
  }

  resume(): void {
    this.stream.resume();
  }
}

function onData(this: unknown, bytes: Uint8Array): void {
  const { owner, side } = (this as Required<Watched>).relayEnd;
  owner.data(side, bytes);
}

/**
 * A reset that comes right behind bytes is told by libuv as an end like that of a FIN; writing nothing asks the system which
 * it was. Where something waits to be written, or our FIN has gone out, it cannot be asked: then that fails, or is over.
 */
function onEnd(this: unknown): void {
  const { owner, side, raw, stream } = (this as Required<Watched>).relayEnd;
  const canAsk = raw.writable && stream.writable && raw.writableLength + stream.writableLength === 0;
  if (canAsk) raw.write(NOTHING, (error) => error ?? owner.ended(side));
  else owner.ended(side);
}

export function onDrain(this: unknown): void {
  const { owner, side } = (this as Required<Watched>).relayEnd;
  owner.drained(side);
}
