// A key log that others may read while it grows (`--keylog FILE`, SSLKEYLOGFILE): lines are appended to what is there, each
// at once and whole. The first error is the end, told once.

import { type FileHandle, open } from 'node:fs/promises';
import { UserError } from '../../user-error.js';
import { cannotWrite } from '../output.js';
import { PRIVATE } from './disk.js';
import { wholeLines } from './known-secrets.js';

/** Characters that may wait for a slow disk. */
const QUEUE = 16 * 1024 * 1024;

export class KeyLogWriter {
  private handle: FileHandle | undefined = undefined;
  private waiting = '';
  private writing: Promise<void> | undefined = undefined;

  /** `onFailure`: no more lines are written. */
  constructor(
    private readonly path: string,
    private readonly onFailure: (error: UserError) => void = () => {},
  ) {}

  /** UserError when the file cannot be written. It is of nobody else when it is made here. */
  async open(): Promise<void> {
    try {
      this.handle = await open(this.path, 'a', PRIVATE);
    } catch (error) {
      throw cannotWrite(this.path, error as NodeJS.ErrnoException);
    }
  }

  /** One line or several. */
  write(lines: string): void {
    if (this.handle === undefined) return;
    this.waiting += wholeLines(lines);
    if (this.waiting.length > QUEUE) this.fail(`${this.path}: the disk is too slow`);
    else this.writing ??= this.writeAll();
  }

  /** Resolves when all lines are written. */
  async close(): Promise<void> {
    await this.writing;
    await this.end();
  }

  private async writeAll(): Promise<void> {
    try {
      while (this.waiting !== '' && this.handle !== undefined) {
        const lines = this.waiting;
        this.waiting = '';
        await this.handle.appendFile(lines);
      }
    } catch (error) {
      this.fail(cannotWrite(this.path, error as NodeJS.ErrnoException).message);
    }
    this.writing = undefined;
  }

  private fail(message: string): void {
    if (this.handle === undefined) return;
    this.waiting = '';
    void this.end();
    this.onFailure(new UserError('environment', `${message}; no more TLS secrets are written`));
  }

  private async end(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    await handle?.close().catch(() => {});
  }
}
