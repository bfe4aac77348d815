// Listeners over real sockets: each kind carries bytes both ways; all open or none; what is wrong is said in one line.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Listening } from '../../../src/io/listeners/listen.js';
import type { Listener, TlsListener } from '../../../src/io/listeners/listener.js';
import { UserError } from '../../../src/user-error.js';
import { type Certificates, makeCertificates } from '../../support/certificates.js';
import { hasProgram } from '../../support/programs.js';
import { Echo, listen } from './owner.js';

const HOST = '127.0.0.1';
const folder = mkdtempSync(join(tmpdir(), 'listen-'));
const open: (() => void)[] = [];

afterEach(() => {
  for (const close of open.splice(0)) close();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function listening(
  listeners: readonly Listener[],
  owner = new Echo(),
  limits = {},
): Promise<readonly Listening[]> {
  const all = await listen(listeners, owner, limits);
  open.push(() => {
    for (const { server } of all) server.close();
    for (const link of owner.links) link.cut();
  });
  return all;
}

/** What the socket gets until it ends, after sending. */
function said(socket: Socket, text: string): Promise<string> {
  open.push(() => socket.destroy());
  let all = '';
  return new Promise((resolve, reject) => {
    socket.on('data', (bytes) => {
      all += bytes.toString('latin1');
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(all));
    socket.end(text);
  });
}

async function failure(listeners: readonly Listener[], owner = new Echo()): Promise<string> {
  try {
    await listening(listeners, owner);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }
  throw new Error('it was opened');
}

it('carries bytes over TCP, also after the client has closed its half', async () => {
  const owner = new Echo();
  const [tcp] = await listening([{ host: HOST }], owner);
  expect(tcp!.url).toBe(`mqtt://127.0.0.1:${tcp!.port}`);
  expect(await said(connectTcp(tcp!.port, HOST), 'hello')).toBe('hello');
  await owner.until(() => owner.gones === 1);
  expect(owner.ends).toEqual(['closed by the client']);
});

it('tells a reset', async () => {
  const owner = new Echo();
  const [tcp] = await listening([{ host: HOST }], owner);
  const socket = connectTcp(tcp!.port, HOST, () => socket.resetAndDestroy());
  await owner.until(() => owner.gones === 1);
  expect(owner.ends).toEqual(['ECONNRESET, failed']);
});

describe.skipIf(process.platform === 'win32')('a Unix socket', () => {
  const path = join(folder, 'socket');

  it('carries bytes, and is gone when it is closed', async () => {
    const [unix] = await listening([{ path }]);
    expect(unix!.url).toBe(`mqtt+unix:${path}`);
    expect(await said(connectTcp(path), 'hello')).toBe('hello');
    await new Promise((resolve) => unix!.server.close(resolve));
    expect(() => statSync(path)).toThrow();
  });

  it('of a process that is no more is taken over', async () => {
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script]);
    expect(statSync(path).isSocket()).toBe(true);
    await listening([{ path }]);
    expect(await said(connectTcp(path), 'hello')).toBe('hello');
  });

  it('of another process is left alone', async () => {
    await listening([{ path }]);
    expect(await failure([{ path }])).toBe(`mqtt+unix:${path}: another process listens there`);
  });

  it('does not replace a file', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'mine');
    expect(await failure([{ path: file }])).toBe(`mqtt+unix:${file}: there is a file, and it is no socket`);
    expect(statSync(file).size).toBe(4);
  });
});

