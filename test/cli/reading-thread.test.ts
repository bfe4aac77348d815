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
import { FIXTURES } from '../support/fixtures.js';
import { Random } from '../support/random.js';
import { build, ended } from './built.js';
import { cli, fixture, type Ran, type Surroundings } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'mqtt-dissect-thread-'));
const built = build();
afterAll(() => {
  rmSync(folder, { recursive: true });
  built.remove();
});

const LARGE = join(folder, 'large.pcap');
writeSynthetic(LARGE, 6, { clients: 40 });
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

function halves(): readonly [string, string] {
  let at = 24;
  while (at < bytes.length / 2) at += 16 + bytes.readUInt32LE(at + 8);
  const header = bytes.subarray(0, 24);
  const [first, second] = [bytes.subarray(0, at), Buffer.concat([header, bytes.subarray(at)])];
  return [written('first.pcap', first), written('second.pcap', second)];
}

const DAMAGED = written('damaged.pcap', damaged());
const CUT = written('cut.pcap', bytes.subarray(0, bytes.length - 7));
/** The capture in two files, of which the first ends in the middle of packets. */
const HALVES = halves();
const ZIPPED = written('large.pcap.gz', gzipSync(bytes));
const NO_CAPTURE = written('no-capture.pcap', Buffer.from('nothing of the kind'));
const MISSING = join(folder, 'missing.pcap');
const PINGS = fixture('pings-v5.pcap');
const TLS = fixture('tls-13-v5.pcap');

const program = new URL('../dist/bundle/reading-worker.js', pathToFileURL(built.bin));
/** However small they are. */
const readingWorker = { program, from: 0, forItems: true };

/** Runs it, and counts the threads that were made. */
async function withThread(args: readonly string[], around: Surroundings = {}): Promise<Ran & { threads: number }> {
  let threads = 0;
  const count = (): void => {
    threads++;
  };
  process.on('worker', count);
  try {
    return { ...(await cli(args, { readingWorker, ...around })), threads };
  } finally {
    process.off('worker', count);
  }
}

const THREADED: readonly (readonly string[])[] = [
  ['check', PINGS],
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
  ['check', '--format', 'json', ...HALVES],
  ['check', '-v', HALVES[1], ZIPPED, HALVES[0], HALVES[1]],
  ['check', '--only', 'nonsense', LARGE],
  ['check', '--baseline', MISSING, LARGE],
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
  ['dissect', '--quiet', LARGE],
  ['dissect', '--limit', '20', LARGE],
  ['check', '--limit', '3', '--format', 'json', DAMAGED],
];

