// Datagrams in pieces (RFC 791, 3.2; RFC 8200, 4.5), put together in whatever order the pieces come. Where two overlap the
// first copy of a byte wins, as in TCP reassembly, in IPv6 too (where hosts drop such datagrams: what happened is not
// known, so nothing is thrown away); of two last fragments the first one says the length. What waits is bounded by
// number, bytes and packet time, the oldest datagram goes first. Of completed datagrams only the key is remembered: a late
// copy of a fragment waits for a datagram of its own, but is not told to be of one that was never completed.

import { copyOf } from '../bytes/copy.js';
import { holes, indexAt, type Range } from '../bytes/ranges.js';

export interface FragmentOptions {
  /** Datagrams that may wait for fragments at a time. */
  readonly maxFragmentedDatagrams: number;
  /** Bytes that those may hold together, counting PIECE_COST for each piece. */
  readonly maxFragmentBytes: number;
  /** Nanoseconds of packet time from a datagram's first fragment to the last that is still taken (Linux: 30 s, too). */
  readonly fragmentTimeout: number;
}

export const FRAGMENT_DEFAULTS: FragmentOptions = {
  maxFragmentedDatagrams: 1024,
  maxFragmentBytes: 8 << 20,
  fragmentTimeout: 30e9,
};

/** What a piece costs beside its bytes, about: many tiny fragments must not cost more than the bound says. */
export const PIECE_COST = 128;

export interface Fragment {
  /** With the addresses: which datagram this is a part of. */
  readonly id: number;
  /** What the datagram carries; the first fragment's word counts. */
  readonly protocol: number;
  readonly offset: number;
  readonly more: boolean;
}

export interface Datagram {
  readonly protocol: number;
  /** Source address, destination address, and what the fragments carried: fresh bytes. */
  readonly bytes: Uint8Array;
}

/** Frames that waited in vain, by family. */
export interface LostFragments {
  readonly ipv4: number;
  readonly ipv6: number;
}

interface Piece extends Range {
  readonly bytes: Uint8Array;
}

interface Waiting {
  readonly key: string;
  readonly addresses: Uint8Array;
  readonly since: number;
  /** One with the same key was completed shortly before. */
  readonly isLate: boolean;
  protocol: number;
  /** Sorted, without overlap, none beyond `length`. */
  readonly pieces: Piece[];
  /** Bytes in the pieces. */
  have: number;
  /** Known from the last fragment on. */
  length: number;
  frames: number;
}

const costOf = ({ have, pieces }: Waiting): number => have + pieces.length * PIECE_COST;

export class FragmentTable {
  readonly #options: FragmentOptions;
  /** Oldest first. */
  readonly #waiting = new Map<string, Waiting>();
  /** When the last ones were completed, oldest first. */
  readonly #completed = new Map<string, number>();
  readonly #evicted = { ipv4: 0, ipv6: 0 };
  readonly #evictedLate = { ipv4: 0, ipv6: 0 };
  #cost = 0;

  constructor(options: Partial<FragmentOptions> = {}) {
    this.#options = { ...FRAGMENT_DEFAULTS, ...options };
  }

