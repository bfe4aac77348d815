import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { FORMAT_KEY, formatValue } from '../../../src/io/store/format.js';
import { openStore, openStoreIn } from '../../../src/io/store/open-store.js';
import { inFolder, plain, put, RECORDS, remove, write } from './records.js';

const NAME = 'mqtt-dissect.db';

async function filled(folder: string): Promise<string> {
  const store = await openStoreIn(folder);
  await write(store, RECORDS.map(put));
  for (let turn = 0; turn < 20; turn++) {
    await write(store, many(turn * 100, 100));
  }
  await store.close();
  return join(folder, NAME);
}

function many(from: number, count: number) {
  return Array.from({ length: count }, (_, at) =>
    put({ table: 'incoming', key: [`client ${from + at}`, 1], value: true }),
  );
}

describe('the store', () => {
  it('has after a restart what was written before', () =>
    inFolder(async (folder) => {
      const store = await openStoreIn(join(folder, 'made/here'));
      expect([...store.load()]).toEqual([]);
      await write(store, RECORDS.map(put));
      await store.close();
      const again = await openStoreIn(join(folder, 'made/here'));
      expect(plain(again.load())).toEqual(plain(RECORDS));
      await write(again, RECORDS.slice(3).map(remove));
      await write(again, [put(RECORDS[5]!), remove(RECORDS[5]!)]);
      expect(plain(again.load())).toEqual(plain(RECORDS.slice(0, 3)));
      await again.close();
    }));

  it('lets nobody in twice', () =>
    inFolder(async (folder) => {
      const store = await openStoreIn(folder);
      await expect(openStoreIn(folder)).rejects.toThrow(/^\S+: is in use by another broker of this program/);
      await store.close();
      await (await openStoreIn(folder)).close();
    }));

  it('lets no second process in', () =>
    inFolder(async (folder) => {
      const path = join(folder, NAME);
      const lmdb = import.meta.resolve('lmdb');
      const other = `
        const { open } = await import(${JSON.stringify(lmdb)});
        const options = { path: ${JSON.stringify(path)}, noSubdir: true, pageSize: 4096, maxDbs: 1, overlappingSync: false };
        const database = open(options);
        database.useReadTransaction().done();
        database.resetReadTxn();
        process.stdout.write('open');
        process.stdin.on('end', () => process.exit()).resume();`;
      await (await openStoreIn(folder)).close();
      const running = execFile(process.execPath, ['--input-type=module', '-e', other]);
      await new Promise((resolve) => running.stdout!.once('data', resolve));
      await expect(openStoreIn(folder)).rejects.toThrow(`${path}: is in use by process ${running.pid} (persistence)`);
      const gone = new Promise((resolve) => running.once('close', resolve));
      running.stdin!.end();
      await gone;
      await (await openStoreIn(folder)).close();
    }));
});

type Spoil = (path: string) => Promise<void> | void;

/** Every page but the first two that holds these bytes. */
function spoilPages(path: string, text: string, change: (page: Buffer) => void): void {
  const bytes = readFileSync(path);
  for (let at = 8192; at < bytes.length; at += 4096) {
    const page = bytes.subarray(at, at + 4096);
    if (page.includes(text)) change(page);
  }
  writeFileSync(path, bytes);
}

async function putRaw(path: string, key: Buffer, value: Buffer): Promise<void> {
  const database = open<Buffer, Buffer>({
    path,
    noSubdir: true,
    pageSize: 4096,
    encoding: 'binary',
    keyEncoding: 'binary',
    overlappingSync: false,
  });
  await database.put(key, value);
  await database.close();
}

const SPOILT: readonly (readonly [what: string, spoil: Spoil, message: RegExp])[] = [
  ['cut in the middle', (path) => truncateSync(path, 40_960), /the database is damaged: page \d+ is missing/],
  ['cut to its first pages', (path) => truncateSync(path, 8192), /the database is damaged: page \d+ is missing/],
  ['cut within the first page', (path) => truncateSync(path, 100), /is not a database of mqtt-dissect, or is damaged/],
  ['cut within the second page', (path) => truncateSync(path, 5000), /the database is damaged: it is cut/],
  ['of zeros', (path) => writeFileSync(path, Buffer.alloc(8192)), /is not a database of mqtt-dissect, or is damaged/],
  ['of text', (path) => writeFileSync(path, 'hello'), /is not a database of mqtt-dissect, or is damaged/],
  [
    "mosquitto's",
    (path) => writeFileSync(path, '\0\xb5\0mosquitto db\0\0', 'latin1'),
    /is a database of mosquitto itself/,
  ],
  [
    'overwritten in pages',
    (path) => spoilPages(path, 'client 1', (page) => page.fill(0xff, 0, 100)),
    /the database is damaged: page \d+ is not what it was/,
  ],
  [
    'overwritten in records',
    (path) => spoilPages(path, 'x/+', (page) => page.write('y', page.indexOf('x/+'))),
    /the database is damaged: a record is not what was written/,
  ],
  [
    'of a newer format',
    (path) => putRaw(path, FORMAT_KEY, formatValue(2)),
    /was made by a newer mqtt-dissect \(format 2,/,
  ],
  [
    'without a sound format',
    (path) => putRaw(path, FORMAT_KEY, Buffer.from('?')),
    /it does not say which format it has/,
  ],
];

describe('a database', () => {
  it.each(SPOILT)('%s is refused in a line, and stays as it is', (_, spoil, message) =>
    inFolder(async (folder) => {
      const path = await filled(folder);
      await spoil(path);
      const before = readFileSync(path);
      const opening = openStoreIn(folder).then(async (store) => {
        try {
          return [...store.load()];
        } finally {
          await store.close();
        }
      });
      const error = await opening.then(
        () => new Error('it was opened'),
        (why: Error) => why,
      );
      expect(error.message).toMatch(message);
      expect(error.name).toBe('UserError');
      expect(error.message).not.toContain('\n');
      expect(error.message.startsWith(path)).toBe(true);
      expect(readFileSync(path).equals(before)).toBe(true);
    }),
  );

  it('of another program is refused', () =>
    inFolder(async (folder) => {
      const path = join(folder, NAME);
      await putRaw(path, Buffer.from('a'), Buffer.from('b'));
      await expect(openStore(path)).rejects.toThrow(/is a database of another program/);
    }));

  it('can be moved', () =>
    inFolder(async (folder) => {
      const path = await filled(folder);
      mkdirSync(join(folder, 'b'));
      copyFileSync(path, join(folder, 'b', 'other.db'));
      const store = await openStore(join(folder, 'b', 'other.db'));
      expect([...store.load()].length).toBe(RECORDS.length + 2000);
      await store.close();
    }));

  it.each([
    ['in no folder', 'none/x.db', /none\/x\.db: its folder is not there \(persistence\)$/],
    ['that is a folder', '.', /: is a folder \(persistence\)$/],
  ])('%s cannot be', (_, name, message) =>
    inFolder((folder) => expect(openStore(join(folder, name))).rejects.toThrow(message)),
  );

  it.runIf(process.getuid?.() !== undefined)('is not made where nothing may be written', () =>
    inFolder(async (folder) => {
      const path = join(folder, NAME);
      const isRoot = process.getuid!() === 0;
      chmodSync(folder, 0o555);
      if (isRoot) process.seteuid!(65_534);
      try {
        await expect(openStoreIn(folder)).rejects.toThrow(/ermission/);
      } finally {
        if (isRoot) process.seteuid!(0);
        chmodSync(folder, 0o755);
      }
      expect(existsSync(path)).toBe(false);
    }),
  );
});
