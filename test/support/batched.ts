// The two ways from captured packets to items, told apart by nothing: made where they were read, or packed into batches,
// sent, and made on the other side. Whoever looks at an item also looks at what its connections are at that moment.

import type { CapturedPacket } from '../../src/capture/packet.js';
import { BATCH_SIZES, type Batch, type BatchSizes, type FileBytes, type Memory, OWN } from '../../src/dissect/batch.js';
import { BatchReader } from '../../src/dissect/batch-reader.js';
import { BatchWriter } from '../../src/dissect/batch-writer.js';
import { Dissector, type DissectorOptions } from '../../src/dissect/dissector.js';
import type { TakesGlanced } from '../../src/dissect/glanced.js';
import type { Item, Summary } from '../../src/dissect/item.js';

export type See = (item: Item) => void;

/** A file of captured packets, from one of them on. */
export interface PacketFile {
  readonly first: number;
  readonly bytes: Uint8Array;
}

/** The packets, in so many files, with their offsets there: bytes of one file are none of another's. */
export function inFiles(
  packets: readonly CapturedPacket[],
  count: number,
): { readonly packets: readonly CapturedPacket[]; readonly files: readonly PacketFile[] } {
  const files: { first: number; bytes: Uint8Array }[] = [];
  const moved: CapturedPacket[] = [];
  for (let file = 0; file < count; file++) {
    const [first, end] = [file, file + 1].map((n) => Math.floor((n * packets.length) / count)) as [number, number];
    const its = packets.slice(first, end);
    let offset = 24 + 1000 * file;
    const bytes = new Uint8Array(its.reduce((sum, one) => sum + one.bytes.length + 16, offset)).fill(0xee);
    for (const packet of its) {
      bytes.set(packet.bytes, offset);
      moved.push({ ...packet, offset });
      offset += packet.bytes.length + 16;
    }
    files.push({ first, bytes });
  }
  return { packets: moved, files };
}

/** Reads from such a file, and counts how often. */
class FileInMemory implements FileBytes {
  reads = 0;

  constructor(private readonly bytes: Uint8Array) {}

  read(length: number, offset: number, pieces: readonly number[] = [0, offset]): Uint8Array {
    this.reads++;
    const read = new Uint8Array(length);
    for (let i = 0; i < pieces.length; i += 2) {
      const [from, position] = [pieces[i]!, pieces[i + 1]!];
      read.set(this.bytes.subarray(position, position + (pieces[i + 2] ?? length) - from), from);
    }
    return read;
  }

  changed(): Error {
    return new Error('bytes of another place');
  }
}

export interface Ran {
  /** Packets that were read from a file again. */
  readonly readAgain: number;
  readonly summary: Summary;
  /** Connections that the reader was told to forget. */
  readonly forgotten: number;
}

/** Each packet in one and the same memory, overwritten as soon as it was dissected: whoever keeps bytes copies them. */
function* inOneMemory(packets: readonly CapturedPacket[]): Generator<CapturedPacket, void, void> {
  const memory = new Uint8Array(Math.max(0, ...packets.map((packet) => packet.bytes.length)));
  for (const packet of packets) {
    memory.set(packet.bytes);
    yield { ...packet, bytes: memory.subarray(0, packet.bytes.length) };
    memory.fill(0xa5);
  }
}

export function inOneThread(packets: readonly CapturedPacket[], options: Partial<DissectorOptions>, see: See): Ran {
  const dissector = new Dissector(options);
  for (const packet of inOneMemory(packets)) for (const item of dissector.push(packet)) see(item);
  for (const item of dissector.end()) see(item);
  return { summary: dissector.summary(), forgotten: 0, readAgain: 0 };
}

/** Nothing is read before the writer asks for it: so what is told of connections has to come with the items. */
export function inBatches(
  packets: readonly CapturedPacket[],
  options: Partial<DissectorOptions>,
  see: See,
  sizes: BatchSizes = BATCH_SIZES,
  glance?: TakesGlanced,
  files: readonly PacketFile[] = [],
): Ran {
  const sent: (Batch | FileInMemory)[] = [];
  let readAgain = 0;
  const memories = new Map<number, Memory>();
  let forgotten = 0;
  const writer = new BatchWriter(
    (batch) => {
      sent.push(structuredClone(batch));
      forgotten += batch.forgotten.length;
    },
    sizes,
    glance !== undefined,
  );
  const reader = new BatchReader(options.limits?.conversation?.maxAliasCharacters);
  const read = (): void => {
    for (const batch of sent.splice(0)) {
      if (batch instanceof FileInMemory) {
        readAgain += (reader.file as FileInMemory | undefined)?.reads ?? 0;
        reader.file = batch;
        continue;
      }
      reader.open(batch);
      for (let item = reader.next(glance); item !== undefined; item = reader.next(glance)) see(item);
      // Memory that is written again must not be looked at.
      if (batch.memory !== undefined) memories.set(batch.slot, batch.memory);
      memories.get(batch.slot)!.bytes.fill(0x5a);
      writer.giveBack({ slot: batch.slot, length: batch.slot === OWN ? batch.memory!.bytes.length : 0 });
    }
  };
  const dissector = new Dissector({ ...options, outcome: writer });
  let index = -1;
  for (const packet of inOneMemory(packets)) {
    index++;
    const number = files.findIndex(({ first }) => first === index) + 1;
    if (number > 0) {
      dissector.beginFile(number);
      writer.flush();
      sent.push(new FileInMemory(files[number - 1]!.bytes));
      writer.file = number;
    }
    if (dissector.push(packet).length > 0) throw new Error('an item on the side that reads');
    if (writer.isFull) read();
  }
  dissector.end();
  writer.flush();
  sent.push(new FileInMemory(new Uint8Array(0)));
  read();
  return { summary: { ...dissector.summary(), problems: reader.problems }, forgotten, readAgain };
}
