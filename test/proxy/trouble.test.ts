// The proxy when things go badly: targets that cannot be reached, bytes that are no MQTT, a full disk, kill -9, Ctrl-C, nobody
// who reads. The traffic goes on where it can, and why it cannot is said.

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { hex } from '../support/hex.js';
import { hasProgram } from '../support/programs.js';
import { onSmallDisk } from '../support/small-disk.js';
import { dissect, folder, HOST, linesIn, linesOf, type RunningProxy, startProxy, until } from './program.js';
import { echo, RawClient, target } from './sockets.js';

const CONNECT = hex('10 0d 00 04 "MQTT" 04 02 00 00 00 01 "a"');
const PUBLISH = hex('30 06 00 01 "t" "hey"');
/** 3.1.1: a second CONNECT is a violation by the client. */
const TWICE = Buffer.concat([CONNECT, CONNECT]);
const CONNACK = hex('20 02 00 00');

/** A proxy before something that sends back what it gets. */
async function beforeEcho(...args: readonly string[]): Promise<RunningProxy> {
  const { port } = await target(echo);
  return startProxy('--listen', `tcp://${HOST}:0`, '--target', `tcp://${HOST}:${port}`, ...args);
}

/** It has passed something on. */
async function connected(proxy: RunningProxy): Promise<RawClient> {
  const client = new RawClient(proxy.ports[0]!).send(CONNECT);
  await until(() => client.count >= CONNECT.length, 'the first bytes come back');
  return client;
}

describe.skipIf(!hasProgram('openssl'))('a target that cannot be reached', () => {
  const live = join(folder, 'unreachable.ndjson');
  let certificates: Certificates;
  let proxy: RunningProxy;
  let dead = 0;

  beforeAll(async () => {
    certificates = makeCertificates();
    // Closed when everybody else has a port.
    const reserved = await target(() => {});
    dead = reserved.port;
    const plain = await target((socket) => socket.end('no TLS here\n'));
    const silent = await target(() => {});
    const { createServer } = await import('node:tls');
    const { certificate: cert, key } = certificates.stranger;
    const strange = createServer({ cert, key }).listen(0, HOST);
    await new Promise((resolve) => strange.once('listening', resolve));
    const { port: stranger } = strange.address() as { port: number };
    const targets = [
      `tcp://${HOST}:${dead}`,
      'tcp://nobody.invalid:1883',
      `tls://${HOST}:${stranger}`,
      `tls://${HOST}:${plain.port}`,
      `tls://${HOST}:${silent.port}`,
      `ws://${HOST}:${plain.port}`,
      `unix:${join(folder, 'none.sock')}`,
    ];
    const pairs = targets.flatMap((one) => ['--listen', `tcp://${HOST}:0`, '--target', one]);
    const ca = ['--target-ca', certificates.authority.certificateFile];
    proxy = await startProxy(...pairs, ...ca, '--connect-timeout', '3', '--format', 'ndjson', '-o', live);
    reserved.server.close();
    return () => strange.close();
  });
  afterAll(() => certificates?.remove());

  it.concurrent.each([
    ['nobody listens', 0, 'refused', 'nobody listens there'],
    ['a name that nobody has', 1, 'name', 'the host name '],
    ['a certificate of somebody else', 2, 'tls', 'the certificate is signed by itself and not known'],
    ['no TLS', 3, 'tls', 'what came is no TLS'],
    ['no answer', 4, 'timeout', 'the TLS handshake was not completed within 3 s'],
    ['no WebSocket', 5, 'websocket', ''],
    ['no such socket', 6, 'unreachable', 'there is no such Unix socket'],
  ])('%s', async (_, index, code, says) => {
    const client = new RawClient(proxy.ports[index]!).send(CONNECT);
    expect(await client.ended).toBe('ECONNRESET');
    const told = () => linesIn(live).filter((line) => line.code === code && line.message?.includes(says));
    await until(() => told().length > 0, `${code}: ${says}`);
    // Too fast a reset, and the client has not even learnt its own address.
    expect(told()).toMatchObject([{ event: 'relay', details: { client: expect.stringContaining(client.address) } }]);
  });

  it('serves the next client once the target is there', async () => {
    await target(echo, dead);
    (await connected(proxy)).socket.destroy();
    expect(await proxy.stop()).toMatchObject({ code: 0, stderr: expect.stringContaining('7 failures') });
  });
});

it('passes on what is no MQTT, and says so', async () => {
  const live = join(folder, 'no-mqtt.ndjson');
  const proxy = await beforeEcho('--format', 'ndjson', '-o', live);
  const request = 'GET / HTTP/1.1\r\nHost: example\r\n\r\n';
  const never = new RawClient(proxy.ports[0]!).send(request);
  const garbage = Buffer.alloc(1000, 0xff);
  const later = (await connected(proxy)).send(garbage);
  await until(
    () => never.count === request.length && later.count === CONNECT.length + garbage.length,
    'all comes back',
  );
  expect(never.received).toBe(request);
  never.socket.end();
  later.socket.end();
  expect(await Promise.all([never.ended, later.ended])).toEqual(['fin', 'fin']);
  expect(await proxy.stop()).toMatchObject({ code: 0 });
  const lines = linesIn(live);
  for (const { address } of [never, later]) {
    const told = lines.filter((line) => line.source === address && line.event !== undefined);
    expect(
      told.map(({ event }) => event),
      address,
    ).toContain('lost-sync');
  }
});

