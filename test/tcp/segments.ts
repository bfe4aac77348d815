// Segments for tests, made by hand and not by the network layer: addresses are single letters' worth of bytes, payloads
// are text, and a direction's segments can be drawn as pictures (see picture()).

import type { Chunk } from '../../src/bytes/chunk.js';
import type { Segment } from '../../src/net/segment.js';

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const ACK = 16;

export interface SegmentFields {
  readonly source?: string;
  readonly destination?: string;
  readonly sequence?: number;
  readonly acknowledgment?: number;
  readonly flags?: number;
  readonly payload?: string | Uint8Array;
  /** Length on the wire, when the capture cut the payload. */
  readonly length?: number;
  readonly frame?: number;
  readonly time?: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('latin1');

const bytesOf = (payload: string | Uint8Array): Uint8Array =>
  typeof payload === 'string' ? encoder.encode(payload) : payload;

/** "10.0.0.2:1883" or "6.0.0.2:1883": the latter stands for an IPv6 address made of these bytes. */
function endpoint(text: string): { address: readonly number[]; port: number } {
  const [address, port] = text.split(':');
  const four = address!.split('.').map(Number);
  return { address: four[0] === 6 ? [...four, ...new Array<number>(11).fill(0), four[3]!] : four, port: Number(port) };
}

export function segment(fields: SegmentFields = {}): Segment {
  const source = endpoint(fields.source ?? '10.0.0.2:20000');
  const destination = endpoint(fields.destination ?? '10.0.0.1:1883');
  const payload = bytesOf(fields.payload ?? '');
  const addressLength = source.address.length === 4 ? 4 : 16;
  const payloadAt = 2 * addressLength + 3;
  const bytes = new Uint8Array(payloadAt + payload.length + 5).fill(0xee);
  bytes.set([...source.address, ...destination.address]);
  bytes.set(payload, payloadAt);
  return {
    kind: 'segment',
    frame: fields.frame ?? 1,
    time: fields.time ?? 0,
    bytes,
    addressLength,
    sourceAt: 0,
    destinationAt: addressLength,
    sourcePort: source.port,
    destinationPort: destination.port,
    sequence: (fields.sequence ?? 0) >>> 0,
    acknowledgment: (fields.acknowledgment ?? 0) >>> 0,
    flags: fields.flags ?? (fields.acknowledgment === undefined ? 0 : ACK),
    payloadAt,
    payloadEnd: payloadAt + payload.length,
    payloadLength: fields.length ?? payload.length,
  };
}

/**
 * A segment drawn: leading spaces place it in the stream, '#' are bytes that the capture cut, a last '|' is a FIN.
 * `start` is the sequence number of the leftmost column.
 */
export function picture(drawing: string, start: number, fields: SegmentFields = {}): Segment {
  const fin = drawing.endsWith('|');
  const drawn = fin ? drawing.slice(0, -1) : drawing;
  const text = drawn.trimStart();
  const payload = text.replace(/#+$/, '');
  const sequence = start + drawn.length - text.length;
  return segment({ sequence, payload, length: text.length, flags: ACK | (fin ? FIN : 0), ...fields });
}

/** What came out, as text: bytes as they are, gaps as "<3 lost>", "<? mid-stream>". */
export const told = (chunks: readonly Chunk[]): string =>
  chunks.map((chunk) => (chunk.kind === 'data' ? decoder.decode(chunk.bytes) : gap(chunk))).join('');

const gap = (chunk: { length?: number; reason: string }): string => `<${chunk.length ?? '?'} ${chunk.reason}>`;

/** A small seeded generator of numbers in [0, below): the same runs every time. */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
