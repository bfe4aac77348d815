// What only real sockets can do to the broker: not reading, not sending, coming and going by the hundred. Limits are low
// so that they are reached soon; somebody who behaves is served all the while.

import { connect as dial, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Broker, type CreateBrokerOptions, createBroker } from '../../../src/io/create-broker.js';
import { connected, RawClient } from '../../io/broker-client.js';
import { hex } from '../../support/hex.js';
import { connect, memory, publish, subscribe } from './crowd.js';

const brokers: Broker[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const broker of brokers.splice(0)) await broker.close();
});

async function started(options: CreateBrokerOptions = {}): Promise<Broker> {
  const limits = { closeTimeout: 100, ...options.limits };
  const broker = await createBroker({ ...options, limits, settings: { sysInterval: 0, ...options.settings } });
  brokers.push(broker);
  return broker;
}

/** Never reads what comes. */
function deaf({ port }: Broker, clientId: string): Socket {
  const socket = dial(port, '127.0.0.1');
  socket.on('error', () => {});
  sockets.push(socket);
  socket.write(connect(clientId, { keepAlive: 0 }));
  return socket;
}

const subscribed = (broker: Broker) => new Promise<void>((resolve) => broker.once('subscribed', () => resolve()));

async function expectServed(client: RawClient): Promise<void> {
  expect(await client.send('c0 00').take(2)).toBe('d000');
}

/** Tries until it holds; vitest ends what never does. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a subscriber that stops reading', () => {
  it('of QoS 0 gets what fits into its queue; who reads gets all', async () => {
    const broker = await started({ limits: { highMark: 64 * 1024 } });
    const ready = subscribed(broker);
    deaf(broker, 'deaf').write(subscribe(0, ['t']));
    await ready;
    const reader = await connected(broker.port, '10 0d 00 04 "MQTT" 04 02 00 00 00 01 "r"');
    await reader.send(subscribe(0, ['t'])).take(5);
    const publisher = await connected(broker.port);
    const one = publish('t', new Uint8Array(20_000));
    const before = memory();
    const COUNT = 2000;
    for (let n = 0; n < COUNT; n += 50) {
      for (let m = 0; m < 50; m++) publisher.send(one);
      await reader.take(50 * one.length);
    }
    await expectServed(publisher);
    expect(broker.counters.publishDropped).toBeGreaterThan(COUNT / 2);
    // 40 MB were sent to it.
    expect(memory() - before).toBeLessThan(10);
  });

  it('of what it asks for itself is not read from any more', async () => {
    const broker = await started({ limits: { highMark: 16 * 1024, stopMark: 64 * 1024 } });
    const flooding = deaf(broker, 'flooding');
    const pings = new Uint8Array(1_000_000).map((_, at) => (at % 2 === 0 ? 0xc0 : 0));
    const other = await connected(broker.port);
    // What the system's own buffers take is some megabytes; then nothing moves.
    for (let n = 0; n < 60; n++) flooding.write(pings);
    // What it still takes when all its bytes have had time to come: nothing.
    for (let before = -1; broker.counters.packetsReceived > before + 1; ) {
      before = broker.counters.packetsReceived;
      await new Promise((resolve) => setTimeout(resolve, 100));
      await expectServed(other);
    }
    expect(flooding.writableLength).toBeGreaterThan(20_000_000);
    await expectServed(other);
  });
});

describe('a client that sends', () => {
  it.each([
    ['nothing', ''],
    ['half a CONNECT', '10 0d 00 04 "MQ"'],
    ['the length of 256 MB', '10 ff ff ff 7f 00 04 "MQTT" 04 02'],
  ])('%s is gone when its time is up', async (_, bytes) => {
    const broker = await started({ settings: { connectTimeout: 0.1 } });
    const other = await connected(broker.port);
    const client = new RawClient(broker);
    if (bytes !== '') client.send(bytes);
    await client.closed();
    expect(client.received.length).toBe(0);
    await expectServed(other);
  });

  it('its CONNECT in drops has no more time', async () => {
    const broker = await started({ settings: { connectTimeout: 0.2 } });
    const client = new RawClient(broker);
    const timer = setInterval(() => client.send('10'), 20);
    client.send('10 ff ff 03 00 04 "MQTT" 04 02');
    await client.closed();
    clearInterval(timer);
    await until(() => broker.connections === 0);
  });
});

it('a storm of connections passes, whatever way they go', async () => {
  const broker = await started({ settings: { maximumConnections: 300 } });
  const other = await connected(broker.port);
  const ways: readonly ((socket: Socket) => void)[] = [
    (socket) => socket.resetAndDestroy(),
    (socket) => socket.destroy(),
    (socket) => socket.end(hex('e0 00')),
    (socket) => socket.end(hex('30 7f')),
  ];
  for (let round = 0; round < 5; round++) {
    const storm = Array.from({ length: 200 }, (_, n) => {
      const socket = dial(broker.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      socket.on('connect', () => {
        // Some under one name: they take over from each other.
        socket.write(connect(n % 2 === 0 ? 'same' : `${n}`));
        ways[n % ways.length]!(socket);
      });
      return new Promise((resolve) => socket.on('close', resolve));
    });
    await expectServed(other);
    await Promise.all(storm);
  }
  await until(() => broker.connections === 1);
  expect(broker.counters).toMatchObject({ clientsConnected: 1, sessions: 1, partialBytes: 0 });
  await expectServed(other);
});
