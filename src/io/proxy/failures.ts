// Why a connection could not be made, told apart in words that help: what the system, TLS and WebSocket call an error becomes
// one of a few reasons and a sentence.

export type FailureReason =
  | 'refused'
  | 'timeout'
  | 'name'
  | 'unreachable'
  | 'tls'
  | 'websocket'
  | 'closed'
  /** More connections than there may be at once. */
  | 'limit';

export interface Failure {
  readonly reason: FailureReason;
  readonly message: string;
}

/** How far a connection had come. */
export type Phase = 'connecting' | 'tls' | 'websocket';

const SYSTEM: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: { reason: 'refused', message: 'the connection was refused: nobody listens there' },
  ETIMEDOUT: { reason: 'timeout', message: 'there was no answer' },
  ENOTFOUND: { reason: 'name', message: 'the host name is not known' },
  EAI_AGAIN: { reason: 'name', message: 'the host name cannot be looked up now' },
  EAI_FAIL: { reason: 'name', message: 'the host name cannot be looked up' },
  EHOSTUNREACH: { reason: 'unreachable', message: 'the host cannot be reached' },
  ENETUNREACH: { reason: 'unreachable', message: 'the network cannot be reached' },
  EADDRNOTAVAIL: { reason: 'unreachable', message: 'this machine has no address or no port left for it' },
  ENOENT: { reason: 'unreachable', message: 'there is no such Unix socket' },
  EACCES: { reason: 'unreachable', message: 'there is no permission to connect' },
};

const CERTIFICATE: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate was signed by an authority that is not known',
  UNABLE_TO_GET_ISSUER_CERT: 'the certificate was signed by an authority that is not known',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate was signed by an authority that is not known',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate was signed by an authority that is not known',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is signed by itself and not known',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  CERT_REVOKED: 'the certificate has been revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
};

const HANDSHAKE: Readonly<Record<string, string>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: 'what came is no TLS',
  ERR_SSL_HTTP_REQUEST: 'what came is HTTP without TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'what came is no TLS',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'the other side does not know the authority that signed our certificate',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'a certificate of the client is required',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'the other side does not accept our certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'the other side does not accept our certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'the other side finds our certificate expired',
  ERR_SSL_NO_SHARED_CIPHER: 'there is no cipher that both sides know',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'there is no version of TLS that both sides know',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'there is no version of TLS that both sides know',
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: 'there is no protocol of ALPN that both sides know',
};

const CLOSED: Readonly<Record<Phase, Failure>> = {
  connecting: { reason: 'closed', message: 'the connection was closed at once' },
  tls: { reason: 'tls', message: 'the connection was closed during the TLS handshake' },
  websocket: { reason: 'websocket', message: 'the connection was closed before there was a WebSocket' },
};

const LATE: Readonly<Record<Phase, string>> = {
  connecting: 'there was no answer',
  tls: 'the TLS handshake was not completed',
  websocket: 'there was no WebSocket',
};

/** `error` undefined: it was closed. */
export function failureOf(error: Error | undefined, phase: Phase): Failure {
  if (error === undefined) return CLOSED[phase];
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ECONNRESET' || code === 'EPIPE') return CLOSED[phase];
  const known = SYSTEM[code];
  if (known !== undefined) return known;
  const certificate = CERTIFICATE[code];
  if (certificate !== undefined) return { reason: 'tls', message: `${certificate} (${code})` };
  if (phase === 'tls')
    return { reason: 'tls', message: `the TLS handshake failed: ${HANDSHAKE[code] ?? opensslText(message)}` };
  if (phase === 'websocket') return { reason: 'websocket', message };
  return { reason: 'unreachable', message };
}

/** Not of the network: what came is no WebSocket as it should be. */
export class WebSocketError extends Error {}

/** Why an open connection failed; undefined: it was reset, or closed without its proper end, which is an end like another. */
export function lossOf(error: Error | undefined): Failure | undefined {
  if (error === undefined) return undefined;
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (error instanceof WebSocketError) return { reason: 'websocket', message };
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) return { reason: 'tls', message: opensslText(message) };
  return SYSTEM[code];
}

/** `milliseconds` have passed. */
export function lateness(phase: Phase, milliseconds: number): Failure {
  return { reason: 'timeout', message: `${LATE[phase]} within ${milliseconds / 1000} s` };
}

/** Of "40A7…:error:0A000126:SSL routines:ssl3_read_n:unexpected eof while reading:../ssl/record.c:308:" the words. */
function opensslText(message: string): string {
  return /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):/i.exec(message)?.[1] ?? message;
}
