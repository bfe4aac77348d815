// What a relay tells becomes a capture: the same bytes in the same order, or a gap of just so many; whoever reads slowly
// holds up nobody, and memory stays what the ring has.

import { describe, expect, it, vi } from 'vitest';
import { Dissector } from '../../../src/dissect/dissector.js';
import type { Item } from '../../../src/dissect/item.js';
import type { LiveBatch, LiveRecord } from '../../../src/io/proxy/live-batch.js';
import { LiveCapture } from '../../../src/io/proxy/live-capture.js';
import { Ring } from '../../../src/io/proxy/ring.js';
import { RingWatcher } from '../../../src/io/proxy/ring-watcher.js';

const CLIENT = { address: '192.0.2.7', port: 50_000 };
const SERVER = { address: '192.0.2.1', port: 1884 };
const CONNECT = Buffer.from('100d00044d5154540402003c000161', 'hex');
const CONNACK = Buffer.from('20020000', 'hex');
const PINGREQ = Buffer.from('c000', 'hex');
const PINGRESP = Buffer.from('d000', 'hex');
/** QoS 0, topic "t", 100 bytes of payload. */
const PUBLISH = Buffer.concat([Buffer.from('3067000174', 'hex'), Buffer.alloc(100, 'x')]);

interface Rig {
  readonly watcher: RingWatcher;
  readonly capture: LiveCapture;
  now: number;
}

function rig(capacity = 1 << 16, record?: LiveRecord, isRead = true, keepsBytes = true): Rig {
  const shared = Ring.memory(capacity);
  const writer = new Ring(shared, () => made.capture.wake());
  // 2026-11-23T05:00:00Z
  writer.clockOrigin = 1_795_410_000_000;
  const made: Rig = {
    now: 0.25,
    watcher: new RingWatcher(writer, keepsBytes, () => made.now),
    capture: new LiveCapture(new Ring(shared), record, isRead),
  };
  return made;
}

async function readAll(capture: LiveCapture, onBatch: (batch: LiveBatch) => void = () => {}): Promise<LiveBatch[]> {
  const batches: LiveBatch[] = [];
  for await (const batch of capture.batches()) {
    batches.push(batch);
    onBatch(batch);
  }
  return batches;
}

function dissected(batches: readonly LiveBatch[]): Item[] {
  const dissector = new Dissector({ ports: [SERVER.port] });
  const packets = batches.flatMap((batch) => batch.packets);
  return [...packets.flatMap((packet) => [...dissector.push(packet)]), ...dissector.end()];
}

const shown = (items: readonly Item[]): string[] =>
  items.map((item) => (item.kind === 'packet' ? item.frame.packet.type : `${item.event}: ${item.message}`));

