// The file of a database before anybody opens it as one: that it can be written, and is not somebody else's. What stops
// it is a UserError of one line that names the file; nothing is ever changed here.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../../user-error.js';
import { isDatabase, newestFirstPage } from './first-pages.js';
import { damageOf } from './pages.js';

/** Whatever machine made it: pages of another size could not be read everywhere. */
export const PAGE_SIZE = 4096;

/** Of a database: itself, and beside it whose readers are where. */
export function databaseFiles(path: string | undefined): readonly string[] {
  return path === undefined ? [] : [path, `${path}-lock`];
}

const MOSQUITTO = Buffer.from('\x00\xb5\x00mosquitto db', 'latin1');

/** Throws UserError when there is something else than a database, or nothing may be written. */
export function checkFile(path: string): 'new' | 'old' {
  return (
    opened(path, (file, size) => {
      if (size === 0) return 'new';
      const start = Buffer.alloc(Math.min(size, 2 * PAGE_SIZE));
      readSync(file, start, 0, start.length, 0);
      if (start.subarray(0, MOSQUITTO.length).equals(MOSQUITTO)) {
        throw new UserError('file', `${path}: is a database of mosquitto itself: it cannot be read, name another file`);
      }
      if (!isDatabase(start, PAGE_SIZE)) {
        throw new UserError('file', `${path}: is not a database of mqtt-dissect, or is damaged`);
      }
      // LMDB maps two of them into memory without a look.
      if (size < 2 * PAGE_SIZE) throw damaged(path, 'it is cut');
      if (newestFirstPage(start, PAGE_SIZE, size) === undefined) throw damaged(path, 'its first pages are not sound');
      return 'old';
    }) ?? 'new'
  );
}

/** Throws UserError when pages that are in use are not sound. Nobody else may have it open. */
export function checkPages(path: string): void {
  opened(path, (file, size) => {
    const damage = damageOf(file, size, PAGE_SIZE);
    if (damage !== undefined) throw damaged(path, damage);
  });
}

export function damaged(path: string, what: string): UserError {
  return new UserError('file', `${path}: the database is damaged: ${what}`);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder is not there',
  ENOTDIR: 'it is in no folder',
  EISDIR: 'is a folder',
  EACCES: 'no permission to write it',
  EPERM: 'no permission to write it',
  EROFS: 'the file system can only be read',
  ENOSPC: 'no space left',
  EDQUOT: 'no space left for this user',
};

export function cannotKeep(path: string, error: unknown): UserError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new UserError('file', `${path}: ${(code !== undefined && REASONS[code]) || message} (persistence)`);
}

function opened<T>(path: string, use: (file: number, size: number) => T): T | undefined {
  const file = openFile(path);
  if (file === undefined) return undefined;
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new UserError('file', `${path}: is no file (persistence)`);
    return use(file, stat.size);
  } finally {
    closeSync(file);
  }
}

/** undefined: there is none, but its folder. */
function openFile(path: string): number | undefined {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw cannotKeep(path, error);
  }
  try {
    // Not to be written: to see that it is there.
    closeSync(openSync(dirname(path), 'r'));
    return undefined;
  } catch (error) {
    throw cannotKeep(path, error);
  }
}
