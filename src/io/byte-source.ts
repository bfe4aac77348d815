// Bytes of a file, a pipe or stdin as they come. Regular files are read where their bytes are worked on, in pieces that its
// core's cache holds: bytes that another thread has read ahead come from memory again. A pipe is read by the event loop and
// never by the thread pool, where a read that waits would keep the process from exiting. A piece is valid until the next is
// asked for.

import { close, constants, fstatSync, open, read, readSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { UserError } from '../user-error.js';
import { STDIN } from './files-size.js';

/** Measured from 64 KiB to 4 MiB: the same up to 512 KiB, slower above. */
const PIECE_LENGTH = 128 * 1024;
/** So many bytes of a file are read without a look at what else the event loop has: Ctrl-C, messages of other threads. */
const TURN = 1024 * 1024;

export interface SourceOptions {
  /** Ends the bytes early, as if the file ended there. */
  readonly signal?: AbortSignal | undefined;
  /** What `-` reads when it is not a regular file; process.stdin unless given. */
  readonly stdin?: Readable | undefined;
  readonly pieceLength?: number | undefined;
}

/** A file that has a name, and by which to tell whether it still has it. */
export interface NamedFile {
  readonly path: string;
  readonly device: number;
  readonly inode: number;
}

export interface ByteSource {
  /** For messages. */
  readonly name: string;
  /** Of a regular file, for a progress bar; the file may still grow. */
  readonly size: number | undefined;
  /** A regular file that was opened by this path. */
  readonly file?: NamedFile | undefined;
  readonly pieces: AsyncGenerator<Uint8Array, void, void>;
}

const openFile = promisify(open);
const closeFile = promisify(close);
const readPiece = promisify(read);

/** Opens a path, or stdin for `-`. Throws UserError, then and while reading. */
export async function openSource(path: string, options: SourceOptions = {}): Promise<ByteSource> {
  if (path === STDIN) return openStdin(options);
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) throw new UserError('file', `${path}: is a directory`);
    if (stats.isFIFO()) return streamSource(path, await openFifo(path), options);
    const fd = await openFile(path, 'r');
    const opened = fstatSync(fd);
    if (!opened.isFile()) return fileSource(path, fd, undefined, options);
    const { size, dev: device, ino: inode } = opened;
    return { ...fileSource(path, fd, size, options), file: { path, device, inode } };
  } catch (error) {
    throw error instanceof UserError ? error : new UserError('file', `${path}: ${openingFailed(error)}`);
  }
}

function openStdin(options: SourceOptions): ByteSource {
  const name = 'standard input';
  if (options.stdin) return streamSource(name, options.stdin, options);
  const stats = fstatSync(0);
  if (stats.isDirectory()) throw new UserError('file', `${name}: is a directory`);
  return stats.isFile() ? fileSource(name, 0, stats.size, options) : streamSource(name, process.stdin, options);
}

/** Without O_NONBLOCK, opening would wait in the thread pool for a writer. */
async function openFifo(path: string): Promise<Readable> {
  const fd = await openFile(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}

function streamSource(name: string, stream: Readable, options: SourceOptions): ByteSource {
  return { name, size: undefined, pieces: streamPieces(name, stream, options.signal) };
}

async function* streamPieces(name: string, stream: Readable, signal: AbortSignal | undefined) {
  const stop = () => stream.destroy();
  signal?.addEventListener('abort', stop);
  try {
    if (!signal?.aborted) yield* stream as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (!signal?.aborted) throw readingFailed(name, error);
  } finally {
    signal?.removeEventListener('abort', stop);
    stream.destroy();
  }
}

function fileSource(name: string, fd: number, size: number | undefined, options: SourceOptions): ByteSource {
  return { name, size, pieces: filePieces(name, fd, size !== undefined, options) };
}

async function* filePieces(
  name: string,
  fd: number,
  isRegular: boolean,
  { signal, pieceLength = PIECE_LENGTH }: SourceOptions,
) {
  const memory = Buffer.allocUnsafeSlow(pieceLength);
  let turn = 0;
  try {
    for (;;) {
      const count = isRegular ? readSync(fd, memory) : (await readPiece(fd, memory, 0, memory.length, null)).bytesRead;
      if (count === 0 || signal?.aborted) return;
      yield memory.subarray(0, count);
      turn += count;
      if (turn < TURN) continue;
      turn = 0;
      await setImmediate();
    }
  } catch (error) {
    throw readingFailed(name, error);
  } finally {
    if (fd !== 0) await closeFile(fd);
  }
}

const OPENING_FAILED: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
};

export function openingFailed(error: unknown): string {
  const code = errorCode(error);
  return OPENING_FAILED[code] ?? `cannot be opened (${code})`;
}

export function readingFailed(name: string, error: unknown): UserError {
  return new UserError('file', `${name}: reading failed (${errorCode(error)})`);
}

/** An error that no system call made is a bug and goes on as it is. */
function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && 'syscall' in error) return String(error.code);
  throw error;
}
