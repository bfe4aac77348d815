// Chunks of both directions as bytes, so that they can be bent: a record of three bytes (flags, length) and its data each.

import { concat } from './mutate.js';

/** @typedef {import('../../src/bytes/chunk.js').Chunk} Chunk */
/** @typedef {{ readonly side: 0 | 1, readonly chunk: Chunk }} Fed */

const GAP = 0x40;
const UNKNOWN_GAP = 0x20;

/** @param {readonly { readonly side: number, readonly bytes: Uint8Array }[]} chunks */
export function packed(chunks) {
  return concat(
    ...chunks.flatMap(({ side, bytes }) => [Uint8Array.of(side, bytes.length >> 8, bytes.length & 0xff), bytes]),
  );
}

/** @param {Uint8Array} bytes @returns {Fed[]} */
export function unpacked(bytes) {
  /** @type {Fed[]} */
  const fed = [];
  for (let at = 0; at + 3 <= bytes.length; ) {
    const flags = bytes[at] ?? 0;
    const length = ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const side = (flags & 1) === 0 ? 0 : 1;
    const when = { time: at * 1e6, origin: fed.length + 1 };
    at += 3;
    // Most mutations should damage what is in the chunks, not take them away.
    if ((flags & 0xfe) === GAP) fed.push({ side, chunk: { kind: 'gap', reason: 'lost', length: length + 1, ...when } });
    else if ((flags & 0xfe) === UNKNOWN_GAP) fed.push({ side, chunk: { kind: 'gap', reason: 'lost', ...when } });
    else {
      const end = Math.min(bytes.length, at + length);
      if (end > at) fed.push({ side, chunk: { kind: 'data', bytes: bytes.subarray(at, end), ...when } });
      at = end;
    }
  }
  return fed;
}

/**
 * What a layer makes of the chunks. Each lies in memory that is overwritten after its push.
 * @param {import('../../src/transport/transport.js').Transport} layer @param {readonly Fed[]} fed
 */
export function through(layer, fed) {
  /** @type {[Uint8Array[], Uint8Array[]]} */
  const data = [[], []];
  /** @type {string[]} */
  const codes = [];
  /** @param {readonly import('../../src/transport/transport.js').Delivery[]} deliveries */
  const take = (deliveries) => {
    for (const one of deliveries) {
      if ('notice' in one) codes.push(one.notice.code);
      else if (one.chunk.kind === 'data') data[one.side].push(Uint8Array.from(one.chunk.bytes));
      else codes.push('gap');
    }
  };
  for (const { side, chunk } of fed) {
    const own = chunk.kind === 'data' ? { ...chunk, bytes: Buffer.from(chunk.bytes) } : chunk;
    take(layer.push(side, own));
    if (own.kind === 'data') own.bytes.fill(0xa5);
  }
  take(layer.end(0, 0));
  return { data: /** @type {const} */ ([concat(...data[0]), concat(...data[1])]), codes };
}

/** The codes once each, as one word. @param {readonly string[]} codes */
export const kindOf = (codes) => [...new Set(codes)].join(' ');
