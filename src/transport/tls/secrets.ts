// What all connections share to be decrypted with: the key log, private RSA keys, pre-shared keys, and the master secrets
// of sessions seen, for those that resume them. And the bound on what they hold together while secrets may still come.

import type { KeyObject } from 'node:crypto';
import { hexOf, KeyLog } from './keylog.js';

/** The bounds of what all connections share. */
export interface SharedTlsOptions {
  /** Encrypted bytes that wait for a secret, of all connections together. */
  readonly maxHeldTotal: number;
  /** Sessions whose master secret is kept for those that resume them; the oldest is let go. */
  readonly maxSessions: number;
  /** Secrets of the key logs; the oldest is let go. */
  readonly maxSecrets: number;
}

export const SHARED_TLS_DEFAULTS: SharedTlsOptions = {
  maxHeldTotal: 32 * 1024 * 1024,
  maxSessions: 4096,
  maxSecrets: 65_536,
};

export interface GivenSecrets {
  readonly keyLog: KeyLog;
  /** Private keys of servers, for suites with RSA key exchange. */
  readonly rsaKeys: readonly KeyObject[];
  /** By identity, in lower-case hex. */
  readonly psks: ReadonlyMap<string, Uint8Array>;
  readonly bounds: Partial<SharedTlsOptions>;
}

export class TlsSecrets {
  readonly keyLog: KeyLog;
  readonly rsaKeys: readonly KeyObject[];
  readonly psks: ReadonlyMap<string, Uint8Array>;
  /** False: the key log will not grow, so nothing needs to be held for it, and what is missing is said at once. */
  mayGrow = true;
  readonly #sessions = new Map<string, Uint8Array>();
  #remembered = 0;
  readonly #maxSessions: number;
  #free: number;

  constructor(given: Partial<GivenSecrets> = {}) {
    const { maxSessions, maxHeldTotal, maxSecrets } = { ...SHARED_TLS_DEFAULTS, ...given.bounds };
    this.keyLog = given.keyLog ?? new KeyLog(maxSecrets);
    this.rsaKeys = given.rsaKeys ?? [];
    this.psks = given.psks ?? new Map();
    this.#maxSessions = maxSessions;
    this.#free = maxHeldTotal;
  }

  /** Grows with everything new: whoever found nothing may look again. */
  get revision(): number {
    return this.keyLog.revision + this.#remembered;
  }

  /** A session's master secret by what resumes it: its id or its ticket. */
  remember(kind: 'id' | 'ticket', value: Uint8Array, master: Uint8Array): void {
    if (value.length === 0) return;
    const key = kind + hexOf(value.length > 64 ? value.subarray(0, 64) : value);
    if (!this.#sessions.delete(key)) this.#remembered++;
    this.#sessions.set(key, master);
    if (this.#sessions.size <= this.#maxSessions) return;
    for (const oldest of this.#sessions.keys()) {
      this.#sessions.delete(oldest);
      break;
    }
  }

  recall(kind: 'id' | 'ticket', value: Uint8Array): Uint8Array | undefined {
    return this.#sessions.get(kind + hexOf(value.length > 64 ? value.subarray(0, 64) : value));
  }

  /** Room to hold so many bytes, or false. */
  reserve(bytes: number): boolean {
    if (bytes > this.#free) return false;
    this.#free -= bytes;
    return true;
  }

  release(bytes: number): void {
    this.#free += bytes;
  }
}

/** Looked for again only when there is something new to be found. */
export function whenNew<T>(known: { readonly stamp: number }, find: () => T | undefined): () => T | undefined {
  let triedAt = -1;
  return () => {
    if (triedAt === known.stamp) return undefined;
    triedAt = known.stamp;
    return find();
  };
}
