// Every transport on the client's side with every one on the target's: an MQTT client talks to the broker through the relay.

import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectUnix } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IClientOptions, MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBroker } from '../../../src/io/create-broker.js';
import type { Listener } from '../../../src/io/listeners/listener.js';
import { isEncrypted, isWebSocket, parseListen, parseTarget, type Transport } from '../../../src/io/proxy/addresses.js';
import type { RelayRoute } from '../../../src/io/proxy/relay-options.js';
import { type Certificates, makeCertificates } from '../../support/certificates.js';
import { passing } from './gates.js';
import { allClosed, closing, HOST, startRelay, Watcher } from './relaying.js';

const folder = mkdtempSync(join(tmpdir(), 'relay-'));
const TRANSPORTS: readonly Transport[] = ['tcp', 'tls', 'ws', 'wss', 'unix'];
const PAIRS = TRANSPORTS.flatMap((client) => TRANSPORTS.map((target) => [client, target] as const));

let certificates: Certificates;
let count = 0;

beforeAll(() => {
  certificates = makeCertificates();
});
afterAll(() => {
  certificates.remove();
  rmSync(folder, { recursive: true });
});

const socketPath = () => join(folder, `${++count}.sock`);

/** The broker listens with this, and is connected to at that. */
async function startBroker(transport: Transport, tls: Listener['tls'] = certificates.server): Promise<string> {
  const protocol = isWebSocket(transport) ? ({ protocol: 'websocket' } as const) : {};
  const where = transport === 'unix' ? { path: socketPath() } : { host: HOST };
  const listener: Listener = { ...protocol, ...where, ...(isEncrypted(transport) ? { tls: tls! } : {}) };
  const broker = await createBroker({ listeners: [listener] });
  closing.push(() => broker.close());
  if (transport === 'unix') return `unix:${where.path}`;
  return `${transport}://${isEncrypted(transport) ? 'localhost' : HOST}:${broker.port}`;
}

function routeOf(listen: Transport, target: string): RelayRoute {
  const address = parseTarget(target);
  return {
    listen: parseListen(listen === 'unix' ? `unix:${socketPath()}` : `${listen}://${HOST}:0`),
    target: address,
    ...(isEncrypted(listen) ? { tls: { certificate: certificates.server } } : {}),
    ...(isEncrypted(address.transport) ? { targetTls: { authorities: [certificates.authority.certificate] } } : {}),
  };
}

function clientOf(url: string, options: IClientOptions = {}): MqttClient {
  const common: IClientOptions = { reconnectPeriod: 0, ca: certificates.authority.certificate, ...options };
  const client = url.startsWith('unix:')
    ? new MqttClient(() => connectUnix(url.slice('unix:'.length)), common)
    : mqtt.connect(url.replace(/^tcp:/, 'mqtt:').replace(/^tls:/, 'mqtts:'), common);
  closing.push(() => client.endAsync(true));
  return client;
}

/** Messages of each QoS come back. */
async function talk(client: MqttClient): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
    client.once('close', () => reject(new Error('it was closed')));
  });
  const got: string[] = [];
  await client.subscribeAsync('a/#', { qos: 2 });
  const all = new Promise<void>((resolve) => {
    client.on('message', (topic, payload, { qos }) => {
      got.push(`${topic} ${payload.length} ${qos}`);
      if (got.length === 3) resolve();
    });
  });
  for (const qos of [0, 1, 2] as const) await client.publishAsync(`a/${qos}`, Buffer.alloc(1 + qos * 40_000), { qos });
  await all;
  expect(got.sort()).toEqual(['a/0 1 0', 'a/1 40001 1', 'a/2 80001 2']);
  await client.endAsync();
}

describe.each(PAIRS)('from %s to %s', (listen, target) => {
  it.each([
    ['as it comes', undefined],
    ['through a gate', { gate: passing }],
  ])('%s', async (_, gates) => {
    const watcher = new Watcher();
    const route = routeOf(listen, await startBroker(target));
    const { relay, url } = await startRelay({ routes: [route], watcher, ...(gates === undefined ? {} : { gates }) });
    await talk(clientOf(url));
    await allClosed(relay);
    expect(relay.totals).toMatchObject({ everConnected: 1, failed: 0 });
    expect(relay.totals.received).toBe(watcher.all(0).length);
    expect(relay.totals.sent).toBe(watcher.all(1).length);
    expect(watcher.lines.filter((line) => /(fin|rst)$/.test(line)).length).toBe(2);
    // An HTTP request is part of what passes where WebSocket is on both sides and nobody looks inside.
    const isPassed = isWebSocket(listen) && isWebSocket(target) && gates === undefined;
    expect(watcher.all(0)[0]).toBe(isPassed ? 'G'.charCodeAt(0) : 0x10);
  });
});
