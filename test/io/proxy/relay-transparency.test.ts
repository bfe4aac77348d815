// What comes out is what went in: random bytes in random pieces, in both directions at once, with half-closes and resets.
// Both ends see the same kind of end.

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseListen, parseTarget, type Transport } from '../../../src/io/proxy/addresses.js';
import type { RelayOptions } from '../../../src/io/proxy/relay-options.js';
import { type Certificates, makeCertificates } from '../../support/certificates.js';
import { Random } from '../../support/random.js';
import { passing } from './gates.js';
import { allClosed, closing, connectTo, endOf, HOST, routeTo, startRelay, startTarget, Watcher } from './relaying.js';

const folder = mkdtempSync(join(tmpdir(), 'transparency-'));
/** Random, and prime in length, so that pieces of it seldom fall together. */
const POOL = Buffer.from(new Random(99).bytes(1_000_003));
const MEGABYTES = Number(process.env.MQTT_DISSECT_TRANSPARENCY_MB ?? 24);

let certificates: Certificates;
beforeAll(() => {
  certificates = makeCertificates();
});
afterAll(() => {
  certificates.remove();
  rmSync(folder, { recursive: true });
});

/** Everything that a socket reads, as a number of bytes and their digest. */
class Reader {
  length = 0;
  private readonly hash = createHash('sha1');
  readonly end: Promise<string>;

  constructor(socket: Socket, random: Random) {
    socket.on('data', (bytes: Buffer) => {
      this.length += bytes.length;
      this.hash.update(bytes);
      // Now and then it is slow, so that the other side is held back.
      if (random.chance(200)) {
        socket.pause();
        setTimeout(() => socket.resume(), random.below(4));
      }
    });
    this.end = endOf(socket);
  }

  get said(): string {
    return `${this.length} ${this.hash.copy().digest('hex')}`;
  }
}

/** Writes random pieces as fast as they are taken. What was written, when it has all been handed on. */
async function pour(socket: Socket, total: number, random: Random): Promise<string> {
  const hash = createHash('sha1');
  let length = 0;
  while (length < total && socket.writable) {
    const size = Math.min(total - length, random.pick([1, 40, 1000, 20_000, 65_536, 300_000]) + random.below(1000));
    const at = random.below(POOL.length - size);
    const piece = POOL.subarray(at, at + size);
    hash.update(piece);
    length += size;
    if (socket.write(piece)) {
      if (random.chance(20)) await new Promise((resolve) => setImmediate(resolve));
    } else {
      await new Promise<void>((resolve) => {
        socket.once('drain', resolve);
        socket.once('close', resolve);
      });
    }
  }
  return `${length} ${hash.digest('hex')}`;
}

type Kind = Exclude<Transport, 'ws' | 'wss'>;

interface Joined {
  readonly client: Socket;
  readonly target: Socket;
}

let count = 0;

/** A client and a target that are connected through a relay. */
async function join2(
  from: Kind,
  to: Kind,
  more: Partial<RelayOptions> = {},
): Promise<Joined & { watcher: Watcher | undefined }> {
  const accepted = new Promise<Socket>((resolve) => {
    const server: Server =
      to === 'tls'
        ? createTlsServer(
            { cert: certificates.server.certificate, key: certificates.server.key, allowHalfOpen: true },
            resolve,
          )
        : createServer({ allowHalfOpen: true }, resolve);
    targetServer = server;
  });
  const server = targetServer!;
  const targetPath = join(folder, `${++count}.sock`);
  await new Promise<void>((resolve) => {
    if (to === 'unix') server.listen(targetPath, resolve);
    else server.listen(0, HOST, resolve);
  });
  closing.push(() => server.close());
  const port = to === 'unix' ? 0 : (server.address() as { port: number }).port;
  const listenPath = join(folder, `${++count}.sock`);
  const relay = await startRelay({
    routes: [
      {
        listen: parseListen(from === 'unix' ? `unix:${listenPath}` : `${from}://${HOST}:0`),
        target: parseTarget(to === 'unix' ? `unix:${targetPath}` : `${to}://${HOST}:${port}`),
        ...(from === 'tls' ? { tls: { certificate: certificates.server } } : {}),
        ...(to === 'tls' ? { targetTls: { authorities: [certificates.authority.certificate] } } : {}),
      },
    ],
    ...more,
  });
  // After its sockets, which come later.
  closing.push(() => allClosed(relay.relay));
  const plain =
    from === 'unix'
      ? connectTcp({ path: listenPath, allowHalfOpen: true })
      : connectTcp({ port: relay.port, host: HOST, allowHalfOpen: true });
  const client = from === 'tls' ? connectTls({ socket: plain, ca: certificates.authority.certificate }) : plain;
  const target = await accepted;
  for (const socket of [client, target]) {
    socket.setMaxListeners(30);
    socket.on('error', () => {});
    closing.push(() => socket.destroy());
  }
  return { client, target, watcher: more.watcher as Watcher | undefined };
}

