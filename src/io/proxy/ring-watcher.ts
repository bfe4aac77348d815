// What a relay tells, as records of a ring. Bytes for which there is no room are not kept, and told as so many as soon as
// there is room again; the rest is little, and has room of its own. Should that be full too, ends are told later, and of a
// connection whose beginning could not be told only how many bytes it had.

import type { Side } from '../../bytes/chunk.js';
import type { Endpoint } from '../watch/tap.js';
import type { Ring, RingRecord } from './ring.js';
import type { RelayEvent, RelayWatcher } from './watcher.js';

const KINDS = { opened: 1, bytes: 2, ended: 3, secrets: 4, event: 5, lost: 6 } as const;

/** Longer pieces are several records. */
const LONGEST = 65_536;
/** Of the ring, bytes leave so much to all else. */
const RESERVED_SHARE = 16;
/** Bytes of connections that were not told of are lost on its account: connections count from 1. */
const NOBODY = 0;

export interface Opened {
  readonly route: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
}

/** What a record says; `bytes` are a view of the ring. */
export type Told =
  | { readonly kind: 'opened'; readonly connection: number; readonly opened: Opened }
  | { readonly kind: 'bytes'; readonly connection: number; readonly from: Side; readonly bytes: Uint8Array }
  | { readonly kind: 'lost'; readonly connection: number; readonly from: Side; readonly length: number }
  | { readonly kind: 'ended'; readonly connection: number; readonly from: Side; readonly how: 'fin' | 'rst' }
  | { readonly kind: 'secrets'; readonly lines: string }
  | { readonly kind: 'event'; readonly event: RelayEvent };

/** What there was no room for: bytes of each side, and then ends. */
interface Owed {
  readonly lost: [number, number];
  readonly ends: { readonly from: Side; readonly how: 'fin' | 'rst' }[];
}

export class RingWatcher implements RelayWatcher {
  private readonly reserve: number;
  /** By connection, in the order in which it began to be owed. */
  private readonly owed = new Map<number, Owed>();
  /** Open connections that could not be told of, with how many of their directions have ended. */
  private readonly untold = new Map<number, number>();

  /** `clock` in milliseconds, of which the ring has the origin. Without `keepsBytes` only the rest is told. */
  constructor(
    private readonly ring: Ring,
    private readonly keepsBytes: boolean,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.reserve = ring.capacity / RESERVED_SHARE;
  }

  /** Connections of which something is kept here. */
  get unsettled(): number {
    return this.owed.size + this.untold.size;
  }

  opened(connection: number, route: number, client: Endpoint, server: Endpoint): void {
    this.settleFirst();
    if (!this.tell(KINDS.opened, connection, 0, { route, client, server } satisfies Opened)) {
      this.untold.set(connection, 0);
    }
  }

  bytes(connection: number, from: Side, bytes: Uint8Array): void {
    if (!this.keepsBytes) return;
    const time = this.clock();
    this.settleFirst();
    if (this.untold.has(connection)) {
      this.owe(NOBODY).lost[from] += bytes.length;
      return;
    }
    for (let at = 0; at < bytes.length; at += LONGEST) {
      const piece = bytes.length <= LONGEST ? bytes : bytes.subarray(at, at + LONGEST);
      const isKept =
        this.settle(connection) && this.ring.write(KINDS.bytes, connection, from, time, piece, this.reserve);
      if (!isKept) this.owe(connection).lost[from] += piece.length;
    }
  }

  ended(connection: number, from: Side, how: 'fin' | 'rst'): void {
    this.settleFirst();
    const before = this.untold.get(connection);
    if (before !== undefined) {
      if (how === 'rst' || before > 0) this.untold.delete(connection);
      else this.untold.set(connection, 1);
      return;
    }
    if (!this.settle(connection) || !this.tell(KINDS.ended, connection, from, how)) {
      this.owe(connection).ends.push({ from, how });
    }
  }

  secrets(lines: string): void {
    this.tell(KINDS.secrets, 0, 0, lines);
  }

  event(event: RelayEvent): void {
    this.tell(KINDS.event, 0, 0, event);
  }

  private tell(kind: number, connection: number, side: Side, value: unknown): boolean {
    return this.ring.write(kind, connection, side, this.clock(), new TextEncoder().encode(JSON.stringify(value)));
  }

  private owe(connection: number): Owed {
    let owed = this.owed.get(connection);
    if (owed === undefined) this.owed.set(connection, (owed = { lost: [0, 0], ends: [] }));
    return owed;
  }

  /** Who has ended says nothing more, so others do it for it. */
  private settleFirst(): void {
    if (this.owed.size === 0) return;
    const [first] = this.owed.keys();
    this.settle(first!);
  }

  /** False when there is no room even to say it. */
  private settle(connection: number): boolean {
    const owed = this.owed.size === 0 ? undefined : this.owed.get(connection);
    if (owed === undefined) return true;
    const { lost, ends } = owed;
    const time = this.clock();
    for (const from of [0, 1] as const) {
      const text = new TextEncoder().encode(String(lost[from]));
      if (lost[from] > 0 && !this.ring.write(KINDS.lost, connection, from, time, text, this.reserve / 2)) return false;
      lost[from] = 0;
    }
    for (let end = ends[0]; end !== undefined; end = ends[0]) {
      if (!this.tell(KINDS.ended, connection, end.from, end.how)) return false;
      ends.shift();
    }
    this.owed.delete(connection);
    return true;
  }
}

export function toldBy({ kind, connection, side, bytes }: RingRecord): Told {
  const from = side as Side;
  switch (kind) {
    case KINDS.bytes:
      return { kind: 'bytes', connection, from, bytes };
    case KINDS.opened:
      return { kind: 'opened', connection, opened: jsonOf(bytes) };
    case KINDS.lost:
      return { kind: 'lost', connection, from, length: jsonOf(bytes) };
    case KINDS.ended:
      return { kind: 'ended', connection, from, how: jsonOf(bytes) };
    case KINDS.secrets:
      return { kind: 'secrets', lines: jsonOf(bytes) };
    default:
      return { kind: 'event', event: jsonOf(bytes) };
  }
}

function jsonOf<T>(bytes: Uint8Array): T {
  // A decoder takes no shared memory.
  return JSON.parse(new TextDecoder().decode(bytes.slice())) as T;
}
