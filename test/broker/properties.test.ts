// What must hold whatever comes: nothing throws, limits are kept, what goes out reads well and is in order, QoS 2 arrives
// once. Clients here are small machines that follow the specification; connections break at random.

import { describe, expect, it } from 'vitest';
import { BrokerCore } from '../../src/broker/core.js';
import type { Output, SendOutput } from '../../src/broker/output.js';
import type { StoredRecord, StoreOutput } from '../../src/broker/records.js';
import type { BrokerOptions } from '../../src/broker/settings.js';
import { decode, encode } from '../../src/codec/frame.js';
import type { Packet, Property, PublishPacket } from '../../src/codec/packet.js';
import type { Version } from '../../src/spec/versions.js';
import { concat, utf8 } from '../support/hex.js';
import { Random } from '../support/random.js';
import { merged, Wire } from '../support/wire.js';
import { judged, lineOf } from '../validate/judged.js';
import { ALL, copied } from './dialogue.js';

/** Packets of a stream that is not cut. */
function* framesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    let length = 0;
    let end = at + 1;
    for (let unit = 1; ; unit *= 128) {
      const byte = bytes[end++]!;
      length += (byte & 0x7f) * unit;
      if (byte < 0x80) break;
    }
    yield bytes.subarray(at, end + length);
    at = end + length;
  }
}

/** A client with a session that is kept, which publishes numbered messages and takes those of the others. */
class Client {
  connection = 0;
  open = false;
  private accepted = false;
  private readonly held: Packet[] = [];
  private lastId = 0;
  /** Of its own messages: what is to be sent again, in order. */
  private readonly pending = new Map<number, PublishPacket | 'released'>();
  /** Identifiers of QoS 2 messages that it has taken and not released. */
  private readonly taken = new Set<number>();
  readonly got: { text: string; qos: number; topic: string }[] = [];
  /** Those of QoS 1 and 2. */
  readonly sent: [text: string, packet: PublishPacket][] = [];
  published = 0;

  constructor(
    readonly id: string,
    readonly version: Version,
    private readonly world: World,
  ) {}

  connect(): void {
    this.connection = this.world.open(this);
    this.open = true;
    this.accepted = false;
    this.held.length = 0;
    const expiry: Property[] = [{ name: 'sessionExpiryInterval', value: 0xffffffff }];
    const v5 = this.version === '5.0';
    const cleans = v5 ? { cleanStart: false } : { cleanSession: false };
    const flags = { userName: false, password: false, willRetain: false, willQos: 0, will: false, reserved: false };
    const protocolName = this.version === '3.1' ? 'MQIsdp' : 'MQTT';
    const protocolLevel = this.version === '3.1' ? 3 : this.version === '3.1.1' ? 4 : 5;
    this.send({
      ...{ type: 'CONNECT', protocolName, protocolLevel, flags: { ...flags, ...cleans }, keepAlive: 0 },
      ...{ clientId: this.id, ...(v5 ? { properties: expiry } : {}) },
    });
    for (const [packetId, one] of this.pending) {
      if (one === 'released') this.send({ type: 'PUBREL', packetId });
      else this.send({ ...one, dup: true });
    }
  }

  subscribe(topicFilter: string, qos: number): void {
    const options = { reserved: 0, qos, retainHandling: 0, retainAsPublished: false, noLocal: false };
    this.send({
      type: 'SUBSCRIBE',
      packetId: this.nextId(),
      properties: [],
      subscriptions: [{ topicFilter, options }],
    });
  }

  publish(topic: string, qos: number): void {
    const payload = utf8(`${this.id}:${qos}:${++this.published}`);
    const packet = { type: 'PUBLISH', dup: false, qos, retain: false, topic, properties: [], payload } as const;
    if (qos === 0) this.send(packet);
    else {
      const packetId = this.nextId();
      const numbered = { ...packet, packetId };
      this.pending.set(packetId, numbered);
      this.sent.push([new TextDecoder().decode(payload), numbered]);
      this.send(numbered);
    }
  }

  private nextId(): number {
    do this.lastId = (this.lastId % 65535) + 1;
    while (this.pending.has(this.lastId));
    return this.lastId;
  }

