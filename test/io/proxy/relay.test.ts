// What a relay tells and in which order, gates, cuts, its stop, the PROXY header, and TLS as it is on the wire.

import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect as connectUnix } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { parseListen } from '../../../src/io/proxy/addresses.js';
import type { RelayOptions } from '../../../src/io/proxy/relay-options.js';
import { type Certificates, makeCertificates } from '../../support/certificates.js';
import { Holding, passing } from './gates.js';
import { allClosed, closing, connectTo, endOf, HOST, routeTo, startRelay, startTarget, Watcher } from './relaying.js';

const folder = mkdtempSync(join(tmpdir(), 'relay-'));
let certificates: Certificates;
beforeAll(() => {
  certificates = makeCertificates();
});
afterAll(() => {
  certificates.remove();
  rmSync(folder, { recursive: true });
});

/** A client and a target, connected through a relay. */
async function joined(options: Partial<RelayOptions> = {}) {
  const watcher = new Watcher();
  const accepted: Socket[] = [];
  const { port: targetPort } = await startTarget((socket) => accepted.push(socket));
  const running = await startRelay({ routes: [routeTo(targetPort)], watcher, ...options });
  const client = connectTo(running.port);
  await watcher.has('1 connected');
  while (accepted.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  return { ...running, client, target: accepted[0]!, watcher, targetPort };
}

/** What the socket has read, once it is that long. */
function read(socket: Socket, length: number): Promise<string> {
  let all = '';
  return new Promise((resolve) => {
    socket.on('data', (bytes: Buffer) => {
      all += bytes.toString('latin1');
      if (all.length >= length) resolve(all);
    });
  });
}

describe('what is told', () => {
  it('in its order: both directions end once', async () => {
    const { client, target, watcher, relay } = await joined();
    client.write('hello');
    expect(await read(target, 5)).toBe('hello');
    client.end();
    expect(await endOf(target)).toBe('fin');
    target.end('bye');
    expect(await endOf(client)).toBe('fin');
    await allClosed(relay);
    expect(watcher.lines).toEqual(['1 opened, route 0', '1 connected', '1 0 hello', '1 0 fin', '1 1 bye', '1 1 fin']);
    expect(relay.totals).toEqual({ connections: 0, everConnected: 1, failed: 0, received: 5, sent: 3 });
  });

  it.each([
    ['client', ['1 0 rst']],
    ['target', ['1 1 rst']],
  ] as const)('a reset of the %s, which ends both', async (who, expected) => {
    const { client, target, watcher, relay } = await joined();
    const [by, other] = who === 'client' ? [client, target] : [target, client];
    const end = endOf(other);
    by.resetAndDestroy();
    expect(await end).toBe('rst');
    await allClosed(relay);
    expect(watcher.lines.slice(2)).toEqual(expected);
  });

  it('a reset after an end is still one', async () => {
    const { client, target, watcher, relay } = await joined();
    client.end();
    expect(await endOf(target)).toBe('fin');
    const end = endOf(client);
    target.resetAndDestroy();
    expect(await end).toBe('rst');
    await allClosed(relay);
    expect(watcher.lines.slice(2)).toEqual(['1 0 fin', '1 1 rst']);
  });

  it('and can be asked for', async () => {
    const { client, target, relay, targetPort } = await joined();
    const before = Date.now();
    client.write('12345');
    await read(target, 5);
    target.write('123');
    await read(client, 3);
    const [state] = relay.connections();
    expect(state).toMatchObject({
      id: 1,
      route: 0,
      client: { address: HOST, port: client.localPort },
      target: `tcp://${HOST}:${targetPort}`,
      endpoint: { address: HOST, port: targetPort },
      transports: { client: 'tcp', target: 'tcp' },
      received: 5,
      sent: 3,
      state: 'open',
    });
    expect(Math.abs(state!.since - before)).toBeLessThan(60_000);
  });
});

describe('cut', () => {
  it.each(['fin', 'rst'] as const)('%s: both sides see it', async (how) => {
    const { client, target, relay, watcher } = await joined();
    const ends = [endOf(client), endOf(target)];
    expect(relay.cut(2, how)).toBe(false);
    expect(relay.cut(1, how)).toBe(true);
    expect(await Promise.all(ends)).toEqual([how, how]);
    client.end();
    target.end();
    await allClosed(relay);
    const ended = how === 'fin' ? ['1 1 fin', '1 0 fin'] : ['1 1 rst'];
    expect(watcher.lines.slice(2)).toEqual([`1 asked: ${how}`, ...ended]);
  });

  it('who does not close after a FIN is reset', async () => {
    const { client, relay, watcher } = await joined({ limits: { closeTimeout: 20 } });
    relay.cut(1, 'fin');
    expect(await endOf(client)).toBe('fin');
    await allClosed(relay);
    expect(watcher.lines.slice(2)).toEqual(['1 asked: fin', '1 1 fin', '1 1 rst']);
  });
});

describe('stop', () => {
  it('accepts nobody, and lets connections finish', async () => {
    const { client, target, relay, port, watcher } = await joined();
    const stopped = relay.stop(60_000);
    expect(await endOf(connectTo(port))).not.toBe('fin');
    client.write('last words');
    expect(await read(target, 10)).toBe('last words');
    target.end();
    client.end();
    await stopped;
    expect(relay.connections()).toEqual([]);
    expect(watcher.lines.at(-1)).toMatch(/fin$/);
  });

  it('ends those that are left', async () => {
    const { client, target, relay, watcher } = await joined({ limits: { closeTimeout: 20 } });
    const ends = [endOf(client), endOf(target)];
    await relay.stop(10);
    expect(await Promise.all(ends)).toEqual(['fin', 'fin']);
    expect(relay.connections()).toEqual([]);
    expect(watcher.lines.slice(2, 4)).toEqual(['1 stopped: fin', '1 1 fin']);
  });

  it('also those whose target is still being waited for', async () => {
    const { port: targetPort } = await startTarget(() => {});
    const watcher = new Watcher();
    const { relay, port } = await startRelay({ routes: [routeTo(`tls://${HOST}:${targetPort}`)], watcher });
    const end = endOf(connectTo(port));
    await watcher.has('1 opened, route 0');
    await relay.stop(0);
    expect(await end).toBe('rst');
  });
});

it('a client that goes while the target is being waited for fails nobody', async () => {
  const { port: targetPort } = await startTarget(() => {});
  const watcher = new Watcher();
  const { relay, port } = await startRelay({ routes: [routeTo(`tls://${HOST}:${targetPort}`)], watcher });
  const client = connectTo(port);
  await watcher.has('1 opened, route 0');
  client.resetAndDestroy();
  await allClosed(relay);
  expect(watcher.lines).toEqual(['1 opened, route 0', '1 0 rst']);
  expect(relay.totals.failed).toBe(0);
});

describe('a gate', () => {
  it('changes what is sent, not what is told of the client', async () => {
    const gate = passing({
      push: (from, bytes) => [
        { kind: 'fault', fault: { rule: 1, message: 'doubled', from } },
        { kind: 'send', from, bytes },
        { kind: 'send', from, bytes: bytes.slice() },
      ],
    });
    const { client, target, watcher } = await joined({ gates: { gate: () => gate } });
    client.write('in');
    expect(await read(target, 4)).toBe('inin');
    target.write('out');
    expect(await read(client, 6)).toBe('outout');
    expect(watcher.lines.slice(2)).toEqual(['1 0 in', '1 fault: doubled', '1 fault: doubled', '1 1 out', '1 1 out']);
  });

  it.each(['fin', 'rst'] as const)('closes with %s what it let pass before', async (how) => {
    const gate = passing({
      push: (from, bytes) => [
        { kind: 'send', from, bytes: bytes.subarray(0, 3) },
        { kind: 'close', how },
        { kind: 'send', from, bytes },
      ],
    });
    const { client, target, relay } = await joined({ gates: { gate: () => gate }, limits: { closeTimeout: 20 } });
    const got = read(target, 3);
    const ends = [endOf(client), endOf(target)];
    client.write('abcdef');
    expect(await got).toBe('abc');
    expect(await Promise.all(ends)).toEqual([how, how]);
    await allClosed(relay);
    expect(relay.totals).toMatchObject({ received: 6, sent: 0 });
  });

  it('is asked again when something is due; the end waits for what is held', async () => {
    const gate = new Holding(0);
    let now = 1000;
    gate.time = 2000;
    const { client, target } = await joined({ gates: { gate: () => gate }, clock: () => now });
    client.end('held');
    target.write('next');
    expect(await read(client, 4)).toBe('next');
    expect(gate.outputs).toHaveLength(2);
    const got = read(target, 4);
    const end = endOf(target);
    now = 2000;
    gate.time = 1999;
    target.write('wakes');
    expect(await got).toBe('held');
    expect(await end).toBe('fin');
  });

  it('that holds much stops the reading', async () => {
    const gate = new Holding(0);
    const { client, relay } = await joined({ gates: { gate: () => gate }, limits: { highMark: 1024 } });
    const piece = Buffer.alloc(64 * 1024);
    for (let count = 0; count < 400; count++) client.write(piece);
    let before = -1;
    while (relay.totals.received !== before || before === 0) {
      before = relay.totals.received;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(before).toBeLessThan(1024 * 1024);
  });
});

describe('the PROXY header', () => {
  it.each([1, 2] as const)('version %i comes before everything', async (proxyProtocol) => {
    const got: Promise<string>[] = [];
    const { port: targetPort } = await startTarget((socket) => got.push(read(socket, 30)));
    const { port } = await startRelay({ routes: [routeTo(targetPort, { proxyProtocol })] });
    const client = connectTo(port);
    client.write('0123456789012345678901234567890');
    await new Promise<void>((resolve) => client.once('connect', () => resolve()));
    while (got.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const text = await got[0]!;
    if (proxyProtocol === 1) {
      expect(text).toMatch(new RegExp(`^PROXY TCP4 127.0.0.1 127.0.0.1 ${client.localPort} ${port}\r\n`));
    } else {
      const hex = (value: number) => value.toString(16).padStart(4, '0');
      expect(Buffer.from(text, 'latin1').toString('hex').slice(0, 56)).toBe(
        `0d0a0d0a000d0a515549540a2111000c7f0000017f000001${hex(client.localPort!)}${hex(port)}`,
      );
    }
  });

  it('comes before TLS, and of a Unix client says that it is none', async () => {
    const first: Promise<string>[] = [];
    const { port: targetPort } = await startTarget((socket) => first.push(read(socket, 20)));
    const path = join(folder, 'listen.sock');
    const route = routeTo(`tls://${HOST}:${targetPort}`, { listen: parseListen(`unix:${path}`), proxyProtocol: 1 });
    await startRelay({ routes: [route] });
    const client = connectUnix(path);
    client.on('error', () => {});
    closing.push(() => client.destroy());
    while (first.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    // A record of a handshake, version 3.x.
    expect((await first[0])!.slice(0, 17)).toBe('PROXY UNKNOWN\r\n\x16\x03');
  });
});

describe('TLS', () => {
  const listen = parseListen(`tls://${HOST}:0`);

  it('with a certificate for each name that is asked for', async () => {
    const asked: (string | undefined)[] = [];
    const certificate = async (name: string | undefined) => {
      asked.push(name);
      if (name === 'refused.example') throw new Error('no certificate for that name');
      return name === 'client.example' ? certificates.client : certificates.server;
    };
    const watcher = new Watcher();
    const { port: targetPort } = await startTarget(() => {});
    const { port } = await startRelay({ routes: [routeTo(targetPort, { listen, tls: { certificate } })], watcher });
    const subjectFor = (servername?: string) =>
      new Promise<unknown>((resolve) => {
        const options = {
          host: HOST,
          port,
          rejectUnauthorized: false,
          ...(servername === undefined ? {} : { servername }),
        };
        const socket = connectTls(options, () => resolve(socket.getPeerCertificate().subject.CN));
        socket.on('error', () => resolve('refused'));
        closing.push(() => socket.destroy());
      });
    expect(await subjectFor()).toBe('localhost');
    expect(await subjectFor('client.example')).toBe('thermostat');
    expect(await subjectFor('refused.example')).toBe('refused');
    expect(asked).toEqual([undefined, 'client.example', 'refused.example']);
    expect(watcher.events.find(({ kind }) => kind === 'failed')).toMatchObject({ with: 'client', reason: 'tls' });
  });

  it('mutual on both sides, with server name and ALPN', async () => {
    const seen: Promise<unknown[]> = new Promise((resolve) => {
      const { certificate: cert, key } = certificates.server;
      const ca = certificates.authority.certificate;
      const own = { cert, key, ca, requestCert: true, ALPNProtocols: ['mqtt'] };
      const server = createTlsServer(own, (socket) => {
        const { servername } = socket as unknown as { servername: string };
        resolve([socket.authorized, socket.getPeerCertificate().subject.CN, servername, socket.alpnProtocol]);
      });
      closing.push(() => server.close());
      server.listen(0, HOST, () => start((server.address() as { port: number }).port));
    });
    async function start(targetPort: number) {
      const authorities = [certificates.authority.certificate];
      const { port } = await startRelay({
        routes: [
          routeTo(`tls://${HOST}:${targetPort}`, {
            listen,
            tls: { certificate: certificates.server, authorities, requireCertificate: true },
            targetTls: { authorities, certificate: certificates.client, serverName: 'localhost', alpn: ['x', 'mqtt'] },
          }),
        ],
      });
      const { certificate: cert, key } = certificates.nameless;
      const client = connectTls({ host: HOST, port, cert, key, ca: authorities });
      closing.push(() => client.destroy());
    }
    expect(await seen).toEqual([true, 'thermostat', 'localhost', 'mqtt']);
  });

  it.each([
    ['as plaintext', false, true],
    ['as plaintext, without secrets', false, false],
    ['as records', true, true],
  ])('is told %s, with the secrets first if any', async (_, encrypted, secrets) => {
    const { port: targetPort } = await startTarget((socket) => socket.pipe(socket));
    const watcher = new Watcher();
    const tls = { certificate: certificates.server };
    const routes = [routeTo(targetPort, { listen, tls })];
    const { port, relay } = await startRelay({ routes, watcher, encrypted, secrets });
    const client = connectTls({ host: HOST, port, ca: certificates.authority.certificate });
    closing.push(() => client.destroy());
    const got = read(client, 100_000);
    client.write(Buffer.alloc(100_000, 'abc'));
    expect((await got).length).toBe(100_000);
    client.end();
    await allClosed(relay);
    if (secrets) expect(watcher.keys).toMatch(/^(CLIENT_RANDOM|[A-Z_0-9]+SECRET\S*) [0-9a-f]{64} [0-9a-f]+\n/);
    else expect(watcher.keys).toBe('');
    expect(watcher.lines.filter((line) => /(fin|rst)$/.test(line))).toEqual(['1 0 fin', '1 1 fin']);
    if (!encrypted) {
      expect([watcher.all(0).length, watcher.all(1).length]).toEqual([100_000, 100_000]);
      return;
    }
    // A ClientHello, then a ServerHello; the secrets stand before what is encrypted with them.
    for (const side of [0, 1] as const) expect(watcher.all(side).subarray(0, 2).toString('hex')).toBe('1603');
    const firstAnswer = watcher.lines.findIndex((line) => line.startsWith('1 1 '));
    expect(watcher.lines.indexOf('secrets')).toBeLessThan(firstAnswer);
    expect(watcher.all(0).length).toBeGreaterThan(100_000);
    expect(watcher.all(1).length).toBeGreaterThan(100_000);
    // FIN comes behind all that was sent.
    expect(watcher.lines.at(-1)).toMatch(/fin$/);
  });
});

it.each([
  ['client', '1 0 rst'],
  ['target', '1 1 rst'],
])('a reset of the %s is one also where TLS records are told', async (who, expected) => {
  const accepted: Socket[] = [];
  const { port: targetPort } = await startTarget((socket) => accepted.push(socket.pipe(socket)));
  const watcher = new Watcher();
  const route = routeTo(targetPort, {
    listen: parseListen(`tls://${HOST}:0`),
    tls: { certificate: certificates.server },
  });
  const { port, relay } = await startRelay({ routes: [route], watcher, encrypted: true });
  const plain = connectTo(port);
  const client = connectTls({ socket: plain, ca: certificates.authority.certificate });
  client.on('error', () => {});
  const got = read(client, 4);
  client.write('here');
  await got;
  const end = endOf(who === 'client' ? accepted[0]! : client);
  (who === 'client' ? plain : accepted[0]!).resetAndDestroy();
  expect(await end).toBe('rst');
  await allClosed(relay);
  expect(watcher.lines.filter((line) => /(fin|rst)$/.test(line))).toEqual([expected]);
});

it('a WebSocket that closes is an end, one that breaks off a reset', async () => {
  const ends: Promise<string>[] = [];
  const { port: targetPort } = await startTarget((socket) => {
    ends.push(endOf(socket));
    socket.on('end', () => socket.end());
  });
  const watcher = new Watcher();
  const listen = parseListen(`ws://${HOST}:0`);
  const { url, relay } = await startRelay({ routes: [routeTo(targetPort, { listen })], watcher });
  for (const leave of ['close', 'terminate'] as const) {
    const client = new WebSocket(url, ['mqttv3.1', 'mqtt']);
    client.on('error', () => {});
    await new Promise((resolve) => client.once('open', resolve));
    expect(client.protocol).toBe('mqttv3.1');
    client[leave]();
    await allClosed(relay);
  }
  expect(await Promise.all(ends)).toEqual(['fin', 'rst']);
  expect(watcher.lines.filter((line) => /(fin|rst)$/.test(line))).toEqual(['1 0 fin', '1 1 fin', '2 0 rst']);
});

it('what a WebSocket sent before it closed comes, however slowly it is read', async () => {
  const accepted: Socket[] = [];
  const { port: targetPort } = await startTarget((socket) => accepted.push(socket.pause()));
  const route = routeTo(targetPort, { listen: parseListen(`ws://${HOST}:0`) });
  const { url, relay } = await startRelay({ routes: [route], limits: { closeTimeout: 20, highMark: 64e6 } });
  const client = new WebSocket(url, ['mqtt']);
  await new Promise((resolve) => client.once('open', resolve));
  for (let count = 0; count < 80; count++) client.send(Buffer.alloc(100_000, count));
  client.close();
  // More than the closing timeout, with nothing read.
  await new Promise((resolve) => setTimeout(resolve, 100));
  let length = 0;
  accepted[0]!.on('data', (bytes) => {
    length += bytes.length;
  });
  expect(await endOf(accepted[0]!)).toBe('fin');
  expect(length).toBe(8_000_000);
  await allClosed(relay);
});
