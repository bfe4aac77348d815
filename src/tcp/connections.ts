// The table of TCP connections: segments in, for each one the connection it belongs to and the bytes it sets free.
//
//   const connections = new Connections<Conversation>(options);
//   const event = connections.push(segment);       // reused: valid until the next push
//   for (const other of event.ended) …             // connections that had to go: idle, or to make room: handle these first
//   event.connection, event.direction, event.chunks, event.released, event.conflicts, event.opened, event.closed
//   for (const last of connections.end(time, frame)) …   // the capture has ended: everything held, with its gaps
//
// Nothing here makes strings, and a connection that was told to `ignore()` costs one look-up per segment. Every bound is
// in options.ts. A connection that closes stays known for late segments; those never open a new one, but new bytes do:
// a segment that is neither late nor in flight then means that the addresses are used again and the SYN was lost.

import type { Chunk, Side } from '../bytes/chunk.js';
import { ACK, FIN, RST, type Segment, SYN } from '../net/segment.js';
import type { Conflict } from './conflicts.js';
import { NO_CONFLICTS } from './conflicts.js';
import { type Closed, TcpConnection } from './connection.js';
import { ConnectionTable } from './connection-table.js';
import { createContext, NO_CHUNKS, type StreamContext } from './context.js';
import { TCP_DEFAULTS, type TcpOptions } from './options.js';
import { Recency } from './recency.js';

/** What one segment did. The object and its arrays are reused by the next push; data chunks are views until then. */
export interface TcpEvent<T> {
  readonly connection: TcpConnection<T>;
  /** The endpoint that sent the segment. */
  readonly direction: Side;
  /** This segment is the first one of the connection. */
  readonly opened: boolean;
  /** This segment closed the connection: see connection.closed. After an RST, bytes that were in flight may still come. */
  readonly closed: boolean;
  /** What `direction` sent, in order, as far as it is settled now. */
  readonly chunks: readonly Chunk[];
  /** The same for the other direction: its receiver acknowledged a hole, or an RST ended the wait. */
  readonly released: readonly Chunk[];
  /** Bytes of `direction` that came again with other contents; the first copy was, or will be, delivered. */
  readonly conflicts: readonly Conflict[];
  /** Other connections that this segment ended ('evicted', 'idle', 'reused'). */
  readonly ended: readonly Ended<T>[];
}

/** A connection that ended without a segment of its own, and what it still held for each direction. */
export interface Ended<T> {
  readonly connection: TcpConnection<T>;
  readonly chunks: readonly [readonly Chunk[], readonly Chunk[]];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Used connections move up in the order of use this often (ns): to move one takes three others into the cache. */
const MOVES_APART = 1e9;

export class Connections<T> {
  readonly #options: TcpOptions;
  readonly #context: StreamContext;
  readonly #table = new ConnectionTable<T>();
  readonly #open = new Recency<TcpConnection<T>>();
  readonly #closed = new Recency<TcpConnection<T>>();
  #event: Writable<TcpEvent<T>> | undefined = undefined;
  #count = 0;

  constructor(options: Partial<TcpOptions> = {}) {
    this.#options = { ...TCP_DEFAULTS, ...options };
    this.#context = createContext(this.#options);
  }

  /** Connections seen so far. */
  get count(): number {
    return this.#count;
  }

  /** Bytes held out of order now, over all connections, with their overhead. */
  get held(): number {
    return this.#context.budget.held;
  }

  /** Those that have not closed, in no particular order. */
  *open(): Generator<TcpConnection<T>, void, void> {
    let one = this.#open.oldest;
    for (; one !== undefined; one = one.newer as TcpConnection<T> | undefined) yield one;
  }

