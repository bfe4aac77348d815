// What `proxy --make-ca DIR` does: an authority of its own, in a folder.

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { UserError } from '../../user-error.js';
import { cannotWrite } from '../output.js';
import { LONGEST_COMMON_NAME, makeRootCertificate, newKeys, pemOf } from './authority-certificates.js';
import { type AuthorityPaths, authorityPaths, isThere } from './authority-signer.js';

export interface MakeAuthorityOptions {
  /** Behind "mqtt-dissect proxy CA": tells one such authority from another. The name of this machine unless given. */
  readonly name?: string;
  /** How long it is valid; ten years unless given. */
  readonly days?: number;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

const DAYS = 3650;
const MOST_DAYS = 36_500;
const PREFIX = 'mqtt-dissect proxy CA ';
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u;

/** Writes ca.crt and ca.key, which only its owner may read, into the folder. Throws UserError; then nothing was changed. */
export async function makeAuthority(
  folder: string,
  { name, days = DAYS, clock = Date.now }: MakeAuthorityOptions = {},
): Promise<AuthorityPaths> {
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS) {
    throw new UserError('option', `an authority is valid for 1 to ${MOST_DAYS} days, not for ${days}`);
  }
  const commonName = commonNameOf(name);
  const paths = authorityPaths(folder);
  for (const path of [paths.certificate, paths.key]) if (await isThere(path)) throw isThereAlready(path);
  const keys = await newKeys();
  const certificate = await makeRootCertificate(keys, commonName, clock(), days);
  await makeFolder(folder);
  await writeNew(paths.key, pemOf(keys.privateKey), 0o600);
  try {
    await writeNew(paths.certificate, certificate, 0o644);
  } catch (error) {
    await rm(paths.key, { force: true });
    throw error;
  }
  return paths;
}

function commonNameOf(name: string | undefined): string {
  // Whatever a machine is called, its authority can be made.
  const text = name ?? (hostname().replace(/[^\p{L}\p{N}._-]+/gu, '-') || 'local');
  const longest = LONGEST_COMMON_NAME - PREFIX.length;
  if (name === undefined) return PREFIX + text.slice(0, longest);
  if (name.length <= longest && NAME.test(name)) return PREFIX + name;
  throw new UserError(
    'option',
    `an authority's name is letters, digits, spaces, ".", "_" and "-", at most ${longest}, not ${JSON.stringify(name)}`,
  );
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new UserError('environment', `${folder}: is a file, not a folder`);
    throw cannotWrite(folder, error as NodeJS.ErrnoException);
  }
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx', mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw isThereAlready(path);
    throw cannotWrite(path, error as NodeJS.ErrnoException);
  }
}

function isThereAlready(path: string): UserError {
  return new UserError('option', `${path}: is there already and is not overwritten: name another folder or remove it`);
}
