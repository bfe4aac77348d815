// How far a stream has been delivered and acknowledged, as a sequence number and as a position counted from its first byte;
// and the making of chunks, which is what moves it on.

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
  /** What the receiver acknowledged last; before the start, the latest sign of where the stream stands. */
  acknowledged = Number.NaN;
  hasAcknowledged = false;
  /** Grows whenever lackedUntil may have become another. */
  turns = 0;
  #fin = -1;
  /** Position of its RST. */
  #resetAt = -1;
  /** The receiver has bytes that were not delivered. */
  #isBehind = false;
  /** It is not as between its start and its end: each byte may count. */
  #isEnding = false;

  constructor(recent: RecentBytes | undefined) {
    this.recent = recent;
  }

  begin(first: number, exact: boolean): void {
    this.started = true;
    this.exact = exact;
    this.joined = !exact;
    this.first = this.next = first | 0;
    this.#turn();
  }

  /** Position of the FIN, -1 before it came. */
  get fin(): number {
    return this.#fin;
  }

  set fin(position: number) {
    this.#fin = position;
    this.#isEnding = true;
    this.turns++;
  }

  get finAcknowledged(): boolean {
    return this.#fin >= 0 && this.hasAcknowledged && this.positionOf(this.acknowledged) > this.#fin;
  }

  noteAcknowledged(acknowledgment: number): void {
    this.acknowledged = acknowledgment;
    this.hasAcknowledged = true;
    if (this.#isBehind || distance(this.next, acknowledgment) > 1) this.#turn();
  }

  #turn(): void {
    this.#isBehind = this.hasAcknowledged && distance(this.next, this.acknowledged) > 1;
    this.turns++;
  }

  /** From here on the sender counts otherwise. How much is missing between nobody knows. */
  renumber(out: Chunk[], sequence: number, time: number, origin: number): void {
    out.push({ kind: 'gap', time, origin, reason: 'lost' });
    this.lostAt = time;
    this.first = this.next = sequence | 0;
    this.firstPosition = this.position;
    this.exact = this.joined = this.hasAcknowledged = false;
    this.fin = -1;
  }

  positionOf(sequence: number): number {
    return this.position + distance(this.next, sequence);
  }

  /** What was sent, by the word of its sender's FIN or of its receiver, and was not delivered: held up, or lost. */
  missing(maxJump: number): number {
    if (this.#fin >= 0) return this.#fin - this.position;
    const missing = this.started && this.hasAcknowledged ? distance(this.next, this.acknowledged) : 0;
    // A single one is more likely the FIN, which counts as one byte.
    return missing > 1 && missing <= maxJump ? missing : 0;
  }

  /** RFC 9293, 3.10.7.4: a receiver obeys an RST only where the next byte is due, so its sender has sent all before it. */
  reset(sequence: number): void {
    if (!this.started) return;
    this.#resetAt = this.positionOf(sequence);
    this.#isEnding = true;
    this.turns++;
  }

  /** See TcpStream. Some senders of an RST guess where it stands, so no more than a doubt comes of bytes left out before it. */
  lackedUntil(maxJump: number): number {
    const beforeReset = this.#resetAt - this.position;
    return this.missing(maxJump) > 0 || (beforeReset > 0 && beforeReset <= maxJump)
      ? Number.POSITIVE_INFINITY
      : this.lostAt;
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
    this.move(bytes.length);
  }

  gap(out: Chunk[], length: number, reason: GapChunk['reason'], time: number, origin: number): void {
    if (length <= 0) return;
    this.#sayJoined(out, time, origin);
    out.push({ kind: 'gap', length, time, origin, reason });
    this.lostAt = time;
    this.turns++;
    this.move(length);
  }

  #sayJoined(out: Chunk[], time: number, origin: number): void {
    if (this.joined) out.push({ kind: 'gap', time, origin, reason: 'mid-stream' });
    this.joined = false;
  }

  move(by: number): void {
    if (this.#isBehind || this.#isEnding) this.turns++;
    this.position += by;
    this.next = advance(this.next, by);
  }
}
