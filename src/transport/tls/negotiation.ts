// One handshake, as far as it was seen (RFC 8446, 4; RFC 5246, 7.4): what was offered, what was agreed on, and what keys
// are derived from. Bounded: of the messages only what is needed is kept, and the transcript up to a limit.

import type { Side } from '../../bytes/chunk.js';
import { copyOf } from '../../bytes/copy.js';
import { Cursor } from '../../bytes/cursor.js';
import { type CipherSuite, cipherSuite } from './cipher-suites.js';
import { hash } from './crypto.js';
import type { Message } from './handshake-reader.js';
import {
  type ClientHello,
  readClientHello,
  readEncryptedExtensions,
  readServerHello,
  type ServerHello,
} from './hello.js';
import { MESSAGE, TLS_1_2, TLS_1_3 } from './names.js';
import type { StageName } from './protection.js';

/** What ClientKeyExchange holds that a premaster secret is made of. */
export interface KeyExchange {
  readonly identity: Uint8Array | undefined;
  readonly encrypted: Uint8Array | undefined;
}

export class Negotiation {
  client: ClientHello | undefined = undefined;
  server: ServerHello | undefined = undefined;
  clientSide: Side | undefined = undefined;
  alpn: string | undefined = undefined;
  /** Whether the server took the early data that was offered; undefined: not known yet. */
  earlyData: 'accepted' | 'rejected' | undefined = undefined;
  certificateRequested = false;
  /** TLS 1.2: ServerHelloDone, a certificate or ClientKeyExchange was seen, so the session is a new one. */
  full = false;
  /** TLS 1.2: for a session to come. */
  newTicket: Uint8Array | undefined = undefined;
  /** TLS 1.2, once found. */
  master: Uint8Array | undefined = undefined;
  announced = false;
  /** Messages of each side, for the session hash (RFC 7627, 3); undefined once there are too many of them. */
  #transcript: [Uint8Array[], Uint8Array[]] | undefined = [[], []];
  #bytes = 0;
  #done = false;
  #keyExchange: Uint8Array | undefined = undefined;

  constructor(
    private readonly maxBytes: number,
    readonly renegotiated: boolean,
  ) {}

  get version(): number | undefined {
    return this.server?.version;
  }

  get suite(): CipherSuite | undefined {
    return this.server === undefined || this.server.compressed ? undefined : cipherSuite(this.server.suite);
  }

  get resumed(): boolean {
    if (this.version !== TLS_1_3) return !this.full;
    return this.server?.preSharedKey !== undefined && this.pskIdentity === undefined;
  }

  /** Of the pre-shared key agreed on, which is none of an earlier session. */
  get pskIdentity(): Uint8Array | undefined {
    const chosen = this.version === TLS_1_3 ? this.server?.preSharedKey : undefined;
    return chosen === undefined ? this.keyExchange?.identity : this.client?.pskIdentities[chosen];
  }

  /** How it is to be read, ServerHello tells, which may come later where the capture has the directions in disorder. */
  get keyExchange(): KeyExchange | undefined {
    return this.#keyExchange && this.suite && readKeyExchange(this.#keyExchange, this.suite);
  }

  /** TLS 1.2: ClientKeyExchange, of which keys may be made, was not seen yet. */
  get awaitsKeyExchange(): boolean {
    return this.version !== undefined && this.version < TLS_1_3 && this.full && this.#keyExchange === undefined;
  }

  /** True when the message begins another handshake than this one. Encrypted bytes may have the type by chance. */
  isNext({ type, complete, body }: Message): boolean {
    const { client, server } = this;
    if (type !== MESSAGE.clientHello || client === undefined || server === undefined || server.retry) return false;
    return complete && readClientHello(body) !== undefined;
  }

