// How fast the broker is, beside mosquitto (where installed) and aedes:
// `npm run bench:broker [-- --seconds 3] [--runs 1] [--only ours,mosquitto,aedes] [--rows 1,4]`.
//
// Each broker is a process of its own, started anew for each row; the rows take turns over the brokers, so that a machine
// that slows down slows all of them. Figures of several runs are medians. The load comes from this process over raw sockets:
// with two CPUs each side has one.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ROWS } from './broker-rows.js';

/** @typedef {import('./broker-rows.js').Row} Row */
/** @typedef {{ program: string, arguments: string[] }} Command */
/** @typedef {{ name: string, command: (port: number, folder: string, durable: boolean) => Command | undefined }} Broker */

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    runs: { type: 'string', default: '1' },
    only: { type: 'string' },
    rows: { type: 'string' },
    /** Options of Node for ours: --cpu-prof, for example. */
    node: { type: 'string' },
  },
});
const seconds = positive('seconds', options.seconds);
const runs = positive('runs', options.runs);
const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
/** Another build may be measured. */
const ourProgram = process.env.MQTT_DISSECT_BIN ?? here('../../bin/mqtt-dissect.js');

/** @type {readonly Broker[]} */
const BROKERS = [
  {
    name: 'ours',
    command: (port, folder, durable) => ({
      program: process.execPath,
      arguments: [
        ...(options.node?.split(' ') ?? []),
        ...[ourProgram, 'broker', '-p', String(port)],
        ...(durable ? ['--persist', folder] : []),
      ],
    }),
  },
  {
    name: 'mosquitto',
    command: (port, folder, durable) => {
      // It has no durable mode: what it acknowledged is written every half hour, or at the end.
      if (durable || spawnSync('mosquitto', ['-h']).error !== undefined) return undefined;
      const file = join(folder, 'mosquitto.conf');
      writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\nlog_type error\nset_tcp_nodelay true\n`);
      return { program: 'mosquitto', arguments: ['-c', file] };
    },
  },
  {
    name: 'aedes',
    command: (port, _, durable) =>
      durable ? undefined : { program: process.execPath, arguments: [here('broker-aedes.js'), String(port)] },
  },
];

const brokers = BROKERS.filter(({ name }) => options.only?.split(',').includes(name) ?? true);
const rows = ROWS.filter((_, index) => options.rows?.split(',').includes(String(index + 1)) ?? true);
if (brokers[0]?.name === 'ours' && !existsSync(join(ourProgram, '../../dist/bundle/main.js')))
  fail('mqtt-dissect is not built: `npm run build` first');
console.log(
  `${cpus()[0]?.model}, ${availableParallelism()} CPUs, Node ${process.version}; ${seconds} s, ${runs} runs\n`,
);
console.log(
  ['', ...brokers.map(({ name }) => name.padStart(12)), ...others().map(ratioTitle)].join(' ').padStart(56 + 1),
);

for (const row of rows) {
  /** @type {Map<string, number[]>} */
  const figures = new Map(brokers.map(({ name }) => [name, []]));
  for (let run = 0; run < runs; run++) {
    for (const broker of brokers) {
      const figure = await measure(broker, row);
      if (figure !== undefined) figures.get(broker.name)?.push(figure);
    }
  }
  print(row, figures);
}

/** @param {Broker} broker @param {Row} row @returns {Promise<number | undefined>} */
async function measure(broker, row) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-broker-'));
  const port = await freePort();
  const command = broker.command(port, folder, row.durable === true);
  try {
    if (command === undefined) return undefined;
    const child = spawn(command.program, command.arguments, { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (bytes) => {
      errors += bytes;
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    try {
      await listening(port);
      return await row.run({ port, pid: child.pid ?? 0, seconds });
    } catch (error) {
      console.error(`${broker.name}, ${row.name}: ${error instanceof Error ? error.message : error}\n${errors}`);
      return undefined;
    } finally {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(timer);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function others() {
  return brokers.slice(brokers[0]?.name === 'ours' ? 1 : brokers.length);
}

/** @param {Broker} broker */
function ratioTitle({ name }) {
  return `ours/${name}`.padStart(15);
}

/** Ratios say how many times better ours is. @param {Row} row @param {Map<string, number[]>} figures */
function print(row, figures) {
  const of = (/** @type {string} */ name) => median(figures.get(name) ?? []);
  const shown = brokers.map(({ name }) => {
    const figure = of(name);
    return (figure === undefined ? '-' : figure.toFixed(row.isLess ? 1 : 0)).padStart(12);
  });
  const ours = of('ours');
  const ratios = others().map(({ name }) => {
    const other = of(name);
    if (ours === undefined || other === undefined) return '-'.padStart(15);
    return (row.isLess ? other / ours : ours / other).toFixed(2).padStart(15);
  });
  console.log([`${row.name} (${row.unit})`.padEnd(60), ...shown, ...ratios].join(' '));
}

/** @param {readonly number[]} figures */
function median(figures) {
  return figures.toSorted((a, b) => a - b)[figures.length >> 1];
}

/** @param {number} port @returns {Promise<void>} */
async function listening(port) {
  for (let tries = 0; tries < 200; tries++) {
    const isOpen = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it does not listen');
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
    });
  });
}

/** @param {string} name @param {string} text */
function positive(name, text) {
  const value = Number(text);
  if (!(value > 0)) fail(`--${name} takes a number above 0`);
  return value;
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(2);
}
