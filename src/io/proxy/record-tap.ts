// Between a client's socket and TLS: tells the TLS records as they are, in both directions.

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Teller } from './teller.js';

export class RecordTap extends Duplex {
  constructor(
    private readonly socket: Socket,
    private readonly teller: Teller,
  ) {
    super({ allowHalfOpen: true });
    socket.on('data', (bytes: Buffer) => {
      teller.record(0, bytes);
      if (!this.push(bytes)) socket.pause();
    });
    socket.on('end', () => {
      teller.recordEnded(0);
      this.push(null);
    });
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(bytes: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.teller.record(1, bytes);
    this.socket.write(bytes, done);
  }

  override _final(done: () => void): void {
    this.teller.recordEnded(1);
    this.socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.socket.destroy();
    done(error);
  }
}
