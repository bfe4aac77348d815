import { describe, expect, it } from 'vitest';
import type { CaptureReader } from '../../src/capture/packet.js';
import { PcapReader } from '../../src/capture/pcap.js';
import { PcapngReader } from '../../src/capture/pcapng.js';
import {
  concat,
  counted,
  enhancedPacket,
  hex,
  interfaceBlock,
  MICRO,
  MODIFIED,
  NANO,
  obsoletePacket,
  option,
  pcapFile,
  sectionHeader,
  simplePacket,
  u32,
} from './build.js';
import { byChance, bySize, readChunks, readWhole, seededRandom } from './read.js';

const ROUNDS = 20_000;
const T = 1_700_000_000_000_000n;

const RECORDS = Array.from({ length: 6 }, (_, index) => ({
  seconds: 1700000000 + index,
  fraction: index * 1000,
  bytes: counted(7 * index, index),
}));

function pcapngFile(little: boolean): Uint8Array {
  const packets = [0, 1, 0].map((id, index) =>
    enhancedPacket(little, id, T + BigInt(index), counted(5 * index + 3, index)),
  );
  const section = [
    sectionHeader(little),
    interfaceBlock(little, 1, 96),
    interfaceBlock(little, 101, 0, option(little, 9, hex('09')), option(little, 14, counted(8))),
    ...packets,
    simplePacket(little, 9, counted(9)),
    obsoletePacket(little, 0, T, counted(4)),
  ];
  return concat(...section, ...section.slice(0, 4));
}

const SEEDS: readonly { name: string; file: Uint8Array; reader: () => CaptureReader }[] = [
  ...[MICRO, NANO, MODIFIED].flatMap((magic) =>
    [true, false].map((little) => ({
      name: `pcap ${magic.toString(16)} ${little ? 'little' : 'big'} endian`,
      file: pcapFile({ magic, little }, RECORDS),
      reader: () => new PcapReader(),
    })),
  ),
  ...[true, false].map((little) => ({
    name: `pcapng ${little ? 'little' : 'big'} endian`,
    file: pcapngFile(little),
    reader: () => new PcapngReader(),
  })),
];

type Random = () => number;
type Mutation = (file: Uint8Array, random: Random) => Uint8Array;

const below = (random: Random, limit: number) => Math.floor(random() * limit);

const EXTREMES = [0, 1, 3, 12, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_fffc, 64 * 1024 * 1024, 0x0a0d_0d0a, 6];

const MUTATIONS: readonly Mutation[] = [
  (file, random) => {
    const mutated = Uint8Array.from(file);
    for (let count = 1 + below(random, 8); count > 0; count--) mutated[below(random, file.length)] = below(random, 256);
    return mutated;
  },
  (file, random) => {
    const mutated = Uint8Array.from(file);
    const value = u32(random() < 0.5, EXTREMES[below(random, EXTREMES.length)]!);
    mutated.set(value, 4 * below(random, file.length / 4 - 1));
    return mutated;
  },
  (file, random) => file.subarray(0, below(random, file.length)),
  (file, random) => {
    const at = below(random, file.length);
    return concat(file.subarray(0, at), file.subarray(at + 1 + below(random, 20)));
  },
  (file, random) => {
    const at = below(random, file.length);
    return concat(file.subarray(0, at), counted(below(random, 20), below(random, 256)), file.subarray(at));
  },
];

describe.each(SEEDS)('$name, mutated', ({ file, reader }) => {
  it(`is read without harm, the same in every chunking, ${ROUNDS / SEEDS.length} times`, () => {
    const random = seededRandom(file.length);
    for (let round = 0; round < ROUNDS / SEEDS.length; round++) {
      let mutated = file;
      for (let count = 1 + below(random, 3); count > 0 && mutated.length > 30; count--) {
        mutated = MUTATIONS[below(random, MUTATIONS.length)]!(mutated, random);
      }
      const whole = readWhole(reader(), mutated);
      const captured = whole.packets.reduce((sum, { bytes }) => sum + bytes.length, 0);
      const sound = whole.packets.every(
        ({ time, bytes, originalLength }) => Number.isFinite(time) && originalLength >= bytes.length,
      );
      if (!sound || captured > mutated.length) expect.fail(`round ${round}: ${Buffer.from(mutated).toString('hex')}`);
      const chunks = round % 10 === 0 ? bySize(mutated, 1) : byChance(mutated, random);
      const chunked = readChunks(reader(), chunks);
      // Comparing by text is several times faster than by structure.
      if (asText(chunked) !== asText(whole)) expect(chunked, Buffer.from(mutated).toString('hex')).toEqual(whole);
    }
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(100 * 1024 * 1024);
  });
});

function asText(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    typeof part === 'bigint' ? `${part}n` : part instanceof Uint8Array ? Buffer.from(part).toString('hex') : part,
  );
}