  push(segment: Segment): TcpEvent<T> {
    let connection = this.#table.find(segment);
    let ended: readonly Ended<T>[] = NONE;
    const known = connection;
    if (connection === undefined || this.#isAnother(connection, this.#table.side, segment)) {
      ended = this.#makeRoom(connection, segment);
      connection = this.#create(segment);
    }
    const side = this.#table.side;
    const event = (this.#event ??= blankEvent(connection));
    event.connection = connection;
    event.direction = side;
    event.opened = connection !== known;
    event.closed = false;
    event.chunks = event.released = NO_CHUNKS;
    event.conflicts = NO_CONFLICTS;
    event.ended = ended;
    connection.lastTime = segment.time;
    if (connection.closed === undefined && segment.time - connection.movedAt >= MOVES_APART) this.#move(connection);
    const oldest = this.#open.oldest;
    // One a segment is enough: each segment makes one connection at most.
    if (oldest !== undefined && segment.time - oldest.lastTime > this.#options.idleAfter) {
      event.ended = [...ended, ...this.#displace(oldest, 'idle', segment)];
    }
    if (!connection.ignored) this.#flow(event, segment);
    if ((segment.flags & (SYN | FIN | RST)) !== 0 || connection.fins !== 0) this.#watchClose(event, segment);
    return event;
  }

  /** The capture has ended: every connection that is still open, in order of first sight, with what it held. */
  end(time: number, frame: number): readonly Ended<T>[] {
    const ended: Ended<T>[] = [];
    for (const connection of this.#table.all()) {
      const wasClosed = connection.closed !== undefined;
      const last = this.#finish(connection, 'end', time, frame);
      // What an RST left in flight and out of order comes with its own way of closing.
      if (!wasClosed || hasChunks(last)) ended.push(last);
    }
    return ended;
  }

  #flow(event: Writable<TcpEvent<T>>, segment: Segment): void {
    const { flags, time, frame } = segment;
    const { streams } = event.connection;
    const own = streams[event.direction];
    const other = streams[event.direction === 0 ? 1 : 0];
    if ((flags & (ACK | RST)) === ACK) {
      const handshake = !other.started && ((flags & SYN) !== 0 || own.isFirstWord(segment));
      other.acknowledge(segment.acknowledgment, handshake);
    }
    event.chunks = own.push(segment);
    if (own.disordered) {
      event.conflicts = own.takeConflicts();
      event.chunks = joined(event.chunks, own.settle(time, frame));
    }
    if (other.disordered) event.released = other.settle(time, frame);
  }

  /** Notes who opened and who closes. */
  #watchClose(event: Writable<TcpEvent<T>>, segment: Segment): void {
    const { connection, direction } = event;
    const { flags } = segment;
    const other: Side = direction === 0 ? 1 : 0;
    if ((flags & SYN) !== 0) connection.openedBy ??= (flags & ACK) === 0 ? direction : other;
    if ((flags & RST) !== 0) {
      if (connection.ignored || !isForged(connection, direction, segment)) this.#reset(event, segment);
      return;
    }
    if ((flags & FIN) !== 0) {
      if (connection.fins === 0) firstFin(connection, direction, segment);
      connection.fins |= 1 << direction;
    }
    if (connection.closed !== undefined || connection.fins !== 0b11) return;
    if (!connection.ignored && !this.#isFinished(event, segment)) return;
    this.#close(event, { by: connection.firstFin, how: 'fin', time: segment.time, origin: segment.frame });
  }

  /** Both have sent a FIN; what is still missing once both FINs are acknowledged will not come. */
  #isFinished(event: Writable<TcpEvent<T>>, segment: Segment): boolean {
    const { streams } = event.connection;
    const own = streams[event.direction];
    const other = streams[event.direction === 0 ? 1 : 0];
    if (own.finAcknowledged && other.finAcknowledged) {
      event.chunks = joined(event.chunks, own.end(segment.time, segment.frame));
      event.released = joined(event.released, other.end(segment.time, segment.frame));
    }
    return own.finished && other.finished;
  }

  #reset(event: Writable<TcpEvent<T>>, segment: Segment): void {
    const { connection, direction } = event;
    const { time, frame } = segment;
    if (connection.closed !== undefined) return;
    if (!connection.ignored) {
      event.chunks = joined(event.chunks, connection.streams[direction].end(time, frame));
      event.released = joined(event.released, connection.streams[direction === 0 ? 1 : 0].end(time, frame));
    }
    this.#close(event, { by: direction, how: 'rst', time, origin: frame });
  }

  #close(event: Writable<TcpEvent<T>>, closed: Closed): void {
    const { connection } = event;
    connection.closed = closed;
    event.closed = true;
    this.#open.remove(connection);
    this.#closed.add(connection);
    if (this.#closed.size > this.#options.maxClosed) this.#forget(this.#closed.oldest!);
  }

