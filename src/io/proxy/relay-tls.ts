// TLS of both sides of the relay.

import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  type ConnectionOptions,
  createSecureContext,
  type SecureContext,
  TLSSocket,
  type TLSSocketOptions,
} from 'node:tls';
import { UserError } from '../../user-error.js';
import { authoritiesOf, pem } from '../bridge-dialling.js';
import { checkMaterial, tlsOptions } from '../listeners/tls.js';
import type { ProxyAddress } from './addresses.js';
import type { CertificatePair, ListenTls, TargetTls } from './relay-options.js';

/** Contexts are made once: one for each certificate. Throws UserError. */
export async function prepareListenTls(tls: ListenTls): Promise<TLSSocketOptions> {
  const { certificate, authorities = [], requireCertificate = false } = tls;
  const contexts = new WeakMap<CertificatePair, SecureContext>();
  const contextOf = (pair: CertificatePair): SecureContext => {
    const known = contexts.get(pair);
    if (known !== undefined) return known;
    const made = createSecureContext(tlsOptions({ ...pair, authorities, requireCertificate }, 0));
    contexts.set(pair, made);
    return made;
  };
  const common = { isServer: true, requestCert: authorities.length > 0, rejectUnauthorized: requireCertificate };
  if (typeof certificate !== 'function') return { ...common, secureContext: contextOf(certificate) };
  return {
    ...common,
    secureContext: contextOf(await certificate(undefined)),
    SNICallback(serverName, answer) {
      Promise.resolve()
        .then(() => certificate(serverName))
        .then((pair) => answer(null, contextOf(pair)))
        .catch((error: Error) => answer(error));
    },
  };
}

/** There is a certificate that was asked for, of an authority that may have signed it; or none is required. */
export function isAuthorised(socket: TLSSocket, { rejectUnauthorized }: TLSSocketOptions): true | Error {
  if (rejectUnauthorized !== true) return true;
  // Node tells it of the sockets of its own servers only. A Node that tells it otherwise lets nobody in.
  const { ssl } = socket as TLSSocket & { ssl?: { verifyError?: () => Error | null | undefined } };
  if (ssl?.verifyError === undefined) return new Error('the certificate of the client cannot be verified');
  return ssl.verifyError() ?? true;
}

/** `ready` once, after the handshake. Errors come as those of the socket. */
export function acceptTls(
  over: Socket | Duplex,
  options: TLSSocketOptions,
  ready: (socket: TLSSocket) => void,
): TLSSocket {
  const socket = new TLSSocket(over as Socket, options);
  socket.once('secure', () => {
    const verified = isAuthorised(socket, options);
    if (verified === true) ready(socket);
    else socket.destroy(verified);
  });
  return socket;
}

/** Throws UserError. */
export async function prepareTargetTls(tls: TargetTls, target: ProxyAddress): Promise<ConnectionOptions> {
  const { authorities = [], certificate, serverName, alpn, insecure = false } = tls;
  checkMaterial({ ...certificate, authorities });
  const ca = authoritiesOf({ authorities, systemAuthorities: authorities.length === 0 });
  const { host = 'localhost' } = target;
  if (serverName !== undefined && isIP(serverName) !== 0) {
    throw new UserError('option', `the server name '${serverName}' is an address; TLS asks for names only`);
  }
  const name = serverName ?? (isIP(host) === 0 ? host : undefined);
  return {
    host,
    rejectUnauthorized: !insecure,
    ...(name === undefined ? {} : { servername: name }),
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
    secureContext: createSecureContext({
      ...(ca === undefined ? {} : { ca }),
      ...(certificate === undefined ? {} : { cert: pem(certificate.certificate), key: pem(certificate.key) }),
    }),
  };
}
