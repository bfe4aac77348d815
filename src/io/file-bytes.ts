// Bytes of a file that somebody else is reading, wanted here and there, forward as a rule: what lies near is read with it.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { FileBytes } from '../dissect/batch.js';
import { UserError } from '../user-error.js';
import { type NamedFile, openingFailed, readingFailed } from './byte-source.js';

/** What is wanted lies apart: little is read beside it. */
const FEW = 4 * 1024;
/** It lies together: what follows will be wanted, too. */
const MANY = 64 * 1024;

export class NamedFileBytes implements FileBytes {
  private readonly descriptor: number;
  /** What was read last, and where that stands in the file. */
  private memory = new Uint8Array(MANY);
  private from = 0;
  private end = 0;

  /** Throws UserError when it cannot be opened, or is another one by now. */
  constructor(private readonly file: NamedFile) {
    this.descriptor = opened(file.path);
    const { dev, ino } = fstatSync(this.descriptor);
    if (dev === file.device && ino === file.inode) return;
    this.close();
    throw this.changed();
  }

  read(length: number, offset: number, pieces: readonly number[] | undefined): Uint8Array {
    const bytes = new Uint8Array(length);
    if (pieces === undefined) this.copy(bytes, offset);
    for (let i = 0; pieces !== undefined && i < pieces.length; i += 2)
      this.copy(bytes.subarray(pieces[i]!, pieces[i + 2] ?? length), pieces[i + 1]!);
    return bytes;
  }

  changed(): UserError {
    const { path } = this.file;
    return new UserError(
      'file',
      `${path}: was changed or replaced while it was read; read a copy, or stop what writes it`,
    );
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private copy(to: Uint8Array, offset: number): void {
    const { length } = to;
    if (offset < this.from || offset + length > this.end) this.load(offset, length);
    if (offset + length > this.end) throw this.changed();
    const at = offset - this.from;
    to.set(this.memory.subarray(at, at + length));
  }

  /** Reads from `offset` on, so much at least. */
  private load(offset: number, length: number): void {
    const isNear = offset >= this.from && offset <= this.end + FEW;
    const wanted = Math.max(length, isNear ? MANY : FEW);
    if (wanted > this.memory.length) this.memory = new Uint8Array(wanted);
    const count = this.readAt(this.memory.subarray(0, wanted), offset);
    this.from = offset;
    this.end = offset + count;
  }

  /** How many bytes there were. */
  private readAt(to: Uint8Array, offset: number): number {
    try {
      return readSync(this.descriptor, to, 0, to.length, offset);
    } catch (error) {
      throw readingFailed(this.file.path, error);
    }
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw new UserError('file', `${path}: ${openingFailed(error)}`);
  }
}
