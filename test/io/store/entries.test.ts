import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { StoredRecord } from '../../../src/broker/records.js';
import { EntryWriter, readEntry } from '../../../src/io/store/entries.js';
import { LONG, plain, put, RECORDS, remove } from './records.js';

interface Entry {
  readonly key: Buffer;
  readonly value: Buffer | undefined;
}

function entriesOf(record: StoredRecord): { readonly written: Entry; readonly removed: Entry } {
  const entries: Entry[] = [];
  const writer = new EntryWriter();
  const to = {
    put: (key: Buffer, value: Buffer) => entries.push({ key: Buffer.from(key), value: Buffer.from(value) }),
    remove: (key: Buffer) => entries.push({ key: Buffer.from(key), value: undefined }),
  };
  writer.write(put(record), to);
  writer.write(remove(record), to);
  return { written: entries[0]!, removed: entries[1]! };
}

function name({ table, key }: StoredRecord): string {
  return `${table} ${String(key).slice(0, 20)}`;
}

describe('an entry', () => {
  it.each(RECORDS.map((record) => [name(record), record] as const))('of %s reads as it was written', (_, record) => {
    const { written, removed } = entriesOf(record);
    expect(removed.key).toEqual(written.key);
    expect(plain([readEntry(written.key, written.value!)!])).toEqual(plain([record]));
  });

  // As databases hold them: written by hand, for what must not change without a new format.
  it.each([
    [0, '01 61', '00 ffffffff 7ff8000000000000'],
    [2, '02 0001 61 782f2b', '26 0fffffff'],
    [4, '03 401c000000000000', '01 4014000000000000 0001 70 30040001 74 41'],
    [5, '04 0001 61 4008000000000000', '06 ffff 401c000000000000 00000001 00000002'],
    [6, '04 0001 61 4010000000000000', '11 0001 0000000000000000'],
    [7, '05 0001 61 0102', ''],
    [9, '07 61', '0d 00000009 43b7979c96a1a000 30030001 77'],
  ])('%i has these bytes', (at, key, value) => {
    const { written } = entriesOf(RECORDS[at]!);
    const bare = (text: string) => text.replaceAll(' ', '');
    expect(written.key.toString('hex')).toBe(bare(key));
    const checksum = crc32(Buffer.from(bare(key) + bare(value), 'hex'))
      .toString(16)
      .padStart(8, '0');
    if (at !== 9) expect(written.value!.toString('hex')).toBe(bare(value) + checksum);
    else expect(written.value!.toString('hex')).toMatch(/^0d00000009/);
  });

  it('with a key that is too long has its digest', () => {
    const { written } = entriesOf(RECORDS[3]!);
    expect(written.key.length).toBe(33);
    expect(written.key[0]).toBe(0x82);
    expect(written.value!.indexOf(LONG)).toBe(4 + 3);
  });

  it.each(RECORDS.map((record) => [name(record), record] as const))('of %s with a wrong bit is none', (_, record) => {
    const { key, value } = entriesOf(record).written;
    for (const at of [0, value!.length >> 1, value!.length - 1]) {
      const wrong = Buffer.from(value!);
      wrong[at]! ^= 0x10;
      expect(readEntry(key, wrong)).toBeUndefined();
    }
    expect(readEntry(key, value!.subarray(0, 3))).toBeUndefined();
  });
});
