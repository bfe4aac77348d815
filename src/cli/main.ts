// Where the program begins. Nothing of it is loaded before the thread that reads has been begun, where there is use for one:
// that takes as long as to load all else.

import type { Worker } from 'node:worker_threads';
import { filesSize } from '../io/files-size.js';

/** Bytes of captures. Of 20 MB two threads take as long as one, of 50 MB a tenth less. */
const WORTH_A_THREAD = 32 * 1024 * 1024;
// Beside this one in the bundle.
const program = new URL('./reading-worker.js', import.meta.url);

/** When what is to be checked is large; should it not be needed, it is ended. */
async function earlyReading([command, ...args]: readonly string[]): Promise<Worker | undefined> {
  if (command !== 'check' || ((await filesSize(args)) ?? 0) < WORTH_A_THREAD) return undefined;
  return new (await import('node:worker_threads')).Worker(program);
}

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Once: a second Ctrl-C ends the process at once.
  process.once(signal, () => interrupt.abort());
}

const args = process.argv.slice(2);
const begun = await earlyReading(args);
const { runProcess } = await import('./process.js');
await runProcess(args, interrupt.signal, { program, from: WORTH_A_THREAD, begun });
await begun?.terminate();
