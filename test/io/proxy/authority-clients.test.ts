// Clients that know the authority and check names accept what is made for them while they ask: Node, mosquitto_pub, Python.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, createServer, type Server } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBroker } from '../../../src/io/create-broker.js';
import { type Authority, authorityContexts, loadAuthority } from '../../../src/io/proxy/authority.js';
import { makeAuthority } from '../../../src/io/proxy/authority-making.js';
import { hasProgram } from '../../support/programs.js';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'authority-clients-'));
const HOST = '127.0.0.1';
const cafile = join(folder, 'ca.crt');
const refusals: string[] = [];
let authority: Authority;
let server: Server;
let port: number;

/** Says to everybody which name the client has asked for. */
beforeAll(async () => {
  await makeAuthority(folder);
  authority = await loadAuthority(folder);
  const contextFor = authorityContexts(authority, HOST);
  server = createServer({
    ...(await authority.contextFor(HOST)),
    SNICallback: (name, done) => {
      contextFor(name).then((context) => done(null, context), done);
    },
  });
  server.on('secureConnection', (socket) => socket.on('error', () => {}).end(`hello ${socket.servername || HOST}`));
  server.on('tlsClientError', (error) => refusals.push(error.message));
  server.listen(0, HOST);
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.close();
  await once(server, 'close');
  rmSync(folder, { recursive: true });
});

async function greeting(options: ConnectionOptions): Promise<string> {
  const socket = connect({ host: HOST, port, ca: authority.certificate, ...options });
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await once(socket, 'close');
  return text;
}

describe('Node', () => {
  it.each(['localhost', 'broker.example', 'mqtt_broker'])('is greeted as %s', async (servername) => {
    expect(await greeting({ servername })).toBe(`hello ${servername}`);
  });

  it('is greeted by its address without a name', async () => {
    expect(await greeting({})).toBe(`hello ${HOST}`);
  });

  it('knows no other authority', async () => {
    const other = join(folder, 'other');
    await makeAuthority(other);
    const { certificate } = await loadAuthority(other);
    await expect(greeting({ servername: 'localhost', ca: certificate })).rejects.toThrow(
      /unable to verify|self.signed/,
    );
  });

  it('is refused with a name that is none', async () => {
    await expect(greeting({ servername: 'no name' })).rejects.toThrow();
    expect(refusals).toContain('"no name" is no host name: no certificate is made for it');
  });
});

it('makes one context for a name, and hands it out again', async () => {
  const contextFor = authorityContexts(authority, 'fallback.example', { minVersion: 'TLSv1.3' });
  const one = await contextFor('a.example');
  expect(await contextFor('a.example')).toBe(one);
  expect(await contextFor('b.example')).not.toBe(one);
  expect(await contextFor(undefined)).toBe(await contextFor('fallback.example'));
  // Old OpenSSL leaves it out, and Node makes it ''.
  expect(await contextFor('')).toBe(await contextFor('fallback.example'));
});

describe.skipIf(!hasProgram('python3'))('Python', () => {
  const CLIENT = `
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
context.verify_flags |= ssl.VERIFY_X509_STRICT
with socket.create_connection(("127.0.0.1", int(sys.argv[2]))) as plain:
    with context.wrap_socket(plain, server_hostname=sys.argv[3]) as secured:
        print(secured.recv(100).decode())
`;
  it.each(['localhost', 'broker.example', HOST])('is greeted as %s', async (name) => {
    const { stdout } = await run('python3', ['-c', CLIENT, cafile, `${port}`, name]);
    expect(stdout.trim()).toBe(`hello ${name}`);
  });
});

describe.skipIf(!hasProgram('mosquitto_pub'))('mosquitto_pub', () => {
  it.each(['localhost', HOST])('publishes to %s', async (name) => {
    const { cert: certificate, key } = await authority.contextFor(name);
    await using broker = await createBroker({
      host: HOST,
      tls: { certificate, key },
      settings: { tellsMessages: true },
    });
    const published = new Promise((resolve) =>
      broker.on('published', ({ topic }) => {
        if (!topic.startsWith('$SYS/')) resolve(topic);
      }),
    );
    const args = ['-h', name, '-p', `${broker.port}`, '--cafile', cafile, '-t', 'a/b', '-m', 'x', '-q', '1'];
    await run('mosquitto_pub', args);
    expect(await published).toBe('a/b');
  });
});