describe('LiveCapture', () => {
  it('gives what was told as captured packets with their times', async () => {
    const one = rig();
    const { watcher, capture } = one;
    watcher.opened(1, 0, CLIENT, SERVER);
    watcher.bytes(1, 0, CONNECT);
    one.now = 1.5;
    watcher.bytes(1, 1, CONNACK);
    watcher.ended(1, 0, 'fin');
    watcher.ended(1, 1, 'fin');
    capture.end();
    const batches = await readAll(capture);
    expect(batches[0]?.epoch).toBe(1_795_410_000_000_250_000n);
    const items = dissected(batches);
    expect(shown(items)).toEqual(['CONNECT', 'CONNACK', 'connection-closed: closed by the client (FIN)']);
    expect(items.map((item) => (item.kind === 'packet' ? item.frame.time : item.time))).toEqual([0, 1.25e6, 1.25e6]);
    expect(items[0]?.connection).toMatchObject({ client: '192.0.2.7:50000', server: '192.0.2.1:1884' });
  });

  it('tells a reset as what it is', async () => {
    const { watcher, capture } = rig();
    watcher.opened(1, 0, CLIENT, SERVER);
    watcher.bytes(1, 0, CONNECT);
    watcher.ended(1, 1, 'rst');
    capture.end();
    expect(shown(dissected(await readAll(capture)))).toEqual([
      'CONNECT',
      'connection-closed: reset by the server (RST)',
    ]);
  });

  it('puts an event behind the packets before it', async () => {
    const { watcher, capture } = rig();
    const event = { kind: 'connected', connection: 1, target: SERVER } as const;
    watcher.opened(1, 0, CLIENT, SERVER);
    watcher.event(event);
    watcher.bytes(1, 0, CONNECT);
    capture.end();
    const batches = await readAll(capture);
    expect(batches.map(({ packets, events }) => [packets.length, events.length])).toEqual([
      [3, 1],
      [1, 0],
    ]);
    expect(batches[0]?.events[0]).toMatchObject({ client: '192.0.2.7:50000', event });
  });

  it('has a gap of just so many bytes where the ring had no room', async () => {
    const { watcher, capture } = rig(4096);
    watcher.opened(1, 0, CLIENT, SERVER);
    watcher.bytes(1, 0, CONNECT);
    const reading = readAll(capture);
    await capture.settled();
    for (let count = 0; count < 50; count++) watcher.bytes(1, 0, PUBLISH);
    await capture.settled();
    watcher.bytes(1, 1, PINGRESP);
    watcher.bytes(1, 0, PINGREQ);
    capture.end();
    const told = shown(dissected(await reading));
    const published = told.filter((one) => one === 'PUBLISH').length;
    const missing = (50 - published) * PUBLISH.length;
    expect(capture.lost).toBeGreaterThan(missing / 3);
    expect(capture.lost + capture.passedOver).toBe(missing);
    // What was passed over, then what was lost.
    const gaps = told.flatMap((one) => /^gap: (\d+) bytes/.exec(one)?.[1] ?? []);
    expect(gaps.map(Number)).toEqual([capture.passedOver, capture.lost]);
    expect(told.slice(-1)).toEqual(['PINGREQ']);
  });

  it('tells ends later when there was no room for them, and nothing stays behind', async () => {
    const { watcher, capture } = rig(4096);
    const count = 60;
    for (let id = 1; id <= count; id++) watcher.opened(id, 0, { ...CLIENT, port: 50_000 + id }, SERVER);
    for (let id = 1; id <= count; id++) {
      watcher.bytes(id, 0, CONNECT);
      watcher.ended(id, 0, 'fin');
      watcher.bytes(id, 1, CONNACK);
      watcher.ended(id, 1, 'fin');
    }
    const reading = readAll(capture);
    // What comes next finds room, and makes the rest be told.
    for (let id = 100; id < 100 + 2 * count; id++) {
      await capture.settled();
      watcher.opened(id, 0, { ...CLIENT, port: 50_000 + id }, SERVER);
      watcher.ended(id, 1, 'rst');
    }
    capture.end();
    const opened = new Set(
      (await reading).flatMap(({ packets }) => packets.map(({ bytes }) => bytes[20]! * 256 + bytes[21]!)),
    );
    expect([watcher.unsettled, capture.followed]).toEqual([0, 0]);
    expect(capture.lost).toBe(count * (CONNECT.length + CONNACK.length));
    expect(opened.size).toBeGreaterThan(2 * count);
  });

  it('passes over what waits when the reader is behind: recorded, not read, and said', async () => {
    const recorded: number[] = [];
    let bytes = 0;
    const record: LiveRecord = {
      packet(_route, _time, packet, number) {
        recorded.push(number);
        bytes += packet.length - 40;
      },
      secrets() {},
      event() {},
    };
    const { watcher, capture } = rig(1 << 16, record);
    watcher.opened(1, 0, CLIENT, SERVER);
    for (let count = 0; count < 350; count++) watcher.bytes(1, 0, PUBLISH);
    capture.end();
    const batches = await readAll(capture);
    const read = batches.flatMap(({ packets }) => packets).filter((one) => one.bytes.length > 100).length;
    expect(capture.lost).toBe(0);
    expect(read).toBeLessThan(100);
    expect(capture.passedOver).toBe((350 - read) * PUBLISH.length);
    // The three of the handshake have options.
    expect(bytes).toBe(350 * PUBLISH.length + 16);
    expect(recorded.filter((number) => number === 0)).toHaveLength(350 - read);
  });

  it('records what a reader holds up, and tells it later what is short', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const order: string[] = [];
      const record: LiveRecord = {
        packet: (_route, _time, packet, number) => order.push(packet.length > 100 ? 'data' : `packet ${number}`),
        secrets: (lines) => order.push(lines),
        event: (_time, { event }) => order.push(event.kind),
      };
      const { watcher, capture } = rig(1 << 16, record);
      watcher.opened(1, 0, CLIENT, SERVER);
      const batches = capture.batches();
      const first = (await batches.next()).value as LiveBatch;
      vi.advanceTimersByTime(400);
      expect(order).toEqual([]);
      vi.advanceTimersByTime(200);
      expect(order).toEqual(['packet 1', 'packet 2', 'packet 3']);
      for (let count = 0; count < 150; count++) watcher.bytes(1, 0, PUBLISH);
      vi.advanceTimersByTime(100);
      expect(order).toHaveLength(3);
      for (let count = 0; count < 130; count++) watcher.bytes(1, 0, PUBLISH);
      watcher.opened(2, 0, { ...CLIENT, port: 50_001 }, SERVER);
      watcher.secrets('CLIENT_RANDOM 00 00\n');
      watcher.event({ kind: 'connected', connection: 2, target: SERVER });
      for (let count = 0; count < 90; count++) watcher.bytes(1, 0, PUBLISH);
      vi.advanceTimersByTime(100);
      const recorded = order.filter((one) => one === 'data').length;
      expect(recorded).toBeGreaterThan(250);
      expect(order.slice(283, 288)).toEqual(['packet 4', 'packet 5', 'packet 6', 'CLIENT_RANDOM 00 00\n', 'connected']);
      const second = (await batches.next()).value as LiveBatch;
      expect([first, second].map(({ packets }) => packets.slice(0, 3).map(({ number }) => number))).toEqual([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      expect([second.secrets.length, second.events.length]).toEqual([1, 1]);
      await batches.return();
      for (let count = 0; count < 10; count++) watcher.bytes(1, 0, PUBLISH);
      let written = 0;
      await capture.recordRest(async () => void written++);
      expect(written).toBeGreaterThan(0);
      expect(order.filter((one) => one === 'data')).toHaveLength(380);
      expect(capture.passedOver).toBe(recorded * PUBLISH.length);
    } finally {
      vi.useRealTimers();
    }
  });

  it('records what nobody reads', async () => {
    let packets = 0;
    const record: LiveRecord = { packet: () => packets++, secrets() {}, event() {} };
    const { watcher, capture } = rig(1 << 16, record, false);
    watcher.opened(1, 0, CLIENT, SERVER);
    watcher.bytes(1, 0, CONNECT);
    capture.end();
    expect((await readAll(capture)).flatMap((batch) => batch.packets)).toEqual([]);
    expect([packets, capture.passedOver]).toEqual([4, 0]);
  });

  it('records a batch when it was read, with its secrets first', async () => {
    const order: string[] = [];
    const record: LiveRecord = {
      packet: (_route, _time, _bytes, number) => order.push(`packet ${number}`),
      secrets: (lines) => order.push(`secrets ${lines}`),
      event: (_time, { event }) => order.push(event.kind),
    };
    const { watcher, capture } = rig(1 << 16, record);
    watcher.opened(1, 0, CLIENT, SERVER);
    watcher.secrets('CLIENT_RANDOM 00 00\n');
    watcher.event({ kind: 'connected', connection: 1, target: SERVER });
    capture.end();
    await readAll(capture, ({ packets }) => order.push(`read ${packets.length}`));
    expect(order).toEqual(['read 3', 'secrets CLIENT_RANDOM 00 00\n', 'packet 1', 'packet 2', 'packet 3', 'connected']);
  });

  it('tells all but bytes where bytes are not wanted', async () => {
    const { watcher, capture } = rig(1 << 16, undefined, false, false);
    watcher.opened(1, 0, CLIENT, SERVER);
    watcher.bytes(1, 0, new Uint8Array(10_000_000));
    watcher.event({ kind: 'connected', connection: 1, target: SERVER });
    capture.end();
    expect((await readAll(capture)).flatMap(({ events }) => events)).toHaveLength(1);
    expect(capture.lost).toBe(0);
  });

  it('sleeps while nothing comes', async () => {
    const { watcher, capture } = rig();
    const reading = readAll(capture);
    await capture.settled();
    watcher.opened(1, 0, CLIENT, SERVER);
    await capture.settled();
    watcher.bytes(1, 0, CONNECT);
    await capture.settled();
    capture.end();
    expect(shown(dissected(await reading))).toEqual(['CONNECT']);
  });
});
