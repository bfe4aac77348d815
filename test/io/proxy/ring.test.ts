// The ring between a relay and whoever reads: every record once and whole, in order, or refused whole.

import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Ring } from '../../../src/io/proxy/ring.js';
import { Random } from '../../support/random.js';

const filled = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

function pair(capacity: number): { writer: Ring; reader: Ring; woken: () => number } {
  const shared = Ring.memory(capacity);
  let count = 0;
  return { writer: new Ring(shared, () => count++), reader: new Ring(shared), woken: () => count };
}

describe('Ring', () => {
  it('gives back what was written', () => {
    const { writer, reader } = pair(1024);
    expect(writer.write(2, 70_000, 1, 12.5, Uint8Array.of(1, 2, 3))).toBe(true);
    expect(reader.read()).toEqual({ kind: 2, connection: 70_000, side: 1, time: 12.5, bytes: Uint8Array.of(1, 2, 3) });
    expect(reader.read()).toBeUndefined();
  });

  it('refuses what has no room, until there is room again', () => {
    const { writer, reader } = pair(1024);
    // 32 bytes of header and 96 of content each.
    for (let i = 0; i < 8; i++) expect(writer.write(1, i, 0, 0, filled(96, i))).toBe(true);
    expect(writer.write(1, 8, 0, 0, filled(1, 8))).toBe(false);
    expect(reader.read()?.connection).toBe(0);
    expect(writer.write(1, 8, 0, 0, filled(1, 8))).toBe(false);
    reader.release();
    expect(writer.write(1, 8, 0, 0, filled(96, 8))).toBe(true);
    expect(writer.used).toBe(1024);
  });

  it('keeps a reserve for who may use it', () => {
    const { writer } = pair(1024);
    expect(writer.write(1, 0, 0, 0, filled(480, 1), 512)).toBe(true);
    expect(writer.write(1, 0, 0, 0, filled(0, 1), 512)).toBe(false);
    expect(writer.write(1, 0, 0, 0, filled(0, 1))).toBe(true);
  });

  it('wakes a reader that sleeps, once', () => {
    const { writer, reader, woken } = pair(1024);
    expect(reader.sleep()).toBe(true);
    writer.write(1, 0, 0, 0, filled(1, 1));
    writer.write(1, 0, 0, 0, filled(1, 1));
    expect(woken()).toBe(1);
    expect(reader.sleep()).toBe(false);
  });

  it('refuses a capacity that is no power of two', () => {
    expect(() => Ring.memory(5000)).toThrow('a ring of 5000 bytes');
  });

  it('loses nothing of what it took, whatever comes in whatever order', () => {
    const random = new Random(11);
    const { writer, reader } = pair(4096);
    const expected: string[] = [];
    const got: string[] = [];
    const read = (): void => {
      for (let record = reader.read(); record !== undefined; record = reader.read()) {
        got.push(`${record.connection}:${Buffer.from(record.bytes).toString('hex')}`);
      }
      reader.release();
    };
    for (let i = 0; i < 20_000; i++) {
      const bytes = Uint8Array.from({ length: random.below(300) }, () => random.below(256));
      if (writer.write(1, i, 0, i, bytes)) expected.push(`${i}:${Buffer.from(bytes).toString('hex')}`);
      if (random.below(4) === 0) read();
    }
    read();
    expect(expected.length).toBeGreaterThan(10_000);
    expect(got).toEqual(expected);
  });

  it('is written in one thread and read in another', async () => {
    const shared = Ring.memory(8192);
    // What the positions and headers are is the ring's affair: this thread only reads, that one only writes.
    const source = `
      import('node:worker_threads').then(async ({ workerData, parentPort }) => {
        const { Ring } = await import(workerData.ring);
        const ring = new Ring(workerData.shared, () => parentPort.postMessage('wake'));
        for (let i = 0; i < 20000; i++) while (!ring.write(1, i, 0, i, new Uint8Array(i % 200).fill(i))) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
        parentPort.postMessage('end');
      });`;
    const worker = new Worker(source, { eval: true, workerData: { shared, ring: await compiled() } });
    const reader = new Ring(shared);
    let next = 0;
    let faults = 0;
    const read = (): void => {
      do {
        for (let record = reader.read(); record !== undefined; record = reader.read()) {
          const { connection, bytes } = record;
          if (connection !== next || bytes.length !== next % 200 || bytes.some((byte) => byte !== (next & 0xff)))
            faults++;
          next++;
          reader.release();
        }
      } while (!reader.sleep());
    };
    await new Promise<void>((resolve, reject) => {
      worker.on('error', reject);
      worker.on('message', (message) => {
        read();
        if (message === 'end') resolve();
      });
      read();
    });
    await worker.terminate();
    expect([next, faults]).toEqual([20_000, 0]);
  }, 60_000);
});

/** The ring as a module that a plain thread can import. */
async function compiled(): Promise<string> {
  const { build } = await import('rolldown');
  const file = new URL('../../../src/io/proxy/ring.ts', import.meta.url).pathname;
  const { output } = await build({ input: file, platform: 'node', logLevel: 'silent', write: false });
  return `data:text/javascript,${encodeURIComponent(output[0].code)}`;
}
