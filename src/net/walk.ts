// The state of one walk through a captured packet, header by header, and what comes of it: the walk is the Segment.
// A header reader looks at [at, end), checks that what it needs is there, moves `at` behind itself, narrows the end where
// it knows the length, and names what follows by number (headers.ts has the readers). It never reads at or beyond `end`.

import type { FragmentTable } from './fragments.js';
import type { Segment, Skipped, SkipReason } from './segment.js';

/** What follows a header: a number of one of the spaces below, or DONE, or STOP. */
export type Next = number;
export type HeaderReader = (walk: Walk) => Next;

/** The walk is a complete segment. */
export const DONE = -1;
/** There is no segment; walk.skipped says why. */
export const STOP = -2;

// The spaces of numbers that name headers: 16 bits each, `ETHER_TYPE | 0x0800`.
export const LINK = 0 << 16;
export const ETHER_TYPE = 1 << 16;
export const IP_PROTOCOL = 2 << 16;
export const PPP = 3 << 16;
export const LLC_SAP = 4 << 16;
export const ADDRESS_FAMILY = 5 << 16;
/** A port of a UDP datagram: weak evidence, so every reader of this space looks for more and else says UDP. */
export const UDP_PORT = 6 << 16;
export const SPACES = 7;

export const skip = (reason: SkipReason, what: string): Skipped => ({ kind: 'skipped', reason, what });

/** The two ways in which a header can be too short: the capture cut it, or it never was longer. */
export interface Short {
  readonly cut: Skipped;
  readonly malformed: Skipped;
}

export const short = (header: string): Short => ({
  cut: skip('cut', header),
  malformed: skip('malformed', `${header} too short`),
});

/** What is read of a captured packet; capture/ yields it (and is of the same rank, so nothing is imported from there). */
export interface PacketBytes {
  readonly number: number;
  readonly time: number;
  readonly link: number;
  readonly bytes: Uint8Array;
  readonly originalLength: number;
  /** What `bytes` is a view of, where they begin in it, and their length: instead of `bytes`, which need not be looked at. */
  readonly memory?: Uint8Array;
  readonly start?: number;
  readonly capturedLength?: number;
}

const NO_BYTES: Uint8Array = new Uint8Array(0);
const NOTHING = skip('malformed', 'nothing');

export class Walk implements Segment {
  readonly kind = 'segment';
  frame = 0;
  time = Number.NaN;
  bytes: Uint8Array = NO_BYTES;
  addressLength: 4 | 16 = 4;
  sourceAt = 0;
  destinationAt = 0;
  sourcePort = 0;
  destinationPort = 0;
  sequence = Number.NaN;
  acknowledgment = Number.NaN;
  flags = 0;
  payloadAt = 0;
  payloadEnd = 0;
  payloadLength = 0;

  /** Where the next header begins. */
  at = 0;
  /** Where the captured bytes of the present layer end. */
  end = 0;
  /** Where the present layer ended on the wire: beyond `end` when the capture cut the packet. */
  wireEnd = 0;
  skipped: Skipped = NOTHING;
  /** Datagrams that wait for more of their fragments, across packets. */
  readonly fragments: FragmentTable;

  constructor(fragments: FragmentTable) {
    this.fragments = fragments;
  }

  start(packet: PacketBytes): void {
    const { memory = packet.bytes, start = 0, capturedLength = memory.length, originalLength } = packet;
    this.frame = packet.number;
    this.time = packet.time;
    this.bytes = memory;
    this.at = start;
    this.end = start + capturedLength;
    // Some writers leave the original length 0 or below the captured one; the bytes that are here were on the wire.
    this.wireEnd = start + Math.max(originalLength, capturedLength);
  }

  /** The present layer ends at `end` by its own account; what follows is padding. A longer account changes nothing. */
  limit(end: number): void {
    if (end < this.wireEnd) this.wireEnd = end;
    if (end < this.end) this.end = end;
  }

  /** The walk goes on in other bytes: a datagram put together, its two addresses and then what the fragments carried. */
  continueIn(datagram: Uint8Array): void {
    this.bytes = datagram;
    this.sourceAt = 0;
    this.destinationAt = this.addressLength;
    this.at = 2 * this.addressLength;
    this.end = datagram.length;
    this.wireEnd = datagram.length;
  }

  /** Two bytes in network order. */
  uint16(at: number): number {
    return (this.bytes[at]! << 8) | this.bytes[at + 1]!;
  }

  stop(skipped: Skipped): Next {
    this.skipped = skipped;
    return STOP;
  }

  /** The header needs more bytes than there are before `end`. */
  stopShort(header: Short): Next {
    return this.stop(this.wireEnd > this.end ? header.cut : header.malformed);
  }
}
