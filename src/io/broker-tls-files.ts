// The certificates and keys of a listener, read and looked at, so that --test-config finds what would stop it from starting
// and names the file.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { DEFAULT_CIPHERS } from 'node:tls';
import { encryptionOf, type ListenerOptions } from '../broker/config/configuration.js';
import type { Remarks } from '../broker/config/remark.js';
import { readOptionBytes, readOptionFolder } from './broker-files.js';
import type { TlsListener } from './listeners/listener.js';

export const TLS_VERSIONS = { 'tlsv1.1': 'TLSv1.1', 'tlsv1.2': 'TLSv1.2', 'tlsv1.3': 'TLSv1.3' } as const;

/** undefined: the listener is not TLS, or something was told that keeps it from being. */
export function readTls(
  listener: ListenerOptions,
  psks: ReadonlyMap<string, Uint8Array> | undefined,
  remarks: Remarks,
): TlsListener | undefined {
  const encryption = encryptionOf(listener);
  if (encryption === 'none') return undefined;
  const common = commonOf(listener);
  if (encryption === 'psk') {
    const { pskHint: hint } = listener;
    return { ...common, psk: { ...(hint === undefined ? {} : { hint }), keyOf: (identity) => psks?.get(identity) } };
  }
  const { certFile = '', keyFile = '', crlFile } = listener;
  const certificate = readOptionBytes(certFile, 'certfile', remarks);
  const key = readOptionBytes(keyFile, 'keyfile', remarks);
  const authorities = readAuthorities(listener, remarks);
  const revoked = crlFile === undefined ? [] : readRevoked(crlFile, remarks);
  if (certificate === undefined || key === undefined) return undefined;
  checkPair(certificate, key, listener, remarks);
  return { ...common, certificate, key, authorities, revoked, requireCertificate: listener.requireCertificate };
}

function commonOf(listener: ListenerOptions): TlsListener {
  const { tlsVersion, useIdentityAsUsername, useSubjectAsUsername } = listener;
  const ciphers = ciphersOf(listener);
  return {
    ...(tlsVersion === undefined ? {} : { minimumVersion: TLS_VERSIONS[tlsVersion] }),
    ...(ciphers === undefined ? {} : { ciphers }),
    // mosquitto's order, when both are set.
    ...(useIdentityAsUsername ? { userNameFrom: 'identity' } : useSubjectAsUsername ? { userNameFrom: 'subject' } : {}),
  };
}

/** Node has one list for all versions, in which the names of TLS 1.3 begin with TLS_. */
export function ciphersOf({
  ciphers,
  ciphersTls13,
}: Pick<ListenerOptions, 'ciphers' | 'ciphersTls13'>): string | undefined {
  if (ciphers === undefined && ciphersTls13 === undefined) return undefined;
  const [defaults13, defaults] = parted(DEFAULT_CIPHERS);
  return [ciphersTls13 ?? defaults13.join(':'), ciphers ?? defaults.join(':')].join(':');
}

function parted(list: string): [of13: string[], others: string[]] {
  const all = list.split(':');
  return [all.filter((one) => one.startsWith('TLS_')), all.filter((one) => !one.startsWith('TLS_'))];
}

/** What OpenSSL calls the files of a folder of certificates, and what people call them. */
const CERTIFICATE_NAMES = /\.(pem|crt|cer)$|^[0-9a-f]{8}\.\d+$/;

/** `prefix`: of the options' names. */
export function readAuthorities(
  { caFile, caPath }: Pick<ListenerOptions, 'caFile' | 'caPath'>,
  remarks: Remarks,
  prefix = '',
): Buffer[] {
  const file = caFile === undefined ? undefined : readOptionBytes(caFile, `${prefix}cafile`, remarks);
  const folder =
    caPath === undefined ? [] : (readOptionFolder(caPath, CERTIFICATE_NAMES, `${prefix}capath`, remarks) ?? []);
  if (file !== undefined) checkCertificate(file, caFile!, `${prefix}cafile`, remarks);
  const all = file === undefined ? folder : [file, ...folder];
  // A hashed name is a link to a file beside it.
  return all.filter((one, index) => all.findIndex((other) => other.equals(one)) === index);
}

function readRevoked(path: string, remarks: Remarks): Buffer[] {
  const list = readOptionBytes(path, 'crlfile', remarks);
  if (list === undefined) return [];
  if (!list.includes('-----BEGIN X509 CRL-----')) {
    remarks.error({ file: path, line: 0 }, 'is no list of revoked certificates in PEM (crlfile)');
  }
  return [list];
}

export function checkPair(
  certificate: Buffer,
  key: Buffer,
  { certFile = '', keyFile = '' }: Pick<ListenerOptions, 'certFile' | 'keyFile'>,
  remarks: Remarks,
  prefix = '',
): void {
  const known = checkCertificate(certificate, certFile, `${prefix}certfile`, remarks);
  const privateKey = checkKey(key, keyFile, `${prefix}keyfile`, remarks);
  if (known === undefined || privateKey === undefined || known.checkPrivateKey(privateKey)) return;
  remarks.error({ file: keyFile, line: 0 }, `does not belong to the certificate in ${certFile} (${prefix}keyfile)`);
}

function checkCertificate(pem: Buffer, path: string, option: string, remarks: Remarks): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    remarks.error({ file: path, line: 0 }, `is no certificate in PEM (${option})`);
    return undefined;
  }
}

function checkKey(pem: Buffer, path: string, option: string, remarks: Remarks): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    remarks.error({ file: path, line: 0 }, `is no private key in PEM without a passphrase (${option})`);
    return undefined;
  }
}
