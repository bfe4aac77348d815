// The seam between reading and judging, where each has a thread of its own: framed packets as rows of numbers beside their
// bytes, in memory that changes hands and comes back to be written again (fresh memory costs more than the copying). What
// is rare goes beside the rows, as objects that a message can carry.

import type { Direction, Version } from '../spec/versions.js';
import type { EventItem } from './item.js';
import type { ConnectionState } from './told.js';

export interface Buffers {
  /** One each. */
  readonly times: Float64Array<ArrayBuffer>;
  /** COLUMNS numbers each: integers stay integers on the other side, which is half of its speed. */
  readonly rows: Uint32Array<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What happened in order: a row is a packet or an event. */
export interface Batch extends Buffers {
  /** Rows. */
  readonly count: number;
  /** Of connections, new or other than before, each from a row on. */
  readonly states: readonly { readonly row: number; readonly state: ConnectionState }[];
  /** Of the rows that are events, in turn. */
  readonly events: readonly Omit<EventItem, 'connection'>[];
  /** Of the packets that came in several segments or pieces, in turn. */
  readonly parts: readonly Parts[];
  /** Connections of which nothing comes after this batch. */
  readonly forgotten: readonly number[];
}

export interface Parts {
  readonly origins: readonly number[];
  readonly pieces: readonly number[] | undefined;
}

export interface BatchSizes {
  /** Rows, and bytes of packets; a longer packet gets a batch of its own length. */
  readonly rows: number;
  readonly bytes: number;
  /** So many are on their way or being read, beside the one being written. */
  readonly batches: number;
}

/** Together 5 MB. */
export const BATCH_SIZES: BatchSizes = { rows: 4096, bytes: 512 * 1024, batches: 5 };

// The columns of a row.
export const CONNECTION = 0;
export const KIND = 1;
export const ORIGIN = 2;
/** Offset in the file and 1, 0 for none: what 32 bits hold of it, and how often they overflow. */
export const OFFSET = 3;
export const OFFSET_HIGH = 4;
export const LENGTH = 5;
/** Where its bytes stand in the batch, and how many are here. */
export const AT = 6;
export const HERE = 7;
export const COLUMNS = 8;

export const WORD = 0x1_0000_0000;

// The bits of KIND: two for the version, by which the packet is read.
export const VERSION_BITS = 3;
export const FROM_SERVER = 4;
export const HAS_PARTS = 8;
export const IS_EVENT = 16;

export const VERSION_CODES: readonly Version[] = ['3.1', '3.1.1', '5.0'];
export const DIRECTIONS: readonly [Direction, Direction] = ['client-to-server', 'server-to-client'];
