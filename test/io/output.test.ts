// Writing: in order, no faster than the reader, quiet when the reader goes, told when the disk is full.

import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { Output, openOutputFile } from '../../src/io/output.js';
import { UserError } from '../../src/user-error.js';

const folder = mkdtempSync(join(tmpdir(), 'mqtt-dissect-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A reader that takes a piece only when told to. */
function slowReader() {
  const taken: string[] = [];
  let waiting: (() => void) | undefined;
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _, done) {
      taken.push(chunk.toString());
      waiting = done;
    },
  });
  return { stream, taken, take: () => waiting?.() };
}

function failing(code: string, syscall = 'write'): Writable {
  return new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error(code), { code, syscall }));
    },
  });
}

describe('Output', () => {
  it('gathers small pieces', async () => {
    const { stream, taken, take } = slowReader();
    const output = new Output(stream, 'x');
    for (let i = 0; i < 1000; i++) await output.write('0123456789');
    expect(taken).toEqual([]);
    const flushed = output.flush();
    take();
    await flushed;
    expect(taken.map((text) => text.length)).toEqual([10_000]);
  });

  it('waits with a full piece until the one before is taken', async () => {
    const { stream, taken, take } = slowReader();
    const output = new Output(stream, 'x');
    await output.write('x'.repeat(100_000));
    let went = false;
    const written = output.write('y'.repeat(100_000)).then(() => {
      went = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect({ went, pieces: taken.length }).toEqual({ went: false, pieces: 1 });
    take();
    await written;
    expect(went).toBe(true);
    let flushed = false;
    const end = output.flush().then(() => {
      flushed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect({ flushed, pieces: taken.length }).toEqual({ flushed: false, pieces: 2 });
    take();
    await end;
    expect(taken).toEqual(['x'.repeat(100_000), 'y'.repeat(100_000)]);
  });

  it('writes any characters, and pieces of any length', async () => {
    const { stream, taken, take } = slowReader();
    const output = new Output(stream, 'x');
    const pieces = ['€'.repeat(131_072), '😀'.repeat(65_536), 'ä'.repeat(500_000), 'a'.repeat(70_000)];
    for (const piece of pieces) {
      await output.write(piece);
      take();
    }
    await output.flush();
    expect(taken).toEqual(pieces);
  });

  it('goes quiet when the reader is gone', async () => {
    const output = new Output(failing('EPIPE'), 'x');
    await output.write('text');
    expect(output.broken).toBe(false);
    await output.flush();
    expect(output.broken).toBe(true);
    await output.write('x'.repeat(100_000));
    await output.close(true);
  });

  it.each([
    ['ENOSPC', 'x: no space left'],
    ['EIO', 'x: cannot be written (EIO)'],
  ])('tells of %s', async (code, message) => {
    const output = new Output(failing(code), 'x');
    await output.write('text');
    await expect(output.flush()).rejects.toEqual(new UserError('environment', message));
  });

  it('lets a bug through as it is', async () => {
    const bug = new TypeError('bug');
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(bug) });
    const output = new Output(stream, 'x');
    await output.write('text');
    await expect(output.flush()).rejects.toBe(bug);
  });
});

describe('openOutputFile', () => {
  it('writes and closes a file', async () => {
    const path = join(folder, 'out.txt');
    const output = await openOutputFile(path, []);
    await output.write('text é\n');
    await output.close(true);
    expect(readFileSync(path, 'utf8')).toBe('text é\n');
  });

  it('does not destroy an input, under another name either', async () => {
    const input = join(folder, 'input');
    const link = join(folder, 'link');
    writeFileSync(input, 'kept');
    symlinkSync(input, link);
    for (const path of [input, link]) await expect(openOutputFile(path, ['/none', input])).rejects.toThrow(UserError);
    expect(readFileSync(input, 'utf8')).toBe('kept');
  });
});
