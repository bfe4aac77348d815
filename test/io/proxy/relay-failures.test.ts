// What cannot be: the client's connection is reset, an event says why, and the relay lives on.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { join } from 'node:path';
import { connect as connectTls, createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { parseListen } from '../../../src/io/proxy/addresses.js';
import { Relay } from '../../../src/io/proxy/relay.js';
import type { RelayOptions, TargetTls } from '../../../src/io/proxy/relay-options.js';
import { UserError } from '../../../src/user-error.js';
import { type Certificates, makeCertificates } from '../../support/certificates.js';
import {
  allClosed,
  closing,
  connectTo,
  endOf,
  freePort,
  HOST,
  routeTo,
  startRelay,
  startTarget,
  Watcher,
} from './relaying.js';

let certificates: Certificates;
beforeAll(() => {
  certificates = makeCertificates();
});
afterAll(() => certificates.remove());

/** What is told when a client connects and is reset. */
async function failureOf(options: RelayOptions): Promise<string> {
  const watcher = new Watcher();
  const { relay, port } = await startRelay({ ...options, watcher });
  const client = connectTo(port);
  client.write('\x10');
  expect(await endOf(client)).toBe('rst');
  await allClosed(relay);
  expect(relay.totals).toMatchObject({ connections: 0, failed: 1 });
  expect(watcher.lines.filter((line) => !line.includes('failed'))).toEqual(['1 opened, route 0', '1 1 rst']);
  return watcher.lines.find((line) => line.includes('failed'))!;
}

async function tlsTarget(options: TlsOptions): Promise<number> {
  const server = createTlsServer(options, (socket) => {
    socket.on('error', () => {});
    socket.resume();
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, resolve));
  closing.push(() => server.close());
  return (server.address() as { port: number }).port;
}

const pairOf = ({ certificate, key }: { certificate: string; key: string }) => ({ cert: certificate, key });

describe('a target', () => {
  it('where nobody listens', async () => {
    const failure = await failureOf({ routes: [routeTo(await freePort())] });
    expect(failure).toBe('1 target failed: refused: the connection was refused: nobody listens there');
  });

  it('with several addresses, where nobody listens', async () => {
    const failure = await failureOf({ routes: [routeTo(`tcp://localhost:${await freePort()}`)] });
    expect(failure).toBe('1 target failed: refused: the connection was refused: nobody listens there');
  });

  it('whose name is not known', async () => {
    const failure = await failureOf({ routes: [routeTo('tcp://broker.invalid')] });
    expect(failure).toMatch(/^1 target failed: name: the host name (is not known|cannot be looked up)/);
  });

  it('without its Unix socket', async () => {
    const failure = await failureOf({ routes: [routeTo('unix:/nowhere/broker.sock')] });
    expect(failure).toBe('1 target failed: unreachable: there is no such Unix socket');
  });

  it('that does not answer in time', async () => {
    const { port } = await startTarget(() => {});
    const target = { ...routeTo(`tls://${HOST}:${port}`) };
    const failure = await failureOf({ routes: [target], limits: { connectTimeout: 50 } });
    expect(failure).toBe('1 target failed: timeout: the TLS handshake was not completed within 0.05 s');
  });

  it('that closes during the handshake', async () => {
    const { port } = await startTarget((socket) => socket.destroy());
    const failure = await failureOf({ routes: [routeTo(`tls://${HOST}:${port}`)] });
    expect(failure).toBe('1 target failed: tls: the connection was closed during the TLS handshake');
  });

  it('that speaks no TLS', async () => {
    const { port } = await startTarget((socket) => socket.end('no TLS at all'));
    const failure = await failureOf({ routes: [routeTo(`tls://${HOST}:${port}`)] });
    expect(failure).toBe('1 target failed: tls: the TLS handshake failed: what came is no TLS');
  });

  it('that is no WebSocket', async () => {
    const server = createHttpServer((_, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
    closing.push(() => server.close());
    const { port } = server.address() as { port: number };
    const failure = await failureOf({ routes: [routeTo(`ws://${HOST}:${port}`)] });
    expect(failure).toBe('1 target failed: websocket: the answer was 404 Not Found in place of a WebSocket');
  });
});

describe('the certificate of a target', () => {
  const expired = () => {
    const run = (...args: string[]) => execFileSync('openssl', args, { cwd: certificates.folder, stdio: 'pipe' });
    const extensions = ['-extfile', 'server.ext', '-CA', 'authority.crt', '-CAkey', 'authority.key', '-CAcreateserial'];
    run('x509', '-req', '-in', 'server.csr', '-out', 'expired.crt', '-days', '-1', ...extensions);
    return { cert: readFileSync(join(certificates.folder, 'expired.crt')), key: certificates.server.key };
  };
  const known = (): TargetTls => ({ authorities: [certificates.authority.certificate] });

  it.each<[what: string, own: () => TlsOptions, trusted: () => TargetTls, host: string, why: RegExp]>([
    [
      'of an unknown authority',
      () => pairOf(certificates.server),
      () => ({}),
      'localhost',
      /an authority that is not known/,
    ],
    ['signed by itself', () => pairOf(certificates.stranger), known, 'localhost', /signed by itself and not known/],
    ['that has expired', expired, known, 'localhost', /the certificate has expired \(CERT_HAS_EXPIRED\)$/],
    [
      'for another address',
      () => pairOf(certificates.server),
      known,
      '127.0.0.2',
      /the certificate is for another name/,
    ],
    [
      'for another name',
      () => pairOf(certificates.server),
      () => ({ ...known(), serverName: 'broker.example' }),
      'localhost',
      /the certificate is for another name \(ERR_TLS_CERT_ALTNAME_INVALID\)$/,
    ],
    [
      'while it wants one of ours',
      () => ({
        ...pairOf(certificates.server),
        requestCert: true,
        maxVersion: 'TLSv1.2',
        ca: certificates.authority.certificate,
      }),
      known,
      'localhost',
      /TLS|closed during/,
    ],
  ])('%s', async (_, own, trusted, host, why) => {
    const port = await tlsTarget(own());
    const failure = await failureOf({ routes: [routeTo(`tls://${host}:${port}`, { targetTls: trusted() })] });
    expect(failure).toMatch(/^1 target failed: tls: /);
    expect(failure).toMatch(why);
  });

  it('is not looked at when asked', async () => {
    const port = await tlsTarget(pairOf(certificates.stranger));
    const watcher = new Watcher();
    const route = routeTo(`tls://${HOST}:${port}`, { targetTls: { insecure: true } });
    const relay = await startRelay({ routes: [route], watcher });
    connectTo(relay.port).write('x');
    await watcher.has('1 connected');
  });
});

describe('a client', () => {
  const listen = parseListen(`tls://${HOST}:0`);

  it('that speaks no TLS', async () => {
    const watcher = new Watcher();
    const tls = { certificate: certificates.server };
    const { relay, port } = await startRelay({ routes: [routeTo(1, { listen, tls })], watcher });
    connectTo(port).write('\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00');
    await watcher.until(() => watcher.events.length > 0);
    expect(watcher.lines[1]).toBe('1 client failed: tls: the TLS handshake failed: what came is no TLS');
    await allClosed(relay);
  });

  it.each([
    ['without the certificate that is required', undefined],
    ['with that of a stranger', 'stranger'],
  ] as const)('%s', async (_, own) => {
    const watcher = new Watcher();
    const authorities = [certificates.authority.certificate];
    const tls = { certificate: certificates.server, authorities, requireCertificate: true };
    const { relay, port } = await startRelay({ routes: [routeTo(1, { listen, tls })], watcher });
    const socket = connectTls({
      host: HOST,
      port,
      ca: certificates.authority.certificate,
      ...(own === undefined ? {} : pairOf(certificates[own])),
    });
    socket.on('error', () => {});
    await watcher.until(() => watcher.events.length > 0);
    expect(watcher.events[0]).toMatchObject({ kind: 'failed', with: 'client', reason: 'tls' });
    await allClosed(relay);
  });

  it('that does not begin in time', async () => {
    const watcher = new Watcher();
    const tls = { certificate: certificates.server };
    const limits = { handshakeTimeout: 30 };
    const { port } = await startRelay({ routes: [routeTo(1, { listen, tls })], watcher, limits });
    expect(await endOf(connectTo(port))).toBe('rst');
    expect(watcher.lines[1]).toBe('1 client failed: timeout: the TLS handshake was not completed within 0.03 s');
  });

  it('that asks for no subprotocol of MQTT', async () => {
    const watcher = new Watcher();
    const { url } = await startRelay({ routes: [routeTo(1, { listen: parseListen(`ws://${HOST}:0`) })], watcher });
    new WebSocket(url, ['chat']).on('error', () => {});
    await watcher.until(() => watcher.events.length > 0);
    expect(watcher.lines[1]).toBe('1 client failed: websocket: the subprotocol mqtt is not offered');
  });

  it.each([
    ['Upgrade: h2c', 'the request asks for no WebSocket'],
    ['Upgrade: websocket\r\nSec-WebSocket-Version: 7', 'the request is of no known version of WebSocket (7)'],
    ['Upgrade: websocket\r\nSec-WebSocket-Version: 13', 'the request has no Sec-WebSocket-Key as it should be'],
  ])('that asks with %j', async (headers, message) => {
    const watcher = new Watcher();
    const { port } = await startRelay({ routes: [routeTo(1, { listen: parseListen(`ws://${HOST}:0`) })], watcher });
    const client = connectTo(port);
    client.write(
      `GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: mqtt\r\n${headers}\r\n\r\n`,
    );
    expect(await endOf(client)).toBe('rst');
    expect(watcher.lines[1]).toBe(`1 client failed: websocket: ${message}`);
  });

  it('that sends text over its WebSocket', async () => {
    const watcher = new Watcher();
    const ends: Promise<string>[] = [];
    const { port } = await startTarget((socket) => ends.push(endOf(socket)));
    const { url, relay } = await startRelay({
      routes: [routeTo(port, { listen: parseListen(`ws://${HOST}:0`) })],
      watcher,
    });
    const socket = new WebSocket(url, ['mqtt']);
    socket.on('open', () => socket.send('text'));
    expect(await new Promise((resolve) => socket.on('close', resolve))).toBe(1003);
    expect(await ends[0]).toBe('rst');
    expect(watcher.lines).toContain('1 client failed: websocket: it sent a text frame; MQTT needs binary ones');
    await allClosed(relay);
  });

  it('too many are reset', async () => {
    const watcher = new Watcher();
    const { port: target } = await startTarget(() => {});
    const { port, relay } = await startRelay({ routes: [routeTo(target)], watcher, limits: { maximumConnections: 1 } });
    connectTo(port);
    await watcher.has('1 connected');
    expect(await endOf(connectTo(port))).toBe('rst');
    expect(watcher.lines.at(-1)).toBe('undefined client failed: limit: there are 1 connections already');
    expect(relay.totals).toMatchObject({ connections: 1, everConnected: 1, failed: 1 });
  });
});

describe('a relay that cannot start says so in one line', () => {
  it.each<[what: string, options: () => Promise<RelayOptions> | RelayOptions, why: RegExp]>([
    [
      'a port in use',
      async () => {
        const { port } = await startTarget(() => {});
        return { routes: [routeTo(1), routeTo(1, { listen: parseListen(`tcp://${HOST}:${port}`) })] };
      },
      /^mqtt:\/\/127\.0\.0\.1:\d+: the port is in use$/,
    ],
    [
      'no certificate',
      () => ({ routes: [routeTo(1, { listen: parseListen('tls://:0') })] }),
      /^tls:\/\/\*:0 needs a certificate$/,
    ],
    [
      'a key of somebody else',
      () => {
        const certificate = { certificate: certificates.server.certificate, key: certificates.client.key };
        return { routes: [routeTo(1, { listen: parseListen('tls://:0'), tls: { certificate } })] };
      },
      /^tls:\/\/\*:0: the key cannot be used: it does not belong to the certificate$/,
    ],
    [
      'authorities that are none',
      () => ({ routes: [routeTo('tls://broker', { targetTls: { authorities: ['nothing'] } })] }),
      /^tls:\/\/broker:8883: the certificate of the authority cannot be used: it is no PEM$/,
    ],
    [
      'TLS where there is none',
      () => ({ routes: [routeTo('tcp://broker', { targetTls: { insecure: true } })] }),
      /^tcp:\/\/broker:1883 has no TLS to be set up$/,
    ],
  ])('%s', async (_, options, why) => {
    const given = await options();
    const outcome = await Promise.resolve()
      .then(() => new Relay(given).start())
      .catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(UserError);
    expect((outcome as UserError).message).toMatch(why);
  });
});

it('a WebSocket that asks at another path than the target has is asked for at the target', async () => {
  const server = new WebSocketServer({ host: HOST, port: 0, path: '/mqtt' });
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const listen = parseListen(`ws://${HOST}:0`);
  const { url } = await startRelay({ routes: [routeTo(`ws://${HOST}:${port}/mqtt`, { listen })] });
  const asked = new Promise((resolve) => {
    server.once('connection', (_, { headers }) => resolve([headers.authorization, headers['sec-websocket-protocol']]));
  });
  const client = new WebSocket(`${url}/elsewhere`, ['mqttv3.1', 'mqtt'], { headers: { authorization: 'Basic eDp5' } });
  closing.push(() => client.terminate());
  expect(await asked).toEqual(['Basic eDp5', 'mqttv3.1,mqtt']);
  await new Promise((resolve) => client.once('open', resolve));
  expect(client.protocol).toBe('mqttv3.1');
});
