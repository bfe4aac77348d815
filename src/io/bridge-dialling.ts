// Connections to other brokers: TCP, TLS with certificates, TLS with a pre-shared key.

import { connect as connectTcp, isIP, type Socket } from 'node:net';
import * as tls from 'node:tls';
import type { BridgeAddress } from '../broker/config/configuration.js';

export interface BridgeTls {
  /** PEM: who may have signed the other broker's certificate. */
  readonly authorities?: readonly (string | Uint8Array)[];
  /** Those that the system trusts as well. */
  readonly systemAuthorities?: boolean;
  /** PEM: the certificate of this side, and its key. */
  readonly certificate?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  /** The name in the certificate is not looked at; who signed it is. */
  readonly insecure?: boolean;
  readonly ciphers?: string;
  readonly minimumVersion?: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** The protocol of ALPN. */
  readonly protocol?: string;
  /** In place of certificates; TLS 1.2. */
  readonly psk?: { readonly identity: string; readonly key: Uint8Array };
}

/** Seconds of silence after which the system asks whether the other side still lives. */
const KEEP_ALIVE = 60;

export interface Dialling {
  readonly address: BridgeAddress;
  /** The address that the connection comes from. */
  readonly from: string | undefined;
  readonly tls: BridgeTls | undefined;
}

/** `ready` is called once, when bytes can be sent. */
export function dial({ address, from, tls: secured }: Dialling, ready: () => void): Socket {
  const where = { host: address.host, port: address.port, ...(from === undefined ? {} : { localAddress: from }) };
  const socket =
    secured === undefined
      ? connectTcp(where).once('connect', ready)
      : tls.connect({ ...where, ...tlsOptionsOf(secured, address.host) }).once('secureConnect', ready);
  return socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE * 1000);
}

function tlsOptionsOf(secured: BridgeTls, host: string): tls.ConnectionOptions {
  const { psk, certificate, key, insecure = false, ciphers, minimumVersion, protocol } = secured;
  const common = {
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(minimumVersion === undefined ? {} : { minVersion: minimumVersion }),
    ...(protocol === undefined ? {} : { ALPNProtocols: [protocol] }),
  };
  if (psk !== undefined) {
    return {
      ...common,
      // TLS 1.2 is the last version where a pre-shared key is one of its own, with suites of its own.
      maxVersion: 'TLSv1.2',
      ciphers: ciphers ?? 'PSK:!aNULL:!eNULL:!MD5:!SHA1',
      pskCallback: () => ({ psk: psk.key, identity: psk.identity }),
      // There is no certificate with a name.
      checkServerIdentity: () => undefined,
    };
  }
  const ca = authoritiesOf(secured);
  return {
    ...common,
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: pem(certificate) }),
    ...(key === undefined ? {} : { key: pem(key) }),
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(insecure ? { checkServerIdentity: () => undefined } : {}),
  };
}

/** undefined: those that Node brings along. */
export function authoritiesOf({
  authorities = [],
  systemAuthorities = false,
}: Pick<BridgeTls, 'authorities' | 'systemAuthorities'>): (string | Buffer)[] | undefined {
  if (!systemAuthorities) return authorities.map(pem);
  if (authorities.length === 0 && systemCertificates === undefined) return undefined;
  return [...authorities.map(pem), ...(systemCertificates?.('system') ?? tls.rootCertificates)];
}

/** Newer than the oldest Node that we run on. */
const { getCACertificates: systemCertificates } = tls as {
  getCACertificates?: (type: 'system') => readonly string[];
};

export function pem(content: string | Uint8Array): string | Buffer {
  return typeof content === 'string' ? content : Buffer.from(content);
}

/** Milliseconds for somebody to answer. */
const PROBE_TIMEOUT = 4000;

/** Calls `reached` if somebody listens there, and leaves again. The function returned gives up. */
export function probe({ address, from }: Dialling, reached: () => void): () => void {
  const socket = dial({ address, from, tls: undefined }, () => {
    socket.destroy();
    reached();
  });
  socket.setTimeout(PROBE_TIMEOUT, () => socket.destroy());
  socket.on('error', () => {});
  return () => socket.destroy();
}
