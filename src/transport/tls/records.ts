// The records of one direction out of its chunks (RFC 8446, 5.1), cut anywhere. A gap of known length inside a record's
// body costs that record; any other gap, and a header that cannot be one, loses the place: then the next header is looked
// for, of any type where a segment begins, of application data inside one. Only what is left of one record is held.

import type { Chunk, DataChunk, GapChunk } from '../../bytes/chunk.js';
import { copyOf } from '../../bytes/copy.js';
import { isRecordHeader, RECORD_HEADER } from './judge.js';
import { RECORD } from './names.js';

export interface Seen {
  readonly time: number;
  readonly origin: number;
}

export interface TlsRecord extends Seen {
  readonly kind: 'record';
  readonly type: number;
  /** Header and body; a view of the chunk where that holds all of it. */
  readonly bytes: Uint8Array;
  /** Counted from 1 in its direction, among those seen. */
  readonly number: number;
  /** Of its header, in what was seen of the stream. */
  readonly offset: number;
}

/** One record, or when `count` is undefined, any number of bytes and records. */
export interface LostRecords extends Seen {
  readonly kind: 'lost';
  readonly count: 1 | undefined;
  /** Of the one record. */
  readonly type?: number;
  readonly length?: number;
  readonly reason: GapChunk['reason'];
  /** Set when no bytes are missing: where those begin that are no record. */
  readonly nonsenseAt?: number;
}

export type Entry = TlsRecord | LostRecords;

export class RecordReader {
  #state: 'header' | 'body' | 'search' = 'header';
  #part: Uint8Array = new Uint8Array(0);
  #length = 0;
  #holed: GapChunk | undefined = undefined;
  #number = 0;
  #entries: Entry[] = [];
  /** Bytes taken so far. */
  offset = 0;
  /** Bytes that were no record. */
  skipped = 0;

  push(chunk: Chunk): Entry[] {
    this.#entries = [];
    if (chunk.kind === 'gap') this.#gap(chunk);
    else this.#data(chunk);
    return this.#entries;
  }

  /** Bytes of a record that is not whole. */
  get left(): number {
    return this.#length;
  }

  #data(chunk: DataChunk): void {
    const { bytes } = chunk;
    for (let at = 0; at < bytes.length; ) {
      const used = this.#state === 'search' ? this.#search(bytes, at) : this.#step(chunk, at);
      at += used;
      this.offset += used;
    }
  }

  /** Takes what belongs to the record at hand: answers how many bytes that was. */
  #step(chunk: DataChunk, at: number): number {
    const { bytes } = chunk;
    if (this.#length === 0 && bytes.length - at >= RECORD_HEADER) {
      if (!isRecordHeader(bytes, at)) return this.#nonsense(chunk, this.offset);
      const total = totalLength(bytes, at);
      if (at + total <= bytes.length) {
        this.#whole(bytes.subarray(at, at + total), this.offset, chunk);
        return total;
      }
    }
    const wanted = (this.#state === 'body' ? this.#part.length : RECORD_HEADER) - this.#length;
    const used = Math.min(wanted, bytes.length - at);
    if (this.#part.length < RECORD_HEADER) this.#part = new Uint8Array(RECORD_HEADER);
    this.#part.set(bytes.subarray(at, at + used), this.#length);
    this.#length += used;
    if (used < wanted) return used;
    return this.#state === 'body' ? this.#finish(chunk, used) : this.#begin(chunk, used);
  }

  /** The header came in pieces and is whole. */
  #begin(chunk: DataChunk, used: number): number {
    if (!isRecordHeader(this.#part, 0)) {
      this.skipped += this.#length;
      this.#nonsense(chunk, this.offset + used - this.#length);
      return used;
    }
    const header = this.#part;
    this.#part = new Uint8Array(totalLength(header, 0));
    this.#part.set(header);
    this.#state = 'body';
    return this.#part.length === RECORD_HEADER ? this.#finish(chunk, used) : used;
  }

  #finish(seen: Seen, used: number): number {
    const bytes = this.#part;
    const hole = this.#holed;
    if (hole === undefined) this.#whole(bytes, this.offset + used - bytes.length, seen);
    else this.#lost(hole, 1);
    this.#reset('header');
    return used;
  }

  #whole(bytes: Uint8Array, offset: number, { time, origin }: Seen): void {
    this.#number++;
    this.#entries.push({ kind: 'record', type: bytes[0]!, bytes, number: this.#number, offset, time, origin });
  }

  #lost({ time, origin, reason }: GapChunk, count: 1 | undefined): void {
    const known = count === 1 ? { type: this.#part[0]!, length: this.#part.length - RECORD_HEADER } : {};
    if (count === 1) this.#number++;
    this.#entries.push({ kind: 'lost', count, ...known, reason, time, origin });
  }

  #gap(gap: GapChunk): void {
    const { length } = gap;
    this.offset += length ?? 0;
    const left = this.#part.length - this.#length;
    if (this.#state === 'body' && length !== undefined && length <= left) {
      this.#holed ??= gap;
      this.#length += length;
      if (length === left) this.#finish(gap, 0);
      return;
    }
    this.#lost(gap, undefined);
    this.#reset('search');
  }

  #nonsense({ time, origin }: Seen, nonsenseAt: number): number {
    this.#entries.push({ kind: 'lost', count: undefined, reason: 'unreadable', time, origin, nonsenseAt });
    this.#reset('search');
    return 0;
  }

  #reset(state: 'header' | 'search'): void {
    this.#state = state;
    this.#part = new Uint8Array(0);
    this.#length = 0;
    this.#holed = undefined;
  }

  #search(bytes: Uint8Array, from: number): number {
    for (let at = from; at + RECORD_HEADER <= bytes.length; at++) {
      if ((at > 0 && bytes[at] !== RECORD.data) || !isRecordHeader(bytes, at)) continue;
      const next = at + totalLength(bytes, at);
      if (next + RECORD_HEADER <= bytes.length && !isRecordHeader(bytes, next)) continue;
      this.skipped += at - from;
      this.#state = 'header';
      return at - from;
    }
    this.skipped += bytes.length - from;
    return bytes.length - from;
  }
}

/** What is kept beyond the next push must be its own. */
export function kept(entry: Entry): Entry {
  return entry.kind === 'lost' ? entry : { ...entry, bytes: copyOf(entry.bytes) };
}

function totalLength(bytes: Uint8Array, at: number): number {
  return RECORD_HEADER + bytes[at + 3]! * 256 + bytes[at + 4]!;
}
