// Runs a command line inside the test's process, over streams of its own.

import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Io } from '../../src/cli/io.js';
import { run } from '../../src/cli/program.js';

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  /** What stdin holds, in pieces, or a stream that goes on. */
  readonly stdin?: Iterable<Uint8Array> | AsyncIterable<Uint8Array> | Readable;
  /** Columns of the terminal that stdout is; none: it is no terminal. */
  readonly columns?: number;
  readonly env?: Io['env'];
  readonly interrupt?: AbortSignal;
  /** See Io. */
  readonly readingWorker?: Io['readingWorker'];
  /** Sees each piece of stdout as it comes. */
  readonly onOutput?: (text: string) => void;
}

export async function cli(args: readonly string[], around: Surroundings = {}): Promise<Ran> {
  const { columns, env = {}, interrupt = new AbortController().signal, stdin = [] } = around;
  const out = collector(columns, around.onOutput);
  const err = collector(undefined);
  const io: Io = {
    stdin: stdin instanceof Readable ? stdin : Readable.from(stdin),
    stdout: out.stream,
    stderr: err.stream,
    env,
    interrupt,
    ...(around.readingWorker !== undefined && { readingWorker: around.readingWorker }),
  };
  const exitCode = await run(args, io);
  return { exitCode, stdout: out.text(), stderr: err.text() };
}

function collector(columns: number | undefined, onText?: (text: string) => void) {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      onText?.(chunk.toString());
      done();
    },
  });
  const terminal = columns === undefined ? {} : { isTTY: true, columns };
  return { stream: Object.assign(stream, terminal), text: () => text };
}

export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
}
