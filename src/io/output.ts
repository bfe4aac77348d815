// Where results go: a stream or a file. One piece of text is being taken while the next is made; whoever writes waits until
// the piece before is taken, so a slow reader slows us down and nothing piles up. A reader that goes away (`| head`) is no
// error: writing ends, and whoever produces can see it.

import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { UserError } from '../user-error.js';

/** Text is gathered up to this length before it is written. */
const GATHERED = 64 * 1024;
/** Room for twice as much of any characters; what is longer gets memory of its own. */
const PIECE_LENGTH = 2 * 3 * GATHERED;

export class Output {
  /** The reader is gone: what is written now is dropped. */
  broken = false;
  private readonly stream: Writable;
  private readonly name: string;
  private gathered = '';
  /** Until what was handed on last is taken. */
  private taking: Promise<void> | undefined = undefined;
  private failure: NodeJS.ErrnoException | undefined = undefined;
  /** Where the text lies until the stream has taken it; made with the first. */
  private piece: Buffer | undefined = undefined;

  constructor(stream: Writable, name: string) {
    this.stream = stream;
    this.name = name;
    stream.on('error', (error) => this.fail(error));
  }

  /** Gathers, and hands on when it is enough. Throws UserError when it, or what came before, cannot be written. */
  async write(text: string): Promise<void> {
    this.gathered += text;
    if (this.gathered.length >= GATHERED) await this.handOn();
  }

  /** Writes what was gathered, and waits until it is taken. */
  async flush(): Promise<void> {
    await this.handOn();
    await this.taking;
    this.check();
  }

  /** Begins to write what was gathered, once what came before is taken. */
  private async handOn(): Promise<void> {
    if (this.taking !== undefined) await this.taking;
    this.check();
    const text = this.gathered;
    this.gathered = '';
    if (text === '' || this.broken) return;
    this.taking = new Promise<void>((resolve) => {
      this.stream.write(this.encoded(text), (error) => {
        if (error) this.fail(error);
        this.taking = undefined;
        resolve();
      });
    });
  }

  /** In the same memory each time: to take new one for each costs more than the encoding. */
  private encoded(text: string): Uint8Array {
    if (text.length * 3 > PIECE_LENGTH) return Buffer.from(text);
    this.piece ??= Buffer.allocUnsafeSlow(PIECE_LENGTH);
    return this.piece.subarray(0, this.piece.write(text));
  }

  /** Everything is written, and a file is closed. */
  async close(end: boolean): Promise<void> {
    await this.flush();
    if (!end) return;
    await new Promise<void>((resolve) => {
      if (this.stream.destroyed) resolve();
      else this.stream.once('close', resolve).end();
    });
    this.check();
  }

  private fail(error: NodeJS.ErrnoException): void {
    if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') this.broken = true;
    else this.failure ??= error;
  }

  private check(): void {
    if (this.failure !== undefined) throw cannotWrite(this.name, this.failure);
  }
}

/** Opens a file to write. UserError when that cannot be, or when it is one of `inputs`, which would be lost. */
export async function openOutputFile(path: string, inputs: readonly string[]): Promise<Output> {
  await refuseInput(path, inputs);
  const stream = createWriteStream(path);
  await new Promise<void>((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', (error) => reject(cannotWrite(path, error)));
  });
  return new Output(stream, path);
}

/** UserError when a file to be written is one of those to be read. */
export async function refuseInput(path: string, inputs: readonly string[]): Promise<void> {
  for (const input of inputs) {
    if (await sameFile(path, input))
      throw new UserError('option', `${path}: is an input too, writing would destroy it`);
  }
}

async function sameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map((path) => stat(path).catch(() => undefined)));
  // Devices may be both, /dev/null for one.
  return one !== undefined && other !== undefined && one.isFile() && one.ino === other.ino && one.dev === other.dev;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such directory',
  ENOTDIR: 'no such directory',
  EISDIR: 'is a directory',
  EACCES: 'no permission to write it',
  EPERM: 'no permission to write it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
};

/** An error that no system call made is a bug and goes on as it is. */
export function cannotWrite(name: string, error: NodeJS.ErrnoException): Error {
  if (error.code === undefined || error.syscall === undefined) return error;
  return new UserError('environment', `${name}: ${REASONS[error.code] ?? `cannot be written (${error.code})`}`);
}
