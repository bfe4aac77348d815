// Whole files: what cannot be read or written is one line that names the file, and a file is replaced whole or not at all.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { appendTextFile, readTextFile, replaceTextFile } from '../../src/io/small-files.js';

const folder = mkdtempSync(join(tmpdir(), 'mqtt-dissect-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('replaceTextFile', () => {
  it('makes a file, replaces it, and leaves nothing beside it', async () => {
    const path = join(folder, 'a.json');
    await replaceTextFile(path, 'one, long');
    await replaceTextFile(path, 'two');
    expect(await readTextFile(path)).toBe('two');
    expect(readdirSync(folder)).toEqual(['a.json']);
  });

  it.each([
    [join(folder, 'no', 'b.json'), 'no such directory'],
    [folder, 'is a directory'],
  ])('%s: %s', async (path, reason) => {
    mkdirSync(join(folder, 'full', 'inside'), { recursive: true });
    await expect(replaceTextFile(path, 'x')).rejects.toThrow(`${path}: ${reason}`);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

it('reads text without the BOM that some editors put before it', async () => {
  const path = join(folder, 'marked.json');
  await replaceTextFile(path, '\uFEFF{"known": "\uFEFF"}');
  expect(await readTextFile(path)).toBe('{"known": "\uFEFF"}');
  rmSync(path);
});

it('appends', async () => {
  const path = join(folder, 'summary.md');
  await appendTextFile(path, 'one\n');
  await appendTextFile(path, 'two\n');
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  await expect(appendTextFile(folder, 'x')).rejects.toThrow(`${folder}: is a directory`);
});

it.each([
  [join(folder, 'none'), 'no such file'],
  [folder, 'is a directory'],
])('reads no %s: %s', async (path, reason) => {
  await expect(readTextFile(path)).rejects.toThrow(`${path}: ${reason}`);
});
