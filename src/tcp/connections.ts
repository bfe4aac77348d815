// The table of TCP connections: segments in, for each one the connection it belongs to and the bytes it sets free.
//
//   const connections = new Connections<Conversation>(options);
//   const event = connections.push(segment);       // reused: valid until the next push
//   for (const other of event.ended) …             // connections that had to go to make room: handle these first
//   event.connection, event.direction, event.chunks, event.released, event.conflicts, event.closed
//   for (const last of connections.end(time, frame)) …   // the capture has ended: everything held, with its gaps
//
// Nothing here makes strings, and a connection that was told to `ignore()` costs one look-up per segment. Every bound is
// in options.ts. A connection that closes stays known for late segments; those never open a new one.

import type { Segment } from '../net/segment.js';
import type { Chunk } from './chunk.js';
import type { Side, TcpConnection } from './connection.js';
import type { TcpOptions } from './options.js';
import type { Conflict } from './stream.js';

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
  /** Other connections that this segment ended ('evicted', 'reused'). */
  readonly ended: readonly Ended<T>[];
}

/** A connection that ended without a segment of its own, and what it still held for each direction. */
export interface Ended<T> {
  readonly connection: TcpConnection<T>;
  readonly chunks: readonly [readonly Chunk[], readonly Chunk[]];
}

export declare class Connections<T> {
  constructor(options?: Partial<TcpOptions>);
  /** Connections seen so far. */
  readonly count: number;
  push(segment: Segment): TcpEvent<T>;
  end(time: number, frame: number): readonly Ended<T>[];
}
