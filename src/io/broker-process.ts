// What a mosquitto.conf asks of the process itself: pid_file and user. To be done when the listeners are open and before
// anybody is served, since root may be needed for the first and must not be there for the second.

import { chownSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { GlobalOptions } from '../broker/config/configuration.js';
import { UserError } from '../user-error.js';

export interface PreparedProcess {
  /** At the end. */
  release(): void;
}

/** Throws UserError for what cannot be done. `files` (the database, the log) must be the new user's as well. */
export function prepareProcess(
  { pidFile, user }: Pick<GlobalOptions, 'pidFile' | 'user'>,
  files: readonly string[],
): PreparedProcess {
  if (pidFile !== undefined) writePid(pidFile);
  if (process.getuid?.() === 0) becomeUser(user, files);
  return {
    release: () => {
      // The folder may no longer be ours: then it stays, as mosquitto's does.
      if (pidFile !== undefined) tryTo(() => rmSync(pidFile, { force: true }));
    },
  };
}

function writePid(path: string): void {
  try {
    writeFileSync(path, `${process.pid}`);
  } catch (error) {
    throw new UserError(
      'environment',
      `${path}: cannot be written (${(error as NodeJS.ErrnoException).code}) (pid_file)`,
    );
  }
}

/** Who root becomes unless told: as far as there is such a user; root stays root when asked for by name. */
const DEFAULT_USERS = ['mosquitto', 'nobody'] as const;

function becomeUser(name: string | undefined, files: readonly string[]): void {
  if (name === 'root') return;
  const candidates: readonly string[] = name === undefined || name === 'mosquitto' ? DEFAULT_USERS : [name];
  const user = candidates.map((one) => findUser(one)).find((one) => one !== undefined);
  if (user === undefined) throw new UserError('environment', `there is no user ${candidates.join(' or ')} (user)`);
  for (const file of files) tryTo(() => chownSync(file, user.uid, user.gid));
  process.setgroups?.([user.gid]);
  process.setgid?.(user.gid);
  process.setuid?.(user.uid);
}

interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** From /etc/passwd: Node can become a user by name, but not tell the group that is the user's own. */
export function findUser(name: string, passwd = '/etc/passwd'): User | undefined {
  const lines = readFileSync(passwd, 'utf8').split('\n');
  const fields = lines.map((line) => line.split(':')).find(([first]) => first === name);
  const [uid, gid] = [Number(fields?.[2]), Number(fields?.[3])];
  return Number.isInteger(uid) && Number.isInteger(gid) && fields !== undefined ? { name, uid, gid } : undefined;
}

function tryTo(action: () => void): void {
  try {
    action();
  } catch {
    // Not needed for the broker to work.
  }
}
