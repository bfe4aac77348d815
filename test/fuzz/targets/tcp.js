// Connections out of segments. An input is a list of segments of eight bytes each; what a segment carries follows from where
// it stands in its stream, unless it is to lie. Bytes and gaps add up to the position, in order; bounds hold; no byte is
// delivered that was not sent at its place; nothing is held in the end.

import { must } from '../fuzzer.js';

/** @typedef {import('../api.js').Api} Api */
/** @typedef {import('../../../src/net/segment.js').Segment} Segment */
/** @typedef {import('../../../src/bytes/chunk.js').Chunk} Chunk */

const LIMITS = { maxHeldBytes: 3000, maxHeldSegments: 12, maxHeldTotal: 20_000, maxConnections: 4, maxClosed: 3 };
const STEP = 8;
const MAX_SEGMENTS = 512;
const START = [0xffffff00, 0x7fffff80];

/** The byte that belongs at a sequence number. @param {number} at */
const byteAt = (at) => (Math.imul(at, 0x9e3779b1) >>> 24) & 0xff;

/** @param {Uint8Array} bytes @param {number} at @param {number} frame @returns {{ segment: Segment, lies: boolean }} */
function segmentOf(bytes, at, frame) {
  const [who = 0, flags = 0, high = 0, low = 0, length = 0, ack = 0, mode = 0, ticks = 0] = bytes.subarray(
    at,
    at + STEP,
  );
  const side = who & 1;
  const far = mode === 0xff ? 0x10000 : 1;
  const sequence = ((START[side] ?? 0) + ((high << 8) | low) * far) >>> 0;
  const lies = (mode & 0x0f) === 0x0f && mode !== 0xff;
  // A SYN takes a number of its own.
  const first = sequence + ((flags >> 1) & 1);
  const packet = new Uint8Array(8 + length);
  packet.set([10, 0, 0, 1 + side, 10, 0, 0, 2 - side]);
  for (let i = 0; i < length; i++) packet[8 + i] = byteAt(first + i) ^ (lies ? 1 : 0);
  const cut = (mode & 0x70) === 0x70 ? Math.min(length, 5) : 0;
  const client = 20_000 + ((who >> 1) & 7);
  return {
    lies,
    segment: {
      ...{ kind: 'segment', frame, time: frame * 1e6 + ticks * 1e8, bytes: packet, addressLength: 4 },
      ...{
        sourceAt: 0,
        destinationAt: 4,
        sourcePort: side === 0 ? client : 1883,
        destinationPort: side === 0 ? 1883 : client,
      },
      ...{ sequence, acknowledgment: ((START[1 - side] ?? 0) + ack * 4) >>> 0, flags: flags & 0x3f },
      ...{ payloadAt: 8, payloadEnd: 8 + length - cut, payloadLength: length },
    },
  };
}

/** @param {number} who @param {number} flags @param {number} at @param {number} length @param {number} ack @param {number} [mode] */
const step = (who, flags, at, length, ack, mode = 0) => [who, flags, at >> 8, at & 0xff, length, ack, mode, 0];

/** @type {readonly (readonly number[][])[]} */
const SEEDS = [
  [
    step(0, 2, 0, 0, 0),
    step(1, 18, 0, 0, 1),
    step(0, 16, 1, 40, 1),
    step(1, 16, 1, 9, 11),
    step(0, 17, 41, 0, 3),
    step(1, 17, 10, 0, 11),
  ],
  [
    step(0, 16, 1, 40, 1),
    step(0, 16, 81, 40, 1),
    step(0, 16, 41, 40, 1),
    step(1, 16, 1, 20, 31),
    step(0, 20, 121, 0, 6),
  ],
  [
    step(0, 2, 0, 0, 0),
    step(0, 16, 300, 100, 1),
    step(0, 16, 200, 100, 1, 15),
    step(0, 16, 1, 255, 1),
    step(1, 16, 1, 20, 101),
  ],
  [
    step(0, 2, 0, 0, 0),
    step(2, 2, 0, 0, 0),
    step(4, 2, 0, 0, 0),
    step(6, 2, 0, 0, 0),
    step(8, 2, 0, 0, 0),
    step(2, 16, 1, 30, 0),
  ],
];

/** @param {Api} api */
export const tcpTarget = (api) => ({
  name: 'tcp',
  seeds: SEEDS.map((steps) => Uint8Array.from(steps.flat())),
  /** @param {unknown} _random @param {Uint8Array} bytes */
  run(_random, bytes) {
    /** @type {import('../../../src/tcp/connections.js').Connections<{ positions: [number, number] }>} */
    const connections = new api.Connections(LIMITS);
    const kinds = new Set();
    let lied = false;
    let time = 0;
    /** @param {import('../../../src/tcp/connection.js').TcpConnection<{ positions: [number, number] }>} connection @param {0 | 1} side @param {readonly Chunk[]} chunks */
    const take = (connection, side, chunks) => {
      const user = (connection.user ??= { positions: [0, 0] });
      for (const chunk of chunks) {
        const length = chunk.kind === 'data' ? chunk.bytes.length : (chunk.length ?? 0);
        // What was missed before the first byte, or where the numbering changed, may be unknown.
        must(length > 0 || (chunk.kind === 'gap' && chunk.length === undefined), () => `an empty ${chunk.kind}`);
        if (chunk.kind === 'data' && !lied) checkContent(chunk.bytes);
        if (chunk.kind === 'gap') kinds.add(chunk.reason);
        user.positions[side] += length;
      }
      const { position } = connection.streams[side];
      must(user.positions[side] === position, () => `${user.positions[side]} delivered at ${position}`);
    };
    for (let at = 0; at + STEP <= bytes.length && at < MAX_SEGMENTS * STEP; at += STEP) {
      const { segment, lies } = segmentOf(bytes, at, at / STEP + 1);
      lied ||= lies;
      time = segment.time;
      const event = connections.push(segment);
      for (const { connection, chunks } of event.ended) {
        kinds.add(connection.closed?.how);
        take(connection, 0, chunks[0]);
        take(connection, 1, chunks[1]);
      }
      const { connection, direction } = event;
      take(connection, direction, event.chunks);
      take(connection, direction === 0 ? 1 : 0, event.released);
      if (event.conflicts.length > 0) kinds.add('conflict');
      must(lied || event.conflicts.length === 0, () => 'a conflict where nothing was sent twice with other contents');
      if (event.closed) kinds.add(connection.closed?.how);
      for (const { heldBytes, heldSegments } of connection.streams) {
        must(heldBytes <= LIMITS.maxHeldBytes, () => `${heldBytes} bytes held`);
        must(heldSegments <= LIMITS.maxHeldSegments, () => `${heldSegments} segments held`);
      }
      must(connections.held <= LIMITS.maxHeldTotal, () => `${connections.held} held in all`);
    }
    for (const { connection, chunks } of connections.end(time, 0)) {
      take(connection, 0, chunks[0]);
      take(connection, 1, chunks[1]);
    }
    must(connections.held === 0, () => `${connections.held} held in the end`);
    return [...kinds].sort().join();
  },
});

/** The bytes are a run of what belongs at some place. @param {Uint8Array} bytes */
function checkContent(bytes) {
  for (let i = 1; i < bytes.length; i++) {
    // Neighbouring places differ by a constant before the shift: the low bits that are lost carry at most one.
    const difference = ((bytes[i] ?? 0) - (bytes[i - 1] ?? 0)) & 0xff;
    must(
      difference === 0x9e || difference === 0x9f,
      () => `byte ${i} of ${bytes.length} does not follow the one before`,
    );
  }
}
