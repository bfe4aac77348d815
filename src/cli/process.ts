// The process: its streams, Ctrl-C, its exit code. Nothing else sets one.

import { setPriority } from 'node:os';
import { prepareProcess } from '../io/broker-process.js';
import { keepHeapSmall } from '../io/heap.js';
import type { ReadingWorker } from './io.js';
import { run } from './program.js';

export async function runProcess(readingWorker: ReadingWorker): Promise<void> {
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
    readingWorker,
    relayWorker: new URL('./relay-worker.js', import.meta.url),
  });
}