  /** Keeps a fragment of the datagram between `addresses` (source, then destination), or completes it. */
  add(addresses: Uint8Array, fragment: Fragment, carried: Uint8Array, time: number): Datagram | undefined {
    this.#expire(time);
    const key = `${String.fromCharCode(...addresses)}${fragment.id}`;
    const waiting = this.#waiting.get(key) ?? this.#wait(key, addresses, fragment, time);
    const before = costOf(waiting);
    waiting.frames++;
    if (fragment.offset === 0) waiting.protocol = fragment.protocol;
    put(waiting, fragment, carried);
    this.#cost += costOf(waiting) - before;
    if (waiting.have === waiting.length) {
      this.#forget(waiting);
      this.#remember(key, time);
      return { protocol: waiting.protocol, bytes: join(waiting) };
    }
    const { maxFragmentedDatagrams, maxFragmentBytes } = this.#options;
    while (this.#waiting.size > maxFragmentedDatagrams || this.#cost > maxFragmentBytes) this.#evictOldest();
    return undefined;
  }

  /** Frames of datagrams that were given up, and of those that still wait. */
  lost(): LostFragments {
    return this.#inVain(this.#evicted, false);
  }

  /** The same of those whose datagram had been completed shortly before: late copies. */
  late(): LostFragments {
    return this.#inVain(this.#evictedLate, true);
  }

  #inVain(evicted: LostFragments, late: boolean): LostFragments {
    const lost = { ...evicted };
    for (const { addresses, frames, isLate } of this.#waiting.values()) {
      if (isLate === late) lost[familyOf(addresses)] += frames;
    }
    return lost;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** What waits, in bytes as the bound counts them. */
  get cost(): number {
    return this.#cost;
  }

  #wait(key: string, addresses: Uint8Array, { protocol }: Fragment, since: number): Waiting {
    const completed = this.#completed.get(key) ?? Number.NEGATIVE_INFINITY;
    const isLate = since - completed <= this.#options.fragmentTimeout;
    const common = { key, addresses: copyOf(addresses), since, isLate, protocol };
    const waiting: Waiting = { ...common, pieces: [], have: 0, length: Number.POSITIVE_INFINITY, frames: 0 };
    this.#waiting.set(key, waiting);
    return waiting;
  }

  #expire(now: number): void {
    for (const waiting of this.#waiting.values()) {
      if (now - waiting.since <= this.#options.fragmentTimeout) return;
      this.#evict(waiting);
    }
  }

  #evictOldest(): void {
    const [oldest] = this.#waiting.values();
    if (oldest !== undefined) this.#evict(oldest);
  }

  #evict(waiting: Waiting): void {
    const evicted = waiting.isLate ? this.#evictedLate : this.#evicted;
    evicted[familyOf(waiting.addresses)] += waiting.frames;
    this.#forget(waiting);
  }

  #remember(key: string, time: number): void {
    this.#completed.delete(key);
    this.#completed.set(key, time);
    if (this.#completed.size <= this.#options.maxFragmentedDatagrams) return;
    for (const oldest of this.#completed.keys()) {
      this.#completed.delete(oldest);
      break;
    }
  }

  #forget(waiting: Waiting): void {
    this.#waiting.delete(waiting.key);
    this.#cost -= costOf(waiting);
  }
}

const familyOf = (addresses: Uint8Array): keyof LostFragments => (addresses.length === 8 ? 'ipv4' : 'ipv6');

/** What of the fragment fills holes. */
function put(waiting: Waiting, { offset, more }: Fragment, carried: Uint8Array): void {
  const { pieces } = waiting;
  if (!more && waiting.length === Number.POSITIVE_INFINITY) trim(waiting, offset + carried.length);
  const end = Math.min(offset + carried.length, waiting.length);
  for (const hole of holes(pieces, offset, end)) {
    const bytes = copyOf(carried, hole.start - offset, hole.end - offset);
    pieces.splice(indexAt(pieces, hole.start), 0, { ...hole, bytes });
    waiting.have += bytes.length;
  }
}

/** The last fragment has told the length: there is nothing beyond it. */
function trim(waiting: Waiting, length: number): void {
  const { pieces } = waiting;
  waiting.length = length;
  for (let last = pieces.at(-1); last !== undefined && last.end > length; last = pieces.at(-1)) {
    pieces.pop();
    waiting.have -= last.bytes.length;
    if (last.start >= length) continue;
    const bytes = copyOf(last.bytes, 0, length - last.start);
    pieces.push({ start: last.start, end: length, bytes });
    waiting.have += bytes.length;
  }
}

function join({ addresses, pieces, length }: Waiting): Uint8Array {
  const bytes = new Uint8Array(addresses.length + length);
  bytes.set(addresses);
  for (const piece of pieces) bytes.set(piece.bytes, addresses.length + piece.start);
  return bytes;
}
