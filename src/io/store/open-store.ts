// Opens the broker's database, or says in one line why not: it is somebody else's, in use, damaged, of a newer format.
// What is not understood is never written to. LMDB is loaded only here, so that nobody needs it who does not persist.

import { mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { RootDatabase } from 'lmdb';
import { UserError } from '../../user-error.js';
import type { ChangeStore } from '../change-store.js';
import { cannotKeep, checkFile, checkPages, damaged, PAGE_SIZE } from './database-file.js';
import { FORMAT, FORMAT_KEY, formatOf, formatValue } from './format.js';
import { LmdbStore } from './lmdb-store.js';

/** Of this process: the same file twice would be written by two brokers. */
const inUse = new Set<string>();

/** In this folder, which is made if need be. Throws UserError. */
export async function openStoreIn(folder: string, durable = true): Promise<ChangeStore> {
  const path = join(folder, 'mqtt-dissect.db');
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw cannotKeep(folder, error);
  }
  return openStore(path, durable);
}

/**
 * Not `durable`: a failure of the whole machine may cost the last changes, though never the database. Throws UserError.
 */
export async function openStore(path: string, durable = true): Promise<ChangeStore> {
  const age = checkFile(path);
  const real = join(realpathSync(dirname(path)), basename(path));
  if (inUse.has(real))
    throw new UserError('file', `${path}: is in use by another broker of this program (persistence)`);
  inUse.add(real);
  let database: Database | undefined;
  try {
    database = await openDatabase(path, durable);
    assertAlone(path, database);
    if (age === 'old') checkPages(path);
    await checkFormat(path, database);
    return new LmdbStore(path, database, () => inUse.delete(real));
  } catch (error) {
    inUse.delete(real);
    await database?.close();
    throw error instanceof UserError ? error : cannotKeep(path, error);
  }
}

export type Database = RootDatabase<Buffer, Buffer>;

async function openDatabase(path: string, durable: boolean): Promise<Database> {
  let lmdb: typeof import('lmdb');
  try {
    lmdb = await import('lmdb');
  } catch (error) {
    const why = (error as Error).message.split('\n')[0];
    throw new UserError('environment', `persistence needs the package lmdb, which cannot be loaded here: ${why}`);
  }
  return lmdb.open<Buffer, Buffer>({
    path,
    noSubdir: true,
    pageSize: PAGE_SIZE,
    encoding: 'binary',
    keyEncoding: 'binary',
    maxDbs: 1,
    // A transaction is done when it is on the disk, not before: two syncs, of the pages and then of what makes them count.
    overlappingSync: false,
    noMetaSync: !durable,
    // Batches are made here.
    eventTurnBatching: false,
  });
}

/** LMDB itself lets several in. Each of us keeps a place among its readers, which the end of the process gives back. */
function assertAlone(path: string, database: Database): void {
  database.readerCheck();
  database.useReadTransaction().done();
  database.resetReadTxn();
  const processes = database.readerList().matchAll(/^\s*(\d+)\s/gm);
  for (const [, id] of processes) {
    if (Number(id) === process.pid) continue;
    throw new UserError('file', `${path}: is in use by process ${id} (persistence)`);
  }
}

async function checkFormat(path: string, database: Database): Promise<void> {
  const value = database.get(FORMAT_KEY);
  if (value !== undefined) {
    const format = formatOf(value);
    if (format === undefined) throw damaged(path, 'it does not say which format it has');
    if (format <= FORMAT) return;
    const known = `format ${format}, this one knows those up to ${FORMAT}`;
    throw new UserError('file', `${path}: was made by a newer mqtt-dissect (${known})`);
  }
  for (const _ of database.getKeys({ limit: 1 })) {
    throw new UserError('file', `${path}: is a database of another program (persistence)`);
  }
  await database.batch(() => void database.put(FORMAT_KEY, formatValue()));
}
