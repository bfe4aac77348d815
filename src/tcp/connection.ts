// One TCP connection: two endpoints, who opened it, how it closed, and a slot for the layer above. Endpoint 0 is the
// sender of the first segment seen, which need not be the client: `openedBy` says who sent the SYN, where one was seen.

import type { Side } from '../bytes/chunk.js';
import { formatEndpoint } from '../net/address.js';
import type { Segment } from '../net/segment.js';
import { wordOf } from './address-word.js';
import type { StreamContext } from './context.js';
import type { Linked } from './recency.js';
import { TcpStream } from './stream.js';

export interface Closed {
  /** Who sent the RST, or the first FIN; undefined for the other ways. */
  readonly by: Side | undefined;
  readonly how: 'fin' | 'rst' | 'end' | 'evicted' | 'idle' | 'reused';
  readonly time: number;
  /** Capture frame number at which it was noticed. */
  readonly origin: number;
}

export class TcpConnection<T> implements Linked {
  /** 0-based, in order of first sight. */
  readonly id: number;
  readonly addressLength: 4 | 16;
  /** The address of endpoint 0, then that of endpoint 1. */
  readonly addresses: Uint8Array;
  readonly ports: readonly [number, number];
  readonly streams: readonly [TcpStream, TcpStream];
  /** Who sent the SYN; undefined when neither it nor its answer was seen (yet). */
  openedBy: Side | undefined = undefined;
  closed: Closed | undefined = undefined;
  /** Whatever the layer above keeps with the connection. */
  user: T | undefined = undefined;
  /** No segment finds it any more: nothing of it changes from here on. */
  isForgotten = false;

  // For the table (connections.ts, connection-table.ts) only.
  readonly words: readonly [number, number];
  chained: TcpConnection<T> | undefined = undefined;
  lastTime: number;
  /** When it was put at the end of the order of use. */
  movedAt: number;
  /** Who sent a FIN, a bit for each side; who was first, when, and in which frame. */
  fins = 0;
  firstFin: Side | undefined = undefined;
  firstFinTime = Number.NaN;
  firstFinFrame = 0;
  older: Linked | undefined = undefined;
  newer: Linked | undefined = undefined;
  #ignored = false;

  constructor(id: number, segment: Segment, context: StreamContext) {
    const { bytes, addressLength, sourceAt, destinationAt } = segment;
    this.id = id;
    this.lastTime = this.movedAt = segment.time;
    this.addressLength = addressLength;
    this.addresses = new Uint8Array(2 * addressLength);
    this.addresses.set(bytes.subarray(sourceAt, sourceAt + addressLength));
    this.addresses.set(bytes.subarray(destinationAt, destinationAt + addressLength), addressLength);
    this.words = [wordOf(bytes, sourceAt, addressLength), wordOf(bytes, destinationAt, addressLength)];
    this.ports = [segment.sourcePort, segment.destinationPort];
    this.streams = [new TcpStream(context), new TcpStream(context)];
  }

  /** Grows whenever what its streams lack, or who sent a FIN, may have become another. */
  get turns(): number {
    return this.streams[0].turns + this.streams[1].turns + this.fins;
  }

  /** "10.0.0.2:20000" or "[::1]:1883", made on each call. */
  endpoint(side: Side): string {
    return formatEndpoint(this.addresses, side * this.addressLength, this.addressLength, this.ports[side]);
  }

  /** Nobody wants this connection's bytes: from here on nothing of it is kept and its segments yield nothing. */
  ignore(): void {
    this.#ignored = true;
    this.streams[0].forget();
    this.streams[1].forget();
  }

  get ignored(): boolean {
    return this.#ignored;
  }
}
