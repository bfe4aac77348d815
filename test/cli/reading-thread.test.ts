// Large captures are read in a thread of their own: what is printed, in every format, is what one thread prints.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { ReadingSettings } from '../../src/cli/capture-reading.js';
import { ReadingThread } from '../../src/cli/reading-thread.js';
import type { Sink } from '../../src/cli/sink.js';
import { layerOptions } from '../../src/dissect/limits.js';
import { writeSynthetic } from '../bench/synthetic.js';
import { Random } from '../support/random.js';
import { build, type Ended, ended } from './built.js';
import { cli, fixture } from './run.js';

const MEGABYTES = 17;
const folder = mkdtempSync(join(tmpdir(), 'mqtt-dissect-thread-'));
const built = build();
afterAll(() => {
  rmSync(folder, { recursive: true });
  built.remove();
});

const LARGE = join(folder, 'large.pcap');
writeSynthetic(LARGE, MEGABYTES, { clients: 40 });
const bytes = readFileSync(LARGE);

function written(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Records lost, cut and in another order; connections are joined in the middle. */
function damaged(): Uint8Array {
  const random = new Random(5);
  const records: Uint8Array[] = [];
  for (let at = 24; at < bytes.length; ) {
    const length = 16 + bytes.readUInt32LE(at + 8);
    const record = Buffer.from(bytes.subarray(at, at + length));
    at += length;
    const how = random.below(400);
    if (how === 0 || records.length + at < 40_000) continue;
    if (how === 1 && length > 120) {
      record.writeUInt32LE(100, 8);
      records.push(record.subarray(0, 116));
    } else if (how === 2) records.splice(-2, 0, record);
    else records.push(record);
  }
  return Buffer.concat([bytes.subarray(0, 24), ...records]);
}

const DAMAGED = written('damaged.pcap', damaged());
const CUT = written('cut.pcap', bytes.subarray(0, bytes.length - 7));
// Compressed less than its size asks for.
const ZIPPED = written('large.pcap.gz', gzipSync(bytes, { level: 0 }));
const NO_CAPTURE = written('no-capture.pcap', Buffer.from('nothing of the kind'));
const MISSING = join(folder, 'missing.pcap');
const PINGS = fixture('pings-v5.pcap');
const TLS = fixture('tls-13-v5.pcap');

// Tells of each thread that is made.
const HOOK = `data:text/javascript,process.on('worker',()=>process.stderr.write('a thread\\n'))`;
const THREAD = 'a thread\n';

function start(args: readonly string[]): ChildProcess {
  const { COLUMNS: _, NO_COLOR: __, GITHUB_STEP_SUMMARY: ___, ...env } = process.env;
  return spawn(process.execPath, ['--import', HOOK, built.bin, ...args], { stdio: 'pipe', env });
}

const run = (args: readonly string[]): Promise<Ended> => ended(start(args));

const THREADED: readonly (readonly string[])[] = [
  ['check', LARGE],
  ['check', '--format', 'json', DAMAGED],
  ['check', '-v', DAMAGED],
  ['check', '--quiet', DAMAGED],
  ['check', '--format', 'sarif', DAMAGED, PINGS],
  ['check', '--no-reassembly', DAMAGED],
  ['check', '--max-connections', '5', DAMAGED],
  ['dissect', '--format', 'ndjson', DAMAGED],
  ['dissect', '--no-check', '--connection', '0-4', DAMAGED],
  ['dissect', '-v', '-x', '--type', 'CONNECT,SUBSCRIBE,events', DAMAGED],
  ['dissect', '--quiet', '--client', 'device-000003', LARGE],
  ['dissect', '--format', 'ndjson', '--connection', '0-1', PINGS, LARGE, DAMAGED],
  ['check', ZIPPED],
  ['check', CUT],
  ['check', MISSING, LARGE],
  ['check', LARGE, MISSING, PINGS],
  ['check', PINGS, NO_CAPTURE, LARGE],
  ['check', '--keylog', fixture('tls-13-v5.keylog'), TLS, LARGE],
  ['check', '--keylog', MISSING, LARGE],
  ['check', '--keylog', NO_CAPTURE, LARGE],
  ['dissect', '-o', join(folder, 'no-such-folder', 'out'), LARGE],
  ['dissect', '-o', LARGE, LARGE],
];

const ALONE: readonly (readonly string[])[] = [
  ['check', PINGS],
  ['dissect', '--quiet', LARGE],
  ['dissect', '--limit', '20', LARGE],
  ['check', '--limit', '3', '--format', 'json', DAMAGED],
];

describe('the same as in one thread', () => {
  const name = (args: readonly string[]): string => args.join(' ').replaceAll(`${folder}/`, '');

  it.each(THREADED.map((args) => [name(args), args] as const))(
    '%s',
    async (_, args) => {
      const { signal, code, stdout, stderr } = await run(args);
      const expected = await cli(args);
      expect(signal).toBe(null);
      expect(stderr).toBe(THREAD + expected.stderr);
      expect(code).toBe(expected.exitCode);
      // A difference in so long a text takes a while to print.
      expect(stdout.length).toBe(expected.stdout.length);
      expect(stdout === expected.stdout).toBe(true);
    },
    60_000,
  );

  it.each(ALONE.map((args) => [name(args), args] as const))(
    'without another one: %s',
    async (_, args) => {
      const expected = await cli(args);
      const { stdout, stderr, code } = await run(args);
      expect({ stdout, stderr, exitCode: code }).toEqual(expected);
    },
    60_000,
  );

  it('on a terminal, where it is drawn as it comes', async () => {
    const readingWorker = new URL('../dist/bundle/reading-worker.js', pathToFileURL(built.bin));
    const args = ['dissect', '--no-check', '--connection', '0-4', DAMAGED];
    const expected = await cli(args, { columns: 120 });
    const { stdout, ...rest } = await cli(args, { columns: 120, readingWorker });
    expect(rest).toEqual({ exitCode: expected.exitCode, stderr: expected.stderr });
    expect(stdout === expected.stdout).toBe(true);
  }, 60_000);
});

it('Ctrl-C prints the summary of what was read', async () => {
  const child = start(['dissect', '--no-check', LARGE, LARGE, LARGE]);
  child.stdout!.once('data', () => child.kill('SIGINT'));
  const { code, stdout, stderr } = await ended(child);
  expect({ code, stderr }).toEqual({ code: 130, stderr: THREAD });
  const [, packets] = /\n([\d,]+) MQTT packets in [^\n]+\n$/.exec(stdout) ?? [];
  const last = stdout.split('\n').findLast((line) => /^ *\d+ +\S+ +\d+\.\d{6} /.test(line))!;
  expect(Number.parseInt(last, 10)).toBe(Number(packets!.replaceAll(',', '')));
  const whole = await cli(['dissect', '--quiet', LARGE]);
  const [, inOne] = /([\d,]+) MQTT packets/.exec(whole.stdout)!;
  expect(Number.parseInt(last, 10)).toBeLessThan(3 * Number(inOne!.replaceAll(',', '')));
}, 60_000);

it('a broken pipe ends it quietly', async () => {
  const child = start(['dissect', '--format', 'ndjson', LARGE]);
  child.stdout!.once('data', () => child.stdout!.destroy());
  const { code, signal, stderr } = await ended(child);
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: THREAD });
}, 60_000);

