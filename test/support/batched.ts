// The two ways from captured packets to items, told apart by nothing: made where they were read, or packed into batches,
// sent, and made on the other side. Whoever looks at an item also looks at what its connections are at that moment.

import type { CapturedPacket } from '../../src/capture/packet.js';
import { BATCH_SIZES, type Batch, type BatchSizes, type Memory, OWN } from '../../src/dissect/batch.js';
import { BatchReader } from '../../src/dissect/batch-reader.js';
import { BatchWriter } from '../../src/dissect/batch-writer.js';
import { Dissector, type DissectorOptions } from '../../src/dissect/dissector.js';
import type { TakesGlanced } from '../../src/dissect/glanced.js';
import type { Item, Summary } from '../../src/dissect/item.js';

export type See = (item: Item) => void;

export interface Ran {
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
  return { summary: dissector.summary(), forgotten: 0 };
}

/** Nothing is read before the writer asks for it: so what is told of connections has to come with the items. */
export function inBatches(
  packets: readonly CapturedPacket[],
  options: Partial<DissectorOptions>,
  see: See,
  sizes: BatchSizes = BATCH_SIZES,
  glance?: TakesGlanced,
): Ran {
  const sent: Batch[] = [];
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
      reader.open(batch);
      for (let item = reader.next(glance); item !== undefined; item = reader.next(glance)) see(item);
      // Memory that is written again must not be looked at.
      if (batch.memory !== undefined) memories.set(batch.slot, batch.memory);
      memories.get(batch.slot)!.bytes.fill(0x5a);
      writer.giveBack({ slot: batch.slot, length: batch.slot === OWN ? batch.memory!.bytes.length : 0 });
    }
  };
  const dissector = new Dissector({ ...options, outcome: writer });
  for (const packet of inOneMemory(packets)) {
    if (dissector.push(packet).length > 0) throw new Error('an item on the side that reads');
    if (writer.isFull) read();
  }
  dissector.end();
  writer.flush();
  read();
  return { summary: { ...dissector.summary(), problems: reader.problems }, forgotten };
}
