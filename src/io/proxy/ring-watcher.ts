// What a relay tells, as records of a ring. Bytes for which there is no room are not kept, and told as so many as soon as
// there is room again; the rest is little, and has room of its own.

import type { Side } from '../../bytes/chunk.js';
import type { Endpoint } from '../watch/tap.js';
import type { Ring, RingRecord } from './ring.js';
import type { RelayEvent, RelayWatcher } from './watcher.js';

const KINDS = { opened: 1, bytes: 2, ended: 3, secrets: 4, event: 5, lost: 6 } as const;

/** Longer pieces are several records. */
const LONGEST = 65_536;
/** Of the ring, bytes leave so much to all else. */
const RESERVED_SHARE = 16;

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

export class RingWatcher implements RelayWatcher {
  private readonly reserve: number;
  /** Bytes of each side that were not kept and have not been told. */
  private readonly lost = new Map<number, [number, number]>();

  /** `clock` in milliseconds, of which the ring has the origin. Without `keepsBytes` only the rest is told. */
  constructor(
    private readonly ring: Ring,
    private readonly keepsBytes: boolean,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.reserve = ring.capacity / RESERVED_SHARE;
  }

  opened(connection: number, route: number, client: Endpoint, server: Endpoint): void {
    this.tell(KINDS.opened, connection, 0, { route, client, server } satisfies Opened);
  }

  bytes(connection: number, from: Side, bytes: Uint8Array): void {
    if (!this.keepsBytes) return;
    const time = this.clock();
    for (let at = 0; at < bytes.length; at += LONGEST) {
      const piece = bytes.length <= LONGEST ? bytes : bytes.subarray(at, at + LONGEST);
      if (this.lost.size > 0 && !this.tellLost(connection, time)) this.miss(connection, from, piece.length);
      else if (!this.ring.write(KINDS.bytes, connection, from, time, piece, this.reserve)) {
        this.miss(connection, from, piece.length);
      }
    }
  }

  ended(connection: number, from: Side, how: 'fin' | 'rst'): void {
    this.tellLost(connection, this.clock());
    this.tell(KINDS.ended, connection, from, how);
  }

  secrets(lines: string): void {
    this.tell(KINDS.secrets, 0, 0, lines);
  }

  event(event: RelayEvent): void {
    this.tell(KINDS.event, 0, 0, event);
  }

  private tell(kind: number, connection: number, side: Side, value: unknown): void {
    this.ring.write(kind, connection, side, this.clock(), new TextEncoder().encode(JSON.stringify(value)));
  }

  private miss(connection: number, from: Side, length: number): void {
    const lost = this.lost.get(connection) ?? [0, 0];
    lost[from] += length;
    this.lost.set(connection, lost);
  }

  /** False when there is no room even to say it. */
  private tellLost(connection: number, time: number): boolean {
    const lost = this.lost.get(connection);
    if (lost === undefined) return true;
    for (const from of [0, 1] as const) {
      const text = new TextEncoder().encode(String(lost[from]));
      if (lost[from] > 0 && !this.ring.write(KINDS.lost, connection, from, time, text, this.reserve / 2)) return false;
      lost[from] = 0;
    }
    this.lost.delete(connection);
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