  /** What comes before CONNACK waits, as with most clients. */
  private send(packet: Packet): void {
    if (!this.open) return;
    if (this.accepted || packet.type === 'CONNECT') this.world.send(this, encode(packet, this.version));
    else this.held.push(packet);
  }

  take(bytes: Uint8Array): void {
    for (const frame of framesOf(bytes)) {
      const { packet, problems } = decode(frame, this.version);
      if (problems.length > 0) throw new Error(JSON.stringify(problems));
      this.handle(packet as Packet);
    }
  }

  private handle(packet: Packet): void {
    switch (packet.type) {
      case 'CONNACK':
        this.accepted = true;
        for (const held of this.held.splice(0)) this.send(held);
        return;
      case 'PUBLISH': {
        const { qos, packetId = 0, topic } = packet;
        const text = new TextDecoder().decode(packet.payload);
        if (qos < 2 || !this.taken.has(packetId)) this.got.push({ text, qos, topic });
        if (qos === 1) this.send({ type: 'PUBACK', packetId });
        if (qos === 2) {
          this.taken.add(packetId);
          this.send({ type: 'PUBREC', packetId });
        }
        return;
      }
      case 'PUBREL':
        this.taken.delete(packet.packetId);
        this.send({ type: 'PUBCOMP', packetId: packet.packetId });
        return;
      case 'PUBREC':
        this.pending.delete(packet.packetId);
        this.pending.set(packet.packetId, 'released');
        this.send({ type: 'PUBREL', packetId: packet.packetId });
        return;
      case 'PUBACK':
      case 'PUBCOMP':
        this.pending.delete(packet.packetId);
    }
  }
}

/** The broker, and bytes on their way: in order on a connection, lost when it breaks. */
class World {
  readonly core: BrokerCore;
  private now = 1;
  private captureTime = 1;
  private readonly at = new Map<number, Client>();
  private readonly toServer: [connection: number, bytes: Uint8Array][] = [];
  private readonly toClient: [connection: number, bytes: Uint8Array][] = [];
  private connections = 0;
  private readonly wires: Wire[] = [];

  constructor(
    private readonly random: Random,
    options: BrokerOptions,
  ) {
    this.core = new BrokerCore({ sysInterval: 0, ...options }, { nextId: () => 'x' });
  }

  open(client: Client): number {
    const connection = ++this.connections;
    this.at.set(connection, client);
    const wire = new Wire({ clientPort: 1024 + connection });
    this.wires.push(wire);
    this.onWire(connection, (one) => one.open());
    this.apply(this.core.handle({ kind: 'opened', connection, listener: 0, remote: '' }, ++this.now));
    return connection;
  }

  send({ connection }: Client, bytes: Uint8Array): void {
    this.toServer.push([connection, bytes]);
  }

  break(client: Client): void {
    const { connection } = client;
    this.at.delete(connection);
    client.open = false;
    this.onWire(connection, (one) => one.rst(0));
    this.apply(this.core.handle({ kind: 'closed', connection, how: 'broken' }, ++this.now));
  }

  /** Some of what is on its way arrives; false: nothing is. */
  step(): boolean {
    const [first, second] = this.random.chance(2) ? [this.toServer, this.toClient] : [this.toClient, this.toServer];
    const lane = first.length > 0 ? first : second;
    const one = lane.shift();
    if (one === undefined) return false;
    const [connection, bytes] = one;
    const client = this.at.get(connection);
    if (client === undefined) return true;
    this.onWire(connection, (wire) => wire.send(lane === this.toClient ? 1 : 0, bytes));
    if (lane === this.toClient) client.take(bytes);
    else this.apply(this.core.handle({ kind: 'received', connection, bytes: Uint8Array.from(bytes) }, ++this.now));
    return true;
  }

  private onWire(connection: number, does: (wire: Wire) => void): void {
    const wire = this.wires[connection - 1]!;
    wire.time = this.captureTime;
    does(wire);
    this.captureTime = wire.time;
  }

  /** What the judge holds against the broker. */
  get complaints(): string[] {
    const { findings, errors } = judged(merged(...this.wires));
    expect(errors).toEqual([]);
    return findings.filter(({ party, verdict }) => party === 'server' && verdict === 'violation').map(lineOf);
  }

