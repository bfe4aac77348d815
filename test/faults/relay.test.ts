// Faults between a real client and the broker, over the relay's sockets.

import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { expect, it } from 'vitest';
import { Faults } from '../../src/faults/faults.js';
import { createBroker } from '../../src/io/create-broker.js';
import { parseListen, parseTarget } from '../../src/io/proxy/addresses.js';
import { closing, HOST, startRelay, Watcher } from '../io/proxy/relaying.js';

interface Setting {
  readonly watcher: Watcher;
  readonly faults: Faults;
  /** Topics, as they come to somebody who is connected directly. */
  readonly got: string[];
  readonly isGot: (count: number) => Promise<void>;
  client(options?: IClientOptions): MqttClient;
}

const urlOf = (address: string) => address.replace(/^tcp:/, 'mqtt:');

async function start(rules: readonly string[], transport: 'tcp' | 'ws' = 'tcp'): Promise<Setting> {
  const listener = { host: HOST, ...(transport === 'ws' ? ({ protocol: 'websocket' } as const) : {}) };
  const broker = await createBroker({ listeners: [listener] });
  closing.push(() => broker.close());
  const address = `${transport}://${HOST}:${broker.port}`;
  const watcher = new Watcher();
  const faults = new Faults(rules);
  const listen = parseListen(`${transport}://${HOST}:0`);
  const target = parseTarget(address);
  const { url } = await startRelay({ routes: [{ listen, target }], watcher, gates: faults });
  const follow = (client: MqttClient) => {
    closing.push(() => client.endAsync(true));
    return client;
  };
  const got: string[] = [];
  const direct = follow(await mqtt.connectAsync(urlOf(address)));
  const waiting: (() => void)[] = [];
  direct.on('message', (topic, payload) => {
    got.push(`${topic} ${payload.length}`);
    for (const look of waiting) look();
  });
  await direct.subscribeAsync('#', { qos: 2 });
  const isGot = (count: number) =>
    new Promise<void>((resolve) => {
      const look = () => got.length >= count && resolve();
      waiting.push(look);
      look();
    });
  const client = (options: IClientOptions = {}) =>
    follow(mqtt.connect(urlOf(url), { clientId: 'tried', clean: false, reconnectPeriod: 5, ...options }));
  return { watcher, faults, got, isGot, client };
}

it.each([
  ['cut before PUBREL count 1', 2, /^\d fault: cut the connection before PUBREL \d+ of the client$/],
  ['cut after PUBREC count 1 rst', 2, /^\d fault: cut the connection after PUBREC \d+ of the server \(RST\)$/],
  ['cut PUBLISH after byte 5 next', 1, /^\d fault: cut the connection after byte 5 of PUBLISH \d+ "a" of the client$/],
  ['cut before PUBACK from server count 2', 1, /^\d fault: cut the connection before PUBACK \d+ of the server$/],
  ['drop CONNACK count 1', 1, /^\d fault: dropped CONNACK of the server$/],
] as const)('the client tries again after: %s', async (rule, qos, told) => {
  const { client, got, isGot, watcher } = await start([rule]);
  await client({ connectTimeout: 500 }).publishAsync('a', 'x'.repeat(1000), { qos });
  await isGot(1);
  expect(watcher.lines).toContainEqual(expect.stringMatching(told));
  expect(new Set(got)).toEqual(new Set(['a 1000']));
  // What QoS 2 is for.
  if (qos === 2) expect(got).toHaveLength(1);
});

it.each(['tcp', 'ws'] as const)('over %s: duplicated, dropped, late, slow', async (transport) => {
  const { client, faults, got, isGot } = await start(
    [
      'duplicate PUBLISH topic twice',
      'drop PUBLISH topic never',
      'delay PUBLISH topic late 30ms overtake',
      'limit 100kB/s',
    ],
    transport,
  );
  const tried = client();
  for (const topic of ['never', 'late', 'twice']) tried.publish(topic, 'x');
  await tried.publishAsync('long', 'x'.repeat(20_000), { qos: 1 });
  await isGot(4);
  expect(got.slice().sort()).toEqual(['late 1', 'long 20000', 'twice 1', 'twice 1']);
  expect(faults.list().map(({ injections }) => injections)).toEqual([1, 1, 1, 2]);
});

it('rules come and go while it is connected', async () => {
  const { client, faults, got, isGot } = await start([]);
  const tried = client();
  await tried.publishAsync('a', 'x', { qos: 1 });
  const number = faults.add('replace PUBLISH topic b with "30 04 00 01 63 79"');
  tried.publish('b', 'x');
  await isGot(2);
  faults.remove(number);
  await tried.publishAsync('b', 'x', { qos: 1 });
  await isGot(3);
  expect(got).toEqual(['a 1', 'c 1', 'b 1']);
});
