// What a listener of the broker is: where it listens, what it speaks and how it is secured. Plain data, with certificates
// and keys as their content; what the core is told of it is in `settings`.

import type { ListenerSettings } from '../../broker/settings.js';

export interface TlsListener {
  /** PEM: the server's certificate with those between it and its root, and its key. */
  readonly certificate?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  /** PEM: who may have signed clients' certificates. */
  readonly authorities?: readonly (string | Uint8Array)[];
  /** PEM: certificates that have been revoked. */
  readonly revoked?: readonly (string | Uint8Array)[];
  readonly ciphers?: string;
  readonly minimumVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** Only clients with a certificate of the authorities. */
  readonly requireCertificate?: boolean;
  /**
   * The client's user name is: the common name of its certificate, or its pre-shared key's identity; or the subject of its
   * certificate as RFC 2253 writes it. Clients without are refused.
   */
  readonly userNameFrom?: 'identity' | 'subject';
  /** Pre-shared keys, in place of certificates; TLS 1.2. */
  readonly psk?: {
    readonly hint?: string;
    readonly keyOf: (identity: string) => Uint8Array | undefined;
  };
}

export interface Listener {
  readonly protocol?: 'mqtt' | 'websocket';
  /** All addresses unless given. A name is looked up. */
  readonly host?: string;
  /** 0: one that is free. */
  readonly port?: number;
  /** A Unix socket in place of host and port. */
  readonly path?: string;
  readonly ipv6Only?: boolean;
  /** This machine may lack the address: then the others are enough. */
  readonly mayFail?: boolean;
  readonly tls?: TlsListener;
  readonly settings?: Partial<ListenerSettings>;
}

/** For people: mqtts://0.0.0.0:8883. */
export function listenerUrl({ protocol = 'mqtt', host, port = 0, path, tls }: Listener, boundPort = port): string {
  const scheme = `${protocol === 'mqtt' ? 'mqtt' : 'ws'}${tls === undefined ? '' : 's'}`;
  if (path !== undefined) return `${scheme}+unix:${path}`;
  const name = host ?? '*';
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${boundPort}`;
}
