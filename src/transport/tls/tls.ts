// TLS between TCP and what it carries (RFC 8446, 5246): says what each handshake agreed on, and with secrets delivers what
// was sent. Records wait for secrets that may come later, within bounds; what is given up is counted and said at the end.

import { type Chunk, compareMoments, type Side } from '../../bytes/chunk.js';
import type { Delivery, Transport } from '../transport.js';
import { type Exchanged, exchangedIn } from './exchanged.js';
import type { Half } from './half.js';
import { RECORD } from './names.js';
import { TLS_DEFAULTS, type TlsOptions } from './options.js';
import type { Entry, Seen } from './records.js';
import type { TlsSecrets } from './secrets.js';
import { Session } from './session.js';

export class Tls implements Transport {
  readonly name = 'tls';
  readonly #session: Session;
  /** One direction no longer waits for the other. */
  #apart = false;

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

  /** The key log has grown: what was held for it comes out. push() and end() look too, of their own connection. */
  poll(): readonly Delivery[] {
    this.#session.out = [];
    this.#drain();
    return this.#session.out;
  }

  end(time: number, origin: number): readonly Delivery[] {
    const session = this.#session;
    session.out = [];
    this.#drain();
    for (let half = this.#oldest(); half !== undefined; half = this.#oldest()) {
      const entry = half.queue[0]!;
      this.#release(half, 1);
      this.#leaveOut(half, entry);
      this.#drain();
    }
    session.announce({ time, origin });
    session.tellOwed({ time, origin });
    for (const half of session.halves) this.#account(half, { time, origin });
    return session.out;
  }

  get exchanged(): Exchanged {
    return exchangedIn(this.#session);
  }

  #take(half: Half, entry: Entry): void {
    const session = this.#session;
    const { changes } = session;
    if (half.queue.length > 0 || this.#follows(half, entry, this.#other(half).queue[0]) || !session.take(half, entry))
      this.#hold(half, entry);
    // What one direction tells may free the other.
    if (session.changes !== changes) this.#drain();
  }

  /** What the other direction sent before waits for a secret: an answer must not come out before what it answers. */
  #follows(half: Half, entry: Entry, earlier: Entry | undefined): boolean {
    if (this.#apart || earlier === undefined || !this.secrets.mayGrow) return false;
    if (half.protection === undefined && (entry.kind === 'lost' || entry.type !== RECORD.data)) return false;
    return compareMoments(earlier, entry) < 0 && !this.#session.awaitsMore(this.#other(half));
  }

  #other({ side }: Half): Half {
    return this.#session.halves[side === 0 ? 1 : 0];
  }

  #hold(half: Half, entry: Entry): void {
    const follows = this.#follows(half, half.queue[0] ?? entry, this.#other(half).queue[0]);
    if (this.secrets.mayGrow || this.#session.awaitsMore(half)) {
      if (half.queue.length === 0) half.triedAt = follows ? -1 : this.#stamp();
      if (half.hold(entry)) return;
    }
    if (follows) {
      // It has waited long enough.
      this.#apart = true;
      this.#drain();
      this.#take(half, entry);
    } else this.#giveUp(half, entry);
  }

  /** The direction of what has waited longest. */
  #oldest(): Half | undefined {
    const [a, b] = this.#session.halves;
    const [one, other] = [a.queue[0], b.queue[0]];
    if (one === undefined || other === undefined)
      return one === undefined && other === undefined ? undefined : one ? a : b;
    return compareMoments(other, one) < 0 ? b : a;
  }

  #leaveOut(half: Half, entry: Entry): void {
    this.#session.unread(half, entry);
    half.protection?.lost(1);
    if (entry.kind === 'record' && entry.type === RECORD.data) this.#session.owe(half, 'undecrypted', entry);
  }

  #giveUp(half: Half, entry: Entry): void {
    if (half.queue.length === 0) {
      this.#leaveOut(half, entry);
      return;
    }
    this.#session.unread(half, entry);
    if (half.overflow === 0) {
      const message = 'more is encrypted than is held for a secret to come: until one comes, what follows is left out';
      this.#session.notice(half.side, 'not-held', message, entry, {});
    }
    half.overflow++;
  }

  #stamp(): number {
    return this.#session.stamp;
  }

  /** What waits, as far as it can be dealt with now: of both directions in the order in which it was captured. */
  #drain(): void {
    const session = this.#session;
    const { halves } = session;
    if (halves[0].queue.length === 0 && halves[1].queue.length === 0) return;
    const done: [number, number] = [0, 0];
    for (;;) {
      const half = this.#next(done);
      if (half === undefined) break;
      const stamp = this.#stamp();
      if (session.take(half, half.queue[done[half.side]]!)) done[half.side]++;
      else half.triedAt = stamp;
    }
    for (const half of halves) this.#release(half, done[half.side]);
  }

  /** The direction whose turn it is, of those that have something new to be tried. */
  #next(done: readonly [number, number]): Half | undefined {
    let next: Half | undefined;
    for (const half of this.#session.halves) {
      const entry = half.queue[done[half.side]];
      if (entry === undefined || half.triedAt === this.#stamp()) continue;
      const other = this.#other(half);
      if (this.#follows(half, entry, other.queue[done[other.side]])) continue;
      if (next === undefined || compareMoments(entry, next.queue[done[next.side]]!) < 0) next = half;
    }
    return next;
  }

  #release(half: Half, count: number): void {
    half.release(count);
    if (count === 0 || half.queue.length > 0 || half.overflow === 0) return;
    // Among what was left out may be a change of keys.
    half.protection?.lost(half.overflow);
    half.protection?.lost(undefined);
    half.owedGap ??= 'undecrypted';
    half.overflow = 0;
  }

  #account(half: Half, seen: Seen): void {
    const { reader, unreadRecords: records, unreadBytes, badRecords } = half;
    const length = unreadBytes + reader.left + reader.skipped;
    if (length === 0) return;
    const message = `${length} bytes were not decrypted, in ${records} ${records === 1 ? 'record' : 'records'}`;
    this.#session.notice(half.side, 'not-decrypted', message, seen, { records, badRecords }, length);
  }
}
