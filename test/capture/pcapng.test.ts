import { describe, expect, it } from 'vitest';
import { MAX_NOTES_PER_CODE } from '../../src/capture/notes.js';
import { PcapngReader } from '../../src/capture/pcapng.js';
import {
  block,
  concat,
  counted,
  enhancedPacket,
  hex,
  interfaceBlock,
  obsoletePacket,
  option,
  sectionHeader,
  simplePacket,
  u16,
  u32,
} from './build.js';
import { byChance, bySize, readChunks, readWhole, seededRandom } from './read.js';

const T = 1_700_000_000_000_061n;

/** One section with everything in it; five packets, six numbered records. */
function section(little: boolean, link: number): Uint8Array[] {
  return [
    sectionHeader(little),
    interfaceBlock(little, link),
    interfaceBlock(little, 113, 10, option(little, 2, hex('65 74 68 30')), option(little, 9, hex('09'))),
    block(little, 4, hex('00 00 00 00')),
    enhancedPacket(little, 0, T, counted(21, 1), 1514),
    block(little, 0xbad, counted(8)),
    enhancedPacket(little, 1, T * 1000n + 5n, counted(8, 2)),
    block(little, 0x0000_0bcd, counted(40)),
    obsoletePacket(little, 0, T + 1n, counted(3, 3)),
    simplePacket(little, 7, counted(7, 4)),
    block(little, 10, counted(16)),
    enhancedPacket(little, 0, T - 100n, counted(0)),
    block(little, 5, counted(12)),
  ];
}

function expectedPackets(link: number, firstNumber: number, firstInterface: number) {
  const rows = [
    { number: 1, time: 0, link, bytes: counted(21, 1), originalLength: 1514, interfaceId: 0 },
    { number: 3, time: 5, link: 113, bytes: counted(8, 2), originalLength: 8, interfaceId: 1 },
    { number: 4, time: 1000, link, bytes: counted(3, 3), originalLength: 3, interfaceId: 0 },
    { number: 5, time: 1000, link, bytes: counted(7, 4), originalLength: 7, interfaceId: 0 },
    { number: 6, time: -100_000, link, bytes: counted(0), originalLength: 0, interfaceId: 0 },
  ];
  return rows.map((row) => ({
    ...row,
    number: row.number + firstNumber - 1,
    interfaceId: row.interfaceId + firstInterface,
  }));
}

const SECTION_ORDERS = [[true], [false], [true, false], [false, true, true]];

describe.each(SECTION_ORDERS.map((orders) => ({ orders })))(
  'pcapng with sections of little endian $orders',
  ({ orders }) => {
    const blocks = orders.flatMap((little, index) => section(little, index + 1));
    const file = concat(...blocks);
    const packets = orders.flatMap((_, index) => expectedPackets(index + 1, 1 + 6 * index, 2 * index));

    it('is read whole', () => {
      const read = readWhole(new PcapngReader(), file);
      expect(read.packets).toEqual(packets);
      expect(read.notes).toEqual([]);
      expect(read.epoch).toBe(T * 1000n);
    });

    it.each([1, 2, 3, 7, 12, 28, 100])('is read in chunks of %i', (size) => {
      const read = readChunks(new PcapngReader(), bySize(file, size));
      expect(read.packets).toEqual(packets);
      expect(read.notes).toEqual([]);
    });

    it('is read in random chunks', () => {
      const random = seededRandom(2);
      for (let round = 0; round < 100; round++) {
        expect(readChunks(new PcapngReader(), byChance(file, random)).packets).toEqual(packets);
      }
    });

    it('is read up to the cut, wherever it is cut', () => {
      const ends = [0];
      for (const { length } of blocks) ends.push(ends.at(-1)! + length);
      for (let length = 0; length < file.length; length++) {
        const end = ends.findLast((at) => at <= length)!;
        const whole = readWhole(new PcapngReader(), file.subarray(0, end));
        expect(whole.notes).toEqual([]);
        const cut = readWhole(new PcapngReader(), file.subarray(0, length));
        expect(cut.packets).toEqual(whole.packets);
        expect(cut.packets).toEqual(packets.slice(0, cut.packets.length));
        if (length > end) expect(cut.notes).toMatchObject([{ code: 'truncated', offset: end }]);
        expect(readChunks(new PcapngReader(), bySize(file.subarray(0, length), 1))).toEqual(cut);
      }
    });
  },
);

