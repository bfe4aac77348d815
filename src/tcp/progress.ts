// How far a stream has been delivered, as a sequence number and as a position counted from its first byte; and the making
// of chunks, which is what moves it on.

import type { Chunk, GapChunk } from '../bytes/chunk.js';
import type { TcpOptions } from './options.js';
import type { RecentBytes } from './recent.js';
import { advance, distance } from './sequence.js';

export class Progress {
  readonly recent: RecentBytes | undefined;
  started = false;
  /** The start is certain: the SYN, or the acknowledgment of the handshake, was seen. */
  exact = false;
  /** Still to be said: that the stream was joined in the middle. */
  joined = false;
  /** The sequence number of the next byte, and its position: delivered and given up so far. */
  next = 0;
  position = 0;
  /** The same of the first byte in the present numbering. */
  first = 0;
  firstPosition = 0;
  /** When bytes were given up last: what was sent before may come out after what the other side sent later. */
  lostAt = Number.NEGATIVE_INFINITY;
  /** Position of its RST. */
  #resetAt = -1;

  constructor(recent: RecentBytes | undefined) {
    this.recent = recent;
  }

  begin(first: number, exact: boolean): void {
    this.started = true;
    this.exact = exact;
    this.joined = !exact;
    this.first = this.next = first | 0;
  }

  /** From here on the sender counts otherwise. How much is missing between nobody knows. */
  renumber(out: Chunk[], sequence: number, time: number, origin: number): void {
    out.push({ kind: 'gap', time, origin, reason: 'lost' });
    this.lostAt = time;
    this.first = this.next = sequence | 0;
    this.firstPosition = this.position;
    this.exact = this.joined = false;
  }

  positionOf(sequence: number): number {
    return this.position + distance(this.next, sequence);
  }

  /** Bytes that the receiver has by its word, and that were not delivered. */
  missing(acknowledged: number, maxJump: number): number {
    const missing = this.started ? distance(this.next, acknowledged) : 0;
    // A single one is more likely the FIN, which counts as one byte.
    return missing > 1 && missing <= maxJump ? missing : 0;
  }

  /** RFC 9293, 3.10.7.4: a receiver obeys an RST only where the next byte is due, so its sender has sent all before it. */
  reset(sequence: number): void {
    if (this.started) this.#resetAt = this.positionOf(sequence);
  }

  /** See TcpStream. Some senders of an RST guess where it stands, so no more than a doubt comes of bytes left out before it. */
  lackedUntil(missing: number, maxJump: number): number {
    const beforeReset = this.#resetAt - this.position;
    return missing > 0 || (beforeReset > 0 && beforeReset <= maxJump) ? Number.POSITIVE_INFINITY : this.lostAt;
  }

  /** Positions of a segment that is no part of this numbering: too far ahead or behind, or before the first byte. */
  isFar(from: number, end: number, { maxJump, maxHeldBytes }: TcpOptions): boolean {
    // A keep-alive probe lies one byte before the stream.
    const before = this.firstPosition - (this.exact ? 1 : maxHeldBytes);
    return from < before || end < this.position - maxJump || from > this.position + maxJump;
  }

  deliver(out: Chunk[], bytes: Uint8Array, time: number, origin: number): void {
    if (bytes.length === 0) return;
    this.#sayJoined(out, time, origin);
    this.recent?.add(this, this.position, bytes);
    out.push({ kind: 'data', bytes, time, origin });
    this.#move(bytes.length);
  }

  gap(out: Chunk[], length: number, reason: GapChunk['reason'], time: number, origin: number): void {
    if (length <= 0) return;
    this.#sayJoined(out, time, origin);
    out.push({ kind: 'gap', length, time, origin, reason });
    this.lostAt = time;
    this.#move(length);
  }

  #sayJoined(out: Chunk[], time: number, origin: number): void {
    if (this.joined) out.push({ kind: 'gap', time, origin, reason: 'mid-stream' });
    this.joined = false;
  }

  #move(by: number): void {
    this.position += by;
    this.next = advance(this.next, by);
  }
}
