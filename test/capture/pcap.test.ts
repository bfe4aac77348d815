import { describe, expect, it } from 'vitest';
import { PcapReader } from '../../src/capture/pcap.js';
import {
  concat,
  counted,
  hex,
  MICRO,
  MODIFIED,
  NANO,
  type PcapShape,
  pcapFile,
  pcapHeader,
  pcapRecord,
  u32,
} from './build.js';
import { byChance, bySize, readChunks, readWhole, seededRandom } from './read.js';

const SHAPES: readonly (PcapShape & { readonly name: string; readonly inPlace?: boolean })[] = [
  { name: 'microseconds', magic: MICRO },
  { name: 'nanoseconds', magic: NANO },
  { name: 'modified', magic: MODIFIED },
].flatMap((row) => [
  { ...row, name: `${row.name}, little endian`, little: true },
  { ...row, name: `${row.name}, big endian`, little: false },
  { ...row, name: `${row.name}, in place`, little: true, inPlace: true },
]);

const RECORDS = [
  { seconds: 1700000000, fraction: 61, bytes: counted(20, 1) },
  { seconds: 1700000000, fraction: 62, bytes: counted(0) },
  { seconds: 1700000001, fraction: 7, bytes: counted(16, 9), original: 1514 },
  { seconds: 1699999999, fraction: 999_999, bytes: counted(33, 5) },
];

function expectedPackets(magic: number) {
  const unit = magic === NANO ? 1 : 1000;
  return RECORDS.map(({ seconds, fraction, bytes, original = bytes.length }, index) => ({
    number: index + 1,
    time: (seconds - 1700000000) * 1e9 + (fraction - 61) * unit,
    link: 1,
    bytes,
    originalLength: original,
  }));
}

describe.each(SHAPES)('classic pcap, $name', (shape) => {
  const file = pcapFile(shape, RECORDS);
  const packets = expectedPackets(shape.magic);

  it('is read whole', () => {
    const read = readWhole(new PcapReader(shape), file);
    expect(read.packets).toEqual(packets);
    expect(read.notes).toEqual([]);
    expect(read.epoch).toBe(1700000000n * 1_000_000_000n + (shape.magic === NANO ? 61n : 61_000n));
  });

  it.each([1, 2, 3, 7, 16, 24, 25, 100])('is read in chunks of %i', (size) => {
    const read = readChunks(new PcapReader(shape), bySize(file, size));
    expect(read.packets).toEqual(packets);
    expect(read.notes).toEqual([]);
  });

  it('is read in random chunks', () => {
    const random = seededRandom(1);
    for (let round = 0; round < 200; round++) {
      expect(readChunks(new PcapReader(shape), byChance(file, random)).packets).toEqual(packets);
    }
  });

  it('is read up to the cut, wherever it is cut', () => {
    const ends = RECORDS.map((_, index) => pcapFile(shape, RECORDS.slice(0, index + 1)).length);
    for (let length = 0; length < file.length; length++) {
      const begun = [24, ...ends].filter((end) => end <= length);
      const read = readWhole(new PcapReader(shape), file.subarray(0, length));
      expect(read.packets).toEqual(packets.slice(0, Math.max(0, begun.length - 1)));
      const lastEnd = begun.at(-1) ?? 0;
      if (lastEnd === length && length > 0) expect(read.notes).toEqual([]);
      else expect(read.notes).toMatchObject([{ code: 'truncated', offset: lastEnd }]);
      expect(readChunks(new PcapReader(shape), bySize(file.subarray(0, length), 1))).toEqual(read);
    }
  });

  it('stops at a record longer than 64 MiB', () => {
    const lying = concat(file, u32(shape.little, 1, 2, 64 * 1024 * 1024 + 1, 5), file);
    for (const chunks of [[lying], bySize(lying, 1), bySize(lying, 30)]) {
      const read = readChunks(new PcapReader(shape), chunks);
      expect(read.packets).toEqual(packets);
      expect(read.notes).toMatchObject([{ code: 'record-too-long', offset: file.length }]);
      expect(read.notes[0]?.message).toContain('67108865');
      expect(read.finished).toBe(true);
    }
  });
});

