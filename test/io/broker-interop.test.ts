// The broker with real clients: MQTT.js, mosquitto_pub, mosquitto_sub and mosquitto_rr, Python paho-mqtt; over TCP, TLS with
// certificates and pre-shared keys, WebSocket; 3.1, 3.1.1 and 5.0. What passed between them holds before our judge.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CreateBrokerOptions } from '../../src/io/create-broker.js';
import type { Listener, TlsListener } from '../../src/io/listeners/listener.js';
import { scramCredentials, scramMethod } from '../../src/io/scram.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { hasProgram } from '../support/programs.js';
import { type Watched, watchedBroker } from '../support/watched.js';
import { RawClient } from './broker-client.js';

const KEY = '00112233445566778899aabbccddeeff';
const clients: MqttClient[] = [];
const programs: ChildProcess[] = [];
let watched: Watched | undefined;
let certificates: Certificates | undefined;

beforeAll(() => {
  if (hasProgram('openssl')) certificates = makeCertificates();
});
afterAll(() => certificates?.remove());
afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true);
  for (const program of programs.splice(0)) program.kill();
  const { findings } = (await watched?.ended()) ?? { findings: [] };
  watched = undefined;
  expect(findings).toEqual([]);
});

async function broker(options: CreateBrokerOptions = {}) {
  watched = await watchedBroker(options);
  return watched.broker;
}

async function client(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const one = await mqtt.connectAsync(url, { reconnectPeriod: 0, ...options });
  clients.push(one);
  return one;
}

/** The next messages of a client. */
function messages(of: MqttClient, count: number): Promise<readonly string[]> {
  const all: string[] = [];
  return new Promise((resolve) => {
    of.on('message', (topic, payload, { qos, retain }) => {
      all.push(`${topic} ${payload} ${qos}${retain ? ' retained' : ''}`);
      if (all.length === count) resolve(all);
    });
  });
}

function serverTls(): TlsListener {
  const { certificate, key } = certificates!.server;
  return { certificate, key };
}

const PROTOCOLS = [
  ['3.1', 3],
  ['3.1.1', 4],
  ['5.0', 5],
] as const;

const WAYS: readonly (readonly [
  name: string,
  needs: () => boolean,
  listener: () => Listener,
  options: () => IClientOptions,
])[] = [
  ['TCP', () => true, () => ({}), () => ({})],
  ['WebSocket', () => true, () => ({ protocol: 'websocket' }), () => ({})],
  [
    'TLS',
    () => hasProgram('openssl'),
    () => ({ tls: serverTls() }),
    () => ({ ca: certificates!.authority.certificate }),
  ],
  [
    'secure WebSocket',
    () => hasProgram('openssl'),
    () => ({ protocol: 'websocket', tls: serverTls() }),
    () => ({ wsOptions: { ca: certificates!.authority.certificate } }),
  ],
];

for (const [way, needs, listener, options] of WAYS) {
  describe.skipIf(!needs())(`MQTT.js over ${way}`, () => {
    it.each(PROTOCOLS)('%s: messages of all QoS, retained ones, a will', async (_, protocolVersion) => {
      const { url } = await broker(listener());
      const version = protocolVersion === 3 ? { protocolId: 'MQIsdp', protocolVersion } : { protocolVersion };
      const common = { ...options(), ...version } as IClientOptions;
      const will = { topic: 'w/1', payload: Buffer.from('gone'), qos: 1, retain: false } as const;
      const publisher = await client(url, { ...common, clientId: 'p', will });
      await publisher.publishAsync('r/1', 'kept', { qos: 1, retain: true });
      const subscriber = await client(url, { ...common, clientId: 's' });
      const came = messages(subscriber, 5);
      await subscriber.subscribeAsync({ 'r/#': { qos: 2 }, 'm/+': { qos: 2 }, 'w/1': { qos: 1 } });
      for (const qos of [0, 1, 2] as const) await publisher.publishAsync('m/x', `q${qos}`, { qos });
      publisher.stream.destroy();
      expect((await came).toSorted()).toEqual([
        'm/x q0 0',
        'm/x q1 1',
        'm/x q2 2',
        'r/1 kept 1 retained',
        'w/1 gone 1',
      ]);
    });

    it('a large message, both ways', async () => {
      const { url } = await broker(listener());
      const one = await client(url, { ...options(), protocolVersion: 5 });
      const came = new Promise<Buffer>((resolve) => one.on('message', (_, payload) => resolve(payload)));
      await one.subscribeAsync('large', { qos: 1 });
      const payload = Buffer.alloc(3_000_000, 'mqtt');
      await one.publishAsync('large', payload, { qos: 1 });
      expect((await came).equals(payload)).toBe(true);
    });
  });
}

