// The process: its streams, Ctrl-C, its exit code. Nothing else sets one.

import { setPriority } from 'node:os';
import { prepareProcess } from '../io/broker-process.js';
import { keepHeapSmall } from '../io/heap.js';
import { run } from './program.js';

/**
 * Bytes of captures. A thread costs a tenth of a second until it reads, and for as long V8 has use for a second core itself:
 * with two cores, 17 and 68 MB took a tenth longer than without it, 200 MB as long, 600 MB an eighth less.
 */
const WORTH_A_THREAD = 128 * 1024 * 1024;

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Once: a second Ctrl-C ends the process at once.
  process.once(signal, () => interrupt.abort());
}
// Nobody to tell is no reason to stop. Results that cannot be written are told by whoever writes them.
process.stderr.on('error', () => {});
process.stdout.on('error', () => {});

const { stdout, stderr, env } = process;
process.exitCode = await run(process.argv.slice(2), {
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
  // Beside this one in the bundle.
  readingWorker: { program: new URL('./reading-worker.js', import.meta.url), from: WORTH_A_THREAD },
  relayWorker: new URL('./relay-worker.js', import.meta.url),
});