  private apply(outputs: readonly Output[]): void {
    for (const output of outputs) {
      if (output.kind === 'close') throw new Error('the broker closed a connection');
      if (output.kind !== 'send') continue;
      const { bytes, tail } = output;
      this.toClient.push([output.connection, tail === undefined ? bytes : concat(bytes, tail)]);
    }
  }
}

describe.each(ALL)('MQTT %s', (version) => {
  it.each([1, 2, 3, 4, 5, 6])('delivers in order, QoS 2 once, through broken connections (seed %d)', (seed) => {
    const random = new Random(seed);
    const world = new World(random, { maximumInflight: random.between(1, 20), maximumQueuedMessages: 100_000 });
    const clients = ['a', 'b', 'c'].map((id) => new Client(id, version, world));
    for (const client of clients) {
      client.connect();
      client.subscribe('t/#', 2);
    }
    while (world.step());
    for (let round = 0; round < 1500; round++) {
      const client = random.pick(clients);
      if (client.open && random.chance(40)) world.break(client);
      else if (!client.open) client.connect();
      else client.publish(random.pick(['t/1', 't/2']), random.below(3));
      for (let steps = random.below(6); steps > 0; steps--) world.step();
    }
    for (const client of clients) if (!client.open) client.connect();
    while (world.step());
    for (const { got } of clients) inOrder(got, clients);
    expect(world.complaints).toEqual([]);
    expect(world.core.counters.stored).toBe(0);
    expect(world.core.counters.storedBytes).toBe(0);
  });
});

function inOrder(got: Client['got'], clients: readonly Client[]): void {
  const lastOf = new Map<string, number>();
  const seen = new Map<string, number>();
  for (const { text, qos, topic } of got) {
    const [id, sentQos, number] = text.split(':');
    expect(qos).toBe(Number(sentQos));
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    if (qos === 2) expect(times, `${text} of QoS 2`).toBe(1);
    if (times > 1) continue;
    const flow = `${id} ${qos} ${topic}`;
    expect(Number(number), flow).toBeGreaterThan(lastOf.get(flow) ?? 0);
    lastOf.set(flow, Number(number));
  }
  // All of QoS 1 and 2 came.
  for (const client of clients) {
    for (const [text] of client.sent) expect(seen.has(text), text).toBe(true);
  }
}

/** Packets that a client might send, right and wrong. */
function randomPacket(random: Random, version: Version): Uint8Array {
  const packetId = random.below(5);
  const topic = random.pick(['a', 'a/b', 'a/+', '#', '', '$SYS/x', '$share/g/a', 'c']);
  const v5 = version === '5.0';
  const properties: Property[] =
    v5 && random.chance(2)
      ? [
          random.pick<Property>([
            { name: 'topicAlias', value: random.below(4) },
            { name: 'messageExpiryInterval', value: random.below(10) },
            { name: 'subscriptionIdentifier', value: random.between(1, 300) },
            { name: 'userProperty', value: { name: 'k', value: 'v' } },
            { name: 'sessionExpiryInterval', value: random.below(10) },
            { name: 'authenticationMethod', value: 'M' },
          ]),
        ]
      : [];
  const reasonCode = random.pick([0, 0, 0, 0x10, 0x80, 0x92]);
  const codes = v5 && random.chance(2) ? { reasonCode } : {};
  const flags = {
    ...{ userName: false, password: false, willRetain: random.chance(4), willQos: random.below(3), will: true },
    ...{ reserved: false, cleanStart: random.chance(2), cleanSession: random.chance(2) },
  };
  const type = random.below(14);
  const options = { reserved: 0, qos: random.below(3), retainHandling: random.below(3), noLocal: random.chance(4) };
  const subscription = { topicFilter: topic, options: { ...options, retainAsPublished: random.chance(2) } };
  const many: Packet[] = [
    {
      ...{ type: 'CONNECT', protocolName: version === '3.1' ? 'MQIsdp' : 'MQTT', flags, keepAlive: random.below(20) },
      ...{ protocolLevel: version === '3.1' ? 3 : v5 ? 5 : 4, properties: [], clientId: random.pick(['a', 'b', 'c']) },
      will: { topic: 'w', payload: utf8('x'), properties: [] },
    },
    { type: 'SUBSCRIBE', packetId, properties, subscriptions: [subscription] },
    { type: 'UNSUBSCRIBE', packetId, properties, topicFilters: [topic] },
    { type: 'PINGREQ' },
    { type: 'DISCONNECT', ...codes },
    { type: random.pick(['PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP'] as const), packetId, ...codes },
    { type: 'PUBREL', packetId },
  ];
  const qos = random.below(3);
  const publish: Packet = {
    ...{ type: 'PUBLISH', dup: qos > 0 && random.chance(3), qos, retain: random.chance(3), topic, properties },
    ...{ packetId, payload: random.bytes(random.below(20)) },
  };
  return encode(many[type] ?? publish, version);
}

