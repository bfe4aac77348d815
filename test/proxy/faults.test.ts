// Faults of the command line between MQTT.js and mosquitto, and the control interface of the proxy that runs: what a client
// notices, what is told of it, and that nothing of it is held against the server.

import { join } from 'node:path';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tshark } from '../io/recording/reading.js';
import { hex } from '../support/hex.js';
import { freePort, startMosquitto, TestFolder } from '../support/mosquitto.js';
import { hasProgram } from '../support/programs.js';
import { connect, messages } from './clients.js';
import { folder, HOST, linesIn, linesOf, PATIENCE, type RunningProxy, startProxy, until } from './program.js';
import { RawClient } from './sockets.js';

const files = new TestFolder();
let target = '';
let stopBroker: (() => Promise<void>) | undefined;

beforeAll(async () => {
  if (!hasProgram('mosquitto')) return;
  const port = await freePort();
  const lines = [`listener ${port} ${HOST}`, 'allow_anonymous true', 'log_dest stderr'];
  stopBroker = (await startMosquitto(files.write('m.conf', `${lines.join('\n')}\n`))).stop;
  target = `tcp://${HOST}:${port}`;
});
afterAll(async () => {
  await stopBroker?.();
  files.remove();
});

/** Comes back by itself, and keeps its session. */
function persistent(proxy: RunningProxy, clientId: string, more: object = {}): Promise<MqttClient> {
  const url = `mqtt://${HOST}:${proxy.ports[0]}`;
  return connect(url, { clientId, clean: false, reconnectPeriod: 100, ...more });
}

describe.skipIf(!hasProgram('mosquitto'))('faults', { concurrent: true, timeout: PATIENCE }, () => {
  /** Does something with a fault, and says what was told of it. */
  async function withFaults(
    rules: readonly string[],
    act: (proxy: RunningProxy, name: string) => Promise<void>,
  ): Promise<readonly string[]> {
    const name = rules[0]!.replace(/\W+/g, '-');
    const live = join(folder, `${name}.ndjson`);
    const recording = join(folder, `${name}.pcapng`);
    const faults = rules.flatMap((rule) => ['--fault', rule]);
    const output = ['--format', 'ndjson', '-o', live, '-w', recording];
    const pair = ['--listen', `tcp://${HOST}:0`, '--target', target];
    const proxy = await startProxy(...pair, ...faults, ...output, '--grace', '1');
    await act(proxy, name);
    expect(await proxy.stop()).toMatchObject({ code: 0, signal: null });
    const lines = linesIn(live);
    const found = lines.flatMap(({ findings = [] }) => findings);
    const held = found.filter(
      ({ verdict, party, level }) => verdict === 'violation' && party === 'server' && level !== 'note',
    );
    expect(held).toEqual([]);
    const told = lines.filter(({ event }) => event === 'fault').map(({ message = '' }) => message);
    if (hasProgram('tshark')) {
      const comments = await tshark(recording, '-Y', 'frame.comment', '-T', 'fields', '-e', 'frame.comment');
      for (const message of told) expect(comments.join('\n')).toContain(message);
    }
    return told.map((message) => message.replace(/^\S+, /, ''));
  }

  it('a lost PUBACK: the message is sent again when the client comes back', async () => {
    const told = await withFaults(['drop PUBACK nth 1', 'cut before PINGREQ nth 1'], async (proxy, name) => {
      const subscriber = await persistent(proxy, `${name}-s`, { keepalive: 0 });
      await subscriber.subscribeAsync(name, { qos: 0 });
      const came = messages(subscriber, 2);
      const publisher = await persistent(proxy, `${name}-p`, { keepalive: 1 });
      await publisher.publishAsync(name, 'once', { qos: 1 });
      expect(await came).toEqual([`${name} once 0`, `${name} once 0`]);
      await Promise.all([publisher.endAsync(), subscriber.endAsync()]);
    });
    expect(told).toEqual([expect.stringMatching(/^rule 1: .*PUBACK/), expect.stringMatching(/^rule 2: .*PINGREQ/)]);
  });

  it('a cut before PUBREL: QoS 2 still comes exactly once', async () => {
    const told = await withFaults(['cut before PUBREL from client count 1 rst'], async (proxy, name) => {
      const subscriber = await persistent(proxy, `${name}-s`);
      await subscriber.subscribeAsync(name, { qos: 0 });
      const came = messages(subscriber, 2);
      const publisher = await persistent(proxy, `${name}-p`);
      await publisher.publishAsync(name, 'once', { qos: 2 });
      await publisher.publishAsync(name, 'end', { qos: 2 });
      expect(await came).toEqual([`${name} once 0`, `${name} end 0`]);
      await Promise.all([publisher.endAsync(), subscriber.endAsync()]);
    });
    expect(told).toEqual([expect.stringMatching(/^rule 1: .*PUBREL/)]);
  });

  it('a late PINGRESP: the client gives up and comes back', async () => {
    const told = await withFaults(['delay PINGRESP 40s nth 1'], async (proxy, name) => {
      const client = await persistent(proxy, name, { keepalive: 1 });
      await new Promise<void>((resolve) => client.once('close', () => resolve()));
      await new Promise((resolve) => client.once('connect', resolve));
      await client.endAsync();
    });
    expect(told).toEqual([expect.stringMatching(/^rule 1: .*PINGRESP/)]);
  });

  it('a wrong Remaining Length: the server closes the connection', async () => {
    const told = await withFaults(['corrupt remaining-length of SUBSCRIBE nth 1'], async (proxy, name) => {
      const client = await persistent(proxy, name);
      client.subscribe(name);
      // The server waits for the byte that is missing, and takes the first one of this.
      client.publish(name, 'x');
      await new Promise<void>((resolve) => client.once('close', () => resolve()));
      await client.endAsync(true);
    });
    expect(told).toEqual([expect.stringMatching(/^rule 1: .*SUBSCRIBE/)]);
  });

  it('a return code that there is not, for which the server cannot be blamed', async () => {
    const told = await withFaults(['corrupt reason-code of SUBACK nth 1'], async (proxy) => {
      const client = new RawClient(proxy.ports[0]!).send(hex('10 0f 00 04 "MQTT" 04 02 00 00 00 03 "raw"'));
      client.send(hex('82 08 00 01 00 03 "raw" 00'));
      await until(() => client.count === 9, 'CONNACK and SUBACK');
      expect(client.received).toBe('\x20\x02\0\0\x90\x03\0\x01\x7f');
      client.socket.end(hex('e0 00'));
      await client.ended;
    });
    expect(told).toEqual([expect.stringMatching(/^rule 1: .*SUBACK/)]);
  });

  it('a message that comes twice', async () => {
    const told = await withFaults(['duplicate PUBLISH from server nth 1'], async (proxy, name) => {
      const client = await persistent(proxy, name);
      const came = messages(client, 2);
      await client.subscribeAsync(name);
      await client.publishAsync(name, 'x');
      expect(await came).toEqual([`${name} x 0`, `${name} x 0`]);
      await client.endAsync();
    });
    expect(told).toEqual([expect.stringMatching(/^rule 1: .*PUBLISH/)]);
  });
});

