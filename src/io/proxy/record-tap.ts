// Between a client's socket and TLS: tells the TLS records as they are, in both directions. TLS takes bytes while they are
// pushed, and makes secrets of them: those are told by then, so the bytes are told after that, and answers after the bytes.

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Teller } from './teller.js';

export class RecordTap extends Duplex {
  /** What was answered while bytes are pushed. */
  private answers: Buffer[] | undefined = undefined;

  constructor(
    private readonly socket: Socket,
    private readonly teller: Teller,
  ) {
    super({ allowHalfOpen: true });
    socket.on('data', (bytes: Buffer) => {
      const answers: Buffer[] = [];
      this.answers = answers;
      if (!this.push(bytes)) socket.pause();
      this.answers = undefined;
      teller.record(0, bytes);
      for (const answer of answers) teller.record(1, answer);
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
    if (this.answers === undefined) this.teller.record(1, bytes);
    else this.answers.push(bytes);
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
