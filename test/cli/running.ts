// A command that serves inside the test's process, running until it is stopped.

import { expect } from 'vitest';
import type { Io } from '../../src/cli/io.js';
import { run } from '../../src/cli/program.js';

export interface Running {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Of the listeners, in their order. */
  readonly urls: () => readonly string[];
  /** The exit code. */
  stop(): Promise<number>;
}

export function startedBroker(...args: readonly string[]): Promise<Running> {
  return started('broker', ...args);
}

export async function started(...args: readonly string[]): Promise<Running> {
  const stop = new AbortController();
  const texts = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof texts) => {
    const write = (text: string, done?: () => void) => {
      texts[name] += text;
      done?.();
      return true;
    };
    return { write, on: () => {}, once: () => {} } as unknown as Io['stdout'];
  };
  const ended = run(args, {
    stdin: undefined,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env: {},
    interrupt: stop.signal,
  });
  const urls = () => [...texts.stderr.matchAll(/listening on ([^\s,]+)/g)].map(([, url]) => url!);
  await expect.poll(() => urls().length, { timeout: 20_000 }).toBeGreaterThan(0);
  return {
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    urls,
    stop: () => {
      stop.abort();
      return ended;
    },
  };
}