it('goes on when the disk is full, and says so', async ({ skip }) => {
  const isMade = await onSmallDisk(1, async (disk) => {
    const recording = join(disk, 'x.pcapng');
    const proxy = await beforeEcho('-w', recording, '-q');
    const client = await connected(proxy);
    const all = Buffer.concat(Array.from({ length: 300_000 }, () => PUBLISH));
    client.send(all);
    await until(() => client.count === CONNECT.length + all.length, 'everything comes back');
    await until(() => proxy.stderr.includes('warning: '), 'a warning');
    client.send(PUBLISH);
    await until(() => client.count === CONNECT.length + all.length + PUBLISH.length, 'traffic goes on');
    client.socket.destroy();
    const { code, stderr } = await proxy.stop();
    expect(code).toBe(0);
    expect(stderr).toMatch(/warning: .*x\.pcapng: .*no space left/);
    expect((await dissect(recording, '-q')).stdout).toMatch(/ MQTT packets in 1 connection /);
  });
  skip(!isMade, 'nothing may be mounted here');
});

it('can be killed under load: what was recorded can be read', async () => {
  const recording = join(folder, 'killed.pcapng');
  const proxy = await beforeEcho('-w', recording, '-q');
  const client = await connected(proxy);
  const some = Buffer.concat(Array.from({ length: 1000 }, () => PUBLISH));
  const load = setInterval(() => client.send(some), 10);
  await until(() => client.count > 200 * some.length, 'some load');
  clearInterval(load);
  proxy.child.kill('SIGKILL');
  await proxy.ended;
  const { code, stdout } = await dissect(recording, '-q');
  expect(code).toBe(0);
  const [, packets = ''] = /^([\d,]+) MQTT packets in 1 connection/m.exec(stdout) ?? [];
  // At least what passed a second ago; it has passed both ways.
  expect(Number(packets.replaceAll(',', ''))).toBeGreaterThan(10_000);
});

describe('Ctrl-C', () => {
  it('accepts nobody any more, lets connections finish, writes files, and says what there was', async () => {
    const live = join(folder, 'interrupted.ndjson');
    const recording = join(folder, 'interrupted.pcapng');
    const proxy = await beforeEcho('--grace', '60', '--format', 'ndjson', '-o', live, '-w', recording);
    const client = await connected(proxy);
    const ended = proxy.stop();
    await until(() => proxy.stderr.includes('stopping: 1 connection may finish within 60 s'), 'it stops');
    expect(await new RawClient(proxy.ports[0]!).ended).toMatch(/ECONNREFUSED|ECONNRESET/);
    client.send(PUBLISH);
    await until(() => client.count === CONNECT.length + PUBLISH.length, 'it still passes on');
    client.socket.end();
    const { code, signal, stderr } = await ended;
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(stderr).toContain('4 MQTT packets in 1 connection');
    expect(stderr).toContain('1 connection, 23 bytes from clients, 23 bytes to them');
    const types = linesIn(live).flatMap(({ type }) => type ?? []);
    expect(types.toSorted()).toEqual(['CONNECT', 'CONNECT', 'PUBLISH', 'PUBLISH']);
    expect((await dissect(recording, '-q')).stdout).toContain('4 MQTT packets in 1 connection');
  });

  it('cuts connections after the grace', async () => {
    const proxy = await beforeEcho('--grace', '0', '-q');
    const client = await connected(proxy);
    const [{ code }, how] = await Promise.all([proxy.stop(), client.ended]);
    expect({ code, how }).toEqual({ code: 0, how: 'fin' });
  });

  it('ends at once the second time', async () => {
    const proxy = await beforeEcho('--grace', '600', '-q');
    await connected(proxy);
    const ended = proxy.stop();
    await until(() => proxy.stderr.includes('stopping: '), 'it stops');
    proxy.child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: null, signal: 'SIGINT' });
  });
});

it.each([
  ['must', 1],
  ['never', 0],
])('exits with --fail-on %s with %i after a violation', async (level, code) => {
  const { port } = await target((socket) => socket.once('data', () => socket.end(CONNACK)));
  const pair = ['--listen', `tcp://${HOST}:0`, '--target', `tcp://${HOST}:${port}`];
  const proxy = await startProxy(...pair, '--fail-on', level, '--format', 'ndjson');
  const client = new RawClient(proxy.ports[0]!).send(TWICE);
  await client.ended;
  client.socket.end();
  const ended = await proxy.stop();
  expect(ended.code).toBe(code);
  const found = linesOf(ended.stdout).flatMap(({ findings = [] }) => findings);
  expect(found.map(({ verdict, level, party }) => `${verdict} ${level} ${party}`)).toContain('violation must client');
});

it('ends quietly when nobody reads what it prints, as dissect does', async () => {
  const proxy = await beforeEcho('--format', 'ndjson', '--grace', '600');
  const client = await connected(proxy);
  await until(() => proxy.stdout.includes('CONNECT'), 'it prints');
  proxy.child.stdout!.destroy();
  const load = setInterval(() => client.send(PUBLISH), 5);
  const { code, signal, stderr } = await proxy.ended;
  clearInterval(load);
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  expect(stderr.split('\n').filter((line) => !line.includes('listening on'))).toEqual([
    expect.stringMatching(/^mqtt-dissect: 1 connection, /),
    '',
  ]);
});
