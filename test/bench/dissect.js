// How fast a capture is dissected, beside tshark: `npm run bench [-- --size 200] [--runs 3] [--keep FILE] [--only ours|tshark]`.
//
// Every figure is a whole child process, start-up included, its output going to /dev/null; the commands take turns, so that a
// machine that slows down slows all of them. Node does not tell a child's resource usage, so the peak is the kernel's
// own high-water mark (VmHWM in /proc/<pid>/status), read every 20 ms: what a process takes in its last 20 ms can be missed.
// The CPU seconds come from /proc/<pid>/stat in the same way; where they exceed the seconds, other threads worked too. To look
// takes time itself, 4 in 100 of what keeps two cores busy: both are from one run more, the first, and the seconds from the others.

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { payloadBands, writeSynthetic } from './synthetic.js';

/** @typedef {import('./synthetic.js').Written} Written */
/** @typedef {{ path: string, megabytes: number, packets: number }} Capture */
/** @typedef {{ seconds: number, cpu: number, peak: number, failed: string | undefined }} Run */
/** @typedef {{ label: string, capture: Capture, program: string, arguments: string[], note: string, watched?: Run, runs: Run[] }} Command */

const tsharkJsonMegabytes = 20; // -T json is too slow for the whole
const ticksPerSecond = 100; // of /proc/<pid>/stat, on every Linux that matters

const { values: options } = parseArgs({
  options: { size: { type: 'string' }, runs: { type: 'string' }, keep: { type: 'string' }, only: { type: 'string' } },
});
const size = positive('size', options.size ?? '200');
const runs = positive('runs', options.runs ?? '3');
if (options.only !== undefined && !['ours', 'tshark'].includes(options.only)) fail('--only takes ours or tshark');

const whole = syntheticCapture(size, options.keep);
console.log(
  `${whole.path}: ${whole.megabytes.toFixed(0)} MB, ${whole.packets} MQTT packets of 200 clients; payloads ${distribution()}`,
);
console.log(
  `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} CPUs, Node ${process.version}; ${runs} runs of each, and one that is watched\n`,
);

const commands = [...ours(whole), ...tshark(whole)];
if (commands.length === 0) fail('nothing to run');
for (let turn = 0; turn <= runs; turn++) {
  for (const command of commands) {
    if (process.stderr.isTTY) process.stderr.write(`\x1b[2K\rrun ${turn} of ${runs}: ${command.label}`);
    if (turn === 0) command.watched = await measure(command, true);
    else command.runs.push(await measure(command, false));
  }
}
if (process.stderr.isTTY) process.stderr.write('\x1b[2K\r');
print(commands);

/** @param {Capture} capture @returns {Command[]} */
function ours(capture) {
  if (options.only === 'tshark') return [];
  const bin = fileURLToPath(new URL('../../bin/mqtt-dissect.js', import.meta.url));
  if (!existsSync(new URL('../../dist/bundle/main.js', import.meta.url))) {
    console.error('mqtt-dissect is not built (no dist/bundle/main.js): `npm run build` first. Going on without it.\n');
    return [];
  }
  const dissect = { capture, program: process.execPath, runs: [] };
  return [
    {
      ...dissect,
      label: '--quiet',
      arguments: [bin, capture.path, '--quiet'],
      note: 'decode everything, print the summary',
    },
    {
      ...{ ...dissect, runs: [] },
      label: '--format ndjson',
      arguments: [bin, capture.path, '--format', 'ndjson', '-o', '/dev/null'],
      note: 'and write a JSON line for each packet, to /dev/null',
    },
    {
      ...{ ...dissect, runs: [] },
      label: 'check',
      arguments: [bin, 'check', capture.path, '--fail-on', 'never'],
      note: 'decode everything and judge it',
    },
  ];
}

/** @param {Capture} capture @returns {Command[]} */
function tshark(capture) {
  if (options.only === 'ours') return [];
  const version = spawnSync('tshark', ['--version'], { encoding: 'utf8' }).stdout;
  if (!version) {
    console.error('tshark is not installed. Going on without it.\n');
    return [];
  }
  const slice = capture.megabytes > 1.5 * tsharkJsonMegabytes ? syntheticCapture(tsharkJsonMegabytes) : capture;
  const fields = ['-r', capture.path, '-Y', 'mqtt', '-T', 'fields', '-e', 'mqtt.msgtype'];
  return [
    {
      label: 'tshark -T fields',
      capture,
      program: 'tshark',
      arguments: fields,
      note: version.split('\n')[0] ?? '',
      runs: [],
    },
    {
      ...{
        label: 'tshark -T json',
        capture: slice,
        program: 'tshark',
        arguments: ['-r', slice.path, '-T', 'json'],
        runs: [],
      },
      note: slice === capture ? '' : `on ${tsharkJsonMegabytes} MB of the same kind: whole, it would take too long`,
    },
  ];
}

