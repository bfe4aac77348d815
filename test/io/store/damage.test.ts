// Databases with wrong bytes anywhere: refused in a line or, where the bytes were of no use, read as they were written.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../../src/io/store/open-store.js';
import { UserError } from '../../../src/user-error.js';
import { Random } from '../../support/random.js';
import { inFolder, plain, put, RECORDS, remove, write } from './records.js';

const TIMES = 150;
const FIRST_PAGES = 8192;

it('a wrong byte anywhere is refused, or of no use', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'whole.db');
    const store = await openStore(path);
    for (let turn = 0; turn < 20; turn++) await write(store, [...RECORDS.map(put), ...RECORDS.slice(5).map(remove)]);
    await write(store, RECORDS.map(put));
    await store.close();
    const whole = readFileSync(path);
    const random = new Random(5);
    for (let turn = 0; turn < TIMES; turn++) {
      const bytes = Buffer.from(whole);
      const range = turn % 3 === 0 ? FIRST_PAGES : bytes.length;
      for (let count = 0; count <= turn % 4; count++) bytes[random.below(range)] = random.below(256);
      const spoilt = join(folder, `${turn}.db`);
      writeFileSync(spoilt, bytes);
      expect(await found(spoilt)).toEqual(plain(RECORDS));
    }
  }));

/** What is in it, or what should be when it is refused. */
async function found(path: string): Promise<readonly string[]> {
  try {
    const store = await openStore(path);
    try {
      return plain(store.load());
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).toMatch(/damaged|not a database|newer|\(persistence\)$/);
    expect(error.message).not.toContain('\n');
    return plain(RECORDS);
  }
}
