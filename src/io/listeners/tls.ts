// TLS of a listener: its options for Node, with errors that say which of certificate, key and authorities is wrong, and who a
// client is by its certificate or pre-shared key.

import { createSecureContext, type SecureContextOptions, type TLSSocket, type TlsOptions } from 'node:tls';
import { UserError } from '../../user-error.js';
import type { TlsListener } from './listener.js';

/** TLS 1.2 is the last version where a pre-shared key is one of its own, with suites of its own. */
const PSK_CIPHERS = 'PSK:!aNULL:!eNULL:!MD5:!SHA1';

type IdentifiedSocket = TLSSocket & { mqttPskIdentity?: string };

/** For a server, and for a new context of a running one. Throws UserError. */
export function tlsOptions(listener: TlsListener, handshakeTimeout: number): TlsOptions {
  checkMaterial(listener);
  if (listener.psk === undefined && listener.certificate === undefined) {
    throw new UserError('environment', 'TLS needs a certificate');
  }
  const { requireCertificate = false, authorities = [], psk } = listener;
  if (requireCertificate && authorities.length === 0) {
    throw new UserError('environment', 'client certificates are required, but no authority that signs them is given');
  }
  return {
    ...contextOptions(listener),
    handshakeTimeout,
    // Also without being required, a certificate may tell who it is.
    requestCert: requireCertificate || authorities.length > 0,
    rejectUnauthorized: requireCertificate,
    ...(psk === undefined
      ? {}
      : {
          ...(psk.hint === undefined ? {} : { pskIdentityHint: psk.hint }),
          pskCallback(socket: TLSSocket, identity: string) {
            (socket as IdentifiedSocket).mqttPskIdentity = identity;
            return psk.keyOf(identity) ?? null;
          },
        }),
  };
}

function contextOptions(listener: TlsListener): SecureContextOptions {
  const { certificate, key, authorities = [], revoked = [], ciphers, minimumVersion, psk } = listener;
  return {
    ...(certificate === undefined ? {} : { cert: pem(certificate) }),
    ...(key === undefined ? {} : { key: pem(key) }),
    ...(authorities.length === 0 ? {} : { ca: authorities.map(pem) }),
    ...(revoked.length === 0 ? {} : { crl: revoked.map(pem) }),
    ...(psk === undefined ? {} : { maxVersion: 'TLSv1.2' as const }),
    ...(ciphers === undefined ? (psk === undefined ? {} : { ciphers: PSK_CIPHERS }) : { ciphers }),
    ...(minimumVersion === undefined ? {} : { minVersion: minimumVersion }),
  };
}

/** One after the other, so that the message can name the one at fault. Throws UserError. */
export function checkMaterial({ certificate, key, authorities = [], revoked = [], ciphers }: TlsListener): void {
  if ((certificate === undefined) !== (key === undefined)) {
    throw new UserError(
      'environment',
      `there is a ${key === undefined ? 'certificate without a key' : 'key without a certificate'}`,
    );
  }
  if (certificate !== undefined) check('the certificate', { cert: pem(certificate) });
  if (key !== undefined) check('the key', { key: pem(key) });
  if (certificate !== undefined) check('the key', { cert: pem(certificate), key: pem(key!) });
  for (const authority of authorities) checkCertificate('the certificate of the authority', pem(authority));
  for (const list of revoked) check('the list of revoked certificates', { crl: [pem(list)] });
  if (ciphers !== undefined) check('the list of ciphers', { ciphers });
}

function check(what: string, options: SecureContextOptions): void {
  try {
    createSecureContext(options);
  } catch (error) {
    throw new UserError('environment', `${what} cannot be used: ${tlsReason(error)}`);
  }
}

const CERTIFICATE = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;

/** OpenSSL passes over what is no certificate in a list of authorities. */
function checkCertificate(what: string, content: Buffer): void {
  if (!CERTIFICATE.test(content.toString('latin1'))) {
    const why = content.includes('-----BEGIN') ? 'there is none in it' : 'it is no PEM';
    throw new UserError('environment', `${what} cannot be used: ${why}`);
  }
  check(what, { ca: [content] });
}

const REASONS: Readonly<Record<string, string>> = {
  ERR_OSSL_PEM_NO_START_LINE: 'it is no PEM',
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: 'it does not belong to the certificate',
  ERR_OSSL_X509_KEY_TYPE_MISMATCH: 'it does not belong to the certificate',
  ERR_OSSL_UNSUPPORTED: 'it is no PEM of a kind that is known',
  ERR_OSSL_BAD_DECRYPT: 'it is encrypted',
  ERR_MISSING_PASSPHRASE: 'it is encrypted',
  ERR_OSSL_CRYPTO_INTERRUPTED_OR_CANCELLED: 'it is encrypted',
};

function tlsReason(error: unknown): string {
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException;
  return (
    REASONS[code] ??
    message
      .replace(/^error:[0-9A-F]+:/i, '')
      .replaceAll(':', ' ')
      .trim()
  );
}

function pem(content: string | Uint8Array): Buffer {
  return typeof content === 'string' ? Buffer.from(content) : Buffer.from(content);
}

/** Who the client is; `ok` false: it does not tell, though it has to. */
export function identityOf(socket: TLSSocket, from: TlsListener['userNameFrom']): { ok: boolean; userName?: string } {
  if (from === undefined) return { ok: true };
  const userName = from === 'identity' ? commonNameOf(socket) : subjectOf(socket);
  return userName === undefined || userName === '' ? { ok: false } : { ok: true, userName };
}

function commonNameOf(socket: TLSSocket): string | undefined {
  const { mqttPskIdentity } = socket as IdentifiedSocket;
  if (mqttPskIdentity !== undefined) return mqttPskIdentity;
  if (!socket.authorized) return undefined;
  const name: unknown = socket.getPeerCertificate().subject?.CN;
  // Several are possible; which one counts is not said anywhere.
  return typeof name === 'string' ? name : undefined;
}

/** RFC 2253: the last part first, joined by commas; Node gives a part a line, escaped. */
function subjectOf(socket: TLSSocket): string | undefined {
  if (!socket.authorized) return undefined;
  return socket.getPeerX509Certificate()?.subject.split('\n').reverse().join(',');
}