/** A section with one interface of these options and one packet a time. */
function timed(options: readonly Uint8Array[], times: readonly bigint[]): Uint8Array {
  const packets = times.map((time) => enhancedPacket(true, 0, time, counted(1)));
  return concat(sectionHeader(true), interfaceBlock(true, 1, 0, ...options), ...packets);
}

function resolution(value: number): Uint8Array {
  return option(true, 9, Uint8Array.of(value));
}

function timeOffset(seconds: bigint): Uint8Array {
  const value = new Uint8Array(8);
  new DataView(value.buffer).setBigInt64(0, seconds, true);
  return option(true, 14, value);
}

describe('pcapng times', () => {
  const HIGH = 1_700_000_000n;
  it.each([
    {
      what: 'microseconds by default',
      options: [],
      times: [T, T + 1n, T - 2n],
      epoch: T * 1000n,
      expected: [0, 1000, -2000],
    },
    {
      what: 'seconds',
      options: [resolution(0)],
      times: [HIGH, HIGH + 3n],
      epoch: HIGH * 10n ** 9n,
      expected: [0, 3e9],
    },
    {
      what: 'nanoseconds over a carry of 32 bits',
      options: [resolution(9)],
      times: [0x1797_ffff_ffff_fff0n, 0x1798_0000_0000_0007n],
      epoch: 0x1797_ffff_ffff_fff0n,
      expected: [0, 23],
    },
    {
      what: 'nanoseconds ten million seconds apart, exactly',
      options: [resolution(9)],
      times: [T * 1000n, T * 1000n + 9_007_199_254_740_991n, T * 1000n - 9_007_199_254_740_991n],
      epoch: T * 1000n,
      expected: [0, 9_007_199_254_740_991, -9_007_199_254_740_991],
    },
    {
      what: 'picoseconds, rounded down',
      options: [resolution(12)],
      times: [5_000_000_000_001_999n, 5_000_000_000_003_999n],
      epoch: 5_000_000_000_001n,
      expected: [0, 2],
    },
    {
      what: '2^-9 s',
      options: [resolution(0x89)],
      times: [512n, 513n],
      epoch: 1_000_000_000n,
      expected: [0, 1_953_125],
    },
    {
      what: '2^-10 s, rounded down',
      options: [resolution(0x8a)],
      times: [1024n, 1025n, 1027n],
      epoch: 1_000_000_000n,
      expected: [0, 976_562, 2_929_687],
    },
    {
      what: '2^-32 s',
      options: [resolution(0xa0)],
      times: [1n << 32n, (1n << 32n) + (1n << 31n)],
      epoch: 1_000_000_000n,
      expected: [0, 500_000_000],
    },
    {
      what: 'an offset forward',
      options: [timeOffset(1_700_000_000n)],
      times: [61n, 62n],
      epoch: T * 1000n,
      expected: [0, 1000],
    },
    {
      what: 'an offset back, beside other options',
      options: [option(true, 2, hex('61')), timeOffset(-10n), resolution(3), option(true, 10, counted(4))],
      times: [11_000n],
      epoch: 1_000_000_000n,
      expected: [0],
    },
  ])('are read in $what', ({ options, times, epoch, expected }) => {
    const read = readWhole(new PcapngReader(), timed(options, times));
    expect(read.epoch).toBe(epoch);
    expect(read.packets.map(({ time }) => time)).toEqual(expected);
    expect(read.notes).toEqual([]);
  });

  it('stay finite at every resolution, offset and value; what cannot be meant is noted', () => {
    const extremes = [0n, 1n, 0xffff_ffffn, 0xffff_ffff_ffff_ffffn];
    for (let value = 0; value < 256; value++) {
      for (const seconds of [0n, 2n ** 63n - 1n, -(2n ** 63n)]) {
        const read = readWhole(new PcapngReader(), timed([resolution(value), timeOffset(seconds)], extremes));
        expect(read.packets).toHaveLength(4);
        for (const { time } of read.packets) expect(Number.isFinite(time)).toBe(true);
        const plausible = value < 0x80 ? value <= 19 : value - 0x80 <= 63;
        expect(read.notes.map(({ code }) => code)).toEqual(plausible ? [] : ['bad-time']);
      }
    }
  });

  it('count from a given epoch, on every interface', () => {
    const file = concat(
      sectionHeader(false),
      interfaceBlock(false),
      interfaceBlock(false, 1, 0, option(false, 9, hex('09'))),
      enhancedPacket(false, 1, T * 1000n, counted(1)),
      enhancedPacket(false, 0, T + 1n, counted(1)),
    );
    const read = readWhole(new PcapngReader({ epoch: T * 1000n - 3n }), file);
    expect(read.packets.map(({ time }) => time)).toEqual([3, 1003]);
    expect(read.epoch).toBe(T * 1000n - 3n);
  });

  it('are those of the last packet for one without a time', () => {
    const packet = simplePacket(true, 1, counted(1));
    const file = concat(
      sectionHeader(true),
      interfaceBlock(true),
      packet,
      enhancedPacket(true, 0, T, counted(1)),
      packet,
    );
    const read = readWhole(new PcapngReader(), file);
    expect(read.packets.map(({ time }) => time)).toEqual([0, 0, 0]);
    expect(read.epoch).toBe(T * 1000n);
    expect(readWhole(new PcapngReader(), file.subarray(0, 28 + 20 + 20)).epoch).toBeUndefined();
  });
});

