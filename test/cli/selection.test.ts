// The options that select: what they let through, what the summary says of it, and values that are refused.

import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { cli, fixture } from './run.js';

const HOME = fixture('thermostat.pcapng');

interface Line {
  readonly number?: number;
  readonly type?: string;
  readonly event?: string;
  readonly connection: number;
}

async function shown(...args: readonly string[]): Promise<readonly Line[]> {
  const { stdout } = await cli([HOME, '--format', 'ndjson', ...args]);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

describe('items', () => {
  it.each([
    [
      ['--type', 'connect', '--type', 'Suback'],
      [1, 6, 10, 13, 21],
    ],
    [
      ['--type', 'connect,suback', '--connection', '0,2'],
      [1, 6, 21],
    ],
    [['--client', 'phone', '--type', 'publish'], [23]],
    [
      ['--client', 'ph*', '--client', 'wall-*', '--type', 'connack'],
      [11, 22],
    ],
    [
      ['--connection', '1-2', '--type', 'connect'],
      [10, 21],
    ],
    [
      ['--topic', 'home/+/thermostat/target/#', '--type', 'pubrec,pubcomp'],
      [24, 27, 31, 34],
    ],
    [
      ['--since', '2.037737', '--until', '2.037891'],
      [21, 22],
    ],
    [
      ['--host', '127.0.0.0/8', '--port', '1883', '--limit', '2'],
      [1, 2],
    ],
    [['--host', '::1'], []],
    [['--port', '1884'], []],
  ])('%j', async (args, numbers) => {
    const lines = await shown(...args);
    expect(lines.map(({ number }) => number)).toEqual(numbers);
  });

  it('are the ones that the whole listing has', async () => {
    const all = await shown();
    expect(await shown('--client', 'phone')).toEqual(all.filter(({ connection }) => connection === 2));
    expect(await shown('--type', 'events')).toEqual(all.filter(({ event }) => event !== undefined));
  });
});

describe('the summary', () => {
  const WHOLE = '46 MQTT packets in 3 connections (3.1.1: 1, 5.0: 2), 89 capture frames';

  it.each([
    [['--port', '1883'], WHOLE],
    [['--client', 'phone'], `${WHOLE}; 7 of 46 MQTT packets selected`],
    [['--type', 'auth'], `${WHOLE}; 0 of 46 MQTT packets selected`],
    [['--limit', '100'], WHOLE],
    [['--limit', '2'], '2 MQTT packets in 1 connection (3.1.1: 1), 6 capture frames; stopped at the limit of 2'],
    [
      ['--limit', '1', '--type', 'connack'],
      '2 MQTT packets in 1 connection (3.1.1: 1), 6 capture frames; 1 of 2 MQTT packets selected; stopped at the limit of 1',
    ],
  ])('with %j', async (args, expected) => {
    const { stdout, stderr, exitCode } = await cli(['-q', ...args, HOME]);
    expect({ stdout, stderr, exitCode }).toEqual({ stdout: `${expected}\n`, stderr: '', exitCode: 0 });
  });

  it('in JSON has the count and the limit', async () => {
    const summary = async (...args: string[]) =>
      (JSON.parse((await cli([HOME, '--format', 'json', ...args])).stdout) as { summary: object }).summary;
    expect(await summary()).not.toHaveProperty('selected');
    expect(await summary('--type', 'connect')).toHaveProperty('selected', { packets: 3 });
    expect(await summary('--limit', '1')).toHaveProperty('selected', { packets: 1, limit: 1 });
  });
});

it('--limit leaves files behind it alone', async () => {
  expect(await cli(['--limit', '1', HOME, '/no/such/file'])).toMatchObject({ exitCode: 0, stderr: '' });
});

it('--limit ends the reading of a pipe that goes on', async () => {
  const stdin = new PassThrough();
  stdin.write(readFileSync(HOME));
  expect(await cli(['-', '--limit', '3', '-q'], { stdin })).toMatchObject({ exitCode: 0 });
  expect(stdin.destroyed).toBe(true);
});

describe('refused', () => {
  it.each([
    [['--type', 'PUBLSH'], /no type "PUBLSH"\. Did you mean PUBLISH\?/],
    [['--type', 'publish,,'], /no type ""\. It can be CONNECT, .*, gap, .*events\./],
    [['--type', 'pubrek'], /Did you mean PUBACK or PUBREC or PUBREL\?/],
    [['--topic', 'a/#/b'], /# must be the last level\n {2}a\/#\/b\n {4}\^\n/],
    [['--topic', 'ü/b+'], /must be a level by itself\n {2}ü\/b\+\n {5}\^\n/],
    [['--topic', ''], /at least one character/],
    [['--host', '10.0.0.256'], /must be an IPv4 or IPv6 address/],
    [['--host', '10.0.0.1:1883'], /ports go to --port/],
    [['--connection', '5-3'], /numbers and ranges/],
    [['--connection', 'x'], /numbers and ranges/],
    [['--since', 'yesterday'], /seconds after the first packet/],
    [['--until', '2024-02-30'], /seconds after the first packet/],
    [['--limit', '0'], /of at least 1/],
  ])('%j', async (args, message) => {
    const { stderr, stdout, exitCode } = await cli([...args, HOME]);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toMatch(message);
  });
});

it('the help says what selects what', async () => {
  expect((await cli(['dissect', '--help'])).stdout).toMatch(
    /Selection .*numbers and the summary are of the whole capture/,
  );
});
