// The command without a configuration: where it listens, what it refuses, and how its connections are watched.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { RawClient } from '../io/broker-client.js';
import { cli } from './run.js';
import { type Running, startedBroker } from './running.js';

const folder = mkdtempSync(join(tmpdir(), 'broker-'));
const running: Running[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function started(...args: readonly string[]): Promise<Running> {
  const one = await startedBroker(...args);
  running.push(one);
  return one;
}

async function hello(url: string): Promise<void> {
  const client = await connectAsync(url, { clientId: 'hello', reconnectPeriod: 0 });
  await client.subscribeAsync('a/#');
  await client.publishAsync('a/b', 'secret', { qos: 1 });
  await client.endAsync();
}

describe('listens', () => {
  it('on this machine alone, for TCP and WebSocket', async () => {
    const { urls, stop } = await started('-p', '0', '--ws-port', '0', '--unix', join(folder, 'socket'));
    expect(urls().map((url) => url.replace(/\d+$/, ''))).toEqual([
      'mqtt://127.0.0.1:',
      'ws://127.0.0.1:',
      `mqtt+unix:${join(folder, 'socket')}`,
    ]);
    for (const url of urls().slice(0, 2)) await hello(url);
    expect(await stop()).toBe(0);
  });

  it('where it is told', async () => {
    const { urls } = await started('-p', '0', '--host', '0.0.0.0');
    expect(urls()[0]).toMatch(/^mqtt:\/\/0\.0\.0\.0:\d+$/);
  });
});

it.each<[string, readonly string[], string]>([
  ['a certificate without a key', ['--tls-cert', 'x'], 'need each other'],
  ['an authority without a certificate', ['--tls-ca', 'x'], "'--tls-ca' needs --tls-cert"],
  ['required certificates of nobody', ['--require-certificate'], 'needs --tls-ca'],
  ['a certificate that is not there', ['--tls-cert', '/no/c', '--tls-key', '/no/k'], '/no/c: no such file'],
  ['a port that is none', ['-p', '70000'], 'from 0 to 65535'],
  ['a file and options', ['-c', 'x', '-p', '1'], 'not both'],
  ['--test-config without a file', ['--test-config'], "'--test-config' needs -c"],
  ['a file that is not there', ['-c', '/no/mosquitto.conf'], '/no/mosquitto.conf: no such file'],
  ['a format of nothing', ['--format', 'json'], 'needs --watch or --check'],
  ['a format of judgements for packets', ['--watch', '--format', 'sarif'], '--watch has table'],
  [
    'a capture that cannot be written',
    ['-p', '0', '-w', '/no/folder/x.pcapng'],
    '/no/folder/x.pcapng: no such directory',
  ],
])('refuses %s', async (_, args, message) => {
  const { exitCode, stdout, stderr } = await cli(['broker', ...args]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
  expect(stdout).toBe('');
});

it('refuses a port in use, in one line', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const { exitCode, stderr } = await cli(['broker', '-p', String(port)]);
  server.close();
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: `mqtt-dissect: mqtt://127.0.0.1:${port}: the port is in use\n`,
  });
});

it('says what happens with -v', async () => {
  const { urls, stderr, stop } = await started('-p', '0', '-v');
  await hello(urls()[0]!);
  await stop();
  const lines = stderr()
    .split('\n')
    .map((line) => line.replace(/^mqtt-dissect: \S+ /, ''));
  expect(lines.slice(1, 4)).toEqual([
    expect.stringMatching(/^"hello" connected from 127\.0\.0\.1:\d+: MQTT 3\.1\.1, keep alive 60 s, clean start$/),
    '"hello" subscribed to a/#, QoS 0',
    '"hello" disconnected: Normal disconnection (0x00)',
  ]);
});

describe('watching', () => {
  it('shows the packets of all connections', async () => {
    const { urls, stdout, stop } = await started('-p', '0', '--watch', '--format', 'ndjson');
    await hello(urls()[0]!);
    await expect.poll(stdout, { timeout: 5000 }).toContain('"DISCONNECT"');
    expect(await stop()).toBe(0);
    const types = stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).type ?? JSON.parse(line).event);
    expect(types.filter((type) => type !== 'connection-closed').toSorted()).toEqual(
      ['CONNECT', 'CONNACK', 'SUBSCRIBE', 'SUBACK', 'PUBLISH', 'PUBLISH', 'PUBACK', 'DISCONNECT'].toSorted(),
    );
  });

  it('shows its last words', async () => {
    const { urls, stdout, stop } = await started('-p', '0', '--watch');
    const client = await connectAsync(urls()[0]!, { protocolVersion: 5, reconnectPeriod: 0 });
    await stop();
    await client.endAsync(true);
    expect(stdout()).toMatch(/DISCONNECT.*shutting down/i);
  });

  it('judges, and fails when somebody breaks the specification', async () => {
    const { urls, stdout, stop } = await started('-p', '0', '--check');
    const port = Number(urls()[0]!.split(':').at(-1));
    // A SUBSCRIBE with wrong reserved bits.
    const client = new RawClient({ port }).send('10 0d 00 04 "MQTT" 04 02 00 00 00 01 "a" 80 06 00 01 00 01 "t" 00');
    await client.closed();
    await expect.poll(stdout, { timeout: 5000 }).toContain('MQTT-3.8.1-1');
    expect(await stop()).toBe(1);
  });

  it('writes a capture that the other commands read', async () => {
    const file = join(folder, 'all.pcapng');
    const { urls, stop } = await started('-p', '0', '-w', file);
    await hello(urls()[0]!);
    expect(await stop()).toBe(0);
    expect(readFileSync(file).length).toBeGreaterThan(500);
    const { exitCode, stdout } = await cli(['check', file]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('no violations');
  });
});
