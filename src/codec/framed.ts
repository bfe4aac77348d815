// What comes of the bytes of one direction: packets, and what is between them.

import type { LostSync } from './lost-bytes.js';

export interface FramedPacket {
  readonly kind: 'frame';
  /** What is here of the packet: shorter than `length` after a gap, at the end of the stream, beyond maxPacketBytes. */
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly time: number;
  /** Capture frame numbers, ascending. */
  readonly origins: readonly number[];
  /** Of one in several chunks: offset in the packet and in the file (or -1) of each piece, in turn. */
  readonly pieces: readonly number[] | undefined;
  /** Where it stands in the file, -1 when it does not stand there in one piece; undefined when nobody can tell. */
  readonly offset: number | undefined;
}

export type Framed = FramedPacket | LostSync;

/** One that becomes another each time. */
export type UsualPacket = { -readonly [K in keyof FramedPacket]: FramedPacket[K] };

export function usual(): readonly [UsualPacket] {
  const bytes = new Uint8Array(0);
  return [{ kind: 'frame', bytes, length: 0, time: Number.NaN, origins: [], pieces: undefined, offset: undefined }];
}
