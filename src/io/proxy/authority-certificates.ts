// The two kinds of certificates that are made here: an authority's own, and a server's for one name.

import { KeyObject, webcrypto } from 'node:crypto';
import type * as X509 from '@peculiar/x509';
import { type X509Library, x509 } from './authority-library.js';
import type { HostName } from './authority-name.js';

type CryptoKey = webcrypto.CryptoKey;
type CryptoKeyPair = webcrypto.CryptoKeyPair;

const DAY = 24 * 60 * 60 * 1000;

/** Days from now. With the one before, it is below the 398 from which browsers refuse a certificate. */
const LEAF_DAYS = 365;

/** Clocks differ: certificates are valid since yesterday. */
const EARLIER = DAY;

/** X.520: characters of a common name. */
export const LONGEST_COMMON_NAME = 64;

export function newKeys(): Promise<CryptoKeyPair> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;
}

export function pemOf(key: CryptoKey): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** In PEM. `now` in milliseconds since 1970. */
export async function makeRootCertificate(
  keys: CryptoKeyPair,
  commonName: string,
  now: number,
  days: number,
): Promise<string> {
  const library = x509();
  const { KeyUsageFlags } = library;
  const certificate = await library.X509CertificateGenerator.createSelfSigned(
    {
      name: [{ CN: [commonName] }],
      ...validity(now, now + days * DAY),
      keys,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: [
        // It signs no other authorities.
        new library.BasicConstraintsExtension(true, 0, true),
        new library.KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await library.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto as Crypto),
      ],
    },
    webcrypto as Crypto,
  );
  return `${certificate.toString('pem')}\n`;
}

/** An authority that can sign. */
export interface Signer {
  readonly certificate: X509.X509Certificate;
  readonly key: CryptoKey;
  readonly algorithm: webcrypto.Algorithm | webcrypto.EcdsaParams;
  /** Milliseconds since 1970: the end of its certificate. */
  readonly until: number;
}

export interface LeafCertificate {
  readonly pem: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

export async function makeLeafCertificate(
  { certificate: issuer, key, algorithm, until: issuerUntil }: Signer,
  publicKey: CryptoKey,
  { type, value }: HostName,
  now: number,
): Promise<LeafCertificate> {
  const library = x509();
  const until = Math.min(now + LEAF_DAYS * DAY, issuerUntil);
  const certificate = await library.X509CertificateGenerator.create(
    {
      // Only the alternative name counts; the common name is for people.
      subject: [{ CN: [value.length <= LONGEST_COMMON_NAME ? value : 'mqtt-dissect proxy'] }],
      // Its very bytes: they are compared.
      issuer: issuer.subjectName,
      ...validity(now, until),
      publicKey,
      signingKey: key,
      signingAlgorithm: algorithm,
      extensions: [
        new library.BasicConstraintsExtension(false, undefined, true),
        new library.KeyUsagesExtension(library.KeyUsageFlags.digitalSignature, true),
        new library.ExtendedKeyUsageExtension([library.ExtendedKeyUsage.serverAuth]),
        new library.SubjectAlternativeNameExtension([{ type, value }]),
        await library.SubjectKeyIdentifierExtension.create(publicKey, false, webcrypto as Crypto),
        await keyIdentifierOf(issuer, library),
      ],
    },
    webcrypto as Crypto,
  );
  return { pem: `${certificate.toString('pem')}\n`, until };
}

/** As the authority names its key; how that is worked out is its own affair. */
async function keyIdentifierOf(
  issuer: X509.X509Certificate,
  { AuthorityKeyIdentifierExtension, SubjectKeyIdentifierExtension }: X509Library,
): Promise<X509.AuthorityKeyIdentifierExtension> {
  const own = issuer.getExtension(SubjectKeyIdentifierExtension);
  if (own !== null) return new AuthorityKeyIdentifierExtension(own.keyId);
  return AuthorityKeyIdentifierExtension.create(issuer.publicKey, false, webcrypto as Crypto);
}

function validity(now: number, until: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(now - EARLIER), notAfter: new Date(until) };
}