describe('all or none', () => {
  it('opens several', async () => {
    const all = await listening([{ host: HOST }, { host: HOST, protocol: 'websocket' }, { host: 'localhost' }]);
    expect(all.map(({ url }) => url.replace(/\d+$/, ''))).toEqual([
      'mqtt://127.0.0.1:',
      'ws://127.0.0.1:',
      'mqtt://localhost:',
    ]);
  });

  it('closes those that were open when another cannot be', async () => {
    const [taken] = await listening([{ host: HOST }]);
    const free = await freePort();
    const { port } = taken!;
    const message = await failure([{ host: HOST, port: free }, { host: HOST, port }, { host: HOST }]);
    expect(message).toBe(`mqtt://127.0.0.1:${port}: the port is in use`);
    await expect(said(connectTcp(free, HOST), '')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it.each<[string, Listener, string]>([
    ['an address of others', { host: '192.0.2.1', port: 1 }, 'mqtt://192.0.2.1:1: this machine has no such address'],
    ['an unknown name', { host: 'no.such.invalid' }, 'mqtt://no.such.invalid:0: the host name '],
    [
      'a folder that is not there',
      { path: join(folder, 'no', 'socket') },
      `mqtt+unix:${join(folder, 'no', 'socket')}: there is no`,
    ],
    ['TLS without a certificate', { host: HOST, tls: {} }, 'mqtts://127.0.0.1:0: TLS needs a certificate'],
    [
      'a certificate that is none',
      { host: HOST, tls: { certificate: 'x', key: 'y' } },
      'mqtts://127.0.0.1:0: the certificate cannot be used: it is no PEM',
    ],
  ])('says what is wrong with %s', async (_, listener, message) => {
    expect(await failure([{ host: HOST }, listener])).toContain(message);
  });

  it('forgives an address that this machine may lack', async () => {
    const all = await listening([{ host: HOST }, { host: '192.0.2.1', port: 1, mayFail: true }]);
    expect(all).toHaveLength(1);
  });

  it('needs one at least', async () => {
    expect(await failure([{ host: '192.0.2.1', port: 1, mayFail: true }])).toBe('no listener could be opened');
  });
});

it('takes no more connections a second than told', async () => {
  const owner = new Echo();
  const [tcp] = await listening([{ host: HOST }], owner, { acceptRate: 3 });
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => said(connectTcp(tcp!.port, HOST), 'x')));
  const served = outcomes.filter((one) => one.status === 'fulfilled' && one.value === 'x').length;
  expect(served).toBeGreaterThanOrEqual(3);
  expect(served).toBeLessThan(10);
});

describe('a WebSocket', () => {
  function webSocket(port: number, protocols: string | string[], options = {}): WebSocket {
    const socket = new WebSocket(`ws://${HOST}:${port}/mqtt`, protocols, options);
    open.push(() => socket.terminate());
    return socket;
  }
  const closed = (socket: WebSocket) => new Promise<number>((resolve) => socket.on('close', resolve));
  const failed = (socket: WebSocket) => new Promise<string>((resolve) => socket.on('error', (e) => resolve(e.message)));

  it.each([
    ['mqtt', ['mqtt']],
    ['mqttv3.1', ['mqttv3.1']],
    ['mqtt', ['other', 'mqtt']],
    ['mqtt', ['mqttv3.1', 'mqtt']],
  ])('takes the subprotocol %s of %j', async (chosen, offered) => {
    const [ws] = await listening([{ host: HOST, protocol: 'websocket' }]);
    const socket = webSocket(ws!.port, offered);
    const echoed = new Promise<string>((resolve) => socket.on('message', (data) => resolve(String(data))));
    await new Promise((resolve) => socket.on('open', resolve));
    expect(socket.protocol).toBe(chosen);
    socket.send(Buffer.from('hello'));
    expect(await echoed).toBe('hello');
  });

  it.each([[[]], [['other']]])('refuses the subprotocols %j', async (offered) => {
    const owner = new Echo();
    const [ws] = await listening([{ host: HOST, protocol: 'websocket' }], owner);
    expect(await failed(webSocket(ws!.port, offered))).toContain('400');
    expect(owner.refusals).toEqual(['the subprotocol mqtt is not offered']);
    expect(owner.links).toEqual([]);
  });

  it.each([
    ['a text frame', 'text', 1003, 'a text frame, failed'],
    ['a message that is too long', Buffer.alloc(1001), 1009, 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH, failed'],
  ])('is closed after %s', async (_, data, code, end) => {
    const owner = new Echo();
    const [ws] = await listening([{ host: HOST, protocol: 'websocket' }], owner);
    const socket = webSocket(ws!.port, 'mqtt');
    socket.on('open', () => socket.send(data));
    expect(await closed(socket)).toBe(code);
    await owner.until(() => owner.gones === 1);
    expect(owner.ends).toEqual([end]);
    expect(owner.received).toBe('');
  });

  it('is closed when asked to, after what was sent', async () => {
    const owner = new Echo();
    const [ws] = await listening([{ host: HOST, protocol: 'websocket' }], owner);
    const socket = webSocket(ws!.port, 'mqtt');
    await owner.until(() => owner.links.length === 1);
    const link = owner.links[0]!;
    const echoed = new Promise<string>((resolve) => socket.on('message', (data) => resolve(String(data))));
    link.add(Buffer.from('bye'));
    link.flush();
    link.end();
    expect(await echoed).toBe('bye');
    expect(await closed(socket)).toBe(1000);
    await owner.until(() => owner.gones === 1);
  });

  it('is not what comes without an upgrade', async () => {
    const [ws] = await listening([{ host: HOST, protocol: 'websocket' }]);
    const answer = await said(connectTcp(ws!.port, HOST), 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 426 /);
  });

  it('whose request does not come is closed', async () => {
    const [ws] = await listening([{ host: HOST, protocol: 'websocket' }], new Echo(), { handshakeTimeout: 100 });
    const socket = connectTcp(ws!.port, HOST);
    open.push(() => socket.destroy());
    let answer = '';
    socket.on('data', (bytes) => {
      answer += bytes;
    });
    socket.write('GET / HTTP/1.1\r\n');
    await new Promise((resolve) => socket.on('close', resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });
});

describe.skipIf(!hasProgram('openssl'))('TLS', () => {
  let certificates: Certificates;
  let server: TlsListener;
  let withClients: TlsListener;
  beforeAll(() => {
    certificates = makeCertificates();
    const { certificate, key } = certificates.server;
    server = { certificate, key };
    withClients = { ...server, authorities: [certificates.authority.certificate], requireCertificate: true };
  });
  afterAll(() => certificates.remove());

  const client = (port: number, options: ConnectionOptions = {}) =>
    connectTls({ host: HOST, port, ca: certificates.authority.certificate, ...options });
  const as = (who: 'client' | 'nameless' | 'stranger') => {
    const { certificate, key } = certificates[who];
    return { cert: certificate, key };
  };

  it('carries bytes', async () => {
    const [tls] = await listening([{ host: HOST, tls: server }]);
    expect(tls!.url).toBe(`mqtts://127.0.0.1:${tls!.port}`);
    expect(await said(client(tls!.port), 'hello')).toBe('hello');
  });

  it('carries WebSockets', async () => {
    const [wss] = await listening([{ host: HOST, protocol: 'websocket', tls: server }]);
    const ca = certificates.authority.certificate;
    const socket = new WebSocket(`wss://localhost:${wss!.port}`, 'mqtt', { ca });
    open.push(() => socket.terminate());
    socket.on('open', () => socket.send(Buffer.from('hello')));
    expect(String(await new Promise((resolve) => socket.on('message', resolve)))).toBe('hello');
  });

  it.each([
    ['identity', 'thermostat'],
    ['subject', 'CN=thermostat,O=Sensors\\, Inc.,C=DE'],
  ] as const)('takes the user name from the %s of a certificate', async (userNameFrom, userName) => {
    const owner = new Echo();
    const [tls] = await listening([{ host: HOST, tls: { ...withClients, userNameFrom } }], owner);
    expect(await said(client(tls!.port, as('client')), 'x')).toBe('x');
    expect(owner.links[0]!.userName).toBe(userName);
  });

  it.each([
    ['without a certificate', undefined],
    ['with one of another authority', 'stranger'],
  ] as const)('refuses a client %s', async (_, who) => {
    const owner = new Echo();
    const [tls] = await listening([{ host: HOST, tls: withClients }], owner);
    await said(client(tls!.port, who && as(who)), 'x').catch(() => '');
    await owner.until(() => owner.refusals.length === 1);
    expect(owner.refusals[0]).toMatch(/^TLS: /);
    expect(owner.received).toBe('');
  });

  it('refuses a certificate without a common name where it is the user name', async () => {
    const owner = new Echo();
    const [tls] = await listening([{ host: HOST, tls: { ...withClients, userNameFrom: 'identity' } }], owner);
    await said(client(tls!.port, as('nameless')), 'x').catch(() => '');
    await owner.until(() => owner.refusals.length === 1);
    expect(owner.refusals).toEqual(['its certificate tells no user name']);
  });

  it('refuses what is no TLS', async () => {
    const owner = new Echo();
    const [tls] = await listening([{ host: HOST, tls: server }], owner);
    await said(connectTcp(tls!.port, HOST), 'GET / HTTP/1.1\r\n\r\n').catch(() => '');
    await owner.until(() => owner.refusals.length === 1);
    expect(owner.refusals[0]).toMatch(/^TLS: /);
  });

  describe('with pre-shared keys', () => {
    const key = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    const psk: TlsListener = {
      psk: { hint: 'broker', keyOf: (identity) => (identity === 'sensor' ? key : undefined) },
      userNameFrom: 'identity',
    };
    const withKey = (identity: string, used: Buffer): ConnectionOptions => ({
      ciphers: 'PSK',
      maxVersion: 'TLSv1.2',
      checkServerIdentity: () => undefined,
      pskCallback: () => ({ psk: used, identity }),
    });

    it('takes the identity as the user name', async () => {
      const owner = new Echo();
      const [tls] = await listening([{ host: HOST, tls: psk }], owner);
      expect(await said(client(tls!.port, withKey('sensor', key)), 'x')).toBe('x');
      expect(owner.links[0]!.userName).toBe('sensor');
    });

    it.each([
      ['an unknown identity', 'nobody', key],
      ['another key', 'sensor', Buffer.from('00')],
    ])('refuses %s', async (_, identity, used) => {
      const owner = new Echo();
      const [tls] = await listening([{ host: HOST, tls: psk }], owner);
      await said(client(tls!.port, withKey(identity, used)), 'x').catch(() => '');
      await owner.until(() => owner.refusals.length === 1);
      expect(owner.links).toEqual([]);
    });
  });

  it.each<[string, () => TlsListener, string]>([
    [
      'a key of another certificate',
      () => ({ ...server, key: certificates.client.key }),
      'the key cannot be used: it does not belong to the certificate',
    ],
    [
      'a certificate without its key',
      () => ({ certificate: server.certificate! }),
      'there is a certificate without a key',
    ],
    ['a key that is none', () => ({ ...server, key: 'x' }), 'the key cannot be used: it is no PEM'],
    [
      'an authority that is none',
      () => ({ ...server, authorities: ['x'] }),
      'the certificate of the authority cannot be used: it is no PEM',
    ],
    [
      'a list of revoked certificates that is none',
      () => ({ ...server, revoked: ['x'] }),
      'the list of revoked certificates cannot be used',
    ],
    ['ciphers that nobody knows', () => ({ ...server, ciphers: 'NONSENSE' }), 'the list of ciphers cannot be used'],
    ['required certificates that nobody signs', () => ({ ...server, requireCertificate: true }), 'no authority'],
  ])('says what is wrong with %s', async (_, tls, message) => {
    const text = await failure([{ host: HOST, tls: tls() }]);
    expect(text).toContain('mqtts://127.0.0.1:0: ');
    expect(text).toContain(message);
    expect(text).not.toContain('\n');
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