/**
 * The synthetic capture of this size, from an earlier run if there was one.
 * @param {number} megabytes
 * @param {string} [keep]
 * @returns {Capture}
 */
function syntheticCapture(megabytes, keep) {
  const path = keep ? resolve(keep) : join(tmpdir(), `mqtt-dissect-bench-${megabytes}.pcap`);
  const about = `${path}.json`;
  const writer = readFileSync(new URL('synthetic.js', import.meta.url), 'utf8');
  /** @type {{ written?: Written, megabytes?: number, writer?: string }} */
  const earlier = existsSync(about) ? JSON.parse(readFileSync(about, 'utf8')) : {};
  let written = earlier.written;
  const usable = earlier.megabytes === megabytes && earlier.writer === writer && existsSync(path);
  if (!written || !usable || statSync(path).size !== written.bytes) {
    console.error(`writing ${path}`);
    written = writeSynthetic(`${path}.part`, megabytes); // a bench that is broken off leaves no half capture under the name
    renameSync(`${path}.part`, path);
    writeFileSync(about, JSON.stringify({ written, megabytes, writer }));
  }
  return { path, megabytes: written.bytes / 1e6, packets: written.packets };
}

/** @param {Command} command @param {boolean} isWatched @returns {Promise<Run>} */
function measure({ program, arguments: given }, isWatched) {
  const nothing = openSync('/dev/null', 'r+');
  const start = process.hrtime.bigint();
  const child = spawn(program, given, { stdio: [nothing, nothing, 'pipe'] });
  let complaint = '';
  child.stderr?.on('data', (/** @type {Buffer} */ bytes) => {
    if (complaint.length < 1000) complaint += bytes;
  });
  let [peak, cpu] = [0, 0];
  const look = () => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024);
      const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      cpu = Math.max(cpu, (Number(stat[11]) + Number(stat[12])) / ticksPerSecond || 0);
    } catch {
      // Not Linux, or just ended.
    }
  };
  const timer = isWatched ? setInterval(look, 20) : undefined;
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => {
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      clearInterval(timer);
      closeSync(nothing);
      done({
        seconds,
        cpu,
        peak,
        failed: code === 0 ? undefined : `exit code ${code}: ${complaint.trim().split('\n').at(-1)}`,
      });
    });
  });
}

/** @param {Command[]} commands */
function print(commands) {
  const speed = (/** @type {Command} */ command) =>
    command.capture.megabytes / median(command.runs.map((run) => run.seconds));
  const reference = commands.find((command) => command.label === 'tshark -T fields');
  const quiet = commands.find((command) => command.label === '--quiet');
  const shortest = (/** @type {Command} */ command) => Math.min(...command.runs.map((run) => run.seconds));
  const header = [
    'command',
    'min s',
    'median s',
    'CPU s',
    'MB/s',
    'packets/s',
    'peak MB',
    '× tshark fields',
    'time / --quiet',
  ];
  const rows = commands.map((command) => {
    const seconds = command.runs.map((run) => run.seconds);
    const { peak = 0, cpu = 0 } = command.watched ?? {};
    const megabytes = peak / 1e6;
    return [
      command.label,
      shortest(command).toFixed(2),
      median(seconds).toFixed(2),
      cpu > 0 ? cpu.toFixed(2) : '?',
      speed(command).toFixed(1),
      Math.round(command.capture.packets / median(seconds)).toLocaleString('en'),
      megabytes > 0 ? megabytes.toFixed(0) : '?',
      reference ? (speed(command) / speed(reference)).toFixed(2) : '?',
      quiet ? (shortest(command) / shortest(quiet)).toFixed(2) : '?',
    ];
  });
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  for (const row of [header, ...rows]) {
    console.log(
      row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join('  '),
    );
  }
  console.log('\nMB/s and packets/s are by the median, the last column by the minima.');
  for (const command of commands) {
    if (command.note) console.log(`${command.label}: ${command.note}`);
    const broken = [...command.runs, command.watched].find((run) => run?.failed);
    if (broken) {
      console.log(`${command.label} FAILED, its figures mean nothing: ${broken.failed}`);
      process.exitCode = 1;
    }
  }
}

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function distribution() {
  return payloadBands.map(({ share, from, to }) => `${(share * 100).toFixed(1)} % ${from}-${to}`).join(', ');
}

/** @param {string} name @param {string} given */
function positive(name, given) {
  const value = Number(given);
  return value > 0 && Number.isInteger(value) ? value : fail(`--${name} takes a whole number above 0, not ${given}`);
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(2);
}
