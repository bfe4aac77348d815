// The authority in a folder, read and looked at: what would make clients refuse its certificates is told before anybody
// connects. It may also be one that was made elsewhere.

import { createPrivateKey, type KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../user-error.js';
import { readTextFile } from '../small-files.js';
import type { Signer } from './authority-certificates.js';
import { x509 } from './authority-library.js';

export interface AuthorityPaths {
  readonly certificate: string;
  readonly key: string;
}

export function authorityPaths(folder: string): AuthorityPaths {
  return { certificate: join(folder, 'ca.crt'), key: join(folder, 'ca.key') };
}

/** In PEM, as it stands in the file, and what signs. */
export interface ReadAuthority {
  readonly pem: string;
  /** There is another one above it, which clients know: they have to be sent this one. */
  readonly isIntermediate: boolean;
  readonly signer: Signer;
}

/** `now` in milliseconds since 1970. Throws UserError that names the file. */
export async function readAuthority(folder: string, now: number): Promise<ReadAuthority> {
  const paths = authorityPaths(folder);
  await refuseMissing(folder, paths);
  const [pem, keyPem] = await Promise.all([readTextFile(paths.certificate), readTextFile(paths.key)]);
  const certificate = parsed(paths.certificate, 'is no certificate in PEM', () => new X509Certificate(pem));
  const key = parsed(paths.key, 'is no private key in PEM without a passphrase', () => createPrivateKey(keyPem));
  if (!certificate.checkPrivateKey(key)) throw refused(paths.key, `does not belong to ${paths.certificate}`);
  checkValidity(paths.certificate, certificate, now);
  const signer = await signerOf(paths, certificate, key);
  return { pem, isIntermediate: !certificate.checkIssued(certificate), signer };
}

/** Throws UserError when it is not valid, or not any more. */
export function checkUntil(path: string, until: number, now: number): void {
  if (now >= until) throw refused(path, `the certificate has expired on ${dateOf(until)}: make a new authority`);
}

function checkValidity(path: string, { ca, validFrom, validTo }: X509Certificate, now: number): void {
  if (!ca) throw refused(path, 'is the certificate of no authority: it may not sign others');
  const from = Date.parse(validFrom);
  if (now < from) throw refused(path, `the certificate is valid from ${dateOf(from)} only`);
  checkUntil(path, Date.parse(validTo), now);
}

/** By kind of key, as Node calls it: how it is imported, and how it signs. */
const KINDS: Readonly<Record<string, (key: KeyObject) => [imported: Algorithm, signing: Algorithm]>> = {
  ec: ({ asymmetricKeyDetails }) => {
    const name = 'ECDSA';
    const [namedCurve, hash] = CURVES[asymmetricKeyDetails?.namedCurve ?? ''] ?? [];
    return [{ name, namedCurve } as Algorithm, { name, hash } as Algorithm];
  },
  rsa: () => {
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    return [algorithm, algorithm];
  },
  ed25519: () => [{ name: 'Ed25519' }, { name: 'Ed25519' }],
};

/** As OpenSSL and as the Web Cryptography API calls them, with a hash as strong. */
const CURVES: Readonly<Record<string, readonly [name: string, hash: string]>> = {
  prime256v1: ['P-256', 'SHA-256'],
  secp384r1: ['P-384', 'SHA-384'],
  secp521r1: ['P-521', 'SHA-512'],
};

async function signerOf(paths: AuthorityPaths, { raw, validTo }: X509Certificate, key: KeyObject): Promise<Signer> {
  const library = x509();
  const certificate = new library.X509Certificate(raw);
  const usages = certificate.getExtension(library.KeyUsagesExtension)?.usages;
  if (usages !== undefined && (usages & library.KeyUsageFlags.keyCertSign) === 0) {
    throw refused(paths.certificate, 'may not sign certificates: its key usage does not say so');
  }
  const [imported, algorithm] = KINDS[key.asymmetricKeyType ?? '']?.(key) ?? [];
  const der = key.export({ type: 'pkcs8', format: 'der' });
  try {
    const signingKey = await webcrypto.subtle.importKey('pkcs8', der, imported!, false, ['sign']);
    return { certificate, key: signingKey, algorithm: algorithm!, until: Date.parse(validTo) };
  } catch {
    throw refused(paths.key, 'is of a kind that cannot sign here: use ECDSA (P-256, P-384, P-521), RSA or Ed25519');
  }
}

async function refuseMissing(folder: string, { certificate, key }: AuthorityPaths): Promise<void> {
  const there = await Promise.all([certificate, key].map(isThere));
  if (there.includes(true)) return;
  throw new UserError('option', `${folder}: there is no authority (ca.crt, ca.key); --make-ca makes one`);
}

export function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function parsed<T>(path: string, complaint: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw refused(path, complaint);
  }
}

function refused(path: string, why: string): UserError {
  return new UserError('option', `${path}: ${why}`);
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