it('keeps a session, with what came meanwhile', async () => {
  const { url } = await broker();
  const kept = { clientId: 's', clean: false, protocolVersion: 5, properties: { sessionExpiryInterval: 100 } } as const;
  const first = await client(url, kept);
  await first.subscribeAsync('q/#', { qos: 2 });
  await first.endAsync();
  const publisher = await client(url);
  for (let n = 0; n < 10; n++) await publisher.publishAsync('q/x', `${n}`, { qos: 1 });
  const again = mqtt.connect(url, { ...kept, reconnectPeriod: 0 });
  clients.push(again);
  const came = await messages(again, 10);
  expect(came.map((line) => line.split(' ')[1])).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
});

it('authenticates with SCRAM-SHA-256', async () => {
  const kept = scramCredentials('secret', Buffer.from('0123456789abcdef'));
  const method = scramMethod({
    lookUp: (name) => (name === 'kim' ? kept : undefined),
    nextNonce: () => 'server-nonce',
    secret: Buffer.from('x'),
  });
  const { url, port } = await broker({ settings: { allowAnonymous: false, authenticationMethods: [method] } });
  expect(url).toBe(`mqtt://127.0.0.1:${port}`);

  const text = (bytes: string) => Buffer.from(bytes).toString('hex');
  const first = 'n,,n=kim,r=client';
  const method13 = `15 00 0d "SCRAM-SHA-256"`;
  // Properties: 16 bytes of the method, 20 of the data.
  const raw = new RawClient({ port }).send(
    `10 32 00 04 "MQTT" 05 02 00 00 24 ${method13} 16 00 11 "${first}" 00 01 "k"`,
  );
  const reply = Buffer.from(await raw.take(2), 'hex');
  expect(reply[0]).toBe(0xf0);
  const challenge = Buffer.from(await raw.take(reply[1]!), 'hex').toString('latin1');
  const serverFirst = /r=client.*,i=4096/.exec(challenge)?.[0];
  expect(serverFirst).toMatch(/^r=clientserver-nonce,s=MDEyMzQ1Njc4OWFiY2RlZg==,i=4096$/);
  const proof = proofOf('secret', 'n=kim,r=client', serverFirst!);
  const last = `c=biws,r=clientserver-nonce,p=${proof}`;
  const properties = 16 + 3 + last.length;
  const length = 2 + properties;
  const byte = (value: number) => value.toString(16).padStart(2, '0');
  raw.send(`f0 ${byte(length)} 18 ${byte(properties)} ${method13} 16 00 ${byte(last.length)} "${last}"`);
  const connack = Buffer.from(await raw.take(2), 'hex');
  expect(connack[0]).toBe(0x20);
  const rest = Buffer.from(await raw.take(connack[1]!), 'hex');
  expect(rest[1]).toBe(0);
  expect(rest.toString('hex')).toContain(text('v='));
  raw.send('e0 00');
  await raw.closed();
});

/** RFC 5802 3, written anew. */
function proofOf(password: string, bare: string, serverFirst: string): string {
  const [, salt, count] = /s=([^,]*),i=(\d+)/.exec(serverFirst)!;
  const salted = pbkdf2Sync(password, Buffer.from(salt!, 'base64'), Number(count), 32, 'sha256');
  const hmac = (key: Buffer, data: string) => createHmac('sha256', key).update(data).digest();
  const clientKey = hmac(salted, 'Client Key');
  const storedKey = createHash('sha256').update(clientKey).digest();
  const nonce = /r=([^,]*)/.exec(serverFirst)![1];
  const signature = hmac(storedKey, `${bare},${serverFirst},c=biws,r=${nonce}`);
  return Buffer.from(clientKey.map((one, index) => one ^ signature[index]!)).toString('base64');
}

/** A program's output when it has ended. */
function output(
  program: string,
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly text: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  programs.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => {
      text += bytes;
    });
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, text })));
}

