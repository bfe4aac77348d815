// Reads what mosquitto_passwd writes, a line for each user: name:$6$salt$hash (SHA-512 of password and salt) or
// name:$7$iterations$salt$hash (PBKDF2 with HMAC-SHA-512), both in base64. A line that is none is left out and said, as
// mosquitto does: the others go on working. And psk_file: identity:key, in hexadecimal.

import { type ConfigurationFile, rawLines, trimmed } from './lines.js';
import { type Place, type Remark, Remarks } from './remark.js';
import { quoted } from './values.js';

export interface PasswordHash {
  readonly kind: 'sha512' | 'pbkdf2-sha512';
  /** 1 for sha512. */
  readonly iterations: number;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

export interface ParsedPasswords {
  readonly users: ReadonlyMap<string, PasswordHash>;
  readonly remarks: readonly Remark[];
}

export function parsePasswords(file: ConfigurationFile): ParsedPasswords {
  const remarks = new Remarks();
  const users = new Map<string, PasswordHash>();
  for (const { text, ...place } of rawLines(file)) {
    const entry = readEntry(text, 'a password', place, remarks);
    if (entry === undefined) continue;
    const [name, value] = entry;
    const hash = readHash(value);
    if (typeof hash === 'string') {
      remarks.warning(place, `user ${quoted(name)} is left out: ${hash}`);
      continue;
    }
    if (users.has(name)) remarks.warning(place, `user ${quoted(name)} is there a second time: this one counts`);
    users.set(name, hash);
  }
  return { users, remarks: remarks.all };
}

/** Name and value; undefined for a line that has none, which is said unless it is empty. */
function readEntry(text: string, what: string, place: Place, remarks: Remarks): [string, string] | undefined {
  if (trimmed(text) === '') return undefined;
  // Several colons are one, and one in the first column is none: so mosquitto splits the line.
  const [name, value] = text.split(':').filter((part) => part !== '');
  const shown = name === undefined ? '' : trimmed(name);
  if (value !== undefined && trimmed(value) !== '') return [shown, trimmed(value)];
  remarks.warning(place, `${quoted(shown)} is left out: it has no ${what.replace(/^a /, '')} behind a colon`);
  return undefined;
}

const MOST_ITERATIONS = 0x7fffffff;
/** What mosquitto makes: 12 bytes of salt, from 2.1 on 64. */
const LONGEST_SALT = 64;
const HASH_LENGTH = 64;

/** Or why it is none. */
function readHash(text: string): PasswordHash | string {
  const [kind, ...parts] = text.split('$').filter((part) => part !== '');
  if (kind !== '6' && kind !== '7') return 'its password is not hashed by mosquitto_passwd ($6$… or $7$…)';
  const iterations = kind === '6' ? 1 : Number(/^\d+$/.test(parts[0] ?? '') ? parts.shift() : Number.NaN);
  if (!(iterations >= 1 && iterations <= MOST_ITERATIONS)) return 'the number of iterations is missing';
  const salt = decodeBase64(parts[0] ?? '');
  if (salt === undefined || salt.length === 0 || salt.length > LONGEST_SALT) return 'its salt is not base64';
  const hash = decodeBase64(parts[1] ?? '');
  if (hash?.length !== HASH_LENGTH) return `its hash is not base64 of ${HASH_LENGTH} bytes`;
  return { kind: kind === '6' ? 'sha512' : 'pbkdf2-sha512', iterations, salt, hash };
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function decodeBase64(text: string): Uint8Array | undefined {
  if (!BASE64.test(text)) return undefined;
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export interface ParsedPsks {
  /** undefined: there is an error among the remarks. */
  readonly keys: ReadonlyMap<string, Uint8Array> | undefined;
  readonly remarks: readonly Remark[];
}

export function parsePsks(file: ConfigurationFile): ParsedPsks {
  const remarks = new Remarks();
  const keys = new Map<string, Uint8Array>();
  for (const { text, ...place } of rawLines(file)) {
    const entry = readEntry(text, 'a key', place, remarks);
    if (entry === undefined) continue;
    const [identity, value] = entry;
    if (!/^[0-9a-fA-F]+$/.test(value)) {
      remarks.error(place, `the key of ${quoted(identity)} is not hexadecimal (without 0x)`);
      continue;
    }
    if (keys.has(identity)) remarks.warning(place, `${quoted(identity)} is there a second time: this one counts`);
    keys.set(identity, keyBytes(value));
  }
  return { keys: remarks.failed ? undefined : keys, remarks: remarks.all };
}

/** A key with an odd number of digits begins with half a byte, which is a whole one with a 0 before it. */
export function keyBytes(digits: string): Uint8Array {
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return Uint8Array.from({ length: even.length / 2 }, (_, index) =>
    Number.parseInt(even.slice(2 * index, 2 * index + 2), 16),
  );
}
