// The way in: captured packets to TCP segments.

import type { CapturedPacket } from '../capture/packet.js';
import type { Segment, Skipped } from './segment.js';

export { formatAddress, formatEndpoint } from './address.js';
export type { Segment, Skipped, SkipReason } from './segment.js';

/** Reads captured packets one at a time; owns what reading needs, so that a packet costs no allocation. */
export declare class SegmentReader {
  /** The TCP segment in the packet (valid until the next read), or why there is none. Never throws. */
  read(packet: CapturedPacket): Segment | Skipped;
}
