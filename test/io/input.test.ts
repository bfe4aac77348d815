import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { constants, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaptureNote } from '../../src/capture/packet.js';
import { type InputOptions, readCapture } from '../../src/io/input.js';
import { concat, enhancedPacket, interfaceBlock, MICRO, pcapFile, sectionHeader } from '../capture/build.js';
import { bySize, seededRandom } from '../capture/read.js';

const random = seededRandom(3);
/** Not compressible, so that a place in the gzip is a place in the capture. */
const RECORDS = Array.from({ length: 300 }, (_, index) => ({
  seconds: 1_700_000_000 + index,
  fraction: 0,
  bytes: Uint8Array.from({ length: 1000 + index }, () => Math.floor(random() * 256)),
}));
const CAPTURE = pcapFile({ magic: MICRO, little: true }, RECORDS);
const PCAPNG = concat(sectionHeader(true), interfaceBlock(true), enhancedPacket(true, 0, 5n, new Uint8Array(60)));

let folder = '';
const inFolder = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mqtt-dissect-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, bytes: Uint8Array): string {
  writeFileSync(inFolder(name), bytes);
  return inFolder(name);
}

async function readAll(path: string, options?: InputOptions) {
  const lengths: number[] = [];
  const notes: CaptureNote[] = [];
  let batches = 0;
  let last: { bytesRead: number; size: number | undefined; epoch: bigint | undefined } | undefined;
  let intact = true;
  for await (const batch of readCapture(path, options)) {
    batches++;
    last = { bytesRead: batch.bytesRead, size: batch.size, epoch: batch.epoch };
    notes.push(...batch.notes);
    // Whatever is read ahead meanwhile must not touch the packets of this batch.
    await new Promise((resolve) => setImmediate(resolve));
    for (const packet of batch.packets) {
      const record = RECORDS[packet.number - 1];
      intact &&= record === undefined || Buffer.compare(packet.bytes, record.bytes) === 0;
      lengths.push(packet.bytes.length);
    }
  }
  return { lengths, notes, batches, intact, ...last };
}

const ALL = RECORDS.map(({ bytes }) => bytes.length);

describe('a capture file', () => {
  it.each([100, 1000, 4096, 100_000, undefined])('is read in pieces of %s bytes', async (pieceLength) => {
    const read = await readAll(file('plain.pcap', CAPTURE), { pieceLength });
    expect(read).toMatchObject({
      lengths: ALL,
      notes: [],
      intact: true,
      bytesRead: CAPTURE.length,
      size: CAPTURE.length,
    });
    expect(read.epoch).toBe(1_700_000_000_000_000_000n);
  });

  it('is recognised by its content', async () => {
    const { lengths } = await readAll(file('misnamed.pcap', PCAPNG));
    expect(lengths).toEqual([60]);
  });

  it('that is cut is read up to there', async () => {
    const { lengths, notes } = await readAll(file('cut.pcap', CAPTURE.subarray(0, CAPTURE.length - 1)));
    expect(lengths).toEqual(ALL.slice(0, -1));
    expect(notes).toMatchObject([{ code: 'truncated', offset: CAPTURE.length - 16 - 1299 }]);
  });

  it('may be left at any time, and is closed then', async () => {
    const openFiles = () => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0);
    const before = openFiles();
    for (const name of ['left.pcap', 'left.pcap.gz']) {
      const path = file(name, name.endsWith('gz') ? gzipSync(CAPTURE) : CAPTURE);
      for await (const batch of readCapture(path, { pieceLength: 5000 })) {
        expect(batch.packets.length).toBeLessThan(300);
        break;
      }
    }
    expect(openFiles()).toBe(before);
  });

  it('ends early when told to, with nothing noted', async () => {
    const controller = new AbortController();
    let packets = 0;
    for await (const batch of readCapture(file('stopped.pcap', CAPTURE), {
      pieceLength: 5000,
      signal: controller.signal,
    })) {
      packets += batch.packets.length;
      expect(batch.notes).toEqual([]);
      controller.abort();
    }
    expect(packets).toBe(4);
  });

  it('lets the event loop have its turn, so that Ctrl-C is heard in the middle', async () => {
    const records = Array.from({ length: 4000 }, () => ({ seconds: 1, fraction: 0, bytes: new Uint8Array(1000) }));
    const path = file('long.pcap', pcapFile({ magic: MICRO, little: true }, records));
    const controller = new AbortController();
    let packets = 0;
    for await (const batch of readCapture(path, { signal: controller.signal })) {
      if (packets === 0) setImmediate(() => controller.abort());
      packets += batch.packets.length;
    }
    expect(packets).toBeGreaterThan(0);
    expect(packets).toBeLessThan(2000);
  });
});

