// The command line in this process: its streams, its exit code. Nothing else sets one.

import { setPriority } from 'node:os';
import { prepareProcess } from '../io/broker-process.js';
import { keepHeapSmall } from '../io/heap.js';
import type { ReadingWorker } from './io.js';
import { run } from './program.js';

export async function runProcess(interrupt: AbortSignal, readingWorker: ReadingWorker): Promise<void> {
  const { stdout, stderr, env } = process;
  const args = process.argv.slice(2);
  process.exitCode = await run(args, {
    stdin: undefined,
    stdout,
    stderr,
    env,
    interrupt,
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
