// What a proxy costs, beside a direct connection, socat and haproxy (where installed):
// `npm run bench:proxy [-- --runs 3] [--megabytes 1000] [--seconds 6] [--only direct,ours,socat]`.
//
// Target, clients and proxy are processes of their own. In each run all of them take turns row by row, so that a machine that
// slows down slows all; figures are medians over the runs.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { idle, roundTrips, throughput } from './proxy-load.js';

/** @typedef {{ name: string, command: ((listen: number, target: number, folder: string) => string[]) | undefined, forks?: boolean }} Way */
/** @typedef {{ name: string, better: 'more' | 'less', unit: string, measure: (run: Run) => Promise<number[]>, parts: string[], alone?: boolean }} Row */
/** @typedef {{ port: number, pid: number | undefined }} Run */

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    megabytes: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '6' },
    idle: { type: 'string', default: '5000' },
    only: { type: 'string' },
    /** Options of Node for ours: --cpu-prof, for example. */
    node: { type: 'string' },
  },
});
const runs = Number(options.runs);
const megabytes = Number(options.megabytes);
const seconds = Number(options.seconds);
const idleCount = Number(options.idle);
const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
/** Another build may be measured. */
const ourProgram = process.env.MQTT_DISSECT_BIN ?? here('../../bin/mqtt-dissect.js');

/** @param {(folder: string) => string[]} more @returns {Way['command']} */
const ours = (more) => (listen, target, folder) => [
  process.execPath,
  ...(options.node?.split(' ') ?? []),
  ...[ourProgram, 'proxy', '--listen', `tcp://127.0.0.1:${listen}`, '--target', `tcp://127.0.0.1:${target}`],
  ...['--grace', '0', ...more(folder)],
];

/** @type {readonly Way[]} */
const WAYS = [
  { name: 'direct', command: undefined },
  { name: 'ours', command: ours(() => ['-q']) },
  { name: 'ours, ndjson', command: ours((folder) => ['--format', 'ndjson', '-o', join(folder, 'packets.ndjson')]) },
  { name: 'ours, -w', command: ours((folder) => ['-q', '-w', join(folder, 'all.pcapng')]) },
  {
    name: 'socat',
    forks: true,
    command: (listen, target) => [
      'socat',
      `TCP-LISTEN:${listen},bind=127.0.0.1,reuseaddr,fork,nodelay,backlog=4096`,
      `TCP:127.0.0.1:${target},nodelay`,
    ],
  },
  {
    name: 'haproxy',
    command: (listen, target, folder) => {
      const file = join(folder, 'haproxy.cfg');
      const timeouts = ['client', 'server'].map((side) => `  timeout ${side} 1h\n`).join('');
      writeFileSync(
        file,
        `global\n  maxconn 6000\n  nbthread 1\ndefaults\n  mode tcp\n  timeout connect 5s\n${timeouts}` +
          `listen bench\n  bind 127.0.0.1:${listen} backlog 4096\n  server target 127.0.0.1:${target}\n`,
      );
      return ['haproxy', '-f', file];
    },
  },
];

/** @type {readonly Row[]} */
const ROWS = [
  {
    ...{ name: '1 connection', unit: 'MB/s', better: 'more', parts: [''] },
    measure: async ({ port }) => [(await throughput(port, 1, megabytes)) / 1e6],
  },
  {
    ...{ name: '100 connections', unit: 'MB/s', better: 'more', parts: [''] },
    measure: async ({ port }) => [(await throughput(port, 100, megabytes)) / 1e6],
  },
  {
    ...{ name: 'round trip at 1,000 msg/s', unit: 'µs', better: 'less', parts: [' (median)', ' (p99)'] },
    measure: async ({ port }) => {
      const trips = await roundTrips(port, 1000, seconds);
      return [0.5, 0.99].map((share) => trips[Math.floor(trips.length * share)] ?? Number.NaN);
    },
  },
  {
    ...{ name: `${idleCount} idle connections`, unit: 'MB', better: 'less', parts: [' (all)', ' (beyond the base)'] },
    alone: true,
    measure: async ({ port, pid }) => {
      const before = residentMegabytes(pid);
      const sockets = await idle(port, idleCount);
      await new Promise((resolve) => setTimeout(resolve, 2000));
      const after = residentMegabytes(pid);
      for (const socket of sockets) socket.destroy();
      return [after, after - before];
    },
  },
];

const only = options.only?.split(',').map((name) => name.trim());
const ways = WAYS.filter(({ name }) => only === undefined || only.some((one) => name.startsWith(one)));
console.log(
  `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} CPUs, Node ${process.version}, ${runs} runs`,
);
for (const row of ROWS) {
  /** @type {Map<string, number[][]>} */
  const figures = new Map();
  for (let run = 0; run < runs; run++) {
    for (const way of ways) {
      // A process a connection: nobody would do that with thousands.
      if (row.alone === true && (way.forks === true || way.command === undefined)) continue;
      const measured = await through(way, row.measure);
      if (measured !== undefined) figures.set(way.name, [...(figures.get(way.name) ?? []), measured]);
    }
  }
  for (const [part, label] of row.parts.entries()) print(`${row.name}${label}, ${row.unit}`, row, part, figures);
}

/** @param {string} title @param {Row} row @param {number} part @param {Map<string, number[][]>} figures */
function print(title, row, part, figures) {
  const medians = new Map([...figures].map(([name, all]) => [name, median(all.map((one) => one[part] ?? Number.NaN))]));
  console.log(`\n${title}`);
  for (const [name, value] of medians) {
    const others = ['direct', 'socat', 'haproxy'].filter((other) => other !== name && medians.has(other));
    const compared = others.map((other) => {
      const base = medians.get(other) ?? Number.NaN;
      if (row.unit === 'µs' && other === 'direct') return `+${Math.round(value - base)} µs over direct`;
      return `${(value / base).toFixed(2)} × ${other}`;
    });
    console.log(`  ${name.padEnd(14)}${value.toFixed(row.unit === 'µs' ? 0 : 1).padStart(9)}  ${compared.join(', ')}`);
  }
}

/** @template T @param {Way} way @param {(run: Run) => Promise<T>} measure @returns {Promise<T | undefined>} */
async function through({ command }, measure) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-proxy-'));
  const target = spawn(process.execPath, [here('proxy-target.js')], { stdio: ['ignore', 'pipe', 'inherit'] });
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let proxy;
  try {
    const targetPort = await new Promise((resolve) => target.stdout.once('data', (bytes) => resolve(Number(bytes))));
    if (command === undefined) return await measure({ port: targetPort, pid: undefined });
    const port = await freePort();
    const [program = '', ...args] = command(port, targetPort, folder);
    if (spawnSync(program, ['-h'], { stdio: 'ignore' }).error !== undefined) return undefined;
    proxy = spawn(program, args, { stdio: ['ignore', 'ignore', process.env.BENCH_DEBUG ? 'inherit' : 'ignore'] });
    await listening(port);
    return await measure({ port, pid: proxy.pid });
  } finally {
    for (const child of [proxy, target]) {
      if (child === undefined || child.exitCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill(process.env.BENCH_DEBUG ? 'SIGTERM' : 'SIGKILL');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/** As the system has it: looking by connecting would count. @param {number} port */
async function listening(port) {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`;
  for (let tries = 0; tries < 200; tries++) {
    if (readFileSync('/proc/net/tcp', 'latin1').includes(hex)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nobody listens on port ${port}`);
}

/** @param {number | undefined} pid */
function residentMegabytes(pid) {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return (Number(kilobytes) * 1024) / 1e6;
}

/** @param {readonly number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