describe('gzip', () => {
  const zipped = gzipSync(CAPTURE);

  it.each([
    { what: 'once', bytes: zipped },
    { what: 'twice', bytes: gzipSync(zipped) },
    { what: 'in several members', bytes: concat(...[...bySize(CAPTURE, 50_000)].map((part) => gzipSync(part))) },
    { what: 'with other bytes behind it', bytes: concat(zipped, new Uint8Array(500)) },
  ])('$what is inflated', async ({ bytes }) => {
    for (const pieceLength of [undefined, 10_000, bytes.length - 3]) {
      const read = await readAll(file('zipped.gz', bytes), { pieceLength });
      expect(read).toMatchObject({ lengths: ALL, notes: [], intact: true });
      expect(read.size).toBe(bytes.length);
    }
  });

  it('three times over is refused', async () => {
    const path = file('thrice.gz', gzipSync(gzipSync(zipped)));
    await expect(readAll(path)).rejects.toMatchObject({
      code: 'not-a-capture',
      message: expect.stringContaining(path),
    });
  });

  it('that is cut is read as far as it goes', async () => {
    const { lengths, notes, intact } = await readAll(file('cut.gz', zipped.subarray(0, 200_000)));
    expect(intact).toBe(true);
    expect(lengths.length).toBeGreaterThan(170);
    expect(lengths).toEqual(ALL.slice(0, lengths.length));
    expect(notes.map(({ code }) => code)).toEqual(['bad-gzip', 'truncated']);
    expect(notes[0]?.message).toContain('cut or damaged');
  });

  it('that is damaged inside is read up to a few thousand bytes before', async () => {
    // Flushed to a whole byte, then a block of a type that does not exist.
    const begin = gzipSync(CAPTURE.subarray(0, 200_000), { finishFlush: constants.Z_SYNC_FLUSH });
    const damaged = concat(begin, new Uint8Array(50_000).fill(0xff));
    const { lengths, notes, intact } = await readAll(file('damaged.gz', damaged));
    expect(intact).toBe(true);
    expect(lengths).toEqual(ALL.slice(0, lengths.length));
    expect(lengths.length).toBeGreaterThan(150);
    expect(notes[0]).toMatchObject({ code: 'bad-gzip' });
  });

  it('with a wrong checksum loses nothing', async () => {
    const damaged = Uint8Array.from(zipped);
    damaged[damaged.length - 8]! ^= 1;
    const { lengths, notes } = await readAll(file('sum.gz', damaged));
    expect(lengths).toEqual(ALL);
    expect(notes.map(({ code }) => code)).toEqual(['bad-gzip']);
  });

  it.each([3, 9, 11])('of %i bytes is said to be cut', async (length) => {
    const path = file('short.gz', zipped.subarray(0, length));
    await expect(readAll(path)).rejects.toMatchObject({
      code: 'not-a-capture',
      message: expect.stringContaining('gzip'),
    });
  });
});

