// The broker over real sockets: what the edge adds to the core. Bytes are by hand; what the core answers is tested there.

import { afterEach, describe, expect, it } from 'vitest';
import type { StoredRecord, StoreOutput } from '../../src/broker/records.js';
import type { ChangeStore } from '../../src/io/change-store.js';
import { type Broker, type CreateBrokerOptions, createBroker } from '../../src/io/create-broker.js';
import type { Tap } from '../../src/io/watch/tap.js';
import { hex } from '../support/hex.js';
import { CONNACK, CONNECT, connected, RawClient } from './broker-client.js';

const brokers: Broker[] = [];
afterEach(async () => {
  for (const broker of brokers.splice(0)) await broker.close();
});

async function started(options: CreateBrokerOptions = {}): Promise<Broker> {
  const limits = { closeTimeout: 50, ...options.limits };
  const broker = await createBroker({ ...options, limits, settings: { sysInterval: 0, ...options.settings } });
  brokers.push(broker);
  return broker;
}

/** The next event of this name, once it has come. */
function event(broker: Broker, name: Parameters<Broker['once']>[0]): Promise<object> {
  return new Promise((resolve) => broker.once(name, (one) => resolve(one as object)));
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const flat = (text: string) => text.replaceAll(' ', '');
const SUBSCRIBE = '82 06 00 01 00 01 "t" 00';
const SUBACK = '90 03 00 01 00';
const CONNECT_B = '10 0d 00 04 "MQTT" 04 02 00 00 00 01 "b"';
/** 5.0, client identifier c. */
const CONNECT_5 = '10 0e 00 04 "MQTT" 05 02 00 00 00 00 01 "c"';

it('serves, in one write what one read yields', async () => {
  const broker = await started();
  const client = await connected(broker.port);
  client.send(`${SUBSCRIBE} c0 00 30 04 00 01 "t" aa c0 00`);
  expect(await client.take(5 + 2 + 6 + 2)).toBe(flat(`${SUBACK} d000 30 04 00 01 74 aa d000`));
  expect(broker.connections).toBe(1);
  client.socket.end(hex('e0 00'));
  await client.closed();
});

it('reads packets however they are cut', async () => {
  const { port } = await started();
  const client = new RawClient({ port });
  for (const byte of hex(`${CONNECT} ${SUBSCRIBE}`)) {
    client.send(Uint8Array.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await client.take(9)).toBe(flat(CONNACK + SUBACK));
});

it('tells what happens', async () => {
  const broker = await started();
  const connecting = event(broker, 'connected');
  const client = await connected(broker.port);
  expect(await connecting).toMatchObject({ clientId: 'a', version: '3.1.1', sessionPresent: false });
  const leaving = event(broker, 'disconnected');
  client.send('e0 00');
  expect(await leaving).toMatchObject({ clientId: 'a', by: 'client', reasonCode: 0 });
});

it('goes on when a listener throws', async () => {
  const broker = await started();
  const thrown = new Promise((resolve) => process.once('uncaughtException', resolve));
  broker.once('connected', () => {
    throw new Error('of a listener');
  });
  const before = process.listeners('uncaughtException').slice(0, -1);
  for (const one of before) process.off('uncaughtException', one);
  try {
    const client = await connected(broker.port);
    expect(await thrown).toMatchObject({ message: 'of a listener' });
    expect(await client.send('c0 00').take(2)).toBe('d000');
  } finally {
    for (const one of before) process.on('uncaughtException', one);
  }
});

it('publishes of its own, and ends a client', async () => {
  const broker = await started();
  const client = new RawClient(broker).send(`${CONNECT_5} 82 07 00 01 00 00 01 "t" 00`);
  await event(broker, 'subscribed');
  broker.publish('t', 'hello');
  const leaving = event(broker, 'disconnected');
  broker.disconnect('c');
  expect(await leaving).toMatchObject({ by: 'server', reasonCode: 0x98 });
  await client.closed();
  const all = client.received.toString('hex');
  expect(all).toContain(Buffer.from('hello').toString('hex'));
  expect(all.slice(-8)).toMatch(/e0(00|0198|029800)$/);
});

describe('the end of a connection', () => {
  const WILL = '10 13 00 04 "MQTT" 04 06 00 00 00 01 "w" 00 01 "t" 00 01 "x"';
  const PUBLISHED = '30 04 00 01 74 78';

  async function watcher(port: number): Promise<RawClient> {
    const client = await connected(port);
    client.send(SUBSCRIBE);
    await client.take(5);
    return client;
  }

  it.each<[string, (client: RawClient) => void]>([
    ['a reset', (client) => client.socket.resetAndDestroy()],
    ['a half-close', (client) => client.socket.end()],
    ['half a packet and a half-close', (client) => client.socket.end(hex('30 7f 00'))],
  ])('by %s publishes the will', async (_, leave) => {
    const { port } = await started();
    const watching = await watcher(port);
    const client = await connected(port, WILL);
    leave(client);
    expect(await watching.take(6)).toBe(flat(PUBLISHED));
    await client.closed();
  });

  it('by a half-close right behind a request still answers it', async () => {
    const { port } = await started();
    const client = await connected(port);
    client.socket.end(hex('32 06 00 01 "t" 00 07 aa'));
    expect(await client.take(4)).toBe('40020007');
    await client.closed();
  });

  it('by the server comes after what was sent before it', async () => {
    const { port } = await started();
    const client = new RawClient({ port }).send(CONNECT_5);
    client.send('d0 00');
    await client.closed();
    expect(client.received.toString('hex')).toMatch(/^20.*e01f82/);
  });

  it('comes though the client does not close', async () => {
    const broker = await started();
    const client = await connected(broker.port);
    client.send('e0 00');
    await client.closed();
    // The client keeps its half open; the broker does not wait for it for long.
    await until(() => broker.connections === 0);
  });
});

it('closes who sends no CONNECT', async () => {
  const broker = await started({ settings: { connectTimeout: 0.05 } });
  const client = new RawClient(broker);
  await client.closed();
  expect(client.received.length).toBe(0);
});

it('listens on a Unix socket', async () => {
  const path = `/tmp/mqtt-dissect-${process.pid}.sock`;
  const broker = await started({ path });
  const connecting = event(broker, 'connected');
  const client = new RawClient({ path }).send(CONNECT);
  expect(await client.take(4)).toBe(flat(CONNACK));
  expect(await connecting).toMatchObject({ remote: 'a local client' });
});

describe('closing the broker', () => {
  it('tells 5.0 clients and cuts who does not go', async () => {
    const broker = await started();
    const five = new RawClient(broker).send(CONNECT_5);
    const three = await connected(broker.port);
    await five.take(4);
    await broker.close();
    await Promise.all([five.closed(), three.closed()]);
    expect(five.received.toString('hex')).toMatch(/e0(018b|028b00)$/);
    expect(three.received.length).toBe(0);
    expect(broker.connections).toBe(0);
  });

  it('may be asked for twice, and opens no more', async () => {
    const broker = await started();
    await Promise.all([broker.close(), broker.close()]);
    const late = new RawClient(broker);
    await late.closed();
    expect(late.received.length).toBe(0);
  });
});

describe('authentication', () => {
  const settings = { authenticates: true, allowAnonymous: false };
  /** User name u, password p. */
  const LOGIN = '10 13 00 04 "MQTT" 04 c2 00 00 00 01 "a" 00 01 "u" 00 01 "p"';

  it('waits for an answer, and then reads on', async () => {
    let answer = (_: { ok: true }) => {};
    const authenticate = () =>
      new Promise<{ ok: true }>((resolve) => {
        answer = resolve;
      });
    const broker = await started({ settings, authenticate });
    const client = new RawClient(broker).send(`${LOGIN} ${SUBSCRIBE}`);
    client.send('c0 00');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(client.received.length).toBe(0);
    answer({ ok: true });
    expect(await client.take(4 + 5 + 2)).toBe(flat(`${CONNACK} ${SUBACK} d000`));
  });

  it.each<[string, CreateBrokerOptions]>([
    ['one that says no', { authenticate: () => ({ ok: false, reasonCode: 0x87 }) }],
    [
      'one that throws',
      {
        authenticate: () => {
          throw new Error('no database');
        },
      },
    ],
    ['one that rejects', { authenticate: () => Promise.reject(new Error('no database')) }],
    ['none', {}],
  ])('lets nobody in with %s', async (_, options) => {
    const broker = await started({ settings, ...options });
    const client = new RawClient(broker).send(LOGIN);
    expect(await client.take(4)).toBe('20020005');
    await client.closed();
  });

  it('is forgotten when the client leaves before the answer', async () => {
    let answer = (_: { ok: true }) => {};
    let asked = () => {};
    const asking = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const authenticate = () => {
      asked();
      return new Promise<{ ok: true }>((resolve) => {
        answer = resolve;
      });
    };
    const broker = await started({ settings, authenticate });
    const client = new RawClient(broker).send(LOGIN);
    await asking;
    client.socket.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 20));
    answer({ ok: true });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(broker.connections).toBe(0);
  });
});