describe.skipIf(!hasProgram('mosquitto'))('control over HTTP', () => {
  let proxy: RunningProxy;
  let url = '';
  const json = async (path: string, options: RequestInit = {}) => (await fetch(`${url}${path}`, options)).json();

  beforeAll(async () => {
    const pair = ['--listen', `tcp://${HOST}:0`, '--target', target];
    proxy = await startProxy(...pair, '-q', '--control', `${HOST}:0`);
    await until(() => proxy.stderr.includes('control interface on '), 'the control interface');
    url = /control interface on (http:\S+?)\/?\n/.exec(proxy.stderr)![1]!;
  });

  it('tells of connections and counts', async () => {
    const client = await persistent(proxy, 'controlled');
    const connections = async () => (await json('/connections')) as readonly Record<string, unknown>[];
    await until(async () => (await connections())[0]?.clientId !== undefined, 'its CONNECT is read');
    const [connection] = await connections();
    expect(connection).toMatchObject({ state: 'open', target, clientId: 'controlled', route: 0 });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/^mqtt_dissect_proxy_connections 1$/m);
    expect(metrics).toMatch(/^mqtt_dissect_proxy_packets_total\{type="CONNECT"\} 1$/m);
    await client.endAsync();
  });

  it('adds a fault, which acts, and removes it', async () => {
    const client = await persistent(proxy, 'faulty');
    const came = messages(client, 1);
    await client.subscribeAsync('faulty');
    const { number } = (await json('/faults', { method: 'POST', body: 'drop PUBLISH from client' })) as {
      number: number;
    };
    await client.publishAsync('faulty', 'lost');
    await until(async () => ((await json('/faults')) as { injections: number }[])[0]?.injections === 1, 'it acts');
    expect(await json(`/faults/${number}`, { method: 'DELETE' })).toEqual({ removed: number });
    await client.publishAsync('faulty', 'found');
    expect(await came).toEqual(['faulty found 0']);
    await client.endAsync();
  });

  it('streams packets, and cuts a connection', async () => {
    const stop = new AbortController();
    const stream = await fetch(`${url}/packets`, { signal: stop.signal });
    const client = await persistent(proxy, 'cut', { reconnectPeriod: 0 });
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    const connections = async () => (await json('/connections')) as readonly { id: number; clientId?: string }[];
    let id = 0;
    // Its name is known when its CONNECT was read.
    await until(async () => {
      id = (await connections()).find(({ clientId }) => clientId === 'cut')?.id ?? 0;
      return id > 0;
    }, 'the connection');
    expect(await json(`/connections/${id}`, { method: 'DELETE' })).toEqual({ cut: id, how: 'rst' });
    await closed;
    let text = '';
    for await (const part of stream.body!.pipeThrough(new TextDecoderStream())) {
      text += part;
      if (text.includes('"code":"rst"')) break;
    }
    stop.abort();
    const lines = linesOf([...text.matchAll(/^data: (.*\n)/gm)].map(([, line]) => line).join(''));
    const own = lines.find(({ type, packet }) => type === 'CONNECT' && packet?.clientId === 'cut')?.connection;
    const told = lines.filter(({ connection }) => connection === own).map(({ type, event }) => type ?? event);
    expect(told).toEqual(['CONNECT', 'CONNACK', 'connection-closed']);
  });

  it('ends with the proxy', async () => {
    expect(await proxy.stop()).toMatchObject({ code: 0 });
    await expect(fetch(`${url}/`)).rejects.toThrow();
  });
});