describe('what cannot be read', () => {
  it.each([
    { what: 'a missing file', path: () => inFolder('absent.pcap'), message: 'absent.pcap: no such file' },
    {
      what: 'a file for a folder',
      path: () => join(file('plain', CAPTURE), 'x.pcap'),
      message: 'x.pcap: no such file',
    },
    { what: 'a folder', path: () => folder, message: ': is a directory' },
    {
      what: 'an empty file',
      path: () => file('empty.pcap', new Uint8Array(0)),
      message: 'empty.pcap: the file is empty',
    },
    { what: 'a text', path: () => file('text.pcap', Buffer.from('hello')), message: 'begins with 68 65 6c 6c 6f.' },
    { what: 'a short file', path: () => file('3.pcap', CAPTURE.subarray(0, 3)), message: 'begins with d4 c3 b2.' },
  ])('$what is told in one line', async ({ path, message }) => {
    const name = path();
    await expect(readAll(name)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(new RegExp(`^[^\\n]*${message.replaceAll('.', '\\.')}[^\\n]*$`)),
    });
    await expect(readAll(name)).rejects.toMatchObject({ message: expect.stringContaining(`${name}: `) });
  });

  // Root may read everything.
  it.skipIf(process.getuid?.() === 0)('a file without permission is told', async () => {
    const path = file('secret.pcap', CAPTURE);
    execFileSync('chmod', ['000', path]);
    await expect(readAll(path)).rejects.toMatchObject({ code: 'file', message: `${path}: no permission to read it` });
  });

  it.skipIf(!existsSync('/proc/self/mem'))('an error while reading is told', async () => {
    await expect(readAll('/proc/self/mem')).rejects.toMatchObject({
      code: 'file',
      message: '/proc/self/mem: reading failed (EIO)',
    });
  });
});

describe('stdin', () => {
  it('hands on each packet as it comes', async () => {
    const stdin = new PassThrough();
    const counts: number[] = [];
    const read = readCapture('-', { stdin });
    // Header and first record, but for a byte; that byte and half of the next; the rest of it.
    const cuts = [1, 24, 24 + 16 + 999, 24 + 16 + 1000 + 500, 24 + 16 + 1000 + 16 + 1001];
    let from = 0;
    for (const cut of cuts) {
      stdin.write(CAPTURE.subarray(from, cut));
      from = cut;
      // Four bytes tell the format: before them there is no batch.
      if (cut > 4) counts.push((await read.next()).value?.packets.length ?? -1);
    }
    stdin.end();
    expect(counts).toEqual([0, 0, 1, 1]);
    expect(await read.next()).toEqual({ done: true, value: undefined });
  });

  it('has no size, and is named in errors', async () => {
    const read = await readAll('-', { stdin: Readable.from([CAPTURE]) });
    expect(read).toMatchObject({ lengths: ALL, size: undefined, bytesRead: CAPTURE.length });
    await expect(readAll('-', { stdin: Readable.from([]) })).rejects.toMatchObject({
      message: 'standard input: the file is empty',
    });
  });

  it('ends when told to, while it waits', async () => {
    const stdin = new PassThrough();
    const controller = new AbortController();
    const read = readCapture('-', { stdin, signal: controller.signal });
    stdin.write(CAPTURE.subarray(0, 2000));
    expect((await read.next()).value?.packets).toHaveLength(1);
    const waiting = read.next();
    controller.abort();
    expect((await waiting).value).toMatchObject({ packets: [], notes: [] });
    expect((await read.next()).done).toBe(true);
  });
});

describe.skipIf(process.platform === 'win32')('a named pipe', () => {
  it('is read as it grows, and to its end', async () => {
    mkdirSync(inFolder('pipes'));
    const pipe = inFolder('pipes/a');
    execFileSync('mkfifo', [pipe]);
    const writer = spawn('sh', ['-c', `cat '${file('piped.pcap', CAPTURE)}' > '${pipe}'`], { stdio: 'ignore' });
    const read = await readAll(pipe);
    expect(read).toMatchObject({ lengths: ALL, notes: [], intact: true, size: undefined });
    if (writer.exitCode === null) await new Promise((resolve) => writer.once('exit', resolve));
  });

  it('that nobody writes to can be left', async () => {
    const pipe = inFolder('b');
    execFileSync('mkfifo', [pipe]);
    const controller = new AbortController();
    const reading = readAll(pipe, { signal: controller.signal });
    setImmediate(() => controller.abort());
    expect(await reading).toMatchObject({ lengths: [], notes: [] });
  });
});
