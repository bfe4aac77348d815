// Where a record stands in the database: one byte for its table, then the parts of its key. A database takes no long keys,
// but client identifiers and topics may have 65,535 bytes: such a key becomes its digest, and stands in front of the value.

import { createHash } from 'node:crypto';
import type { StoreOutput, StoreTable, StoreTables } from '../../broker/records.js';

/** Never another number for one of these: databases hold them. 0 is the record of the format. */
export const TABLE_CODES = {
  session: 1,
  subscription: 2,
  message: 3,
  outgoing: 4,
  incoming: 5,
  retained: 6,
  will: 7,
} as const satisfies Record<StoreTable, number>;

const TABLES = new Map<number, StoreTable>(
  Object.entries(TABLE_CODES).map(([table, code]) => [code, table as StoreTable]),
);

/** Added to the table's code when a digest stands for the key. */
const DIGESTED = 0x80;
const DIGEST_LENGTH = 33;
/** LMDB with pages of 4096 bytes takes a bit more. */
const LONGEST_KEY = 1000;

type Change = Pick<StoreOutput, 'table' | 'key'>;

/** Room that is enough for it. */
export function keyRoom({ key }: Change): number {
  const [first, second] = key;
  let room = 16 + DIGEST_LENGTH;
  if (typeof first === 'string') room += first.length * 3;
  if (typeof second === 'string') room += second.length * 3;
  return room;
}

/** Writes it at `at`; returns where it ends. */
export function writeKey(bytes: Buffer, at: number, { table, key }: Change): number {
  bytes[at] = TABLE_CODES[table];
  const [first, second] = key;
  if (typeof first === 'number') return bytes.writeDoubleBE(first, at + 1);
  if (second === undefined) return at + 1 + bytes.write(first, at + 1);
  const length = bytes.write(first, at + 3);
  const end = bytes.writeUInt16BE(length, at + 1) + length;
  if (typeof second === 'string') return end + bytes.write(second, end);
  return table === 'outgoing' ? bytes.writeDoubleBE(second, end) : bytes.writeUInt16BE(second, end);
}

export function isLong(length: number): boolean {
  return length > LONGEST_KEY;
}

/** What stands for a long key. */
export function digestOf(key: Buffer): Buffer {
  const digest = createHash('sha256').update(key).digest();
  return Buffer.concat([Buffer.of(key[0]! | DIGESTED), digest]);
}

export function isDigest(key: Buffer): boolean {
  return key.length === DIGEST_LENGTH && key[0]! >= DIGESTED;
}

export type KeyOf = { [T in StoreTable]: { readonly table: T; readonly key: StoreTables[T]['key'] } }[StoreTable];

/** undefined: it is none. */
export function readKey(bytes: Buffer): KeyOf | undefined {
  const table = TABLES.get(bytes[0] ?? 0);
  if (table === undefined) return undefined;
  switch (table) {
    case 'session':
    case 'retained':
    case 'will':
      return { table, key: [bytes.toString('utf8', 1)] };
    case 'message':
      return bytes.length === 9 ? { table, key: [bytes.readDoubleBE(1)] } : undefined;
    default:
      return readPair(bytes, table);
  }
}

function readPair(bytes: Buffer, table: 'subscription' | 'outgoing' | 'incoming'): KeyOf | undefined {
  if (bytes.length < 3) return undefined;
  const end = 3 + bytes.readUInt16BE(1);
  const left = bytes.length - end;
  if (left < 0) return undefined;
  const clientId = bytes.toString('utf8', 3, end);
  if (table === 'subscription') return { table, key: [clientId, bytes.toString('utf8', end)] };
  if (table === 'outgoing') return left === 8 ? { table, key: [clientId, bytes.readDoubleBE(end)] } : undefined;
  return left === 2 ? { table, key: [clientId, bytes.readUInt16BE(end)] } : undefined;
}
