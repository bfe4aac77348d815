// The program as a process: exit codes, a broken pipe, Ctrl-C, the text of a bug. Built into a folder of its own, so
// that no other test's build is in the way.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concat, NANO, pcapHeader, pcapRecord } from '../capture/build.js';
import { CLIENT, SERVER, Wire } from '../support/wire.js';
import { fixture } from './run.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PINGS = fixture('pings-v5.pcap');
// Inside node_modules, where the dependencies are found and nobody looks for sources.
mkdirSync(join(ROOT, 'node_modules/.cache'), { recursive: true });
const folder = mkdtempSync(join(ROOT, 'node_modules/.cache/mqtt-dissect-'));
const SHAPE = { magic: NANO, little: true, link: 101 };
const BIN = join(folder, 'bin/mqtt-dissect.js');

beforeAll(() => {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', join(ROOT, 'src'), '--outDir', join(folder, 'dist')]);
  const rolldown = join(ROOT, 'node_modules/rolldown/bin/cli.mjs');
  execFileSync(process.execPath, [rolldown, '-c', join(ROOT, 'src/rolldown.config.js')], { cwd: folder });
  mkdirSync(join(folder, 'bin'));
  copyFileSync(join(ROOT, 'bin/mqtt-dissect.js'), BIN);
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [BIN, ...args], { stdio: 'pipe' });
}

function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (bytes: Buffer) => {
    stdout += bytes.toString();
  });
  child.stderr!.on('data', (bytes: Buffer) => {
    stderr += bytes.toString();
  });
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr })));
}

/** When the text has come on stdout. */
function heard(child: ChildProcess, text: string): Promise<void> {
  let all = '';
  return new Promise((resolve) =>
    child.stdout!.on('data', (bytes: Buffer) => {
      all += bytes.toString();
      if (all.includes(text)) resolve();
    }),
  );
}

it.each([
  [0, [PINGS]],
  [0, ['--help']],
  [2, []],
  [2, ['--nonsense']],
  [2, ['/no/such/file']],
  [2, ['/no/such/file', PINGS]],
  [2, ['hex', '0']],
])('exits with %i for %j', async (code, args) => {
  const { stdout, stderr, ...how } = await ended(start(...args));
  expect(how).toEqual({ code, signal: null });
  expect(stderr).not.toMatch(/^ +at /m);
  if (args.at(-1) === PINGS) expect(stdout).toContain('9 MQTT packets');
});

describe('a broken pipe', () => {
  it.each([['table'], ['tree'], ['ndjson']])('ends %s quietly, though the input goes on', async (format) => {
    const child = start('-', '--format', format);
    const end = ended(child);
    child.stdin!.on('error', () => {});
    const wire = new Wire().open();
    child.stdin!.write(pcapHeader(SHAPE));
    const feed = (): boolean => {
      for (let i = 0; i < 100; i++) wire.send(CLIENT, 'c0 00').send(SERVER, 'd0 00');
      const records = wire.packets.splice(0).map(({ time, bytes }) => ({ seconds: 0, fraction: time, bytes }));
      return child.stdin!.write(concat(...records.map((record) => pcapRecord(SHAPE, record))));
    };
    feed();
    await heard(child, 'PINGREQ');
    child.stdout!.destroy();
    // Packets without end: only the broken pipe can stop it.
    const goOn = () => {
      while (child.stdin!.writable && feed());
      if (child.stdin!.writable) child.stdin!.once('drain', goOn);
    };
    goOn();
    expect(await end).toMatchObject({ code: 0, signal: null, stderr: '' });
  });
});

it.each(['SIGINT', 'SIGTERM'] as const)('%s prints the summary of what was read', async (signal) => {
  const child = start('-');
  const end = ended(child);
  child.stdin!.on('error', () => {});
  child.stdin!.write(readFileSync(PINGS));
  await heard(child, 'DISCONNECT');
  child.kill(signal);
  const { code, stdout, stderr } = await end;
  expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
  expect(stdout).toMatch(/\n9 MQTT packets in 1 connection \(5\.0: 1\), 20 capture frames\n$/);
});

it('reads hex from a pipe', async () => {
  const child = start('hex', '-', '--format', 'ndjson');
  const end = ended(child);
  child.stdin!.end('c0 00\n');
  expect(JSON.parse((await end).stdout)).toMatchObject({ type: 'PINGREQ' });
});

it('runs through a link to it, as npm makes them', async () => {
  const link = join(folder, 'mqtt-dissect');
  symlinkSync(BIN, link);
  expect(execFileSync(process.execPath, [link, '-V']).toString()).toMatch(/^\d/);
});
