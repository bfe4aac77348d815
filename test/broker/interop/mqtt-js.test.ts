// MQTT.js with the broker: sessions that are resumed in the middle of messages, and what 5.0 adds: properties, topic aliases,
// shared subscriptions, retain handling, no local, flow control, delayed wills; over TCP and WebSocket.

import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import type { CreateBrokerOptions } from '../../../src/io/create-broker.js';
import { Meeting } from './meeting.js';

let meeting: Meeting;
const clients: MqttClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true);
  expect(await meeting.over()).toEqual([]);
});

async function meet(options: CreateBrokerOptions = {}): Promise<void> {
  meeting = await Meeting.of(options);
}

/** What came, as packets. */
class Inbox {
  readonly packets: IPublishPacket[] = [];

  constructor(client: MqttClient) {
    // Where an alias stands for it, the packet has no topic.
    client.on('message', (topic, _payload, packet) => this.packets.push({ ...packet, topic }));
  }

  get payloads(): readonly string[] {
    return this.packets.map(({ payload }) => payload.toString());
  }

  async has(count: number): Promise<this> {
    await expect.poll(() => this.packets.length, { timeout: 10_000 }).toBe(count);
    return this;
  }
}

/** Not connected yet: nothing that comes first is missed. */
function client(options: IClientOptions = {}): { client: MqttClient; inbox: Inbox; connected: Promise<unknown> } {
  const one = mqtt.connect(meeting.broker.url, { protocolVersion: 5, reconnectPeriod: 0, ...options });
  one.on('error', () => {});
  clients.push(one);
  return { client: one, inbox: new Inbox(one), connected: new Promise((resolve) => one.once('connect', resolve)) };
}

async function joined(options: IClientOptions = {}): Promise<{ client: MqttClient; inbox: Inbox }> {
  const made = client(options);
  await made.connected;
  return made;
}

/** So much comes after everything that was sent before. */
async function settled(
  { client: one }: { client: MqttClient },
  inbox: Inbox,
  topic: string,
): Promise<readonly string[]> {
  await one.publishAsync(topic, 'end', { qos: 1 });
  await expect.poll(() => inbox.payloads.at(-1)).toBe('end');
  return inbox.payloads.slice(0, -1);
}

const VERSIONS: readonly [string, IClientOptions][] = [
  ['3.1', { protocolId: 'MQIsdp', protocolVersion: 3 }],
  ['3.1.1', { protocolVersion: 4 }],
  ['5.0', { protocolVersion: 5, properties: { sessionExpiryInterval: 100 } }],
];
const rows = (['mqtt', 'websocket'] as const).flatMap((protocol) =>
  VERSIONS.map(([version, options]) => ({ protocol, version, options })),
);

describe.each(rows)('$version over $protocol', ({ protocol, options }) => {
  it('goes on with a session after each cut, without loss, and QoS 2 without doubles', async () => {
    await meet({ protocol });
    const kept = { ...options, clientId: 'kept', clean: false, reconnectPeriod: 10 };
    const subscriber = await joined(kept);
    await subscriber.client.subscribeAsync({ 'm/1': { qos: 1 }, 'm/2': { qos: 2 } });
    const publisher = await joined({ ...options, clientId: 'publisher' });
    const COUNT = 200;
    for (let n = 0; n < COUNT; n++) {
      const sent = publisher.client.publishAsync(`m/${1 + (n % 2)}`, `${n}`, { qos: n % 2 === 0 ? 1 : 2 });
      // In the middle of a message, and after it.
      if (n % 20 === 5) subscriber.client.stream.destroy();
      await sent;
      if (n % 20 === 10) subscriber.client.stream.destroy();
    }
    const numbers = (topic: string) =>
      subscriber.inbox.packets.filter((one) => one.topic === topic).map(({ payload }) => Number(payload.toString()));
    const all = Array.from({ length: COUNT / 2 }, (_, n) => 2 * n);
    await expect.poll(() => new Set(numbers('m/1')).size, { timeout: 10_000 }).toBe(COUNT / 2);
    await expect.poll(() => numbers('m/2').length, { timeout: 10_000 }).toBe(COUNT / 2);
    expect([...new Set(numbers('m/1'))].toSorted((a, b) => a - b)).toEqual(all);
    expect(numbers('m/2').toSorted((a, b) => a - b)).toEqual(all.map((n) => n + 1));
  });

  it('is taken over by a client of the same name', async () => {
    await meet({ protocol });
    const first = await joined({ ...options, clientId: 'same' });
    const closed = new Promise<void>((resolve) => first.client.once('close', () => resolve()));
    const second = await joined({ ...options, clientId: 'same' });
    await closed;
    await second.client.subscribeAsync('t', { qos: 1 });
    await second.client.publishAsync('t', 'x', { qos: 1 });
    expect((await second.inbox.has(1)).payloads).toEqual(['x']);
    expect(meeting.broker.counters.clientsConnected).toBe(1);
  });
});