let targetServer: Server | undefined;

describe.each<[Kind, Kind]>([
  ['tcp', 'tcp'],
  ['tls', 'tls'],
  ['tcp', 'tls'],
  ['tls', 'unix'],
  ['unix', 'tcp'],
])('%s to %s', (from, to) => {
  it.each([1, 2])('random bytes both ways, with half-closes (%i)', async (seed) => {
    const random = new Random(seed);
    const { client, target } = await join2(from, to, seed === 2 ? { gates: { gate: passing } } : {});
    const readers = [new Reader(client, random), new Reader(target, random)] as const;
    const share = (MEGABYTES * 1e6) / 20;
    // One side ends first, the other goes on for a while.
    const lengths = [share * (seed === 1 ? 1.5 : 0.5), share * (seed === 1 ? 0.5 : 1.5)] as const;
    const written = await Promise.all(
      [client, target].map(async (socket, side) => {
        const said = await pour(socket, lengths[side]!, random);
        socket.end();
        return said;
      }),
    );
    expect(await Promise.all(readers.map(({ end }) => end))).toEqual(['fin', 'fin']);
    expect([readers[1].said, readers[0].said]).toEqual(written);
  });
});

it.each([3, 4, 5, 6])('random bytes until one side resets (%i)', async (seed) => {
  const random = new Random(seed);
  const watcher = new Watcher();
  const { client, target } = await join2('tcp', 'tcp', { watcher });
  await watcher.has('1 connected');
  const [by, other] = seed % 2 === 0 ? [client, target] : [target, client];
  const got: Buffer[] = [];
  other.on('data', (bytes: Buffer) => got.push(bytes));
  const end = endOf(other);
  const total = 100_000 + random.below(6_000_000);
  const written: Buffer[] = [];
  by.resume();
  for (let at = 0; at < total; at += 50_000) {
    written.push(POOL.subarray(at % 900_000, (at % 900_000) + 50_000));
    if (!by.write(written.at(-1)!)) await new Promise((resolve) => by.once('drain', resolve));
  }
  by.resetAndDestroy();
  expect(await end).toBe('rst');
  const all = Buffer.concat(got);
  expect(all.equals(Buffer.concat(written).subarray(0, all.length))).toBe(true);
  expect(watcher.lines.filter((line) => /(fin|rst)$/.test(line))).toEqual([`1 ${seed % 2} rst`]);
});

it('what was sent before a FIN comes, however slowly it is read', async () => {
  const { client, target } = await join2('tcp', 'tcp', { limits: { closeTimeout: 20 } });
  const total = 8_000_000;
  target.pause();
  target.end();
  client.resume();
  const written = pour(client, total, new Random(7)).then((said) => {
    client.end();
    return said;
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const reader = new Reader(target, new Random(8));
  expect(await reader.end).toBe('fin');
  expect(reader.said).toBe(await written);
});

it('pieces stay as they are while there is time between them', async () => {
  const { client, target } = await join2('tcp', 'tcp');
  const got: string[] = [];
  target.on('data', (bytes: Buffer) => {
    got.push(bytes.toString());
    target.write('next');
  });
  const pieces = ['a', 'bc', 'def', 'ghij'];
  for (const piece of pieces) {
    client.write(piece);
    await new Promise((resolve) => client.once('data', resolve));
  }
  expect(got).toEqual(pieces);
});

it('who does not read holds the other side back, in bounded memory', async () => {
  const highMark = 256 * 1024;
  const { port: target } = await startTarget((socket) => socket.pause());
  const { relay, port } = await startRelay({ routes: [routeTo(target)], limits: { highMark } });
  const client = connectTo(port);
  const piece = Buffer.alloc(64 * 1024);
  let wrote = 0;
  // Until nothing is taken any more for a while.
  let still = 0;
  while (still < 20) {
    const before = relay.totals.received;
    if (client.writableLength === 0) {
      client.write(piece);
      wrote += piece.length;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    still = relay.totals.received === before && client.writableLength > 0 ? still + 1 : 0;
  }
  // The system's buffers take some megabytes on the way; 64 MiB would be memory of the relay's.
  expect(wrote).toBeLessThan(64 * 1024 * 1024);
});

it('a client may send and close before the target has answered', async () => {
  const got: Promise<string>[] = [];
  const { port: target } = await startTarget((socket) => {
    let all = '';
    socket.on('data', (bytes) => {
      all += bytes.toString();
    });
    got.push(endOf(socket).then((how) => `${all} ${how}`));
    socket.end('bye');
  });
  const { port } = await startRelay({ routes: [routeTo(`tcp://localhost:${target}`)] });
  const client = connectTo(port);
  client.end('hello');
  expect(await endOf(client)).toBe('fin');
  expect(await got[0]).toBe('hello fin');
});
