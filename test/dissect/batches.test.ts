// Items that come out of batches are those of the plain dissector, and so is all that is known of connections at the time
// of each: over every capture there is, whole and damaged, in batches of any size.

import { describe, expect, it } from 'vitest';
import { copyOf } from '../../src/bytes/copy.js';
import type { CapturedPacket } from '../../src/capture/packet.js';
import { BATCH_SIZES, type BatchSizes } from '../../src/dissect/batch.js';
import type { DissectorOptions } from '../../src/dissect/dissector.js';
import type { ConnectionInfo, Item } from '../../src/dissect/item.js';
import { readCapture } from '../../src/io/input.js';
import { Judge } from '../../src/validate/judge.js';
import { inBatches, inFiles, inOneThread, type See } from '../support/batched.js';
import { captures, secretsBeside } from '../support/captures.js';
import { Random } from '../support/random.js';
import { CLIENT, SERVER, Wire } from '../support/wire.js';

const SIZES: readonly BatchSizes[] = [
  BATCH_SIZES,
  { rows: 1, bytes: 1, batches: 1 },
  { rows: 2, bytes: 40, batches: 3 },
  { rows: 7, bytes: 1000, batches: 2 },
];
const DIRECTIONS = ['client-to-server', 'server-to-client'] as const;
/** Of connections seen, so many of the last are looked at with each item. */
const LOOKED_AT = 12;

type Options = Partial<DissectorOptions>;

async function loaded(path: string): Promise<{ packets: CapturedPacket[]; options: Options }> {
  const files = secretsBeside(path);
  const packets: CapturedPacket[] = [];
  for await (const batch of readCapture(path)) {
    for (const text of batch.secrets) files.add(text);
    for (const packet of batch.packets) packets.push({ ...packet, bytes: copyOf(packet.bytes) });
  }
  files.close();
  return { packets, options: { secrets: files.secrets } };
}

function stateText(connection: ConnectionInfo, time: number): string {
  const { id, client, server, transport, version, versionFrom, evidence, firstFin } = connection;
  const { clientId, hasAssignedId } = connection;
  const moments = [Number.NEGATIVE_INFINITY, 0, time - 1e9, time - 1e6, time, time + 1, Number.POSITIVE_INFINITY];
  const lacks = DIRECTIONS.map((direction) =>
    moments.map((from) => (connection.lacks!(direction, from) ? 1 : 0)).join(''),
  );
  const fin = firstFin === undefined ? 'open' : JSON.stringify(firstFin);
  const names = [id, client, server, transport, clientId, hasAssignedId];
  return [...names, version, versionFrom, ...evidence, fin, ...lacks].join('|');
}

/** With bytes of its own, also where both threads share them. */
function copied(value: unknown): unknown {
  if (value instanceof Uint8Array) return copyOf(value);
  if (Array.isArray(value)) return value.map(copied);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, copied(one)]));
}

type Way = (see: See) => { readonly summary: unknown };

/** All that can be seen of a run. */
function seen(way: Way): { items: unknown[]; summary: unknown } {
  const items: unknown[] = [];
  const connections = new Map<number, ConnectionInfo>();
  const { summary } = way((item: Item) => {
    const { connection, ...rest } = item;
    const before = connections.get(connection.id);
    if (before !== undefined) expect(connection).toBe(before);
    connections.set(connection.id, connection);
    const time = item.kind === 'packet' ? item.frame.time : item.time;
    const states = [...connections.values()]
      .slice(-LOOKED_AT)
      .map((one) => stateText(one, time))
      .join('\n');
    items.push({ ...(copied(rest) as object), connection: connection.id, states });
  });
  const last = [...connections.values()].map((one) => stateText(one, 0));
  return { items: [...items, last], summary };
}

function judged(way: Way): unknown {
  const judge = new Judge();
  const findings: unknown[] = [];
  const last = { time: 0, origin: 0 };
  const keep = (found: ReturnType<Judge['push']>): void => {
    for (const { connection, ...rest } of found)
      findings.push({ ...(copied(rest) as object), connection: connection.id });
  };
  way((item) => {
    keep(judge.push(item));
    last.time = item.kind === 'packet' ? item.frame.time : item.time;
  });
  keep(judge.end(last));
  const report = JSON.stringify(judge.report(), (_, value) =>
    value?.lacks === undefined ? value : stateText(value, 0),
  );
  return { findings, report, errors: judge.errors };
}

