// Where everything begins: Ctrl-C, and nobody to tell. For what takes long a second thread begins before the rest of the program
// is loaded here, and loads its own meanwhile.

import { statSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';

/**
 * Bytes of captures. A thread costs a tenth of a second until it reads, and for as long V8 has use for a second core itself.
 */
const WORTH_A_THREAD = 128 * 1024 * 1024;
// Beside this one in the bundle.
const program = new URL('./reading-worker.js', import.meta.url);

/** When what is to be checked is large; should it not be needed, it is ended. */
async function earlyReading([command, ...args]: readonly string[]): Promise<Worker | undefined> {
  if (command !== 'check') return undefined;
  const size = args.reduce((sum, arg) => sum + sizeOf(arg), 0);
  return size < WORTH_A_THREAD ? undefined : new (await import('node:worker_threads')).Worker(program);
}

/** What cannot be looked at has none: reading it will tell why. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Once: a second Ctrl-C ends the process at once.
  process.once(signal, () => interrupt.abort());
}
// Nobody to tell is no reason to stop. Results that cannot be written are told by whoever writes them.
process.stderr.on('error', () => {});
process.stdout.on('error', () => {});

const begun = await earlyReading(process.argv.slice(2));
const { runProcess } = await import('./process.js');
await runProcess(interrupt.signal, { program, from: WORTH_A_THREAD, begun });
await begun?.terminate();
