// What comes of the bytes of one direction: packets, and what is between them.

import type { Locate, Scratch } from './assembly.js';
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

export interface FramerOptions {
  /** A longer packet keeps its first bytes, the rest is counted (default 16 MiB). */
  readonly maxPacketBytes: number;
  /** Where packets in several chunks are put together; with it, they are valid until it turns. */
  readonly scratch?: Scratch | undefined;
  readonly locate?: Locate | undefined;
}

export const FRAMER_DEFAULTS: FramerOptions = { maxPacketBytes: 16 * 1024 * 1024 };