function damaged(packets: readonly CapturedPacket[], random: Random): CapturedPacket[] {
  const out: CapturedPacket[] = [];
  const often = random.pick([4, 10, 40]);
  for (const packet of packets) {
    const how = random.chance(often) ? random.below(4) : -1;
    if (how === 0) continue;
    const { bytes } = packet;
    out.push(how === 1 ? { ...packet, bytes: bytes.subarray(0, random.between(0, bytes.length)) } : packet);
    if (how === 2) out.splice(-1 - random.below(Math.min(5, out.length)), 0, out.pop()!);
    if (how === 3) out.push(packet);
  }
  return random.chance(3) ? out.slice(random.below(out.length)) : out;
}

function compare(packets: readonly CapturedPacket[], options: Options, sizes: readonly BatchSizes[]): void {
  const expected = seen((see) => inOneThread(packets, options, see));
  for (const size of sizes)
    expect(
      seen((see) => inBatches(packets, options, see, size)),
      `${size.rows}`,
    ).toEqual(expected);
  const verdict = judged((see) => inOneThread(packets, options, see));
  const size = sizes[sizes.length - 1]!;
  expect(judged((see) => inBatches(packets, options, see, size))).toEqual(verdict);
}

describe.each(captures)('%s', (_name, path) => {
  it('gives the same in batches', async () => {
    const { packets, options } = await loaded(path);
    compare(packets, options, SIZES);
  }, 120_000);

  it('gives the same when packets are lost, cut, doubled or in another order', async () => {
    const { packets, options } = await loaded(path);
    const random = new Random(packets.length);
    const runs = packets.length > 2000 ? 2 : 8;
    for (let run = 0; run < runs; run++) {
      const limits = random.chance(3)
        ? { tcp: { maxConnections: 1 + random.below(3), maxClosed: random.below(3) } }
        : {};
      const reassemble = !random.chance(6);
      compare(damaged(packets, random), { ...options, limits, reassemble }, [random.pick(SIZES)]);
    }
  }, 120_000);
});

describe('packets that stay in the file', () => {
  /** Each captured packet is in a file of its own, and whatever can be read again is. */
  const expectSame = (packets: readonly CapturedPacket[]): number => {
    const filed = inFiles(packets, packets.length);
    const expected = seen((see) => inOneThread(filed.packets, {}, see));
    let readAgain = 0;
    const found = seen((see) => {
      const ran = inBatches(filed.packets, {}, see, BATCH_SIZES, () => false, filed.files);
      readAgain = ran.readAgain;
      return ran;
    });
    expect(found).toEqual(expected);
    return readAgain;
  };

  it('are read there again', () => {
    const wire = new Wire().open();
    wire.send(CLIENT, '10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 61').send(SERVER, '20 02 00 00');
    for (let i = 0; i < 5; i++) wire.send(CLIENT, '30 04 00 01 61 62').send(CLIENT, '32 06 00 01 61 00 07 62');
    expect(expectSame(wire.packets)).toBe(10);
  });

  it('are sent where a file ends in the middle of them', () => {
    const wire = new Wire().open();
    wire.send(CLIENT, '10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 61').send(SERVER, '20 02 00 00');
    for (let i = 0; i < 5; i++)
      wire.send(CLIENT, '30 04 00 01').send(CLIENT, '61 62 c0 00').send(CLIENT, '30 04 00 01 61 62');
    // Of the two that begin in the file in which the one before ends, the connection is told that it is not between packets.
    expect(expectSame(wire.packets)).toBe(5);
  });

  it('are sent where another file has come until it is known how to read them', () => {
    const wire = new Wire();
    // Of 3.1.1 with a payload of two bytes, or of 5.0 with one. The second one is hint enough, and the first comes out with it.
    for (let i = 0; i < 3; i++) wire.send(CLIENT, '32 07 00 01 61 00 07 00 62');
    expect(expectSame(wire.packets)).toBe(1);
  });
});

describe('a long run', () => {
  /** So many connections, one after the other. */
  const connections = (count: number): CapturedPacket[] => {
    const packets: CapturedPacket[] = [];
    for (let port = 0; port < count; port++) {
      const wire = new Wire({ clientPort: 10_000 + port }).open();
      wire.send(CLIENT, '10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 61').send(SERVER, '20 02 00 00');
      packets.push(...wire.packets);
    }
    return packets.map((packet, index) => ({ ...packet, number: index + 1, time: index * 1000 }));
  };

  it('forgets connections that ended long ago', () => {
    const options = { limits: { tcp: { maxConnections: 20, maxClosed: 10 } } };
    const packets = connections(3000);
    const sizes = { rows: 100, bytes: 5000, batches: 2 };
    compare(packets, options, [sizes]);
    // Those told of are looked through now and then.
    expect(inBatches(packets, options, () => {}, sizes).forgotten).toBeGreaterThan(1900);
  });
});
