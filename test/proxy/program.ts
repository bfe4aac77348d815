// The program as people run it, as a process: built anew for the test file, with the relay in its thread. Whatever was
// started is killed after the test file.

import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { build } from 'rolldown';
import { afterAll, beforeAll, vi } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
// Inside node_modules, where the dependencies are found and nobody looks for sources.
const CACHE = join(ROOT, 'node_modules/.cache');
mkdirSync(CACHE, { recursive: true });
const program = mkdtempSync(join(CACHE, 'mqtt-dissect-proxy-'));

export const BIN = join(program, 'dist/bundle/main.js');
/** For the files of the tests; removed with them. */
export const folder = mkdtempSync(join(tmpdir(), 'proxy-'));
export const HOST = '127.0.0.1';
/** Milliseconds that something may take on a slow machine. */
export const PATIENCE = 30_000;

const children: ChildProcess[] = [];

beforeAll(async () => {
  await build({
    input: {
      main: join(ROOT, 'src/cli/main.ts'),
      'relay-worker': join(ROOT, 'src/io/proxy/relay-worker.ts'),
    },
    platform: 'node',
    external: /^[^./]/,
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    logLevel: 'silent',
    output: { dir: join(program, 'dist/bundle'), format: 'esm', chunkFileNames: '[name].js' },
  });
  copyFileSync(join(ROOT, 'package.json'), join(program, 'package.json'));
}, 60_000);

afterAll(async () => {
  for (const child of children) await killed(child);
  rmSync(program, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has said so far. */
  readonly stdout: string;
  readonly stderr: string;
}

export function start(command: string, ...args: readonly string[]): Running {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...said }));
  });
  return {
    child,
    ended,
    get stdout() {
      return said.stdout;
    },
    get stderr() {
      return said.stderr;
    },
  };
}

/** What a program said, when it has ended. */
export function output(command: string, ...args: readonly string[]): Promise<Ended> {
  return start(command, ...args).ended;
}

export function dissect(...args: readonly string[]): Promise<Ended> {
  return output(process.execPath, BIN, ...args);
}

export interface RunningProxy extends Running {
  /** Of the listeners, in their order. */
  readonly ports: readonly number[];
  readonly urls: readonly string[];
  /** Ctrl-C, and what it came to. */
  stop(): Promise<Ended>;
}

/** When it listens everywhere. `before`: words before its own. */
export async function startProxyUnder(before: readonly string[], ...args: readonly string[]): Promise<RunningProxy> {
  const [command = '', ...rest] = [...before, process.execPath, BIN, 'proxy', ...args];
  const running = start(command, ...rest);
  const wanted = args.filter((arg) => arg === '--listen').length;
  const urls = () => [...running.stderr.matchAll(/listening on (\S+),/g)].map(([, url]) => url!);
  let over: Ended | undefined;
  void running.ended.then((ended) => {
    over = ended;
  });
  await until(() => over !== undefined || urls().length === wanted, 'the proxy listens');
  if (over !== undefined) throw new Error(`the proxy ended: ${JSON.stringify(over)}`);
  return Object.defineProperties(Object.create(running), {
    urls: { value: urls() },
    ports: { value: urls().map((url) => Number(/:(\d+)/.exec(url)?.[1] ?? 0)) },
    stop: {
      value: () => {
        running.child.kill('SIGINT');
        return running.ended;
      },
    },
  }) as RunningProxy;
}

export function startProxy(...args: readonly string[]): Promise<RunningProxy> {
  return startProxyUnder([], ...args);
}

/** Waits for something that happens in another process. */
export async function until(holds: () => unknown, what: string): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!(await holds())) throw new Error(`in vain: ${what}`);
    },
    { timeout: PATIENCE, interval: 20 },
  );
}

export interface Line {
  readonly number?: number;
  readonly captureFrames: readonly number[];
  readonly type?: string;
  readonly event?: string;
  readonly code?: string;
  readonly message?: string;
  readonly time: string;
  readonly connection?: number;
  readonly direction?: string;
  readonly version?: string;
  readonly length?: number;
  readonly transport?: string;
  readonly source?: string;
  readonly destination?: string;
  readonly packet?: Readonly<Record<string, unknown>> & { readonly packetId?: number };
  readonly details?: Readonly<Record<string, unknown>>;
  readonly findings?: readonly {
    readonly rule: string;
    readonly level: string;
    readonly party: string;
    readonly verdict: string;
    readonly message: string;
  }[];
}

/** Whole lines of ndjson. */
export function linesOf(text: string): readonly Line[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

export function linesIn(path: string): readonly Line[] {
  return linesOf(readFileSync(path, 'utf8'));
}

export function isOfRelay({ event }: Line): boolean {
  return event === 'relay' || event === 'fault';
}

/** Of two lists of lines the first that differ, cut: payloads may be long. */
export function differences(some: readonly Line[], others: readonly Line[]): readonly string[] {
  const cut = (line: Line | undefined) => JSON.stringify(line ?? null).slice(0, 1000);
  const length = Math.max(some.length, others.length);
  const at = Array.from({ length }, (_, index) => index).find((one) => !isDeepStrictEqual(some[one], others[one]));
  return at === undefined ? [] : [`line ${at + 1}`, cut(some[at]), cut(others[at])];
}

/** Of the connections to a port. */
export function isAt({ source, destination }: Line, port: number | undefined): boolean {
  return [source, destination].some((end) => end?.endsWith(`:${port}`));
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
