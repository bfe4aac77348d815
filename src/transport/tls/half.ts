// One direction of a TLS connection: its records, its handshake messages, its protection, what waits for a secret and what
// was given up. Waiting is bounded by bytes, here and over all connections.

import type { GapReason, Side } from '../../bytes/chunk.js';
import { HandshakeReader } from './handshake-reader.js';
import { RECORD_HEADER } from './judge.js';
import { RECORD } from './names.js';
import type { TlsOptions } from './options.js';
import type { Protection, Protection13 } from './protection.js';
import { type Entry, kept, RecordReader } from './records.js';
import type { TlsSecrets } from './secrets.js';

/** What an entry costs beside its bytes. */
const ENTRY_COST = 64;

export class Half {
  readonly reader = new RecordReader();
  readonly handshake: HandshakeReader;
  protection: Protection | undefined = undefined;
  /** The same, in TLS 1.3. */
  protection13: Protection13 | undefined = undefined;
  /** Application data may have been lost, which is to be said before any other. */
  owedGap: GapReason | undefined = undefined;
  /** What was told last, of both directions, is a gap of unknown length in this one: more of it is the same gap. */
  inGap = false;
  badRecords = 0;
  /** Those since the last that was good. */
  badInARow = 0;
  lostSyncs = 0;
  /** Records that stayed encrypted, and bytes of their bodies. */
  unreadRecords = 0;
  unreadBytes = 0;
  /** Those of records that may hold application data. */
  unreadDataBytes = 0;
  /** Not all that was sent is records that were seen. */
  hasLost = false;
  /** Early data that the server did not take. */
  rejectedBytes = 0;
  /** In order; the first is what could not be dealt with yet. */
  queue: Entry[] = [];
  /** Records that came while the queue was full. */
  overflow = 0;
  /** Of everything that an entry may wait for, when it was last tried. */
  triedAt = -1;
  #held = 0;

  constructor(
    readonly side: Side,
    private readonly options: TlsOptions,
    private readonly secrets: TlsSecrets,
  ) {
    this.handshake = new HandshakeReader(options.maxHandshakeBytes);
  }

  /** False when there is no room. */
  hold(entry: Entry): boolean {
    const cost = costOf(entry);
    if (this.overflow > 0 || this.#held + cost > this.options.maxHeldBytes || !this.secrets.reserve(cost)) return false;
    this.#held += cost;
    this.queue.push(kept(entry));
    return true;
  }

  /** The first ones of the queue have been dealt with. */
  release(count: number): void {
    if (count === 0) return;
    const cost = this.queue.splice(0, count).reduce((sum, entry) => sum + costOf(entry), 0);
    this.#held -= cost;
    this.secrets.release(cost);
  }

  /** What a record of this length would have given, where that follows from it. */
  innerLength(length: number | undefined): number | undefined {
    const overhead = this.protection?.overhead;
    return length === undefined || overhead === undefined || length < overhead ? undefined : length - overhead;
  }

  unread(entry: Entry): void {
    if (entry.kind === 'lost') return;
    this.unreadRecords++;
    const length = entry.bytes.length - RECORD_HEADER;
    this.unreadBytes += length;
    if (entry.type === RECORD.data) this.unreadDataBytes += length;
  }
}

function costOf(entry: Entry): number {
  return ENTRY_COST + (entry.kind === 'record' ? entry.bytes.length : 0);
}
