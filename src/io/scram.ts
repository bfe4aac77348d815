// The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), as messages in and out: no channel binding, since MQTT names
// none. A server keeps what verifies a password, not the password. Somebody who asks with a name that does not exist gets a
// salt all the same, always the same one, and fails at the proof: names cannot be found out.

import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import type { AuthenticationMethod, AuthenticationResult } from '../broker/authentication.js';

/** What is kept of a password. */
export interface ScramCredentials {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

export interface ScramOptions {
  readonly lookUp: (userName: string) => ScramCredentials | undefined;
  /** A fresh nonce: printable ASCII without commas, hard to guess. */
  readonly nextNonce: () => string;
  /** Makes the salts of names that do not exist; any bytes that stay secret. */
  readonly secret: Uint8Array;
}

/** Between the two messages of a client. */
export interface ScramState {
  readonly userName: string;
  readonly credentials: ScramCredentials;
  readonly exists: boolean;
  /** client-first-message-bare and server-first-message, as RFC 5802 3 joins them for the signature. */
  readonly spoken: string;
  readonly nonce: string;
  /** The header of the first message, which the last one repeats in base64. */
  readonly header: string;
}

export type ScramFirst =
  | { readonly kind: 'challenge'; readonly data: Uint8Array; readonly state: ScramState }
  | { readonly kind: 'failure'; readonly reason: string };
export type ScramFinal =
  | { readonly kind: 'success'; readonly data: Uint8Array; readonly userName: string }
  | { readonly kind: 'failure'; readonly reason: string };

export const SCRAM_SHA_256 = 'SCRAM-SHA-256';
/** RFC 7677 4: at least 4096. */
export const SCRAM_ITERATIONS = 4096;
const HASH_LENGTH = 32;
const SALT_LENGTH = 16;
/** More than any real one: names and nonces are short. */
const LONGEST_MESSAGE = 4096;
const NOT_AUTHORIZED = 0x87;
const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** What to keep of a password. RFC 5802 3; the password is normalised as RFC 4013 has it, as far as NFKC does that. */
export function scramCredentials(password: string, salt: Uint8Array, iterations = SCRAM_ITERATIONS): ScramCredentials {
  const salted = pbkdf2Sync(prepared(password), salt, iterations, HASH_LENGTH, 'sha256');
  return {
    salt,
    iterations,
    storedKey: sha256(hmac(salted, 'Client Key')),
    serverKey: hmac(salted, 'Server Key'),
  };
}

/** As the broker's core drives it: the user name that was proven is the client's from then on. */
export function scramMethod(options: ScramOptions): AuthenticationMethod {
  const refused = (reason: string): AuthenticationResult => ({ kind: 'failure', reasonCode: NOT_AUTHORIZED, reason });
  const first = (data: Uint8Array): AuthenticationResult => {
    const answer = scramFirst(data, options);
    return answer.kind === 'challenge'
      ? { kind: 'continue', state: answer.state, data: answer.data }
      : refused(answer.reason);
  };
  return {
    name: SCRAM_SHA_256,
    // A client that begins without data is asked for its first message with an empty challenge (RFC 4422 5.1).
    start: (data) => (data === undefined || data.length === 0 ? { kind: 'continue', state: undefined } : first(data)),
    continue(state, data = NOTHING) {
      if (state === undefined) return first(data);
      const answer = scramFinal(data, state as ScramState);
      if (answer.kind === 'failure') return refused(answer.reason);
      return { kind: 'success', data: answer.data, userName: answer.userName };
    },
  };
}

/** Answers client-first-message. */
export function scramFirst(message: Uint8Array, options: ScramOptions): ScramFirst {
  const text = textOf(message);
  const [, header, bare, name, clientNonce] =
    /^([ny],(?:a=[^,]*)?,)(n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+))(?:,.*)?$/su.exec(text) ?? [];
  if (header === undefined || bare === undefined || clientNonce === undefined) {
    return {
      kind: 'failure',
      reason: text.startsWith('p=') ? 'channel binding is not supported' : 'no client-first-message',
    };
  }
  const userName = unescaped(name!);
  if (userName === undefined) return { kind: 'failure', reason: 'a user name with a wrong escape' };
  const authorised = /a=([^,]*)/.exec(header)?.[1];
  if (authorised !== undefined && unescaped(authorised) !== userName) {
    return { kind: 'failure', reason: 'to act as somebody else is not supported' };
  }
  const found = options.lookUp(userName);
  const credentials = found ?? nobody(userName, options.secret);
  const nonce = clientNonce + options.nextNonce();
  const first = `r=${nonce},s=${base64(credentials.salt)},i=${credentials.iterations}`;
  const bareWhole = text.slice(header.length);
  const state = { userName, credentials, exists: found !== undefined, spoken: `${bareWhole},${first}`, nonce, header };
  return { kind: 'challenge', data: encoder.encode(first), state };
}

/** Answers client-final-message. */
export function scramFinal(message: Uint8Array, state: ScramState): ScramFinal {
  const text = textOf(message);
  const [, withoutProof, binding, nonce, proof] = /^(c=([^,]*),r=([^,]*)(?:,.*)?),p=([^,]*)$/su.exec(text) ?? [];
  if (withoutProof === undefined) return { kind: 'failure', reason: 'no client-final-message' };
  if (nonce !== state.nonce) return { kind: 'failure', reason: 'another nonce' };
  if (binding !== base64(encoder.encode(state.header))) return { kind: 'failure', reason: 'another header' };
  const { storedKey, serverKey } = state.credentials;
  const spoken = `${state.spoken},${withoutProof}`;
  const given = Buffer.from(proof!, 'base64');
  const signature = hmac(storedKey, spoken);
  const proven = given.length === HASH_LENGTH && timingSafeEqual(sha256(xor(given, signature)), storedKey);
  if (!proven || !state.exists) return { kind: 'failure', reason: 'a wrong user name or password' };
  return { kind: 'success', data: encoder.encode(`v=${base64(hmac(serverKey, spoken))}`), userName: state.userName };
}

/** What is looked up for a name that does not exist: like that of any other, and no password fits. */
function nobody(userName: string, secret: Uint8Array): ScramCredentials {
  const salt = hmac(secret, userName).subarray(0, SALT_LENGTH);
  const key = hmac(secret, salt);
  return { salt, iterations: SCRAM_ITERATIONS, storedKey: key, serverKey: key };
}

function textOf(message: Uint8Array): string {
  if (message.length > LONGEST_MESSAGE) return '';
  try {
    return decoder.decode(message);
  } catch {
    return '';
  }
}

/** RFC 5802 5.1: a comma is written =2C, an equals sign =3D, and nothing else is escaped. */
function unescaped(name: string): string | undefined {
  if (/=(?!2C|3D)/.test(name)) return undefined;
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=');
}

function prepared(password: string): string {
  return password.normalize('NFKC');
}

function hmac(key: Uint8Array, data: string | Uint8Array): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

function sha256(data: Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, index) => byte ^ b[index]!);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}