  /** The segment has the addresses and ports of `connection`, but belongs to a later one. */
  #isAnother(connection: TcpConnection<T>, side: Side, segment: Segment): boolean {
    const { flags, sequence, payloadLength, time } = segment;
    const closed = connection.closed !== undefined;
    const idle = time - connection.lastTime > this.#options.reuseAfter;
    if ((flags & SYN) === 0 && !closed && !idle) return false;
    const stream = connection.streams[side];
    // A refused SYN may be repeated as it was, and accepted then.
    if ((flags & SYN) !== 0 && connection.closed?.how === 'rst' && stream.position === 0) return true;
    if ((flags & RST) !== 0 || stream.isSameStart(sequence)) return false;
    if ((flags & SYN) !== 0) return closed || connection.ignored || stream.isOtherStart(sequence);
    return payloadLength > 0 && !connection.ignored && stream.isForeign(segment);
  }

  /** Ends the connection whose addresses are used again, and the least recently used one if there are too many. */
  #makeRoom(reused: TcpConnection<T> | undefined, segment: Segment): readonly Ended<T>[] {
    const ended = reused === undefined ? NONE : this.#displace(reused, 'reused', segment);
    if (this.#open.size < this.#options.maxConnections) return ended;
    const oldest = this.#leastUsed();
    return oldest === undefined ? ended : [...ended, ...this.#displace(oldest, 'evicted', segment)];
  }

  /** The one whose last segment came first, to within MOVES_APART. */
  #leastUsed(): TcpConnection<T> | undefined {
    let oldest = this.#open.oldest;
    while (oldest !== undefined && oldest.lastTime > oldest.movedAt) {
      this.#move(oldest);
      oldest = this.#open.oldest;
    }
    return oldest;
  }

  #move(connection: TcpConnection<T>): void {
    this.#open.touch(connection);
    connection.movedAt = connection.lastTime;
  }

  #displace(connection: TcpConnection<T>, how: Closed['how'], { time, frame }: Segment): readonly Ended<T>[] {
    const wasOpen = connection.closed === undefined;
    const last = this.#finish(connection, how, time, frame);
    this.#forget(connection);
    return wasOpen || hasChunks(last) ? [last] : NONE;
  }

  /** Everything that it still holds, and the mark of how it ended. */
  #finish(connection: TcpConnection<T>, how: Closed['how'], time: number, frame: number): Ended<T> {
    const [one, two] = connection.streams;
    const wanted = !connection.ignored;
    const chunks = [wanted ? one.end(time, frame) : NO_CHUNKS, wanted ? two.end(time, frame) : NO_CHUNKS] as const;
    if (connection.closed === undefined) {
      connection.closed = { by: undefined, how, time, origin: frame };
      this.#open.remove(connection);
      this.#closed.add(connection);
    }
    return { connection, chunks };
  }

  /** Drops a closed connection from the table. */
  #forget(connection: TcpConnection<T>): void {
    this.#closed.remove(connection);
    this.#table.remove(connection);
    connection.streams[0].forget();
    connection.streams[1].forget();
  }

  #create(segment: Segment): TcpConnection<T> {
    const connection = new TcpConnection<T>(this.#count++, segment, this.#context);
    this.#table.add(connection);
    this.#open.add(connection);
    return connection;
  }
}

const NONE: readonly never[] = [];

const hasChunks = ({ chunks }: Ended<unknown>): boolean => chunks[0].length > 0 || chunks[1].length > 0;

const joined = (some: readonly Chunk[], more: readonly Chunk[]): readonly Chunk[] =>
  more.length === 0 ? some : [...some, ...more];

const blankEvent = <T>(connection: TcpConnection<T>): Writable<TcpEvent<T>> => ({
  connection,
  direction: 0,
  opened: false,
  closed: false,
  chunks: NO_CHUNKS,
  released: NO_CHUNKS,
  conflicts: NO_CONFLICTS,
  ended: NONE,
});

/** An RST that its receiver does not obey: it lies elsewhere, or does not acknowledge the SYN that it answers. */
function isForged({ streams, openedBy }: TcpConnection<unknown>, side: Side, segment: Segment): boolean {
  const own = streams[side];
  const other: Side = side === 0 ? 1 : 0;
  if (openedBy !== other || own.started) return own.isForeign(segment);
  // RFC 9293, 3.10.7.3: in SYN-SENT. The SYN may have brought data, which an answer acknowledges as well.
  const { flags, acknowledgment } = segment;
  const opener = streams[other];
  const isAnswer = [0, opener.position].some((sent) => opener.isSameStart(acknowledgment - 1 - sent));
  return (flags & ACK) === 0 || !isAnswer;
}

function firstFin(connection: TcpConnection<unknown>, side: Side, { time, frame }: Segment): void {
  connection.firstFin = side;
  connection.firstFinTime = time;
  connection.firstFinFrame = frame;
}