describe.skipIf(!hasProgram('mosquitto_sub') || !hasProgram('mosquitto_pub'))('mosquitto_pub and mosquitto_sub', () => {
  const subscribed = (one: { once(name: 'subscribed', listener: () => void): unknown }) =>
    new Promise<void>((resolve) => one.once('subscribed', () => resolve()));

  async function dialogue(listener: Listener, ...more: readonly string[]): Promise<void> {
    const running = await broker(listener);
    const at = ['-h', '127.0.0.1', '-p', String(running.port), ...more];
    const ready = subscribed(running);
    const got = output('mosquitto_sub', ...at, '-t', 'a/#', '-q', '2', '-C', '3', '-F', '%t %q %p');
    await ready;
    for (const qos of ['0', '1', '2']) {
      const sent = await output('mosquitto_pub', ...at, '-t', `a/${qos}`, '-q', qos, '-m', `hello ${qos}`);
      expect(sent).toEqual({ code: 0, text: '' });
    }
    expect(await got).toEqual({ code: 0, text: 'a/0 0 hello 0\na/1 1 hello 1\na/2 2 hello 2\n' });
  }

  it.each([['mqttv31'], ['mqttv311'], ['mqttv5']])('%s', async (version) => {
    await dialogue({}, '-V', version);
  });

  it('over a Unix socket', async () => {
    const path = `/tmp/mqtt-dissect-interop-${process.pid}.sock`;
    const running = await broker({ path });
    const ready = subscribed(running);
    const got = output('mosquitto_sub', '--unix', path, '-t', 'a', '-C', '1');
    await ready;
    await output('mosquitto_pub', '--unix', path, '-t', 'a', '-m', 'hello');
    expect(await got).toEqual({ code: 0, text: 'hello\n' });
  });

  it('with a pre-shared key', async () => {
    const psk = { keyOf: (identity: string) => (identity === 'sensor' ? Buffer.from(KEY, 'hex') : undefined) };
    await dialogue({ tls: { psk, userNameFrom: 'identity' } }, '--psk', KEY, '--psk-identity', 'sensor');
  });

  describe.skipIf(!hasProgram('openssl'))('over TLS', () => {
    it('with the certificate of the server', async () => {
      await dialogue({ tls: serverTls() }, '--cafile', certificates!.authority.certificateFile);
    });

    it('with a certificate of its own', async () => {
      const { authority, client: own } = certificates!;
      const tls: TlsListener = {
        ...serverTls(),
        authorities: [authority.certificate],
        requireCertificate: true,
        userNameFrom: 'identity',
      };
      await dialogue(
        { tls },
        '--cafile',
        authority.certificateFile,
        '--cert',
        own.certificateFile,
        '--key',
        own.keyFile,
      );
    });
  });

  it.skipIf(!hasProgram('mosquitto_rr'))('mosquitto_rr asks and gets an answer', async () => {
    const running = await broker();
    const answering = await client(running.url, { protocolVersion: 5 });
    answering.on('message', (_, payload, { properties }) => {
      const { responseTopic = '', correlationData } = properties ?? {};
      const more = correlationData === undefined ? {} : { properties: { correlationData } };
      answering.publish(responseTopic, `answer to ${payload}`, more);
    });
    await answering.subscribeAsync('ask');
    const at = ['-p', String(running.port), '-V', '5', '-t', 'ask', '-e', 'answers', '-m', 'question'];
    expect(await output('mosquitto_rr', ...at)).toEqual({ code: 0, text: 'answer to question\n' });
  });
});

/** The interpreter that has paho. */
const PYTHON = ['python3', '/usr/bin/python3'].find(
  (one) => spawnSync(one, ['-c', 'import paho.mqtt.client']).status === 0,
);
if (PYTHON === undefined && process.env.MQTT_DISSECT_REQUIRE_PROGRAMS) throw new Error('Python has no paho-mqtt');

const PAHO = `
import sys, paho.mqtt.client as mqtt
port, version = int(sys.argv[1]), int(sys.argv[2])
args = dict(client_id='paho', protocol=version)
try: client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION1, **args)
except AttributeError: client = mqtt.Client(**args)
got = []
def on_connect(client, userdata, flags, rc, properties=None): client.subscribe([('p/#', 2)])
def on_subscribe(client, userdata, mid, granted, properties=None):
    for qos in (0, 1, 2): client.publish('p/%d' % qos, 'hello', qos=qos)
def on_message(client, userdata, message):
    got.append('%s %s %d' % (message.topic, message.payload.decode(), message.qos))
    if len(got) == 3: client.disconnect()
client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
client.connect('127.0.0.1', port, 30)
client.loop_forever()
print(sorted(got))
`;

describe.skipIf(PYTHON === undefined)('Python paho-mqtt', () => {
  it.each(PROTOCOLS)('%s', async (_, version) => {
    const { port } = await broker();
    const { code, text } = await output(PYTHON!, '-c', PAHO, String(port), String(version));
    expect({ code, text }).toEqual({ code: 0, text: "['p/0 hello 0', 'p/1 hello 1', 'p/2 hello 2']\n" });
  });
});
