// ClientHello, ServerHello and EncryptedExtensions (RFC 8446, 4.1 and 4.3.1; RFC 5246, 7.4.1): what of them is shown and
// what keys depend on. A hello that does not read to the end of its extensions gives what was read before; one without its
// fixed part is undefined.

import { copyOf } from '../../bytes/copy.js';
import { Cursor } from '../../bytes/cursor.js';
import { lenientUtf8 } from '../../bytes/utf8.js';
import { hash } from './crypto.js';
import { EXTENSION } from './names.js';

export type Extensions = ReadonlyMap<number, Uint8Array>;

export interface ClientHello {
  readonly version: number;
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly serverName: string | undefined;
  readonly alpn: readonly string[];
  /** Of TLS 1.2 and before. */
  readonly ticket: Uint8Array;
  readonly earlyData: boolean;
  /** TLS 1.3: identities of the pre-shared keys offered; undefined for a ticket, which resumes a session. */
  readonly pskIdentities: readonly (Uint8Array | undefined)[];
}

export interface ServerHello {
  /** The one agreed on. */
  readonly version: number;
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly suite: number;
  readonly compressed: boolean;
  readonly retry: boolean;
  readonly alpn: string | undefined;
  /** TLS 1.3: which of the client's pre-shared keys was taken. */
  readonly preSharedKey: number | undefined;
  readonly encryptThenMac: boolean;
  readonly extendedMasterSecret: boolean;
}

const RANDOM = 32;
const MAX_EXTENSIONS = 256;
const NONE = new Uint8Array(0);
/** RFC 8446, 4.1.3: what a HelloRetryRequest has for its random is the hash of that name. */
let retryRandom: Uint8Array | undefined;

export function readClientHello(body: Uint8Array): ClientHello | undefined {
  const cursor = new Cursor(body);
  const version = cursor.u16();
  const random = take(cursor, RANDOM);
  const sessionId = take(cursor, cursor.u8());
  const suites = take(cursor, cursor.u16());
  const compression = take(cursor, cursor.u8());
  if (cursor.failed || version >> 8 !== 3 || suites.length === 0 || compression.length === 0) return undefined;
  const extensions = readExtensions(cursor);
  return {
    version,
    random: copyOf(random),
    sessionId: copyOf(sessionId),
    serverName: readServerName(extensions.get(EXTENSION.serverName)),
    alpn: readAlpn(extensions.get(EXTENSION.alpn)),
    ticket: copyOf(extensions.get(EXTENSION.sessionTicket) ?? NONE),
    earlyData: extensions.has(EXTENSION.earlyData),
    pskIdentities: readPskIdentities(extensions.get(EXTENSION.preSharedKey)),
  };
}

export function readServerHello(body: Uint8Array): ServerHello | undefined {
  const cursor = new Cursor(body);
  const legacy = cursor.u16();
  const random = take(cursor, RANDOM);
  const sessionId = take(cursor, cursor.u8());
  const suite = cursor.u16();
  const compression = cursor.u8();
  if (cursor.failed || legacy >> 8 !== 3) return undefined;
  const extensions = readExtensions(cursor);
  const version = extensions.get(EXTENSION.supportedVersions);
  const preSharedKey = extensions.get(EXTENSION.preSharedKey);
  retryRandom ??= hash('sha256', new TextEncoder().encode('HelloRetryRequest'));
  return {
    version: version?.length === 2 ? version[0]! * 256 + version[1]! : legacy,
    random: copyOf(random),
    sessionId: copyOf(sessionId),
    suite,
    compressed: compression !== 0,
    retry: random.every((byte, at) => byte === retryRandom![at]),
    alpn: readAlpn(extensions.get(EXTENSION.alpn))[0],
    preSharedKey: preSharedKey?.length === 2 ? preSharedKey[0]! * 256 + preSharedKey[1]! : undefined,
    encryptThenMac: extensions.has(EXTENSION.encryptThenMac),
    extendedMasterSecret: extensions.has(EXTENSION.extendedMasterSecret),
  };
}

export function readEncryptedExtensions(body: Uint8Array): { alpn: string | undefined; earlyData: boolean } {
  const extensions = readExtensions(new Cursor(body));
  return { alpn: readAlpn(extensions.get(EXTENSION.alpn))[0], earlyData: extensions.has(EXTENSION.earlyData) };
}

function take(cursor: Cursor, length: number): Uint8Array {
  const { at } = cursor;
  if (cursor.failed || at + length > cursor.end) {
    cursor.failed = true;
    return NONE;
  }
  cursor.at += length;
  return cursor.bytes.subarray(at, at + length);
}

function readExtensions(cursor: Cursor): Extensions {
  const found = new Map<number, Uint8Array>();
  const list = new Cursor(take(cursor, cursor.u16()));
  while (!cursor.failed && list.left > 0 && found.size < MAX_EXTENSIONS) {
    const type = list.u16();
    const value = take(list, list.u16());
    if (list.failed) break;
    found.set(type, value);
  }
  return found;
}

function readServerName(value: Uint8Array | undefined): string | undefined {
  if (value === undefined) return undefined;
  const cursor = new Cursor(value);
  cursor.u16();
  const hostName = cursor.u8() === 0;
  const name = take(cursor, cursor.u16());
  return cursor.failed || !hostName || name.length === 0 ? undefined : text(name);
}

/** RFC 8446, 4.2.11: the age of one that no ticket brought is 0. */
function readPskIdentities(value: Uint8Array | undefined): (Uint8Array | undefined)[] {
  const identities: (Uint8Array | undefined)[] = [];
  const cursor = new Cursor(value ?? NONE);
  const list = new Cursor(take(cursor, cursor.u16()));
  while (list.left > 0 && identities.length < 32) {
    const identity = take(list, list.u16());
    const age = list.u16() + list.u16();
    if (list.failed) break;
    identities.push(age === 0 ? copyOf(identity) : undefined);
  }
  return identities;
}

function readAlpn(value: Uint8Array | undefined): string[] {
  const names: string[] = [];
  const cursor = new Cursor(value ?? NONE);
  cursor.u16();
  while (!cursor.failed && cursor.left > 0 && names.length < 32) {
    const name = take(cursor, cursor.u8());
    if (!cursor.failed) names.push(text(name));
  }
  return names;
}

function text(bytes: Uint8Array): string {
  return lenientUtf8(bytes, 0, Math.min(bytes.length, 255));
}
