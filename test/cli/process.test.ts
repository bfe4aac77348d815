// The program as a process: exit codes, a broken pipe, Ctrl-C, the text of a bug.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { concat, NANO, pcapHeader, pcapRecord } from '../capture/build.js';
import { CLIENT, SERVER, Wire } from '../support/wire.js';
import { build, ended } from './built.js';
import { fixture } from './run.js';

const PINGS = fixture('pings-v5.pcap');
const built = build();
afterAll(() => built.remove());
const SHAPE = { magic: NANO, little: true, link: 101 };

function start(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [built.bin, ...args], { stdio: 'pipe' });
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
  const link = join(dirname(built.bin), 'mqtt-dissect');
  symlinkSync(built.bin, link);
  expect(execFileSync(process.execPath, [link, '-V']).toString()).toMatch(/^\d/);
});