describe('pcapng packets', () => {
  it('without a header of their own are limited by the snap length', () => {
    const file = concat(sectionHeader(true), interfaceBlock(true, 1, 5), simplePacket(true, 60, counted(8)));
    const [packet] = readWhole(new PcapngReader(), file).packets;
    expect(packet).toMatchObject({ bytes: counted(5), originalLength: 60 });
  });

  it('that claim more than their block holds are cut to it, and that is noted', () => {
    const packet = enhancedPacket(true, 0, T, counted(8));
    packet.set(u32(true, 100), 20);
    const simple = simplePacket(true, 100, counted(8));
    const head = concat(sectionHeader(true), interfaceBlock(true));
    const { packets, notes } = readWhole(new PcapngReader(), concat(head, packet, simple));
    expect(packets.map(({ bytes }) => bytes)).toEqual([counted(8), counted(8)]);
    expect(notes).toMatchObject([
      { code: 'bad-block', offset: 48 },
      { code: 'bad-block', offset: 48 + 40 },
    ]);
  });

  it('in blocks too short for them are noted and counted', () => {
    const head = concat(sectionHeader(true), interfaceBlock(true));
    const short = [block(true, 6, counted(16)), block(true, 3), block(true, 2)];
    const { packets, notes } = readWhole(
      new PcapngReader(),
      concat(head, ...short, enhancedPacket(true, 0, T, counted(1))),
    );
    expect(packets).toMatchObject([{ number: 4 }]);
    expect(notes.map(({ code }) => code)).toEqual(['bad-block', 'bad-block', 'bad-block']);
  });

  it('of an unknown interface are skipped and counted, with one note an interface', () => {
    const on = (id: number) => enhancedPacket(true, id, T, counted(1));
    const file = concat(
      sectionHeader(true),
      simplePacket(true, 1, counted(1)),
      interfaceBlock(true),
      on(0),
      on(7),
      on(7),
      on(9),
      on(0),
    );
    const { packets, notes } = readWhole(new PcapngReader(), file);
    expect(packets.map(({ number }) => number)).toEqual([2, 6]);
    expect(notes.map(({ code, offset }) => [code, offset])).toEqual([
      ['unknown-interface', 28],
      ['unknown-interface', 28 + 20 + 20 + 36],
      ['unknown-interface', 28 + 20 + 20 + 3 * 36],
    ]);
  });

  it('of an interface described by too short a block are skipped', () => {
    const file = concat(
      sectionHeader(true),
      block(true, 1, hex('01 00 00 00')),
      enhancedPacket(true, 0, T, counted(1)),
    );
    const { packets, notes } = readWhole(new PcapngReader(), file);
    expect(packets).toEqual([]);
    expect(notes.map(({ code }) => code)).toEqual(['bad-block', 'unknown-interface']);
  });

  it('are read although the options before them run past their block', () => {
    const long = concat(u16(true, 2, 500), counted(4));
    const file = concat(sectionHeader(true), interfaceBlock(true, 1, 0, long), enhancedPacket(true, 0, T, counted(1)));
    expect(readWhole(new PcapngReader(), file).packets).toHaveLength(1);
  });
});

