// A frame's header (RFC 6455, 5.2), and whether it may be one.

import type { Direction } from '../../spec/versions.js';

export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

export const MAX_HEADER_BYTES = 14;
/** 5.5. */
export const MAX_CONTROL_BYTES = 125;

export interface FrameHeader {
  readonly fin: boolean;
  /** RSV1 (RFC 7692: this message is compressed), RSV2 and RSV3. */
  readonly rsv: number;
  readonly opcode: number;
  readonly length: number;
  /** Bytes of the header itself. */
  readonly headerLength: number;
  /** Offset of the mask in the header; undefined when the payload is not masked. */
  readonly maskAt: number | undefined;
  /** The length is written in more bytes than it needs. */
  readonly longForm: boolean;
}

export const RSV1 = 4;

/** Bytes of the header at bytes[at], as far as is known when it is cut: never more than it has. */
export function frameHeaderLength(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 2) return 2;
  const length = bytes[at + 1]! & 0x7f;
  return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + (bytes[at + 1]! >= 0x80 ? 4 : 0);
}

/** The whole header at bytes[at]. */
export function readFrameHeader(bytes: Uint8Array, at: number): FrameHeader {
  const headerLength = frameHeaderLength(bytes, at, at + 2);
  const short = bytes[at + 1]! & 0x7f;
  const width = short === 126 ? 2 : short === 127 ? 8 : 0;
  let length = short;
  if (width > 0) {
    length = 0;
    for (let i = at + 2; i < at + 2 + width; i++) length = length * 256 + bytes[i]!;
  }
  const first = bytes[at]!;
  return {
    fin: first >= 0x80,
    rsv: (first >> 4) & 7,
    opcode: first & 0x0f,
    length,
    headerLength,
    maskAt: bytes[at + 1]! >= 0x80 ? 2 + width : undefined,
    longForm: (width === 2 && length < 126) || (width === 8 && length < 0x10000),
  };
}

/** Why it cannot be a frame's header, or undefined. */
export function frameProblem(header: FrameHeader, mayDeflate: boolean, maxFrameBytes: number): string | undefined {
  const { fin, rsv, opcode, length } = header;
  if (opcode > PONG || (opcode > BINARY && opcode < CLOSE)) return `opcode ${opcode} is reserved`;
  if ((rsv & ~RSV1) !== 0) return 'reserved bits are set';
  if (rsv !== 0 && !mayDeflate) return 'RSV1 is set without permessage-deflate';
  if (rsv !== 0 && opcode !== TEXT && opcode !== BINARY) return `RSV1 is set with opcode ${opcode}`;
  if (opcode >= CLOSE && !fin) return `a control frame (opcode ${opcode}) is fragmented`;
  if (opcode >= CLOSE && length > MAX_CONTROL_BYTES) return `a control frame (opcode ${opcode}) has ${length} bytes`;
  if (length > maxFrameBytes) return `a frame says that it has ${length} bytes`;
  return undefined;
}

/** 5.1: a client masks, a server does not. */
export function senderOf(header: FrameHeader): Direction {
  return header.maskAt === undefined ? 'server-to-client' : 'client-to-server';
}

/** 5.3: into a fresh buffer; `phase` is the offset of bytes[0] in the payload. */
export function unmasked(bytes: Uint8Array, mask: Uint8Array, phase: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) out[i] = bytes[i]! ^ mask[(phase + i) & 3]!;
  return out;
}
