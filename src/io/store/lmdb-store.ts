// The broker's changes in LMDB: each batch is one transaction, done when it is on the disk. An error is final, since nobody
// knows what a disk that failed once has kept; and it is told in words.

import type { RootDatabase } from 'lmdb';
import type { StoredRecord, StoreOutput } from '../../broker/records.js';
import { UserError } from '../../user-error.js';
import type { ChangeStore } from '../change-store.js';
import { damaged } from './database-file.js';
import { EntryWriter, readEntry } from './entries.js';
import { FORMAT_KEY } from './format.js';
import { Room } from './room.js';

export class LmdbStore implements ChangeStore {
  private readonly writer = new EntryWriter();
  private readonly room: Room;
  private closing: Promise<void> | undefined = undefined;
  private readonly entries: { put(key: Buffer, value: Buffer): void; remove(key: Buffer): void };

  constructor(
    private readonly path: string,
    private readonly database: RootDatabase<Buffer, Buffer>,
    private readonly closed: () => void,
  ) {
    this.room = new Room(path);
    this.entries = {
      put: (key, value) => void database.put(key, value),
      remove: (key) => void database.remove(key),
    };
    database.on('aftercommit', silenceAfterFailure);
  }

  *load(): Generator<StoredRecord> {
    for (const { key, value } of this.database.getRange({})) {
      if (key.equals(FORMAT_KEY)) continue;
      const record = readEntry(key, value);
      if (record === undefined) throw damaged(this.path, 'a record is not what was written');
      yield record;
    }
    // What was read is not kept for a reader that has gone.
    this.database.resetReadTxn();
  }

  write(changes: readonly StoreOutput[], done: (error: Error | undefined) => void): void {
    const { database, writer, entries } = this;
    const lack = this.room.lacksFor(changes);
    if (lack !== undefined) {
      queueMicrotask(() => done(this.errorOf(lack)));
      return;
    }
    writer.reset();
    const written = database.batch(() => {
      for (let at = 0; at < changes.length; at++) writer.write(changes[at]!, entries);
    });
    written.then(
      () => done(undefined),
      (error: Failure) => reasonOf(error).then((reason) => done(this.errorOf(reason))),
    );
  }

  close(): Promise<void> {
    this.closing ??= this.database.close().then(this.closed);
    return this.closing;
  }

  private errorOf(reason: string): UserError {
    const promise = 'nothing was acknowledged that is not safe';
    return new UserError('file', `${this.path}: cannot be written: ${reason}; ${promise} (persistence)`);
  }
}

function reasonOf({ message, commitError }: Failure): Promise<string> {
  return Promise.resolve(commitError).then(
    () => message,
    (error: Error) => error.message,
  );
}

interface Failure extends Error {
  /** Rejects with what LMDB said. */
  readonly commitError?: Promise<never>;
}

let isSilenced = false;

/**
 * Told by the package after each transaction; one that failed has no number. It then prints a stack trace on the console,
 * with no option against it, in the same call: until that is over the console is silent. Our error says it in a line.
 */
function silenceAfterFailure(next: unknown): void {
  if (isSilenced || (next as { readonly txnId?: number }).txnId !== undefined) return;
  isSilenced = true;
  const { error } = console;
  console.error = () => {};
  queueMicrotask(() => {
    console.error = error;
    isSilenced = false;
  });
}
