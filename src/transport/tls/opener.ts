// The protection of one direction under one key: what a record holds, given its sequence number. AEAD suites of TLS 1.2
// (RFC 5288, 6655, 7905) and 1.3 (RFC 8446, 5.2), CBC with its MAC before or after encryption (RFC 5246, 6.2.3.2; 7366),
// and MAC only. All work on whole records, header included.

import type { Cipher, CipherSuite } from './cipher-suites.js';
import { concat, decryptCbc, expandLabel, hmac, openAead } from './crypto.js';
import { RECORD_HEADER } from './judge.js';
import { TLS_1_0 } from './names.js';

export interface Opened {
  readonly type: number;
  readonly bytes: Uint8Array;
}

export interface Opener {
  open(record: Uint8Array, sequence: number): Opened | undefined;
  /** How much longer a record is than its plaintext, where that is always the same. */
  readonly overhead: number | undefined;
  /** The record has been dealt with, opened or not. */
  done(record: Uint8Array): void;
  /** A guess at how many records were lost before this one, from what it carries itself. */
  hint(record: Uint8Array): number;
}

/** One side's part of the key block (RFC 5246, 6.3). */
export interface Keys {
  readonly mac: Uint8Array;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

const MAC_LENGTHS = { sha1: 20, sha256: 32, sha384: 48 } as const;

export function macLength({ mac }: CipherSuite): number {
  return mac === undefined ? 0 : MAC_LENGTHS[mac];
}

/** TLS 1.3; undefined when the secret does not fit the suite. */
export function opener13(suite: CipherSuite, secret: Uint8Array): Opener | undefined {
  const { cipher, hash } = suite;
  if (cipher.mode !== 'aead' || secret.length !== MAC_LENGTHS[hash]) return undefined;
  const key = expandLabel(hash, secret, 'key', cipher.key);
  const iv = expandLabel(hash, secret, 'iv', 12);
  return {
    overhead: undefined,
    done: () => {},
    hint: () => 0,
    open: (record, sequence) => {
      const header = record.subarray(0, RECORD_HEADER);
      const body = record.subarray(RECORD_HEADER);
      const inner = openAead(cipher.name, key, nonceOf(iv, sequence), header, body, cipher.tag);
      if (inner === undefined) return undefined;
      let end = inner.length;
      while (end > 0 && inner[end - 1] === 0) end--;
      return end === 0 ? undefined : { type: inner[end - 1]!, bytes: inner.subarray(0, end - 1) };
    },
  };
}

/** TLS 1.0 to 1.2. */
export function opener12(suite: CipherSuite, version: number, encryptThenMac: boolean, keys: Keys): Opener {
  if (suite.cipher.mode === 'aead') return aead12(suite.cipher, keys);
  return new MacOpener(suite, version, encryptThenMac && suite.cipher.mode === 'cbc', keys);
}

function aead12(cipher: Cipher, { key, iv }: Keys): Opener {
  const { explicit, tag } = cipher;
  let last: number | undefined;
  // The explicit part of the nonce is a counter with nearly everybody; low bits are enough to see how far it went.
  const counterOf = (record: Uint8Array): number => {
    if (explicit === 0 || record.length < RECORD_HEADER + explicit) return 0;
    return new DataView(record.buffer, record.byteOffset).getUint32(RECORD_HEADER + 4);
  };
  return {
    overhead: explicit + tag,
    done: (record) => {
      last = counterOf(record);
    },
    hint: (record) => (last === undefined ? 0 : (counterOf(record) - last - 1) >>> 0),
    open: (record, sequence) => {
      const length = record.length - RECORD_HEADER - explicit - tag;
      if (length < 0) return undefined;
      const from = RECORD_HEADER + explicit;
      const nonce = explicit === 0 ? nonceOf(iv, sequence) : concat(iv, record.subarray(RECORD_HEADER, from));
      const additional = pseudoHeader(record, sequence, length);
      const bytes = openAead(cipher.name, key, nonce, additional, record.subarray(from), tag);
      return bytes === undefined ? undefined : { type: record[0]!, bytes };
    },
  };
}

class MacOpener implements Opener {
  readonly overhead: undefined;
  private readonly macLength: number;
  private readonly mac: string;
  private readonly implicitIv: boolean;
  private iv: Uint8Array;

