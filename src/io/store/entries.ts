// Records as entries of the database: key and value, the value with a checksum over both at its end. A batch of them is
// written into memory that the next batch uses again, so it must be done with before that.

import { crc32 } from 'node:zlib';
import type { StoredRecord, StoreOutput } from '../../broker/records.js';
import { digestOf, isDigest, isLong, keyRoom, readKey, writeKey } from './record-keys.js';
import { readValue, valueRoom, writeValue } from './record-values.js';

const CHUNK = 256 * 1024;
const CHECKSUM = 4;
/** The length of a key that stands in the value. */
const KEY_LENGTH = 4;

export interface Entries {
  put(key: Buffer, value: Buffer): void;
  remove(key: Buffer): void;
}

export class EntryWriter {
  private readonly first = Buffer.allocUnsafeSlow(CHUNK);
  private chunk = this.first;
  private at = 0;

  /** What was written so far is no longer needed. */
  reset(): void {
    this.chunk = this.first;
    this.at = 0;
  }

  write(change: StoreOutput, to: Entries): void {
    const room = keyRoom(change) * 2 + valueRoom(change) + KEY_LENGTH + CHECKSUM;
    if (this.chunk.length - this.at < room) {
      this.chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK, room));
      this.at = 0;
    }
    const { chunk, at: start } = this;
    const keyEnd = writeKey(chunk, start, change);
    if (isLong(keyEnd - start)) {
      this.writeLong(change, start, keyEnd, to);
      return;
    }
    const key = chunk.subarray(start, keyEnd);
    if (change.value === undefined) {
      // The key is copied by `remove`.
      to.remove(key);
      return;
    }
    const valueEnd = writeValue(chunk, keyEnd, change);
    this.at = seal(chunk, start, valueEnd);
    to.put(key, chunk.subarray(keyEnd, this.at));
  }

  /** Digest, length of the key, key, value: the digest is the entry's key. */
  private writeLong(change: StoreOutput, start: number, keyEnd: number, to: Entries): void {
    const { chunk } = this;
    const key = Buffer.from(chunk.subarray(start, keyEnd));
    const digest = digestOf(key);
    if (change.value === undefined) {
      to.remove(digest);
      return;
    }
    const valueAt = start + digest.copy(chunk, start);
    const behind = chunk.writeUInt32BE(key.length, valueAt) + key.copy(chunk, valueAt + KEY_LENGTH);
    this.at = seal(chunk, start, writeValue(chunk, behind, change));
    to.put(digest, chunk.subarray(valueAt, this.at));
  }
}

function seal(chunk: Buffer, start: number, end: number): number {
  return chunk.writeUInt32BE(crc32(chunk.subarray(start, end)), end);
}

/** undefined: it is not as it was written. */
export function readEntry(key: Buffer, value: Buffer): StoredRecord | undefined {
  const end = value.length - CHECKSUM;
  if (end < 0 || value.readUInt32BE(end) !== crc32(value.subarray(0, end), crc32(key))) return undefined;
  try {
    if (!isDigest(key)) return recordOf(key, value.subarray(0, end));
    const valueAt = KEY_LENGTH + value.readUInt32BE(0);
    return recordOf(value.subarray(KEY_LENGTH, valueAt), value.subarray(valueAt, end));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function recordOf(key: Buffer, value: Buffer): StoredRecord | undefined {
  const known = readKey(key);
  return known && readValue(known, value);
}
