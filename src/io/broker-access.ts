// Who may come in and what they may do, from password_file, acl_file and psk_file: read once for all listeners that share
// them, and again on reload.

import { type ParsedAcl, parseAcl } from '../broker/config/acl-file.js';
import { authorizeBy } from '../broker/config/authorize.js';
import type { ListenerOptions, SecurityOptions } from '../broker/config/configuration.js';
import type { ConfigurationFile } from '../broker/config/lines.js';
import { type PasswordHash, parsePasswords, parsePsks } from '../broker/config/password-file.js';
import type { Remark, Remarks } from '../broker/config/remark.js';
import type { AuthenticationAnswer } from '../broker/input.js';
import type { AuthenticateOutput } from '../broker/output.js';
import type { Authorize } from '../broker/settings.js';
import { readOptionText } from './broker-files.js';
import { isPassword } from './passwords.js';

export interface Access {
  readonly allowAnonymous: boolean;
  readonly users: ReadonlyMap<string, PasswordHash> | undefined;
  readonly authorize: Authorize | undefined;
  readonly psks: ReadonlyMap<string, Uint8Array> | undefined;
}

/** Of each listener. */
export function readAccess(listeners: readonly ListenerOptions[], remarks: Remarks): Access[] {
  const files = new Map<string, unknown>();
  // A file that two listeners name is one: its remarks come once, and so does what it takes in memory.
  const once = <T>(path: string | undefined, option: string, read: (file: ConfigurationFile) => T): T | undefined => {
    if (path === undefined) return undefined;
    const key = `${option} ${path}`;
    if (!files.has(key)) {
      const file = readOptionText(path, option, remarks);
      files.set(key, file && read(file));
    }
    return files.get(key) as T | undefined;
  };
  return listeners.map(({ security }) => accessOf(security, once, remarks));
}

type Once = <T>(path: string | undefined, option: string, read: (file: ConfigurationFile) => T) => T | undefined;

function accessOf(security: SecurityOptions, once: Once, remarks: Remarks): Access {
  const { allowAnonymous, passwordFile, aclFile, pskFile } = security;
  return {
    allowAnonymous,
    users: once(passwordFile, 'password_file', (file) => told(parsePasswords(file), remarks).users),
    authorize: once(aclFile, 'acl_file', (file) => authorizeOf(told(parseAcl(file), remarks))),
    psks: once(pskFile, 'psk_file', (file) => told(parsePsks(file), remarks).keys),
  };
}

function authorizeOf({ list }: ParsedAcl): Authorize | undefined {
  return list && authorizeBy(list);
}

function told<T extends { readonly remarks: readonly Remark[] }>(parsed: T, remarks: Remarks): T {
  for (const remark of parsed.remarks) remarks[remark.level](remark, remark.message);
  return parsed;
}

/** Bad User Name or Password (5.0: 3.2.2.2). */
const BAD_PASSWORD = 0x86;
const NOT_AUTHORIZED = 0x87;

/** Compared with when there is no such user: so that names cannot be told from the time it takes. */
const NOBODY: PasswordHash = {
  kind: 'pbkdf2-sha512',
  iterations: 101,
  salt: new Uint8Array(12),
  hash: new Uint8Array(64),
};

/** As mosquitto decides: a user name needs a password that is right, and without one allow_anonymous counts. */
export async function authenticateBy(access: Access, request: AuthenticateOutput): Promise<AuthenticationAnswer> {
  const { allowAnonymous, users } = access;
  const { userName, password } = request;
  if (users === undefined || userName === undefined) {
    return allowAnonymous ? { ok: true } : { ok: false, reasonCode: NOT_AUTHORIZED };
  }
  const known = users.get(userName);
  const isRight = await isPassword(password ?? new Uint8Array(0), known ?? NOBODY);
  if (known !== undefined && password !== undefined && isRight) return { ok: true };
  return { ok: false, reasonCode: BAD_PASSWORD };
}