describe('classic pcap', () => {
  const shape = { magic: MICRO, little: true };

  it('shows the bytes of packets that are read in place', () => {
    const packets = new PcapReader({ inPlace: true }).push(pcapFile(shape, RECORDS));
    expect(packets.map(({ bytes }) => bytes)).toEqual(RECORDS.map(({ bytes }) => bytes));
  });

  it('is read as the specification draws it', () => {
    const bytes = hex(`
      d4 c3 b2 a1  02 00  04 00  00 00 00 00  00 00 00 00  00 00 04 00  65 00 00 00
      00 f1 53 65  e8 03 00 00  04 00 00 00  3c 00 00 00  45 00 00 3c`);
    expect(readWhole(new PcapReader(), bytes).packets).toEqual([
      { number: 1, time: 0, link: 101, bytes: hex('45 00 00 3c'), originalLength: 60 },
    ]);
    const { epoch } = readWhole(new PcapReader(), bytes);
    expect(epoch).toBe(1_700_000_000_001_000_000n);
  });

  it('tells how much of a cut packet is there', () => {
    const file = pcapFile(shape, RECORDS);
    const { notes } = readWhole(new PcapReader(), file.subarray(0, file.length - 3));
    expect(notes).toEqual([
      {
        code: 'truncated',
        offset: file.length - 49,
        message: 'the file ends inside packet 4: 46 of 49 bytes are there',
      },
    ]);
  });

  it('allocates no more than there is for a record that claims much', () => {
    const claim = concat(pcapHeader(shape), u32(true, 1, 2, 60 * 1024 * 1024, 5), counted(100));
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 100 }, () => new PcapReader());
    for (const reader of readers) for (const chunk of bySize(claim, 10)) reader.push(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10 * 1024 * 1024);
    expect(readers).toHaveLength(100);
  });

  it('holds a record over many pushes', () => {
    const bytes = counted(300_000);
    const file = pcapFile(shape, [{ seconds: 1, fraction: 2, bytes }, ...RECORDS]);
    const read = readChunks(new PcapReader(), bySize(file, 1000));
    expect(read.packets).toHaveLength(5);
    expect(Buffer.compare(read.packets[0]!.bytes, bytes)).toBe(0);
  });

  it('says that a wrong magic is wrong, once, and goes no further', () => {
    const read = readChunks(new PcapReader(), [counted(24), counted(100)]);
    expect(read.packets).toEqual([]);
    expect(read.notes).toMatchObject([{ code: 'bad-header', offset: 0 }]);
    expect(read.finished).toBe(true);
  });

  it('takes Buffers without writing to them', () => {
    const pool = Buffer.alloc(1000, 0x55);
    const file = pcapFile({ magic: NANO, little: true }, RECORDS);
    pool.set(file, 500);
    const before = Buffer.from(pool);
    const read = readWhole(new PcapReader(), pool.subarray(500, 500 + file.length));
    expect(read.packets).toEqual(expectedPackets(NANO));
    const reader = new PcapReader();
    reader.push(pool.subarray(500, 500 + file.length));
    expect(pool.equals(before)).toBe(true);
  });

  it('counts times from a given epoch', () => {
    const reader = new PcapReader({ epoch: 1_700_000_001_000_000_000n });
    const { packets, epoch } = readWhole(reader, pcapFile(shape, RECORDS));
    expect(packets.map(({ time }) => time)).toEqual([-999_939_000, -999_938_000, 7_000, -1_000_001_000]);
    expect(epoch).toBe(1_700_000_001_000_000_000n);
  });

  it('carries a time fraction of a second or more', () => {
    const records = [0, 1_000_000, 4_294_967_295].map((fraction) => ({ seconds: 5, fraction, bytes: counted(1) }));
    const { packets } = readWhole(new PcapReader(), pcapFile(shape, records));
    expect(packets.map(({ time }) => time)).toEqual([0, 1e9, 4_294_967_295_000]);
  });

  it('never says that a packet was shorter than what was captured of it', () => {
    const record = { seconds: 1, fraction: 1, bytes: counted(10), original: 0 };
    expect(readWhole(new PcapReader(), pcapFile(shape, [record])).packets[0]?.originalLength).toBe(10);
  });

  it.each([
    { field: 0x0000_0001, link: 1, what: 'plain' },
    { field: 0x4400_0001, link: 1, what: 'frame check sequence of 4 bytes' },
    { field: 0xf7ff_0071, link: 0x71, what: 'every upper bit' },
    { field: 0x0000_0114, link: 276, what: 'two bytes' },
  ])('takes link type $link from $what', ({ field, link }) => {
    const file = pcapFile({ ...shape, link: field }, RECORDS);
    expect(readWhole(new PcapReader(), file).packets[0]?.link).toBe(link);
  });
});

describe('pcap versions', () => {
  // Captured 3, original 8: as written by today's order, and with both swapped as before 2.3.
  const body = counted(3);
  const plain = (little: boolean) => concat(u32(little, 9, 9, 3, 8), body);
  const swapped = (little: boolean) => concat(u32(little, 9, 9, 8, 3), body);

  it.each([
    { version: [2, 4], record: plain, known: true },
    { version: [2, 3], record: plain, known: true },
    { version: [2, 3], record: swapped, known: true },
    { version: [2, 2], record: swapped, known: true },
    { version: [2, 0], record: swapped, known: true },
    { version: [543, 0], record: swapped, known: true },
    { version: [2, 5], record: plain, known: false },
    { version: [1, 2], record: plain, known: false },
    { version: [0, 4], record: plain, known: false },
  ] as const)('reads $version', ({ version, record, known }) => {
    for (const little of [true, false]) {
      const file = concat(pcapHeader({ magic: MICRO, little, version }), record(little), record(little));
      const { packets, notes } = readWhole(new PcapReader(), file);
      expect(packets.map(({ bytes, originalLength }) => [bytes, originalLength])).toEqual([
        [body, 8],
        [body, 8],
      ]);
      expect(notes.map(({ code }) => code)).toEqual(known ? [] : ['bad-header']);
    }
  });

  it('keeps modified records apart by their 24 bytes even where a body has 16', () => {
    const shape = { magic: MODIFIED, little: false };
    const record = { seconds: 1, fraction: 1, bytes: counted(16) };
    const file = concat(pcapHeader(shape), pcapRecord(shape, record), pcapRecord(shape, record));
    expect(readWhole(new PcapReader(), file).packets.map(({ bytes }) => bytes)).toEqual([counted(16), counted(16)]);
  });
});
