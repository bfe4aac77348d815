// Where frames begin, when it is not known: a segment that is frames from its first byte to its last, or one whose first
// frame, longer than it, begins like MQTT. By chance that happens to one segment in some thousands.

import type { Direction } from '../../spec/versions.js';
import { telling } from '../detect.js';
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  type FrameHeader,
  frameHeaderLength,
  frameProblem,
  RSV1,
  readFrameHeader,
  senderOf,
  unmasked,
} from './frame.js';
import { Inflater, TAIL } from './inflater.js';
import { WEBSOCKET_DEFAULTS } from './options.js';

/** What is looked at of a segment's content. */
const LOOK_BYTES = 4096;

/** Whether a segment begins with a frame of this direction; a frame that masks as the other side has to does not count. */
export function beginsWithFrames(
  bytes: Uint8Array,
  direction: Direction,
  mayDeflate: boolean,
  maxFrameBytes: number,
): boolean {
  const first = headerAt(bytes, 0, mayDeflate, maxFrameBytes);
  if (first === 'none' || first === 'cut') return false;
  if (first.headerLength + first.length > bytes.length) {
    return first.opcode === BINARY && senderOf(first) === direction && tellingContent(bytes, first) > 0;
  }
  for (let at = 0; at < bytes.length; ) {
    const header = headerAt(bytes, at, mayDeflate, maxFrameBytes);
    if (header === 'cut') return true;
    if (header === 'none' || senderOf(header) !== direction) return false;
    at += header.headerLength + header.length;
  }
  return true;
}

function headerAt(
  bytes: Uint8Array,
  at: number,
  mayDeflate: boolean,
  maxFrameBytes: number,
): FrameHeader | 'cut' | 'none' {
  if (at + frameHeaderLength(bytes, at, bytes.length) > bytes.length) return 'cut';
  const header = readFrameHeader(bytes, at);
  return frameProblem(header, mayDeflate, maxFrameBytes) === undefined ? header : 'none';
}

/**
 * Like telling() of ../detect.ts, for the MQTT packets in the frames of a segment from the middle of a connection: how
 * much they tell, 0 when it does not begin with frames or they hold something else. Frames that end with the segment
 * tell a little by themselves.
 */
export function tellingFrames(bytes: Uint8Array): number {
  const { maxFrameBytes } = WEBSOCKET_DEFAULTS;
  const first = headerAt(bytes, 0, true, maxFrameBytes);
  if (first === 'none' || first === 'cut') return 0;
  const content = new Uint8Array(Math.min(bytes.length, LOOK_BYTES));
  let size = 0;
  let at = 0;
  while (at < bytes.length && size < content.length) {
    const header = headerAt(bytes, at, true, maxFrameBytes);
    if (header === 'cut') break;
    if (header === 'none' || senderOf(header) !== senderOf(first)) return 0;
    if (header.opcode === BINARY || header.opcode === CONTINUATION) {
      const piece = contentOf(bytes.subarray(at), header, content.length - size);
      content.set(piece, size);
      size += piece.length;
    } else if (header.opcode < CLOSE) return 0;
    at += header.headerLength + header.length;
  }
  const told = telling(content.subarray(0, size));
  return told === 0 ? 0 : told + (at === bytes.length ? 1 : 0);
}

function tellingContent(bytes: Uint8Array, header: FrameHeader): number {
  return telling(contentOf(bytes, header, LOOK_BYTES));
}

/** The beginning of what a frame carries: unmasked, and inflated where that needs nothing that came before. */
function contentOf(bytes: Uint8Array, header: FrameHeader, room: number): Uint8Array {
  const { headerLength, length, maskAt, rsv } = header;
  const seen = bytes.subarray(headerLength, Math.min(bytes.length, headerLength + Math.min(length, LOOK_BYTES)));
  const payload = maskAt === undefined ? seen : unmasked(seen, bytes.subarray(maskAt, maskAt + 4), 0);
  if (rsv !== RSV1) return payload.subarray(0, room);
  const input = new Uint8Array(payload.length + (payload.length === length ? TAIL.length : 0));
  input.set(payload);
  if (input.length > payload.length) input.set(TAIL, payload.length);
  const inflated = new Inflater({ ...WEBSOCKET_DEFAULTS, maxMessageBytes: 1 << 20 }).inflate(input);
  return inflated.kind === 'bytes' ? inflated.bytes.subarray(0, room) : new Uint8Array(0);
}
