// The one place that calls node:crypto. What it throws - wrong lengths, algorithms that this build lacks, failed
// authentication - becomes undefined here, so nothing above needs to expect exceptions.

import { constants, createDecipheriv, createHash, createHmac, type KeyObject, privateDecrypt } from 'node:crypto';
import { copyOf } from '../../bytes/copy.js';
import { encodeUtf8 } from '../../bytes/utf8.js';

type Bytes = Uint8Array;

export function attempt<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch {
    return undefined;
  }
}

export function concat(...parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function hash(name: string, ...parts: readonly Bytes[]): Bytes {
  const state = createHash(name);
  for (const part of parts) state.update(part);
  return copyOf(state.digest());
}

export function hmac(name: string, key: Bytes, ...parts: readonly Bytes[]): Bytes {
  const state = createHmac(name, key);
  for (const part of parts) state.update(part);
  return copyOf(state.digest());
}

/** RFC 5246, 5. */
function pHash(name: string, secret: Bytes, seed: Bytes, length: number): Bytes {
  const output: Bytes[] = [];
  let a = seed;
  for (let made = 0; made < length; ) {
    a = hmac(name, secret, a);
    const block = hmac(name, secret, a, seed);
    output.push(block);
    made += block.length;
  }
  return concat(...output).subarray(0, length);
}

/** The PRF of TLS 1.2 with its hash; with 'md5+sha1', that of TLS 1.0 and 1.1 (RFC 2246, 5). */
export function prf(name: string, secret: Bytes, label: string, seed: Bytes, length: number): Bytes {
  const seeded = concat(encodeUtf8(label), seed);
  if (name !== 'md5+sha1') return pHash(name, secret, seeded, length);
  const half = Math.ceil(secret.length / 2);
  const md5 = pHash('md5', secret.subarray(0, half), seeded, length);
  const sha1 = pHash('sha1', secret.subarray(secret.length - half), seeded, length);
  return md5.map((byte, at) => byte ^ sha1[at]!);
}

/** HKDF-Expand-Label without context (RFC 8446, 7.1). */
export function expandLabel(name: string, secret: Bytes, label: string, length: number): Bytes {
  const full = encodeUtf8(`tls13 ${label}`);
  const info = concat(Uint8Array.of(length >> 8, length & 0xff, full.length), full, Uint8Array.of(0));
  let block: Bytes = new Uint8Array(0);
  const output: Bytes[] = [];
  for (let made = 0; made < length; made += block.length) {
    block = hmac(name, secret, block, info, Uint8Array.of(output.length + 1));
    output.push(block);
  }
  return concat(...output).subarray(0, length);
}

/** The plaintext, or undefined when the tag, which follows the ciphertext, is not right. */
export function openAead(
  name: string,
  key: Bytes,
  nonce: Bytes,
  additional: Bytes,
  sealed: Bytes,
  tagLength: number,
): Bytes | undefined {
  return attempt(() => {
    const plaintextLength = sealed.length - tagLength;
    // One type stands for the AEAD modes, which take the same calls.
    const cipher = createDecipheriv(name as 'aes-128-ccm', key, nonce, { authTagLength: tagLength });
    cipher.setAuthTag(sealed.subarray(plaintextLength));
    cipher.setAAD(additional, { plaintextLength });
    const plaintext = cipher.update(sealed.subarray(0, plaintextLength));
    cipher.final();
    return viewOf(plaintext);
  });
}

/** Without looking at the padding. */
export function decryptCbc(name: string, key: Bytes, iv: Bytes, ciphertext: Bytes): Bytes | undefined {
  return attempt(() => viewOf(createDecipheriv(name, key, iv).setAutoPadding(false).update(ciphertext)));
}

/** The premaster secret, PKCS #1 v1.5 padding taken off by hand: Node no longer does that. */
export function decryptRsa(key: KeyObject, encrypted: Bytes): Bytes | undefined {
  return attempt(() => {
    const padded = viewOf(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encrypted));
    const end = padded.indexOf(0, 2);
    return padded[0] === 0 && padded[1] === 2 && end >= 10 ? copyOf(padded, end + 1) : undefined;
  });
}

/** Without the methods that Node's bytes have of their own, whose slice() is a view. */
function viewOf(buffer: Bytes): Bytes {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
