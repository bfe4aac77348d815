// Changes as the core makes them, and a database in a folder of its own.

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredRecord, StoreOutput } from '../../../src/broker/records.js';
import type { ChangeStore } from '../../../src/io/change-store.js';
import { hex } from '../../support/hex.js';

export const LONG = 'l'.repeat(20_000);

export const RECORDS: readonly StoredRecord[] = [
  { table: 'session', key: ['a'], value: { expiryInterval: 0xffffffff, expiresAt: undefined, version: '3.1' } },
  { table: 'session', key: ['é'], value: { expiryInterval: 60, expiresAt: 1.7e18, version: '5.0' } },
  {
    table: 'subscription',
    key: ['a', 'x/+'],
    value: { qos: 2, noLocal: true, retainAsPublished: false, retainHandling: 2, identifier: 268_435_455 },
  },
  {
    table: 'subscription',
    key: [LONG, `${LONG}/#`],
    value: { qos: 0, noLocal: false, retainAsPublished: true, retainHandling: 0, identifier: undefined },
  },
  {
    table: 'message',
    key: [7],
    value: { packet: hex('30 04 0001 "t" 41'), version: '3.1.1', qos: 1, retain: false, publisher: 'p', receivedAt: 5 },
  },
  {
    table: 'outgoing',
    key: ['a', 3],
    value: { message: 7, packetId: 65_535, qos: 2, retain: true, identifiers: [1, 2], released: false },
  },
  {
    table: 'outgoing',
    key: ['a', 4],
    value: { message: 0, packetId: 1, qos: 1, retain: false, identifiers: undefined, released: true },
  },
  { table: 'incoming', key: ['a', 258], value: true },
  {
    table: 'retained',
    key: [LONG],
    value: {
      packet: new Uint8Array(300_000).fill(0x30),
      version: '5.0',
      qos: 2,
      retain: true,
      publisher: '',
      receivedAt: 1.7e18,
    },
  },
  {
    table: 'will',
    key: ['a'],
    value: { packet: hex('30 03 0001 "w"'), version: '5.0', qos: 1, retain: true, delayInterval: 9, dueAt: 1.7e18 },
  },
];

export function put(record: StoredRecord): StoreOutput {
  return { kind: 'store', ...record } as StoreOutput;
}

export function remove({ table, key }: StoredRecord): StoreOutput {
  return { kind: 'store', table, key, value: undefined } as StoreOutput;
}

export function write(store: ChangeStore, changes: readonly StoreOutput[]): Promise<void> {
  return new Promise((resolve, reject) => {
    store.write(changes, (error) => (error === undefined ? resolve() : reject(error)));
  });
}

/** Comparable: with keys in order, bytes in hex, and what is long cut short, in one order. */
export function plain(records: Iterable<StoredRecord>): string[] {
  return [...records].map((record) => JSON.stringify(shown(record))).sort();
}

function shown(value: unknown): unknown {
  if (typeof value === 'string') return value.length < 100 ? value : digest(value);
  if (value instanceof Uint8Array) return shown(Buffer.from(value).toString('hex'));
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(
    entries.map(([name, one]) => [name, shown(one)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function digest(text: string): string {
  return `${text.length}:${createHash('sha256').update(text).digest('hex')}`;
}

export async function inFolder(test: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  try {
    await test(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
