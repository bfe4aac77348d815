// TLS between TCP and what it carries (RFC 8446, 5246): says what each handshake agreed on, and with secrets delivers what
// was sent. Records wait for secrets that may come later, within bounds; what is given up is counted and said at the end.

import type { Chunk, Side } from '../../bytes/chunk.js';
import type { Delivery, Transport } from '../transport.js';
import type { Half } from './half.js';
import { RECORD } from './names.js';
import { TLS_DEFAULTS, type TlsOptions } from './options.js';
import type { Entry, Seen } from './records.js';
import type { TlsSecrets } from './secrets.js';
import { Session } from './session.js';

export class Tls implements Transport {
  readonly name = 'tls';
  readonly #session: Session;

  constructor(
    readonly secrets: TlsSecrets,
    options: Partial<TlsOptions> = {},
  ) {
    this.#session = new Session(secrets, { ...TLS_DEFAULTS, ...options });
  }

  /** Inner data chunks are new memory. */
  push(side: Side, chunk: Chunk): readonly Delivery[] {
    const session = this.#session;
    session.out = [];
    const half = session.halves[side];
    if (half.queue.length > 0) this.#drain();
    for (const entry of half.reader.push(chunk)) this.#take(half, entry);
    return session.out;
  }

  /** The key log has grown: what was held for it comes out. push() and end() look too. */
  poll(): readonly Delivery[] {
    this.#session.out = [];
    this.#drain();
    return this.#session.out;
  }

  end(time: number, origin: number): readonly Delivery[] {
    const session = this.#session;
    session.out = [];
    this.#drain();
    for (const half of session.halves) {
      for (const entry of half.queue) session.unread(half, entry);
      half.release(half.queue.length);
    }
    session.announce({ time, origin });
    for (const half of session.halves) this.#account(half, { time, origin });
    return session.out;
  }

  #take(half: Half, entry: Entry): void {
    const session = this.#session;
    const { changes } = session;
    if (half.queue.length > 0 || !session.take(half, entry)) this.#hold(half, entry);
    // What one direction tells may free the other.
    if (session.changes !== changes) this.#drain();
  }

  #hold(half: Half, entry: Entry): void {
    if (this.secrets.mayGrow || this.#session.awaitsMore(half)) {
      if (half.queue.length === 0) half.triedAt = this.#stamp();
      if (half.hold(entry)) return;
    }
    this.#giveUp(half, entry);
  }

  #giveUp(half: Half, entry: Entry): void {
    this.#session.unread(half, entry);
    if (half.queue.length === 0) {
      half.protection?.lost(1);
      half.owedGap ||= entry.kind === 'record' && entry.type === RECORD.data;
      return;
    }
    if (half.overflow === 0) {
      const message = 'more is encrypted than is held for a secret to come: until one comes, what follows is left out';
      this.#session.notice(half.side, 'not-held', message, entry, {});
    }
    half.overflow++;
  }

  #stamp(): number {
    return this.#session.stamp;
  }

  #drain(): void {
    for (let again = true; again; ) {
      again = false;
      for (const half of this.#session.halves) {
        if (half.queue.length === 0 || half.triedAt === this.#stamp()) continue;
        half.triedAt = this.#stamp();
        again = this.#drainHalf(half) || again;
      }
    }
  }

  #drainHalf(half: Half): boolean {
    const session = this.#session;
    let count = 0;
    while (count < half.queue.length && session.take(half, half.queue[count]!)) count++;
    half.release(count);
    if (half.queue.length === 0 && half.overflow > 0) {
      // Among what was left out may be a change of keys.
      half.protection?.lost(half.overflow);
      half.protection?.lost(undefined);
      half.owedGap = true;
      half.overflow = 0;
    }
    return count > 0;
  }

  #account(half: Half, seen: Seen): void {
    const { reader, unreadRecords: records, unreadBytes, badRecords } = half;
    const length = unreadBytes + reader.left + reader.skipped;
    if (length === 0) return;
    const message = `${length} bytes were not decrypted, in ${records} ${records === 1 ? 'record' : 'records'}`;
    this.#session.notice(half.side, 'not-decrypted', message, seen, { records, badRecords }, length);
  }
}
