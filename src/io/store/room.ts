// Whether a database may grow as far as a batch may make it. This is asked before each batch: when the system tells LMDB
// that a write failed, lmdb 3.5.6 reports it past the end of a buffer, which may end the process without a word.

import { readFileSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StoreOutput } from '../../broker/records.js';
import { PAGE_SIZE } from './database-file.js';
import { keyRoom } from './record-keys.js';
import { valueRoom } from './record-values.js';

/** For pages above the leaves, for the list of free pages, and for what others write in the same moment. */
const MARGIN = 1024 * 1024;

export class Room {
  private readonly longest = longestFile();

  constructor(private readonly path: string) {}

  /** Why a batch may not go in; undefined when it may. */
  lacksFor(changes: readonly StoreOutput[]): string | undefined {
    const need = MARGIN + mostFor(changes);
    if (this.onDisk() < need) return 'no space left on the disk';
    if (this.longest - this.length() < need) return `a file may have ${this.longest} bytes here (ulimit -f)`;
    return undefined;
  }

  private onDisk(): number {
    try {
      const { bavail, bsize } = statfsSync(dirname(this.path));
      return bavail * bsize;
    } catch {
      return Number.POSITIVE_INFINITY;
    }
  }

  private length(): number {
    try {
      return statSync(this.path).size;
    } catch {
      return 0;
    }
  }
}

/** Each entry may lie in a leaf of its own, which is written anew and, when it is full, split. */
function mostFor(changes: readonly StoreOutput[]): number {
  let bytes = changes.length * PAGE_SIZE;
  for (let at = 0; at < changes.length; at++) bytes += 2 * (keyRoom(changes[at]!) + valueRoom(changes[at]!));
  return bytes;
}

/** Linux says what the process was given; elsewhere nobody is known to limit this. */
function longestFile(): number {
  try {
    const limit = /^Max file size\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
