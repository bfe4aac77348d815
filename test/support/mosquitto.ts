// The real mosquitto, on a port of this machine, with a configuration of the test: does it start, and what does it do.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Of TCP on 127.0.0.1, free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** A folder that mosquitto can read and write after it has given up being root. */
export class TestFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'mosquitto-'));

  constructor() {
    chmodSync(this.path, 0o777);
  }

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, content, { mode: 0o644 });
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

/** Milliseconds. It takes ten. */
const TOO_LONG = 4000;

export interface Started {
  /** undefined: it has refused its configuration. */
  readonly stop: (() => Promise<void>) | undefined;
  /** What it has written so far. */
  readonly log: string;
  reload(): void;
}

/** Resolves when it listens, or has ended. The configuration must leave "log_dest stderr" and "log_type information" on. */
export async function startMosquitto(configuration: string, ...args: string[]): Promise<Started> {
  const child = spawn('mosquitto', ['-c', configuration, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  const ended = once(child, 'exit');
  const running = new Promise<boolean>((resolve) => {
    child.stderr.on('data', (text: Buffer) => {
      log += text.toString();
      if (/mosquitto version \S+ running/.test(log)) resolve(true);
    });
    ended.then(() => resolve(false));
  });
  const stop = async (): Promise<void> => {
    // It forgets a SIGTERM that comes while it starts.
    if (isAlive(child)) child.kill('SIGKILL');
    await ended;
  };
  const tooLong = setTimeout(() => child.kill('SIGKILL'), TOO_LONG);
  const isRunning = await running;
  clearTimeout(tooLong);
  return {
    stop: isRunning ? stop : undefined,
    get log() {
      return log;
    },
    reload: () => child.kill('SIGHUP'),
  };
}

function isAlive({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