describe('a thread that fails', () => {
  const settings: ReadingSettings = {
    ports: [],
    version: undefined,
    reassemble: true,
    secrets: { keylogs: [], rsaKeys: [], psks: [] },
    limits: layerOptions(new Map()),
  };
  const nothing = async (): Promise<void> => {};
  const sink: Sink = {
    ...{ summaryOnly: false, broken: false, isFull: false, hasLimit: false, isVisible: false },
    ...{ begin: nothing, source() {}, add: () => false, pass: nothing, flush: nothing, end: nothing },
  };
  const around = {
    stdin: undefined,
    stderr: { write() {} },
    interrupt: new AbortController().signal,
    progress: { update() {}, clear() {} },
  };

  it.each([
    ['throws', `throw new TypeError('a bug')`, 'a bug'],
    ['rejects', `await 0; Promise.reject(new TypeError('a bug')); await new Promise(() => {})`, 'a bug'],
    ['exits', `process.exit(3)`, 'ended with 3'],
    ['is done without a word', ``, 'ended with 0'],
  ])('is told as what it is: one that %s', async (_, program, message) => {
    const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
    const thread = new ReadingThread(url, { paths: [], settings }, sink, around);
    await thread.begin();
    await expect(thread.run()).rejects.toThrow(message);
  });

  it('is ended when the sink fails', async () => {
    const program = `
      import { parentPort } from 'node:worker_threads';
      parentPort.postMessage({ kind: 'begin' });
      setInterval(() => {}, 1000);`;
    const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
    const begin = () => Promise.reject(new Error('no room'));
    const thread = new ReadingThread(url, { paths: [], settings }, { ...sink, begin }, around);
    await expect(thread.run()).rejects.toThrow('no room');
  });
});
