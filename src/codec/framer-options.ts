// The bounds of framing, and what those who frame many directions share.

import type { Locate, Scratch } from './assembly.js';

export interface FramerOptions {
  /** A longer packet keeps its first bytes, the rest is counted (default 16 MiB). */
  readonly maxPacketBytes: number;
  /** Where packets in several chunks are put together; with it, they are valid until it turns. */
  readonly scratch?: Scratch | undefined;
  readonly locate?: Locate | undefined;
}

export const FRAMER_DEFAULTS: FramerOptions = { maxPacketBytes: 16 * 1024 * 1024 };