  constructor(
    suite: CipherSuite,
    version: number,
    private readonly encryptThenMac: boolean,
    private readonly keys: Keys,
  ) {
    this.cipher = suite.cipher;
    this.mac = suite.mac ?? 'sha1';
    this.macLength = macLength(suite);
    this.implicitIv = version <= TLS_1_0;
    this.iv = keys.iv;
  }

  private readonly cipher: Cipher;

  open(record: Uint8Array, sequence: number): Opened | undefined {
    const { encryptThenMac, macLength } = this;
    const body = record.subarray(RECORD_HEADER);
    if (body.length < macLength) return undefined;
    if (!encryptThenMac) {
      const plain = this.decrypted(body);
      return plain === undefined ? undefined : this.checked(record, sequence, plain);
    }
    const checked = this.checked(record, sequence, body);
    const bytes = checked === undefined ? undefined : this.decrypted(checked.bytes);
    return bytes === undefined ? undefined : { type: record[0]!, bytes };
  }

  hint(): number {
    return 0;
  }

  /** TLS 1.0: a record begins with the last block of the one before. */
  done(record: Uint8Array): void {
    if (!this.implicitIv || this.cipher.mode !== 'cbc') return;
    const end = record.length - (this.encryptThenMac ? this.macLength : 0);
    if (end - this.iv.length >= RECORD_HEADER) this.iv = record.slice(end - this.iv.length, end);
  }

  /** Without padding and IV. */
  private decrypted(body: Uint8Array): Uint8Array | undefined {
    const { cipher, implicitIv } = this;
    if (cipher.mode === 'null') return body;
    const explicit = implicitIv ? 0 : cipher.explicit;
    const iv = implicitIv ? this.iv : body.subarray(0, explicit);
    if (body.length <= explicit) return undefined;
    const padded = decryptCbc(cipher.name, this.keys.key, iv, body.subarray(explicit));
    if (padded === undefined || padded.length === 0) return undefined;
    const padding = padded[padded.length - 1]!;
    const end = padded.length - padding - 1;
    if (end < 0) return undefined;
    for (let at = end; at < padded.length; at++) if (padded[at] !== padding) return undefined;
    return padded.subarray(0, end);
  }

  /** What stands before a MAC that is right. */
  private checked(record: Uint8Array, sequence: number, bytes: Uint8Array): Opened | undefined {
    const length = bytes.length - this.macLength;
    if (length < 0) return undefined;
    const content = bytes.subarray(0, length);
    const expected = hmac(this.mac, this.keys.mac, pseudoHeader(record, sequence, length), content);
    for (let at = 0; at < this.macLength; at++) if (bytes[length + at] !== expected[at]) return undefined;
    return { type: record[0]!, bytes: content };
  }
}

/** RFC 5246, 6.2.3.1: sequence number, type, version, length of the content. */
function pseudoHeader(record: Uint8Array, sequence: number, length: number): Uint8Array {
  const bytes = new Uint8Array(13);
  writeSequence(bytes, 0, sequence);
  bytes.set(record.subarray(0, 3), 8);
  bytes[11] = length >> 8;
  bytes[12] = length & 0xff;
  return bytes;
}

function nonceOf(iv: Uint8Array, sequence: number): Uint8Array {
  const nonce = new Uint8Array(12);
  writeSequence(nonce, 4, sequence);
  for (let at = 0; at < 12; at++) nonce[at] = nonce[at]! ^ iv[at]!;
  return nonce;
}

function writeSequence(bytes: Uint8Array, at: number, sequence: number): void {
  const view = new DataView(bytes.buffer);
  view.setUint32(at, Math.floor(sequence / 2 ** 32));
  view.setUint32(at + 4, sequence >>> 0);
}