describe.each(ALL)('whatever comes, in MQTT %s', (version) => {
  it.each([11, 12, 13, 14])('nothing throws, and limits are kept (seed %d)', (seed) => {
    const random = new Random(seed);
    const limits = {
      ...{ maximumQueuedMessages: 5, maximumInflight: 3, maximumSessions: 4, maximumSubscriptions: 3 },
      ...{ maximumRetained: 3, matchCacheEntries: 8, maximumQueuedTotal: 3000, retainedBurst: 2, sysInterval: 7 },
    };
    const core = new BrokerCore({ ...limits, stores: true }, { nextId: () => `id${random.u32()}` });
    const alive = new Set<number>();
    const stored = new Map<string, StoredRecord>();
    let now = 1;
    let mutated = 0;
    for (let round = 0; round < 4000; round++) {
      now += random.below(1e9);
      const outputs: Output[] = [];
      const connection = random.between(1, 6);
      const what = random.below(100);
      if (!alive.has(connection)) {
        alive.add(connection);
        outputs.push(...core.handle({ kind: 'opened', connection, listener: 0, remote: '' }, now));
        outputs.push(...core.handle({ kind: 'received', connection, bytes: connectOf(random, version) }, now));
      } else if (what < 4) {
        alive.delete(connection);
        outputs.push(...core.handle({ kind: 'closed', connection, how: '' }, now));
      } else if (what < 14) {
        outputs.push(...core.handle({ kind: random.pick(['congested', 'writable']), connection }, now));
      } else if (what < 24) outputs.push(...core.handle({ kind: 'time' }, now));
      else {
        const bytes = randomPacket(random, version);
        if (random.chance(15)) {
          bytes[random.below(bytes.length)] = random.below(256);
          mutated++;
        }
        outputs.push(...core.handle({ kind: 'received', connection, bytes }, now));
      }
      for (const output of outputs) {
        if (output.kind === 'close') alive.delete(output.connection);
        else if (output.kind === 'send') readsWell(output, version);
        else if (output.kind === 'store') keep(stored, output);
      }
      const { counters } = core;
      const kept =
        counters.storedBytes <= limits.maximumQueuedTotal &&
        counters.stored >= 0 &&
        counters.sessions <= limits.maximumSessions &&
        counters.retained <= limits.maximumRetained &&
        counters.partialBytes < 6 * 4096;
      if (!kept) throw new Error(`a limit is not kept: ${JSON.stringify(counters)}`);
    }
    expect(mutated).toBeGreaterThan(50);
    // What is stored fits together: nothing is left over.
    const next = new BrokerCore({ ...limits, stores: true }, { nextId: () => 'x' });
    const leftOver = next.restore(stored.values(), now).filter((one) => one.kind === 'store' && isLeftOver(one));
    expect(leftOver).toEqual([]);
  });
});

function readsWell({ bytes, tail }: SendOutput, version: Version): void {
  for (const frame of framesOf(tail === undefined ? bytes : concat(bytes, tail))) {
    const { problems } = decode(frame, version);
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
  }
}

function keep(stored: Map<string, StoredRecord>, { table, key, value }: StoreOutput): void {
  const name = JSON.stringify([table, key]);
  if (value === undefined) stored.delete(name);
  else stored.set(name, copied({ table, key, value } as StoredRecord));
}

/** A message of a session that ends with its connection has no record of its session to go with. */
function isLeftOver({ table, value }: StoreOutput): boolean {
  return value === undefined && table !== 'will' && table !== 'session' && table !== 'retained';
}

function connectOf(random: Random, version: Version): Uint8Array {
  for (;;) {
    const bytes = randomPacket(random, version);
    if (bytes[0] === 0x10) return bytes;
  }
}
