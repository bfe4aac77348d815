// Key logs grow by whole lines, at once; whatever is wrong with the disk is told once.

import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KeyLogWriter } from '../../../src/io/recording/key-log.js';
import { KnownSecrets } from '../../../src/io/recording/known-secrets.js';
import { TlsSecretFiles } from '../../../src/io/tls-secrets.js';
import { onSmallDisk } from '../../support/small-disk.js';
import { inFolder } from '../store/records.js';

const line = (number: number): string => `CLIENT_RANDOM ${String(number).padStart(64, '0')} ${'ab'.repeat(48)}\n`;

describe('a key log', () => {
  it('grows while others write it too, and is private', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'keys.log');
      const log = new KeyLogWriter(path);
      await log.open();
      expect(statSync(path).mode & 0o777).toBe(0o600);
      log.write(line(1));
      await expect.poll(() => readFileSync(path, 'utf8'), { timeout: 20_000 }).toBe(line(1));
      appendFileSync(path, line(2));
      log.write(line(3).trimEnd());
      log.write(line(4) + line(5));
      log.write('');
      await log.close();
      log.write(line(6));
      expect(readFileSync(path, 'utf8')).toBe([1, 2, 3, 4, 5].map(line).join(''));
      const files = new TlsSecretFiles({ keylogs: [path], rsaKeys: [], psks: [] }, false);
      expect(files.ignoredLines).toBe(0);
      files.close();
    }));

  it('that was there is kept', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'keys.log');
      writeFileSync(path, line(1));
      const log = new KeyLogWriter(path);
      await log.open();
      log.write(line(2));
      await log.close();
      expect(readFileSync(path, 'utf8')).toBe(line(1) + line(2));
    }));

  it('that cannot be written is an error of one line', () =>
    inFolder(async (folder) => {
      await expect(new KeyLogWriter(folder).open()).rejects.toMatchObject({ message: `${folder}: is a directory` });
    }));

  it.runIf(process.platform === 'linux')('ends on a full disk', async ({ skip }) => {
    const isMade = await onSmallDisk(1, async (folder) => {
      const path = join(folder, 'keys.log');
      const told: string[] = [];
      const log = new KeyLogWriter(path, ({ message }) => told.push(message));
      await log.open();
      for (let number = 0; number < 10_000; number++) log.write(line(number));
      await expect
        .poll(() => told, { timeout: 20_000 })
        .toEqual([`${path}: no space left; no more TLS secrets are written`]);
      log.write(line(1));
      await log.close();
      expect(told).toHaveLength(1);
    });
    skip(!isMade, 'nothing may be mounted here');
  });
});

describe('secrets that a recording knows', () => {
  const text = (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : new TextDecoder().decode(bytes));

  it('are told once, and all of them for a further file', () => {
    const secrets = new KnownSecrets(1000);
    expect(secrets.fresh).toBeUndefined();
    expect(secrets.all).toBeUndefined();
    secrets.add('one\n');
    secrets.add('two');
    secrets.add('');
    expect(text(secrets.fresh)).toBe('one\ntwo\n');
    secrets.written();
    secrets.add('three\n');
    expect(text(secrets.fresh)).toBe('three\n');
    expect(text(secrets.all)).toBe('one\ntwo\nthree\n');
  });

  it('are forgotten beyond the bound, the oldest first', () => {
    const secrets = new KnownSecrets(12);
    for (const lines of ['one', 'two', 'six', 'ten', 'far more than what there is room for']) secrets.add(lines);
    expect(text(secrets.all)).toBe('two\nsix\nten\n');
    expect(text(secrets.fresh)).toBe('two\nsix\nten\n');
  });
});