describe('pcapng damage', () => {
  const head = concat(sectionHeader(true), interfaceBlock(true));
  const packet = enhancedPacket(true, 0, T, counted(9));

  /** The packet with its leading (or trailing) length replaced. */
  function withLength(length: number, at = 4): Uint8Array {
    const damaged = Uint8Array.from(packet);
    damaged.set(u32(true, length), at);
    return damaged;
  }

  it('of the trailing length is noted, and the leading one is used', () => {
    const file = concat(head, withLength(8, packet.length - 4), packet);
    const { packets, notes } = readWhole(new PcapngReader(), file);
    expect(packets).toHaveLength(2);
    expect(notes).toMatchObject([{ code: 'bad-block', offset: head.length }]);
  });

  it.each([0, 4, 8, 11, 13, 42, 0xffff_ffff])('of the length, now %i, skips to the next block that fits', (length) => {
    const file = concat(head, packet, withLength(length), packet, packet);
    for (const chunks of [[file], bySize(file, 1), bySize(file, 50)]) {
      const { packets, notes } = readChunks(new PcapngReader(), chunks);
      expect(packets.map(({ bytes }) => bytes)).toEqual([counted(9), counted(9), counted(9)]);
      const at = head.length + packet.length;
      expect(notes).toMatchObject([
        { code: 'bad-block', offset: at },
        { code: 'bad-block', offset: at + packet.length },
      ]);
      expect(notes[1]?.message).toContain(`${packet.length} bytes were skipped`);
    }
  });

  it('without a block behind it is said', () => {
    const { packets, notes } = readWhole(new PcapngReader(), concat(head, packet, withLength(3), counted(500)));
    expect(packets).toHaveLength(1);
    expect(notes).toMatchObject([
      { code: 'bad-block', offset: head.length + packet.length },
      { code: 'bad-block', message: 'no further block was found up to the end of the file' },
    ]);
  });

  it('does not hide a block behind bytes that only look like one', () => {
    const lure = concat(u32(true, 6, 4000), counted(3));
    const file = concat(head, withLength(2), lure, packet);
    const { packets } = readWhole(new PcapngReader(), file);
    expect(packets).toHaveLength(1);
    expect(readChunks(new PcapngReader(), bySize(file, 1)).packets).toEqual(packets);
  });

  it('in a long stretch is searched in one pass', () => {
    const file = concat(head, withLength(2), new Uint8Array(3_000_000), packet);
    for (const size of [file.length, 65536, 1000]) {
      expect(readChunks(new PcapngReader(), bySize(file, size)).packets).toHaveLength(1);
    }
  });

  it.each([
    { what: 'a first block that is no section header', file: concat(interfaceBlock(true), head, packet) },
    { what: 'a section header without byte order', file: concat(sectionHeader(true).fill(0, 8, 12), head, packet) },
    { what: 'a section header of 12 bytes', file: concat(hex('0a 0d 0d 0a 0c 00 00 00 4d 3c 2b 1a'), head, packet) },
  ])('as $what leads to the next section', ({ file }) => {
    const { packets, notes } = readWhole(new PcapngReader(), file);
    expect(packets).toHaveLength(1);
    expect(notes.map(({ code }) => code)).toEqual(['bad-block', 'bad-block']);
  });

  it('steps over a block longer than 64 MiB without holding it', () => {
    const length = 64 * 1024 * 1024 + 4;
    const reader = new PcapngReader();
    expect(reader.push(concat(head, u32(true, 6, length)))).toEqual([]);
    const before = process.memoryUsage().arrayBuffers;
    const piece = new Uint8Array(1024 * 1024);
    for (let left = length - 8; left > 0; left -= piece.length) {
      reader.push(left < piece.length ? piece.subarray(0, left) : piece);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1024 * 1024);
    expect(reader.push(packet)).toHaveLength(1);
    expect(reader.takeNotes()).toMatchObject([{ code: 'record-too-long', offset: head.length }]);
    expect(reader.finished).toBe(false);
  });

  it('as the end of the file within a block stepped over is noted as a cut', () => {
    const file = concat(head, u32(true, 6, 0x7fff_fff0), counted(40));
    expect(readWhole(new PcapngReader(), file).notes).toMatchObject([
      { code: 'record-too-long', offset: head.length },
      { code: 'truncated', offset: head.length },
    ]);
  });

  it('of every block is not told without end', () => {
    const bad = Array.from({ length: 1000 }, () => withLength(8, packet.length - 4));
    const { packets, notes } = readWhole(new PcapngReader(), concat(head, ...bad));
    expect(packets).toHaveLength(1000);
    expect(notes).toHaveLength(MAX_NOTES_PER_CODE);
    expect(notes.at(-1)?.message).toContain('not listed');
  });

  it('of the version is noted, and the section is read', () => {
    const file = concat(sectionHeader(true, [2, 0]), interfaceBlock(true), packet);
    const { packets, notes } = readWhole(new PcapngReader(), file);
    expect(packets).toHaveLength(1);
    expect(notes).toMatchObject([{ code: 'bad-header', offset: 0 }]);
  });
});
