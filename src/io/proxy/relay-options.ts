// What a relay is made of: pairs of where it listens and where it connects to, how each side is secured, and who watches.

import type { Gate } from '../../faults/gate.js';
import type { ProxyAddress } from './addresses.js';
import type { ProxyProtocol } from './proxy-header.js';
import type { RelayLimits } from './relay-limits.js';
import type { RelayWatcher } from './watcher.js';

/** PEM: a certificate with those between it and its root, and its key. */
export interface CertificatePair {
  readonly certificate: string | Uint8Array;
  readonly key: string | Uint8Array;
}

/** TLS of a listener. */
export interface ListenTls {
  /**
   * Or the certificate for the name that a client asks for; undefined: it asks for none. The same object for the same name,
   * so that what is made of it can be kept. Failing, it refuses the client.
   */
  readonly certificate: CertificatePair | CertificateSource;
  /** PEM: who may have signed clients' certificates. */
  readonly authorities?: readonly (string | Uint8Array)[];
  /** Only clients with a certificate of the authorities. */
  readonly requireCertificate?: boolean;
}

export type CertificateSource = (serverName: string | undefined) => CertificatePair | Promise<CertificatePair>;

/** TLS to a target. */
export interface TargetTls {
  /** PEM: who may have signed the target's certificate; those that the system trusts unless given. */
  readonly authorities?: readonly (string | Uint8Array)[];
  /** Of this side. */
  readonly certificate?: CertificatePair;
  /** Asked for (SNI), and looked for in the certificate, in place of the target's host. */
  readonly serverName?: string;
  /** Protocols of ALPN that are offered. */
  readonly alpn?: readonly string[];
  /** Neither who signed the certificate nor the name in it is looked at. */
  readonly insecure?: boolean;
}

/** One pair of --listen and --target. */
export interface RelayRoute {
  readonly listen: ProxyAddress;
  readonly target: ProxyAddress;
  /** Needed for tls and wss. */
  readonly tls?: ListenTls;
  readonly targetTls?: TargetTls;
  /** The target is told the client's address. */
  readonly proxyProtocol?: ProxyProtocol;
}

export interface RelayOptions {
  readonly routes: readonly RelayRoute[];
  readonly watcher?: RelayWatcher;
  /** Between the two sides of each connection. WebSocket then ends at the relay, on both sides. */
  readonly gates?: { gate(): Gate };
  /** Milliseconds, for gates. */
  readonly clock?: () => number;
  readonly limits?: Partial<RelayLimits>;
  /** Of TLS listeners the watcher gets the TLS records as they are, and the secrets before them. */
  readonly encrypted?: boolean;
  /** false: secrets are not told, and take no memory. */
  readonly secrets?: boolean;
}
