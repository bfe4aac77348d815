// A local authority for TLS listeners of the proxy: made once, trusted by the clients that are to be looked at, and then
// signing a certificate for whatever name a client asks for, while it asks.

import type { webcrypto } from 'node:crypto';
import { makeLeafCertificate, newKeys, pemOf } from './authority-certificates.js';
import { type HostName, readHostName } from './authority-name.js';
import { authorityPaths, checkUntil, type ReadAuthority, readAuthority } from './authority-signer.js';
import type { CertificatePair, CertificateSource } from './relay-options.js';

/** Milliseconds since 1970. */
type Clock = () => number;

/** In PEM: the certificate with those that a client needs to check it. */
export interface LeafPair extends CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

export interface AuthorityOptions {
  readonly clock?: Clock;
  /** Names whose certificates are kept; beyond, the one not asked for longest goes. */
  readonly maximumNames?: number;
}

const MAXIMUM_NAMES = 256;

/** Throws UserError that names the file: missing, no PEM, not belonging together, no authority, expired. */
export async function loadAuthority(folder: string, options: AuthorityOptions = {}): Promise<Authority> {
  const { clock = Date.now } = options;
  const [read, keys] = await Promise.all([readAuthority(folder, clock()), newKeys()]);
  return new Authority(authorityPaths(folder).certificate, read, keys, options);
}

interface Kept {
  readonly pair: Promise<LeafPair>;
  /** Milliseconds since 1970; endless while it is being made. */
  until: number;
}

export class Authority {
  /** PEM: what clients have to trust. */
  readonly certificate: string;
  /** The least recently used first. */
  private readonly kept = new Map<string, Kept>();
  private readonly key: string;
  private readonly clock: Clock;
  private readonly maximumNames: number;

  constructor(
    private readonly path: string,
    private readonly authority: ReadAuthority,
    /** One for all names: they are all this proxy. */
    private readonly keys: webcrypto.CryptoKeyPair,
    { clock = Date.now, maximumNames = MAXIMUM_NAMES }: AuthorityOptions,
  ) {
    this.certificate = authority.pem;
    this.key = pemOf(keys.privateKey);
    this.clock = clock;
    this.maximumNames = maximumNames;
  }

  /**
   * For a host name or an IP address; the same object as long as it is kept. Rejects with UserError when it is neither, or
   * the authority has expired.
   */
  async certificateFor(name: string): Promise<LeafPair> {
    const host = readHostName(name);
    const now = this.clock();
    let entry = this.kept.get(host.value);
    if (entry === undefined || entry.until <= now) entry = this.making(host, now);
    this.kept.delete(host.value);
    this.kept.set(host.value, entry);
    if (this.kept.size > this.maximumNames) this.kept.delete(this.kept.keys().next().value!);
    return entry.pair;
  }

  /** What a listener asks at each handshake; a client that asks for no name gets the certificate of `fallback`. */
  source(fallback: string): CertificateSource {
    return (serverName) => this.certificateFor(serverName || fallback);
  }

  /** Names whose certificates are kept. */
  get names(): number {
    return this.kept.size;
  }

  private making(host: HostName, now: number): Kept {
    const { signer, isIntermediate, pem: above } = this.authority;
    checkUntil(this.path, signer.until, now);
    const leaf = makeLeafCertificate(signer, this.keys.publicKey, host, now);
    const { key } = this;
    const pair = leaf.then(({ pem }) => ({ certificate: isIntermediate ? pem + above : pem, key }));
    const entry: Kept = { pair, until: Number.POSITIVE_INFINITY };
    leaf.then(
      ({ until }) => {
        entry.until = until;
      },
      () => {
        if (this.kept.get(host.value) === entry) this.kept.delete(host.value);
      },
    );
    return entry;
  }
}
