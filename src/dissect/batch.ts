// The seam between reading and judging, where each has a thread of its own: framed packets as rows of numbers beside their
// bytes, in memory that both threads have and take turns with (to hand it over by transfer takes longer than to fill it).
// What is rare goes beside the rows, as objects that a message can carry.

import type { Property } from '../codec/packet.js';
import type { Direction, Version } from '../spec/versions.js';
import type { EventItem } from './item.js';
import type { News } from './numbered.js';
import type { ConnectionState } from './told.js';

/** What a batch is written to: of shared memory. */
export interface Memory {
  /** One each. */
  readonly times: Float64Array;
  /** COLUMNS numbers each: integers stay integers on the other side, which is half of its speed. */
  readonly rows: Uint32Array;
  readonly bytes: Uint8Array;
}

/** What happened in order: a row is a packet or an event. */
export interface Batch {
  /** Which memory it is in; the first time, and for a packet that is too long for others, with that. */
  readonly slot: number;
  readonly memory: Memory | undefined;
  /** Rows. */
  readonly count: number;
  /** Of connections, new or other than before, each from a row on. */
  readonly states: readonly { readonly row: number; readonly state: ConnectionState }[];
  /** Of the rows that are events, in turn. */
  readonly events: readonly Omit<EventItem, 'connection'>[];
  /**
   * Of the packets that came in several segments or pieces, in turn: how many origins and how many numbers of pieces (-1: not
   * known), then those. Numbers in a row, since a message takes long over many objects.
   */
  readonly parts: readonly number[];
  /** Topics and properties of usual packets. */
  readonly topics: News<string>;
  readonly properties: News<readonly Property[]>;
  /** Connections of which nothing comes after this batch. */
  readonly forgotten: readonly number[];
}

/** A batch that was read: its memory may be written again. */
export interface Done {
  readonly slot: number;
  /** Bytes that it had for itself. */
  readonly length: number;
}

/** The slot of memory that is for one batch only. */
export const OWN = -1;

export interface Parts {
  readonly origins: readonly number[];
  readonly pieces: readonly number[] | undefined;
}

export function addParts(parts: number[], { origins, pieces }: Parts): void {
  parts.push(origins.length, pieces === undefined ? -1 : pieces.length);
  for (let i = 0; i < origins.length; i++) parts.push(origins[i]!);
  if (pieces !== undefined) for (let i = 0; i < pieces.length; i++) parts.push(pieces[i]!);
}

/** Those that begin at parts[at]. */
export function partsAt(parts: readonly number[], at: number): Parts {
  const [end, count] = [at + 2 + parts[at]!, parts[at + 1]!];
  return { origins: parts.slice(at + 2, end), pieces: count < 0 ? undefined : parts.slice(end, end + count) };
}

/** Where those behind them begin. */
export function afterParts(parts: readonly number[], at: number): number {
  return at + 2 + parts[at]! + Math.max(0, parts[at + 1]!);
}

export interface BatchSizes {
  /** Rows, and bytes of packets; a longer packet gets a batch of its own length. */
  readonly rows: number;
  readonly bytes: number;
  /** So many are on their way or being read, beside the one being written. */
  readonly batches: number;
}

/** What reads a packet again that stands in the file. */
export interface FileBytes {
  /** `offset` and `pieces` as of FramedPacket. Throws UserError when the file has no such bytes any more. */
  read(length: number, offset: number, pieces: readonly number[] | undefined): Uint8Array;
  /** What to throw when they are others than before. */
  changed(): Error;
}

/**
 * Together 24 MB. Each one wakes the other thread, and that costs as much as a few hundred packets; so many that one side need
 * not wait while V8 still compiles the other.
 */
export const BATCH_SIZES: BatchSizes = { rows: 16_384, bytes: 1024 * 1024, batches: 10 };

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
/**
 * Of a usual packet: its first byte, Packet Identifier and 1 (0 for none), the number of its topic, that of its properties and 1
 * (0 for none), its payload.
 */
export const FIRST = 8;
export const PACKET_ID = 9;
export const TOPIC = 10;
export const PROPERTIES = 11;
export const PAYLOAD_LENGTH = 12;
export const PAYLOAD_HASH = 13;
export const COLUMNS = 14;

export const WORD = 0x1_0000_0000;

// The bits of KIND: two for the version, by which the packet is read.
export const VERSION_BITS = 3;
export const FROM_SERVER = 4;
export const HAS_PARTS = 8;
export const IS_EVENT = 16;
export const IS_USUAL = 32;
/** A usual packet whose bytes are not here: the file that is read has them. */
export const IN_FILE = 64;

/** By those two bits. */
export const VERSION_CODES: readonly Version[] = ['3.1', '3.1.1', '5.0'];
export const DIRECTIONS: readonly [Direction, Direction] = ['client-to-server', 'server-to-client'];

export function newMemory({ rows, bytes }: BatchSizes): Memory {
  return {
    times: new Float64Array(new SharedArrayBuffer(8 * rows)),
    rows: new Uint32Array(new SharedArrayBuffer(4 * rows * COLUMNS)),
    bytes: new Uint8Array(new SharedArrayBuffer(bytes)),
  };
}

/** For one packet; it is copied with its batch. */
export function ownMemory(bytes: number): Memory {
  return { times: new Float64Array(1), rows: new Uint32Array(COLUMNS), bytes: new Uint8Array(bytes) };
}
