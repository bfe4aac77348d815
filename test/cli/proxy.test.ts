// What the proxy's command looks at, and what it says at its end.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Io } from '../../src/cli/io.js';
import { run } from '../../src/cli/program.js';
import { started } from './running.js';

vi.setConfig({ testTimeout: 30_000 });

/** CONNECT, and a PUBLISH with both bits of QoS. */
const WRONG = Buffer.from('100d00044d5154540402003c0001613606000161000131', 'hex');

let server: Server;
let target = '';
beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => {}).on('data', () => socket.write(Buffer.from('20020000', 'hex')));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  target = `tcp://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterAll(() => {
  server.close();
});

async function ran(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const proxy = await started('proxy', '--listen', 'tcp://127.0.0.1:0', '--target', target, '--grace', '0', ...args);
  const client = connect(Number(/\d+$/.exec(proxy.urls()[0]!)![0]), '127.0.0.1').on('error', () => {});
  await new Promise((resolve) => {
    client.once('data', resolve);
    client.write(WRONG);
  });
  client.destroy();
  const code = await proxy.stop();
  return { code, stdout: proxy.stdout(), stderr: proxy.stderr() };
}

it('streams packets, events, and what is found of packets that have passed', async () => {
  const closes = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.end());
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => closes.once('listening', resolve));
  const to = `tcp://127.0.0.1:${(closes.address() as { port: number }).port}`;
  const listen = 'tcp://127.0.0.1:0';
  const proxy = await started('proxy', '--listen', listen, '--target', to, '--control', '0', '-q', '--grace', '0');
  const control = /control interface on (\S+)/.exec(proxy.stderr())![1]!;
  const body = (await fetch(`${control}/packets`)).body!.pipeThrough(new TextDecoderStream());
  // A version that no server knows, which has to be answered.
  const client = connect(Number(/\d+$/.exec(proxy.urls()[0]!)![0]), '127.0.0.1');
  client.resume().write(Buffer.from('100d00044d5154540202003c000161', 'hex'));
  let text = '';
  for await (const part of body) {
    text += part;
    if (text.includes('"party":"server"')) break;
  }
  expect(text).toMatch(/"relay"[\s\S]*"CONNECT"[\s\S]*"connection-closed"[\s\S]*closes without CONNACK 0x01/);
  expect(await proxy.stop()).toBe(0);
  closes.close();
});

it('ends when its relay does, and the recording is whole', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'proxy-'));
  const path = join(folder, 'all.pcapng');
  // It says that it listens, and ends.
  const worker = `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ id, method }) => {
      if (method !== 'start') return;
      parentPort.postMessage({ kind: 'value', id, value: [{ route: 0, port: 1, url: 'tcp://127.0.0.1:1' }] });
      setTimeout(() => { throw new Error('out of order'); });
    });`;
  const silent = { write: () => true, on: () => {}, once: () => {} } as unknown as Io['stdout'];
  const ended = run(['proxy', '--listen', 'tcp://127.0.0.1:0', '--target', target, '-q', '-w', path], {
    ...{ stdin: undefined, stdout: silent, stderr: silent, env: {}, interrupt: new AbortController().signal },
    relayWorker: new URL(`data:text/javascript,${encodeURIComponent(worker)}`),
  });
  await expect(ended).rejects.toThrow('out of order');
  // Statistics of the interface, which are written last: 5.
  const bytes = readFileSync(path);
  expect(bytes.readUInt32LE(bytes.length - bytes.readUInt32LE(bytes.length - 4))).toBe(5);
  rmSync(folder, { recursive: true });
});

describe('what is shown and judged', () => {
  it.each([
    ['shown, and no reason to fail', [], 0, /PUBLISH[\s\S]*MQTT packets .* 1 finding/],
    ['shown, and failed on', ['--fail-on', 'must'], 1, /PUBLISH[\s\S]*MQTT packets .* 1 finding/],
    ['quiet, and failed on nevertheless', ['-q', '--fail-on', 'must'], 1, /^3 MQTT packets .* 1 finding/],
    ['quiet, and summed up as asked', ['-q', '--format', 'json'], 0, /"summary"/],
  ] as const)('%s', async (_, args, code, stdout) => {
    expect(await ran(...args)).toMatchObject({ code, stdout: expect.stringMatching(stdout) });
  });

  it('quiet: nobody reads packets, so nobody says that there were none', async () => {
    const { code, stdout, stderr } = await ran('-q');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).not.toMatch(/packets/);
    expect(stderr).toMatch(/1 connection, 23 bytes from clients, \d+ bytes to them\n$/);
  });
});
