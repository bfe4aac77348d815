// The process: its streams, its exit code. Nothing else sets one.

import { setPriority } from 'node:os';
import { prepareProcess } from '../io/broker-process.js';
import { expectMuch } from '../io/expect-much.js';
import type { ReadingWorker } from './io.js';
import { run } from './program.js';

export async function runProcess(
  args: readonly string[],
  interrupt: AbortSignal,
  readingWorker: ReadingWorker,
): Promise<void> {
  // Nobody to tell is no reason to stop. Results that cannot be written are told by whoever writes them.
  process.stderr.on('error', () => {});
  process.stdout.on('error', () => {});
  const { stdout, stderr, env } = process;
  process.exitCode = await run(args, {
    stdin: undefined,
    stdout,
    stderr,
    env,
    interrupt,
    onHangup: (listener) => process.on('SIGHUP', listener),
    prepareProcess,
    expectMuch,
    giveWay() {
      // On Linux the priority is a thread's: the relay's stays.
      if (process.platform === 'linux') setPriority(5);
    },
    readingWorker,
    relayWorker: new URL('./relay-worker.js', import.meta.url),
  });
}
