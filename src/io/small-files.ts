// Whole files of text: read at once, replaced at once (a reader sees the old or the new one, never a part), appended to.
// What stops it is a UserError of one line that names the file.

import { appendFile, open, readFile, rename, rm } from 'node:fs/promises';
import { UserError } from '../user-error.js';
import { cannotWrite } from './output.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'is a directory',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
};

/** Some editors put a BOM before all text, which is no part of it. */
export async function readTextFile(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UserError('option', `${path}: ${REASONS[code] ?? `cannot be read (${code})`}`);
  }
}

/** Written beside it, then put in its place. */
export async function replaceTextFile(path: string, text: string): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(beside, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw cannotWrite(path, error as NodeJS.ErrnoException);
  }
}

export async function appendTextFile(path: string, text: string): Promise<void> {
  try {
    await appendFile(path, text);
  } catch (error) {
    throw cannotWrite(path, error as NodeJS.ErrnoException);
  }
}
