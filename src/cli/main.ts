// The process: its streams, Ctrl-C, its exit code. Nothing else sets one.

import { setPriority } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { prepareProcess } from '../io/broker-process.js';
import { filesSize } from '../io/byte-source.js';
import { keepHeapSmall } from '../io/heap.js';
import { run } from './program.js';

/**
 * Bytes of captures. A thread costs a tenth of a second until it reads, and for as long V8 has use for a second core itself.
 */
const WORTH_A_THREAD = 128 * 1024 * 1024;
// Beside this one in the bundle.
const readingProgram = new URL('./reading-worker.js', import.meta.url);

/** It begins while the rules are loaded, when what is to be checked is large; should it not be needed, it is ended. */
async function earlyReading([command, ...args]: readonly string[]): Promise<Worker | undefined> {
  if (command !== 'check') return undefined;
  const size = (await filesSize(args)) ?? 0;
  return size < WORTH_A_THREAD ? undefined : new (await import('node:worker_threads')).Worker(readingProgram);
}

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Once: a second Ctrl-C ends the process at once.
  process.once(signal, () => interrupt.abort());
}
// Nobody to tell is no reason to stop. Results that cannot be written are told by whoever writes them.
process.stderr.on('error', () => {});
process.stdout.on('error', () => {});

const { stdout, stderr, env } = process;
const args = process.argv.slice(2);
const begun = await earlyReading(args);
process.exitCode = await run(args, {
  stdin: undefined,
  stdout,
  stderr,
  env,
  interrupt: interrupt.signal,
  onHangup: (listener) => process.on('SIGHUP', listener),
  prepareProcess,
  keepHeapSmall,
  giveWay() {
    // On Linux the priority is a thread's: the relay's stays.
    if (process.platform === 'linux') setPriority(5);
  },
  readingWorker: { program: readingProgram, from: WORTH_A_THREAD, begun },
  relayWorker: new URL('./relay-worker.js', import.meta.url),
});
await begun?.terminate();