/** A store that is safe when the test says so. */
class ManualStore implements ChangeStore {
  readonly batches: (readonly StoreOutput[])[] = [];
  private done: ((error: Error | undefined) => void) | undefined = undefined;
  private wanted: (() => void) | undefined = undefined;
  isClosed = false;

  load(): Iterable<StoredRecord> {
    return [];
  }

  write(changes: readonly StoreOutput[], done: (error: Error | undefined) => void): void {
    expect(this.done).toBeUndefined();
    this.batches.push(changes);
    this.done = done;
    this.wanted?.();
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  /** When something is to be written. */
  async asked(): Promise<void> {
    if (this.done === undefined) await new Promise<void>((resolve) => (this.wanted = resolve));
  }

  finish(error?: Error): void {
    const { done } = this;
    this.done = undefined;
    done?.(error);
  }
}

describe('with a store', () => {
  const RETAINED = '33 06 00 01 "t" 00 07 aa';

  it('acknowledges what is safe, not before', async () => {
    const store = new ManualStore();
    const broker = await started({ store });
    const client = await connected(broker.port);
    client.send(`${RETAINED} c0 00`);
    await store.asked();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(client.received.length).toBe(0);
    expect(store.batches.flat().map(({ table }) => table)).toContain('retained');
    store.finish();
    expect(await client.take(6)).toBe('40020007d000');
  });

  it('serves others meanwhile, and makes one batch of what comes', async () => {
    const store = new ManualStore();
    const broker = await started({ store });
    const clients = [await connected(broker.port), await connected(broker.port, CONNECT_B)];
    clients[0]!.send(RETAINED);
    await store.asked();
    expect(await clients[1]!.send('c0 00').take(2)).toBe('d000');
    clients[0]!.send('33 06 00 01 "u" 00 08 aa');
    clients[1]!.send('33 06 00 01 "v" 00 09 aa');
    await new Promise((resolve) => setTimeout(resolve, 20));
    store.finish();
    expect(await clients[0]!.take(4)).toBe('40020007');
    await store.asked();
    expect(store.batches).toHaveLength(2);
    store.finish();
    expect(await clients[0]!.take(4)).toBe('40020008');
    expect(await clients[1]!.take(4)).toBe('40020009');
  });

  it('acknowledges at once when told that it need not be safe', async () => {
    const store = new ManualStore();
    const broker = await started({ store, durable: false });
    const client = await connected(broker.port);
    expect(await client.send(RETAINED).take(4)).toBe('40020007');
    await store.asked();
    store.finish();
  });

  it('that fails acknowledges nothing more and tells it', async () => {
    const store = new ManualStore();
    const broker = await started({ store });
    const failing = event(broker, 'error');
    const client = await connected(broker.port);
    client.send(RETAINED);
    await store.asked();
    store.finish(new Error('disk full'));
    expect(await failing).toMatchObject({ message: 'disk full' });
    await client.closed();
    expect(client.received.length).toBe(0);
  });

  it('reads no more from who sends when too much waits', async () => {
    const store = new ManualStore();
    const broker = await started({ store, limits: { heldBytes: 100 } });
    const client = await connected(broker.port);
    client.send(RETAINED);
    await store.asked();
    let sent = 0;
    const one = hex('33 06 00 01 "t" 00 07 aa');
    const flood = Buffer.concat(Array.from({ length: 8192 }, () => one));
    while (sent < 100 && client.socket.write(flood)) sent++;
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = broker.counters.publishReceived;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(broker.counters.publishReceived).toBe(before);
    for (let batches = 0; broker.counters.publishReceived === before; batches++) {
      expect(batches).toBeLessThan(5);
      store.finish();
      await store.asked();
    }
    store.finish();
    client.socket.resetAndDestroy();
    await store.asked().then(() => store.finish());
  });

  it('writes what is left before it closes', async () => {
    const store = new ManualStore();
    const broker = await started({ store });
    const client = await connected(broker.port);
    client.send(RETAINED);
    await store.asked();
    const closing = broker.close();
    await client.closed();
    expect(client.received.length).toBe(0);
    expect(store.isClosed).toBe(false);
    store.finish();
    await closing;
    expect(store.isClosed).toBe(true);
  });
});

describe('clients that do not read', () => {
  const PAYLOAD = 50_000;

  it('hold neither much memory nor others up', { timeout: 20_000 }, async () => {
    const broker = await started({ limits: { highMark: 64 * 1024, stopMark: 256 * 1024 } });
    const slow = await connected(broker.port);
    slow.send(SUBSCRIBE);
    await slow.take(5);
    slow.socket.pause();
    const quick = await connected(broker.port, CONNECT_B);
    quick.send(SUBSCRIBE);
    await quick.take(5);
    const publisher = await connected(broker.port, '10 0d 00 04 "MQTT" 04 02 00 00 00 01 "p"');
    // 3 + 50,000 bytes follow: d3 86 03 as a variable byte integer.
    const packet = Buffer.concat([hex('30 d3 86 03 00 01 "t"'), Buffer.alloc(PAYLOAD)]);
    const count = 400;
    for (let sent = 0; sent < count; sent++) {
      publisher.send(packet);
      await quick.take(packet.length);
    }
    // 20 MB were sent; what the slow one did not take was dropped.
    expect(broker.counters.publishDropped).toBeGreaterThan(count / 4);
    let drained = 0;
    slow.socket.on('data', (bytes: Buffer) => {
      drained += bytes.length;
    });
    slow.socket.resume();
    slow.send('c0 00');
    await until(() => slow.received.at(-2) === 0xd0);
    // Whole packets only.
    expect((drained - 2) % packet.length).toBe(0);
    expect(await quick.send('c0 00').take(2)).toBe('d000');
  });

  it('count as congested early when too much waits for all together', { timeout: 20_000 }, async () => {
    const broker = await started({ limits: { highMark: 1e9, waitingBytes: 100_000 } });
    const slow = await connected(broker.port);
    slow.send(SUBSCRIBE);
    await slow.take(5);
    slow.socket.pause();
    const payload = new Uint8Array(PAYLOAD);
    for (let sent = 0; broker.counters.publishDropped === 0; sent++) {
      expect(sent).toBeLessThan(1000);
      broker.publish('t', payload);
      await new Promise((resolve) => setImmediate(resolve));
    }
    slow.socket.resume();
    slow.send('c0 00');
    await until(() => slow.received.at(-2) === 0xd0);
    // All has been taken: messages come again.
    slow.received = Buffer.alloc(0);
    await until(() => {
      broker.publish('t', payload);
      return slow.received.length > 0;
    });
  });

  it('are not read from, when they ask for answers all the time', { timeout: 20_000 }, async () => {
    const broker = await started({ limits: { highMark: 16 * 1024, stopMark: 32 * 1024 } });
    const client = await connected(broker.port);
    client.socket.pause();
    const pings = Buffer.alloc(64 * 1024);
    for (let at = 0; at < pings.length; at += 2) pings[at] = 0xc0;
    // Until neither side's buffers take more.
    let blocked = 0;
    for (let rounds = 0; blocked < 5; rounds++) {
      expect(rounds).toBeLessThan(10_000);
      const isTaken = client.socket.write(pings);
      await new Promise((resolve) => setTimeout(resolve, isTaken ? 0 : 20));
      if (client.socket.writableLength > 1024 * 1024) blocked++;
    }
    const before = broker.counters.packetsReceived;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(broker.counters.packetsReceived).toBe(before);
    client.socket.resume();
    await until(() => broker.counters.packetsReceived > before);
  });
});

it('tells a tap everything in its order', async () => {
  const told: string[] = [];
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const tap: Tap = {
    opened: (connection) => told.push(`${connection} opened`),
    received: (connection, bytes) => told.push(`${connection}> ${text(bytes)}`),
    sent: (connection, bytes) => told.push(`${connection}< ${text(bytes)}`),
    closed: (connection, by, how) => told.push(`${connection} closed ${by} ${how}`),
  };
  const broker = await started({ tap });
  const client = await connected(broker.port);
  client.send('c0 00');
  await client.take(2);
  client.send('e0 00');
  client.socket.end();
  await client.closed();
  await broker.close();
  expect(told.filter((line) => !line.includes('closed client rst'))).toEqual([
    '1 opened',
    `1> ${Buffer.from(hex(CONNECT)).toString('hex')}`,
    `1< ${flat(CONNACK)}`,
    '1> c000',
    '1< d000',
    '1> e000',
    '1 closed server fin',
  ]);
});
