// Bytes of a file wherever they are wanted, whole or in pieces; a file that is another one by now is no source of them.

import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { NamedFile } from '../../src/io/byte-source.js';
import { NamedFileBytes } from '../../src/io/file-bytes.js';
import { UserError } from '../../src/user-error.js';
import { Random } from '../support/random.js';

const folder = mkdtempSync(join(tmpdir(), 'mqtt-dissect-bytes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LENGTH = 400_000;
const CONTENT = Uint8Array.from({ length: LENGTH }, (_, i) => (i * 7 + (i >> 8) * 13) & 255);

function named(name: string, content = CONTENT): NamedFile {
  const path = join(folder, name);
  writeFileSync(path, content);
  const { dev: device, ino: inode } = statSync(path);
  return { path, device, inode };
}

function readerOf(file: NamedFile): NamedFileBytes {
  const reader = new NamedFileBytes(file);
  onTestFinished(() => reader.close());
  return reader;
}

describe('bytes of a file', () => {
  it.each([
    ['close together', 300],
    ['apart', 30_000],
    ['anywhere', LENGTH],
  ])('are read where they stand: %s', (name, step) => {
    const reader = readerOf(named(`${name}.bin`));
    const random = new Random(step);
    let at = 0;
    for (let run = 0; run < 400; run++) {
      const length = random.pick([1, 4, 500, 5000, 20_000, 70_000]);
      at = (at + random.below(step)) % (LENGTH - length);
      const bytes = reader.read(length, at, undefined);
      expect(bytes.length).toBe(length);
      expect(Buffer.compare(bytes, CONTENT.subarray(at, at + length))).toBe(0);
    }
    expect(reader.read(10, LENGTH - 10, undefined)).toEqual(CONTENT.slice(-10));
  });

  it('are put together of pieces', () => {
    const reader = readerOf(named('pieces.bin'));
    const bytes = reader.read(12, -1, [0, 100_000, 5, 17, 6, 99_000]);
    expect([...bytes]).toEqual([...CONTENT.slice(100_000, 100_005), CONTENT[17], ...CONTENT.slice(99_000, 99_006)]);
  });

  it('are those of the caller, whatever is read later', () => {
    const reader = readerOf(named('kept.bin'));
    const first = reader.read(8, 50, undefined);
    reader.read(8, 60, undefined);
    reader.read(8, 300_000, undefined);
    expect(first).toEqual(CONTENT.slice(50, 58));
  });

  it('that were added since are read as well', () => {
    const file = named('grows.bin');
    const reader = readerOf(file);
    reader.read(10, LENGTH - 10, undefined);
    appendFileSync(file.path, CONTENT.subarray(0, 100));
    expect(reader.read(60, LENGTH - 10, undefined)).toEqual(
      Uint8Array.from([...CONTENT.slice(-10), ...CONTENT.slice(0, 50)]),
    );
  });
});

describe('a file that is not what it was', () => {
  const refused = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      return (error as UserError).message.replace(folder, '');
    }
    return expect.fail('nothing was refused');
  };
  const CHANGED = ': was changed or replaced while it was read; read a copy, or stop what writes it';

  it('is shorter', () => {
    const file = named('shorter.bin');
    const reader = readerOf(file);
    truncateSync(file.path, 1000);
    expect(refused(() => reader.read(10, 995, undefined))).toBe(`/shorter.bin${CHANGED}`);
    expect(refused(() => reader.read(10, 300_000, undefined))).toBe(`/shorter.bin${CHANGED}`);
    expect(refused(() => reader.read(100_000, 0, undefined))).toBe(`/shorter.bin${CHANGED}`);
  });

  it('has been replaced', () => {
    const file = named('replaced.bin');
    // Held open, so that its inode is not given to the other.
    const held = openSync(file.path, 'r');
    const other = named('other.bin');
    renameSync(other.path, file.path);
    expect(refused(() => new NamedFileBytes(file))).toBe(`/replaced.bin${CHANGED}`);
    closeSync(held);
  });

  it('is gone', () => {
    const file = named('gone.bin');
    rmSync(file.path);
    expect(refused(() => new NamedFileBytes(file))).toBe('/gone.bin: no such file');
  });

  it('is a folder by now', () => {
    const { dev: device, ino: inode } = statSync(folder);
    const reader = readerOf({ path: folder, device, inode });
    expect(refused(() => reader.read(1, 0, undefined))).toBe(': reading failed (EISDIR)');
  });
});
