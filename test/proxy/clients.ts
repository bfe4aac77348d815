// What clients do through a proxy, and what must come of it.

import { spawnSync } from 'node:child_process';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll } from 'vitest';

export const PROTOCOLS = { '3.1': 3, '3.1.1': 4, '5.0': 5 } as const;
export type Protocol = keyof typeof PROTOCOLS;

const clients: MqttClient[] = [];

afterAll(async () => {
  for (const client of clients) await client.endAsync(true);
});

export function connectLater(url: string, options: IClientOptions = {}): MqttClient {
  const client = mqtt.connect(url, { reconnectPeriod: 0, ...options });
  client.on('error', () => {});
  clients.push(client);
  return client;
}

export async function connect(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = connectLater(url, options);
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('close', () => reject(new Error(`no connection to ${url}`)));
  });
  return client;
}

/** The next messages of a client: "topic payload qos", of long payloads the length. */
export function messages(of: MqttClient, count: number): Promise<readonly string[]> {
  const all: string[] = [];
  return new Promise((resolve) => {
    of.on('message', (topic, payload, { qos, retain }) => {
      const text = payload.length > 100 ? `${payload.length} bytes` : payload.toString();
      all.push(`${topic} ${text} ${qos}${retain ? ' retained' : ''}`);
      if (all.length === count) resolve(all);
    });
  });
}

/**
 * Everything that a client expects of a broker: messages of each QoS, a large one, a retained one, a will, and a session that
 * is there when its client comes back. Topics and client identifiers begin with `name`.
 */
export async function everything(
  url: string,
  name: string,
  protocol: Protocol,
  options: IClientOptions,
  large: number,
): Promise<readonly string[]> {
  const version = PROTOCOLS[protocol];
  const common = {
    ...options,
    protocolVersion: version,
    ...(version === 3 ? { protocolId: 'MQIsdp' } : {}),
  } as IClientOptions;
  const kept = {
    ...common,
    clientId: `${name}-s`,
    clean: false,
    ...(version === 5 ? { properties: { sessionExpiryInterval: 100 } } : {}),
  };
  const will = { topic: `${name}/will`, payload: Buffer.from('gone'), qos: 1, retain: false } as const;
  const publisher = await connect(url, { ...common, clientId: `${name}-p`, will });
  await publisher.publishAsync(`${name}/kept`, 'kept', { qos: 1, retain: true });
  const subscriber = await connect(url, kept);
  const first = messages(subscriber, 5);
  await subscriber.subscribeAsync(`${name}/#`, { qos: 2 });
  for (const qos of [0, 1, 2] as const) await publisher.publishAsync(`${name}/m`, `q${qos}`, { qos });
  await publisher.publishAsync(`${name}/large`, Buffer.alloc(large, name), { qos: 1 });
  const came = [...(await first)].toSorted();
  await subscriber.endAsync();
  for (const text of ['a', 'b']) await publisher.publishAsync(`${name}/later`, text, { qos: 2 });
  publisher.stream.destroy();
  const again = connectLater(url, kept);
  const missed = await messages(again, 3);
  await again.endAsync();
  return [...came, ...[...missed].toSorted()].map((line) => line.slice(name.length + 1));
}

/** What `everything` must come to. */
export function expected(large: number): readonly string[] {
  const first = ['kept kept 1 retained', `large ${large} bytes 1`, 'm q0 0', 'm q1 1', 'm q2 2'];
  return [...first, 'later a 2', 'later b 2', 'will gone 1'];
}

/** The interpreter that has paho. */
export const PYTHON = ['python3', '/usr/bin/python3'].find(
  (one) => spawnSync(one, ['-c', 'import paho.mqtt.client']).status === 0,
);
if (PYTHON === undefined && process.env.MQTT_DISSECT_REQUIRE_PROGRAMS) throw new Error('Python has no paho-mqtt');

/** Arguments: port, version, transport (tcp, websockets), topics' beginning, and an authority for TLS. */
export const PAHO = `
import sys, paho.mqtt.client as mqtt
port, version, transport, name = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
args = dict(client_id=name, protocol=version, transport=transport)
try: client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION1, **args)
except AttributeError: client = mqtt.Client(**args)
if len(sys.argv) > 5: client.tls_set(sys.argv[5])
got = []
def on_connect(client, userdata, flags, rc, properties=None): client.subscribe([(name + '/#', 2)])
def on_subscribe(client, userdata, mid, granted, properties=None):
    for qos in (0, 1, 2): client.publish(name + '/%d' % qos, 'hello', qos=qos)
def on_message(client, userdata, message):
    got.append('%s %d' % (message.payload.decode(), message.qos))
    if len(got) == 3: client.disconnect()
client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
client.connect('127.0.0.1', port, 30)
client.loop_forever()
print(sorted(got))
`;
