// Feeds a layer with chunks and takes apart what it delivers. Every chunk's buffer is overwritten after its push, as a
// reader may that uses its memory again.

import type { Chunk, Side } from '../../src/bytes/chunk.js';
import { copyOf } from '../../src/bytes/copy.js';
import type { Delivery, Notice, Transport } from '../../src/transport/transport.js';
import { concat } from '../support/hex.js';
import { Random } from '../support/random.js';

export interface Fed {
  readonly side: Side;
  readonly chunk: Chunk;
}

export function data(side: Side, bytes: Uint8Array): Fed {
  return { side, chunk: { kind: 'data', bytes, time: 0, origin: 0 } };
}

export function gap(side: Side, length: number | undefined, reason: 'lost' | 'mid-stream' = 'lost'): Fed {
  const chunk = { kind: 'gap', time: 0, origin: 0, reason } as const;
  return { side, chunk: length === undefined ? chunk : { ...chunk, length } };
}

/** Everything that a layer makes of these chunks and the end. */
export function through(transport: Transport, fed: readonly Fed[]): Delivery[] {
  const out: Delivery[] = [];
  for (const { side, chunk } of fed) {
    const memory = chunk.kind === 'data' ? Buffer.from(chunk.bytes) : undefined;
    const given = chunk.kind === 'data' ? { ...chunk, bytes: memory! } : chunk;
    for (const one of transport.push(side, given)) out.push(kept(one));
    memory?.fill(0xa5);
  }
  for (const one of transport.end(0, 0)) out.push(kept(one));
  return out;
}

function kept(one: Delivery): Delivery {
  if (!('chunk' in one) || one.chunk.kind === 'gap') return one;
  return { side: one.side, chunk: { ...one.chunk, bytes: copyOf(one.chunk.bytes) } };
}

export function noticesOf(deliveries: readonly Delivery[]): Notice[] {
  return deliveries.flatMap((one) => ('notice' in one ? [one.notice] : []));
}

/** The inner data bytes of one side, gaps left out. */
export function innerOf(deliveries: readonly Delivery[], side: Side): Uint8Array {
  const of = deliveries.flatMap((one) => ('chunk' in one && one.side === side ? [one.chunk] : []));
  return concat(...of.flatMap((chunk) => (chunk.kind === 'data' ? [chunk.bytes] : [])));
}

/** Bytes cut 'whole', 'byte by byte', into 'two', or at 'random'. */
export function pieces(bytes: Uint8Array, how: string, seed = 1): Uint8Array[] {
  const random = new Random(seed);
  const cut: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const left = bytes.length - at;
    const size =
      how === 'whole'
        ? left
        : how === 'two'
          ? Math.ceil(bytes.length / 2)
          : how === 'random'
            ? random.between(1, 40)
            : 1;
    cut.push(bytes.subarray(at, at + Math.min(left, size)));
    at += Math.min(left, size);
  }
  return cut;
}
