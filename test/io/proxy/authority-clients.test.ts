// Clients that know the authority and check names accept what a listener of the relay makes for them while they ask: Node,
// mosquitto_pub, Python.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Broker, createBroker } from '../../../src/io/create-broker.js';
import { parseListen, parseTarget } from '../../../src/io/proxy/addresses.js';
import { type Authority, loadAuthority } from '../../../src/io/proxy/authority.js';
import { makeAuthority } from '../../../src/io/proxy/authority-making.js';
import { Relay } from '../../../src/io/proxy/relay.js';
import { hasProgram } from '../../support/programs.js';
import { HOST, Watcher } from './relaying.js';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'authority-clients-'));
const cafile = join(folder, 'ca.crt');
const watcher = new Watcher();
const greeter: Server = createServer((socket) => socket.on('error', () => {}).end('hello'));
let authority: Authority;
let broker: Broker;
let relay: Relay;
/** In front of who says hello, and in front of a broker. */
let ports: readonly number[];

beforeAll(async () => {
  await makeAuthority(folder);
  authority = await loadAuthority(folder);
  broker = await createBroker({ host: HOST, settings: { tellsMessages: true } });
  greeter.listen(0, HOST);
  await once(greeter, 'listening');
  const route = (port: number) => ({
    listen: parseListen(`tls://${HOST}:0`),
    target: parseTarget(`tcp://${HOST}:${port}`),
    tls: { certificate: authority.source(HOST) },
  });
  const { port } = greeter.address() as AddressInfo;
  relay = new Relay({ routes: [route(port), route(broker.port)], watcher });
  ports = (await relay.start()).map((one) => one.port);
});
afterAll(async () => {
  await relay.stop(0);
  await broker.close();
  greeter.close();
  rmSync(folder, { recursive: true });
});

async function greeting(options: ConnectionOptions): Promise<string> {
  const socket = connect({ host: HOST, port: ports[0]!, ca: authority.certificate, ...options });
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await once(socket, 'close');
  return text;
}

describe('Node', () => {
  it.each(['localhost', 'broker.example', 'mqtt_broker'])('is greeted as %s', async (servername) => {
    expect(await greeting({ servername })).toBe('hello');
  });

  it('is greeted by its address without a name', async () => {
    expect(await greeting({})).toBe('hello');
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
    await watcher.until(() => watcher.lines.some((line) => line.includes('"no name" is no host name')));
  });
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
    const { stdout } = await run('python3', ['-c', CLIENT, cafile, `${ports[0]}`, name]);
    expect(stdout.trim()).toBe('hello');
  });
});

describe.skipIf(!hasProgram('mosquitto_pub'))('mosquitto_pub', () => {
  it.each(['localhost', HOST])('publishes to %s', async (name) => {
    const topic = `to/${name}`;
    const published = new Promise<void>((resolve) =>
      broker.on('published', (message) => {
        if (message.topic === topic) resolve();
      }),
    );
    const args = ['-h', name, '-p', `${ports[1]}`, '--cafile', cafile, '-t', topic, '-m', 'x', '-q', '1'];
    await run('mosquitto_pub', args);
    await published;
  });
});