  /** Takes what is to be known of a message. */
  message(side: Side, { type, bytes, body, complete }: Message): void {
    this.#keep(side, bytes, type, complete);
    if (!complete) return;
    if (type === MESSAGE.clientHello) this.#clientHello(side, body);
    else if (type === MESSAGE.serverHello) this.#serverHello(side, body);
    else if (type === MESSAGE.encryptedExtensions) this.#encryptedExtensions(body);
    else if (type === MESSAGE.certificateRequest) this.certificateRequested = true;
    else if (type === MESSAGE.serverHelloDone) this.full = true;
    else if (type === MESSAGE.clientKeyExchange) this.#exchanged(body);
    else if (type === MESSAGE.newSessionTicket && this.version !== TLS_1_3) this.newTicket = copyOf(body, 6);
  }

  #exchanged(body: Uint8Array): void {
    this.full = true;
    this.#keyExchange ??= copyOf(body);
  }

  #clientHello(side: Side, body: Uint8Array): void {
    const hello = readClientHello(body);
    if (hello === undefined) return;
    this.client = hello;
    this.clientSide = side;
  }

  #serverHello(side: Side, body: Uint8Array): void {
    const hello = readServerHello(body);
    if (hello === undefined) return;
    this.server = hello;
    this.clientSide ??= side === 0 ? 1 : 0;
    this.alpn = hello.alpn;
    if (hello.retry || hello.preSharedKey === undefined) this.earlyData = 'rejected';
  }

  #encryptedExtensions(body: Uint8Array): void {
    const extensions = readEncryptedExtensions(body);
    this.alpn = extensions.alpn;
    this.earlyData ??= extensions.earlyData ? 'accepted' : 'rejected';
  }

  #keep(side: Side, bytes: Uint8Array, type: number, complete: boolean): void {
    const own = side === this.clientSide;
    if (type === MESSAGE.certificate && !own) this.full = true;
    // Of either side up to its last message that counts; in TLS 1.3 nothing is derived from them.
    if (this.#transcript === undefined || (own ? this.#keyExchange !== undefined : this.#done)) return;
    if (type === MESSAGE.serverHelloDone) this.#done = true;
    this.#bytes += bytes.length;
    if (!complete || this.#bytes > 4 * this.maxBytes || this.version === TLS_1_3) this.#transcript = undefined;
    else this.#transcript[side].push(copyOf(bytes));
  }

  /** All messages up to ClientKeyExchange; the server's all come after ClientHello and before the client's others. */
  sessionHash(): Uint8Array | undefined {
    const { clientSide } = this;
    if (this.#transcript === undefined || clientSide === undefined || this.suite === undefined) return undefined;
    if (!this.#done || this.#keyExchange === undefined) return undefined;
    const [first, ...others] = this.#transcript[clientSide];
    const parts = [first ?? new Uint8Array(0), ...this.#transcript[clientSide === 0 ? 1 : 0], ...others];
    if ((this.version ?? 0) >= TLS_1_2) return hash(this.suite.hash, ...parts);
    return Uint8Array.from([...hash('md5', ...parts), ...hash('sha1', ...parts)]);
  }

  /** Keys are there: nothing is derived from the messages any more. */
  settle(master: Uint8Array): void {
    this.master = master;
    this.#transcript = undefined;
  }

  /** The key log's label for one side's secret (TLS 1.3). */
  label(side: Side, stage: StageName): string {
    const who = side === this.clientSide ? 'CLIENT' : 'SERVER';
    if (stage === 'early') return 'CLIENT_EARLY_TRAFFIC_SECRET';
    return stage === 'handshake' ? `${who}_HANDSHAKE_TRAFFIC_SECRET` : `${who}_TRAFFIC_SECRET_0`;
  }
}

/** RFC 5246, 7.4.7; RFC 4279, 2 to 4. */
function readKeyExchange(body: Uint8Array, { keyExchange: kind }: CipherSuite): KeyExchange {
  const cursor = new Cursor(body);
  const next = (): Uint8Array | undefined => {
    const length = cursor.u16();
    const at = cursor.at;
    if (cursor.failed || length > cursor.left) return undefined;
    cursor.at += length;
    return copyOf(body, at, at + length);
  };
  const identity = kind.endsWith('PSK') ? next() : undefined;
  return { identity, encrypted: kind === 'RSA' || kind === 'RSA_PSK' ? next() : undefined };
}