describe('the same as in one thread', () => {
  const name = (args: readonly string[]): string => args.join(' ').replaceAll(/\S*\//g, '');

  async function expectSame(args: readonly string[], threads: number, around: Surroundings = {}): Promise<void> {
    const { stdout, ...expected } = await cli(args, around);
    const ran = await withThread(args, around);
    expect({ ...ran, stdout: '' }).toEqual({ ...expected, threads, stdout: '' });
    // A difference in so long a text takes a while to print.
    expect(ran.stdout.length).toBe(stdout.length);
    expect(ran.stdout === stdout).toBe(true);
  }

  it.each(THREADED.map((args) => [name(args), args] as const))(
    '%s',
    async (_, args) => {
      await expectSame(args, 1);
    },
    60_000,
  );

  it.each(ALONE.map((args) => [name(args), args] as const))(
    'without another one: %s',
    async (_, args) => {
      await expectSame(args, 0);
    },
    60_000,
  );

  it('without another one: less than is worth it', async () => {
    await expectSame(['check', LARGE], 0, { readingWorker: { ...readingWorker, from: bytes.length + 1 } });
  });

  it('without another one: stdin', async () => {
    await expectSame(['check', '-', PINGS], 0, { stdin: [bytes] });
  });

  it.each([
    ['check', 'json'],
    ['check', 'table'],
    ['dissect', 'ndjson'],
  ])(
    '%s --format %s of all fixtures',
    async (command, format) => {
      await expectSame([command, '--format', format, ...FIXTURES.map(fixture)], 1);
    },
    60_000,
  );

  it('on a terminal, where it is drawn as it comes', async () => {
    await expectSame(['dissect', '--no-check', '--connection', '0-9', DAMAGED], 1, { columns: 120 });
  }, 60_000);

  it('as a baseline', async () => {
    const [one, other] = ['one.json', 'other.json'].map((file) => join(folder, file)) as [string, string];
    await cli(['check', '--write-baseline', one, DAMAGED]);
    await withThread(['check', '--write-baseline', other, DAMAGED]);
    expect(readFileSync(other, 'utf8')).toBe(readFileSync(one, 'utf8'));
  }, 60_000);
});

describe('the program', () => {
  // More than is worth a thread.
  const often = Math.ceil((40 * 1024 * 1024) / bytes.length);
  const inputs = Array.from({ length: often }, () => LARGE);
  // Tells of each thread that is made.
  const HOOK = `data:text/javascript,process.on('worker',()=>process.stderr.write('a thread\\n'))`;
  const start = (...args: readonly string[]): ChildProcess =>
    spawn(process.execPath, ['--import', HOOK, built.bin, ...args], { stdio: 'pipe' });

  it('reads much in a thread', async () => {
    const args = ['check', '--format', 'json', ...inputs];
    const { code, stdout, stderr } = await ended(start(...args));
    const expected = await cli(args);
    expect({ code, stderr }).toEqual({ code: expected.exitCode, stderr: `a thread\n${expected.stderr}` });
    expect(stdout === expected.stdout).toBe(true);
  }, 120_000);

  it('prints the summary of what was read at Ctrl-C', async () => {
    const child = start('check', ...inputs);
    child.stderr!.once('data', () => child.kill('SIGINT'));
    const { code, stdout, stderr } = await ended(child);
    expect({ code, stderr }).toEqual({ code: 130, stderr: 'a thread\n' });
    expect(packetsOf(stdout)).toBeLessThan(packetsOf((await cli(['dissect', '--quiet', ...inputs])).stdout));
  }, 120_000);

  it('ends quietly at a broken pipe', async () => {
    // Of which there is something to be said.
    const damagedInputs = Array.from({ length: often }, () => DAMAGED);
    const child = start('check', '--format', 'ndjson', '--inconclusive', ...damagedInputs);
    child.stderr!.once('data', () => child.stdout!.destroy());
    const { code, signal, stderr } = await ended(child);
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: 'a thread\n' });
  }, 60_000);

  it('has none where every packet becomes an item', async () => {
    const child = start('dissect', '--no-check', ...inputs);
    child.stdout!.once('data', () => child.kill('SIGINT'));
    const { code, stderr } = await ended(child);
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
  }, 60_000);
});

/** As the summary says. */
function packetsOf(text: string): number {
  const [, count = '0'] = /([\d,]+) MQTT packets/.exec(text) ?? [];
  expect(text).toMatch(/MQTT packets/);
  return Number(count.replaceAll(',', ''));
}

describe('a thread that fails', () => {
  const settings: ReadingSettings = {
    ports: [],
    version: undefined,
    reassemble: true,
    secrets: { keylogs: [], rsaKeys: [], psks: [] },
    limits: layerOptions(new Map()),
  };
  const setup = { paths: [], settings, isVisible: false, glances: false };
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
    const its = { program: new URL(`data:text/javascript,${encodeURIComponent(program)}`) };
    const thread = new ReadingThread(its, setup, around);
    await thread.begin();
    await expect(thread.run(sink)).rejects.toThrow(message);
  });

  it('is told when a file is another one by the time it is to be read again', async () => {
    const program = `
      import { parentPort } from 'node:worker_threads';
      parentPort.postMessage({ kind: 'file', file: { path: ${JSON.stringify(LARGE)}, device: 1, inode: 1 } });
      setInterval(() => {}, 1000);`;
    const its = { program: new URL(`data:text/javascript,${encodeURIComponent(program)}`) };
    const thread = new ReadingThread(its, setup, around);
    await expect(thread.run(sink)).rejects.toThrow(`${LARGE}: was changed or replaced while it was read`);
  });

  it('is ended when the sink fails', async () => {
    const program = `
      import { parentPort } from 'node:worker_threads';
      parentPort.postMessage({ kind: 'begin' });
      setInterval(() => {}, 1000);`;
    const its = { program: new URL(`data:text/javascript,${encodeURIComponent(program)}`) };
    const begin = () => Promise.reject(new Error('no room'));
    const thread = new ReadingThread(its, setup, around);
    await expect(thread.run({ ...sink, begin })).rejects.toThrow('no room');
  });
});
