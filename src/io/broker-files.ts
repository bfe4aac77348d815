// The files that a mosquitto.conf is made of and names: itself, the folders it includes, and whole files of text or bytes.
// What cannot be read is a remark that names the file, never half a result.

import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { ConfigurationFile } from '../broker/config/lines.js';
import { type Included, type ParsedConfiguration, parseConfiguration } from '../broker/config/parse.js';
import type { Remarks } from '../broker/config/remark.js';

/** Reads it with all that it includes. */
export function readConfiguration(path: string): ParsedConfiguration {
  const main = readConfigurationFile(path);
  if (typeof main === 'string') {
    return { configuration: undefined, remarks: [{ level: 'error', file: path, line: 0, message: main }] };
  }
  return parseConfiguration(main, { include: readFolder, hostName: hostname() });
}

const SUFFIX = '.conf';

function readFolder(folder: string): Included {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    return { files: [], failures: [`${folder}: ${reasonOf(error)}`] };
  }
  const files: ConfigurationFile[] = [];
  const failures: string[] = [];
  const wanted = names.filter((name) => name.endsWith(SUFFIX) && name.length > SUFFIX.length);
  for (const name of [...wanted].sort(compareNames)) {
    const path = join(folder, name);
    const file = readConfigurationFile(path);
    if (typeof file === 'string') failures.push(`${path}: ${file}`);
    else files.push(file);
  }
  return { files, failures };
}

/** Or why it cannot be read. */
function readConfigurationFile(path: string): ConfigurationFile | string {
  try {
    return { name: path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    return reasonOf(error);
  }
}

/** As mosquitto sorts them: letter by letter, an upper case one before its lower case. */
export function compareNames(a: string, b: string): number {
  for (let at = 0; at < a.length && at < b.length; at++) {
    const [one, other] = [a[at]!, b[at]!];
    if (one !== other) return upperCode(one) - upperCode(other) || one.charCodeAt(0) - other.charCodeAt(0);
  }
  return a.length - b.length;
}

function upperCode(character: string): number {
  return (/[a-z]/.test(character) ? character.toUpperCase() : character).charCodeAt(0);
}

/** A file that an option names; undefined: it cannot be read, which is then told. */
export function readOptionText(path: string, option: string, remarks: Remarks): ConfigurationFile | undefined {
  const bytes = readOptionBytes(path, option, remarks);
  return bytes && { name: path, text: new TextDecoder().decode(bytes) };
}

export function readOptionBytes(path: string, option: string, remarks: Remarks): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    remarks.error({ file: path, line: 0 }, `${reasonOf(error)} (${option})`);
    return undefined;
  }
}

/** The contents of a folder's files whose names match. */
export function readOptionFolder(path: string, names: RegExp, option: string, remarks: Remarks): Buffer[] | undefined {
  try {
    return readdirSync(path)
      .filter((name) => names.test(name))
      .sort()
      .map((name) => readFileSync(join(path, name)));
  } catch (error) {
    remarks.error({ file: path, line: 0 }, `${reasonOf(error)} (${option})`);
    return undefined;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'is no directory, or in none',
  EISDIR: 'is a directory',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  ELOOP: 'links that go round in a circle',
};

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return REASONS[code] ?? `cannot be read (${code})`;
}