describe('5.0', () => {
  it('passes properties on, user properties in their order', async () => {
    await meet();
    const { client: one, inbox } = await joined();
    await one.subscribeAsync('p', { qos: 1, properties: { subscriptionIdentifier: 300 } });
    const properties = {
      payloadFormatIndicator: true,
      messageExpiryInterval: 1000,
      contentType: 'text/plain',
      responseTopic: 'answers',
      correlationData: Buffer.from([0, 255]),
      userProperties: { b: ['2', '1'], a: '3' },
    };
    await one.publishAsync('p', 'x', { qos: 1, properties });
    const [packet] = (await inbox.has(1)).packets;
    expect(packet!.properties).toMatchObject({ ...properties, subscriptionIdentifier: 300 });
    expect(Object.entries(packet!.properties!.userProperties!)).toEqual([
      ['b', ['2', '1']],
      ['a', '3'],
    ]);
  });

  it('uses topic aliases both ways', async () => {
    await meet({ settings: { topicAliasMaximum: 5, topicAliasesSent: 5 } });
    const { client: one, inbox } = await joined({ properties: { topicAliasMaximum: 5 }, autoAssignTopicAlias: true });
    const raw: (number | undefined)[] = [];
    one.on('packetreceive', (packet) => {
      if (packet.cmd === 'publish') raw.push(packet.properties?.topicAlias);
    });
    await one.subscribeAsync('long/#');
    for (let n = 0; n < 20; n++) await one.publishAsync(`long/topic/${n % 7}`, `${n}`, { qos: 1 });
    await inbox.has(20);
    expect(inbox.packets.map(({ topic }) => topic)).toEqual(
      Array.from({ length: 20 }, (_, n) => `long/topic/${n % 7}`),
    );
    expect(new Set(raw.filter((alias) => alias !== undefined))).toEqual(new Set([1, 2, 3, 4, 5]));
  });

  it('shares subscriptions among those that are there', async () => {
    await meet();
    const members = await Promise.all([1, 2, 3].map((n) => joined({ clientId: `m${n}` })));
    for (const { client: one } of members) await one.subscribeAsync('$share/g/s/+', { qos: 1 });
    const { client: publisher } = await joined();
    const send = async (from: number, to: number) => {
      for (let n = from; n < to; n++) await publisher.publishAsync('s/x', `${n}`, { qos: 1 });
    };
    const counts = () => members.map(({ inbox }) => inbox.packets.length);
    await send(0, 30);
    await expect.poll(counts).toEqual([10, 10, 10]);
    await members[2]!.client.endAsync();
    await send(30, 50);
    await expect.poll(counts).toEqual([20, 20, 10]);
    const all = members.flatMap(({ inbox }) => inbox.payloads.map(Number)).toSorted((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  it.each([
    [0, ['old', 'old']],
    [1, ['old']],
    [2, []],
  ] as const)('brings retained messages as Retain Handling %s says', async (rh, expected) => {
    await meet();
    const one = await joined();
    await one.client.publishAsync('r', 'old', { qos: 1, retain: true });
    for (let n = 0; n < 2; n++) await one.client.subscribeAsync('r', { qos: 1, rh });
    expect(await settled(one, one.inbox, 'r')).toEqual(expected);
  });

  it('keeps the retain flag where asked, and own messages away', async () => {
    await meet();
    const [one, other] = [await joined(), await joined()];
    await one.client.subscribeAsync('f', { qos: 1, nl: true });
    await other.client.subscribeAsync('f', { qos: 1, rap: true });
    await one.client.publishAsync('f', 'mine', { qos: 1, retain: true });
    await other.inbox.has(1);
    expect(other.inbox.packets[0]).toMatchObject({ retain: true });
    expect(await settled(other, one.inbox, 'f')).toEqual([]);
  });

  it('sends no more than Receive Maximum at once', async () => {
    await meet();
    let open = 0;
    let most = 0;
    const { client: one, inbox } = await joined({
      properties: { receiveMaximum: 3 },
      customHandleAcks: (_topic, _message, _packet, done) => {
        most = Math.max(most, ++open);
        setTimeout(() => {
          open--;
          done(0);
        }, 1);
      },
    });
    await one.subscribeAsync('w', { qos: 1 });
    const { client: publisher } = await joined();
    await Promise.all(Array.from({ length: 50 }, (_, n) => publisher.publishAsync('w', `${n}`, { qos: 1 })));
    await inbox.has(50);
    expect(most).toBeLessThanOrEqual(3);
    expect(inbox.payloads).toEqual(Array.from({ length: 50 }, (_, n) => `${n}`));
  });

  it('tells what it takes, and who was assigned which name', async () => {
    await meet({ settings: { maximumQos: 1, retainAvailable: false, maximumKeepAlive: 20, autoIdPrefix: 'auto-' } });
    const made = client({ clientId: '', keepalive: 60 });
    const { properties } = (await new Promise((resolve) =>
      made.client.once('connect', resolve),
    )) as mqtt.IConnackPacket;
    expect(properties).toMatchObject({ maximumQoS: 1, retainAvailable: false, serverKeepAlive: 20 });
    expect(properties!.assignedClientIdentifier).toMatch(/^auto-/);
  });

  it.each([
    ['publishes where it may not', { authorize: (_: unknown, action: string) => action !== 'publish' }, 0x87],
    ['is alone with its message', {}, 0x10],
  ])('tells in the acknowledgement who %s', async (_, settings, reasonCode) => {
    await meet({ settings });
    const { client: one } = await joined();
    const answers: (number | undefined)[] = [];
    one.on('packetreceive', (packet) => {
      if (packet.cmd === 'puback' || packet.cmd === 'pubrec') answers.push(packet.reasonCode);
    });
    for (const qos of [1, 2] as const) await one.publishAsync('t', 'x', { qos }).catch(() => {});
    expect(answers).toEqual([reasonCode, reasonCode]);
  });
});
