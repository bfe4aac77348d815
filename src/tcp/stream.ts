// One direction of one connection: segments in any order in, bytes in order out. Positions count from the first byte.
//   in order       delivered at once, as a view of the captured packet
//   too early      copied and held (options.ts says how much), until the hole before it fills or is given up as a gap
//   sent again     the first copy counts; other contents are a Conflict, found against held and recently delivered bytes
//   cut            the captured part, then a gap 'cut'; a later retransmission does not repair it
//   no SYN seen    the first bytes are the start, behind a gap 'mid-stream'; earlier ones that come later are dropped
//   far away       another numbering: believed when a second segment continues it, or at the end; else dropped (as is
//                  whatever comes behind the FIN)

import type { Chunk } from '../bytes/chunk.js';
import { FIN, RST, type Segment, SYN } from '../net/segment.js';
import { type Conflict, NO_CONFLICTS } from './conflicts.js';
import { NO_CHUNKS, type StreamContext } from './context.js';
import { Disorder } from './disorder.js';
import { Progress } from './progress.js';
import { advance, distance } from './sequence.js';
import type { Suspected } from './suspect.js';

export class TcpStream {
  readonly #context: StreamContext;
  readonly #progress: Progress;
  #disorder: Disorder | undefined = undefined;
  /** Started, nothing held, nothing suspected, no FIN: the next segment in order can take the short way. */
  #calm = false;

  constructor(context: StreamContext) {
    this.#context = context;
    this.#progress = new Progress(context.recent);
  }

  get started(): boolean {
    return this.#progress.started;
  }

  /** Bytes delivered and given up so far. */
  get position(): number {
    return this.#progress.position;
  }

  get heldBytes(): number {
    return this.#disorder?.held.bytes ?? 0;
  }

  get heldSegments(): number {
    return this.#disorder?.held.count ?? 0;
  }

  /** Something was out of order once: there may be conflicts to take, or holes to settle. */
  get disordered(): boolean {
    return this.#disorder !== undefined;
  }

  /** Before any byte of this stream, but after its SYN: the segment completes the handshake. */
  isFirstWord(segment: Segment): boolean {
    const { started, exact, position, first } = this.#progress;
    return started && exact && position === 0 && ((segment.sequence - first) | 0) === 0;
  }

  /** Everything up to the FIN is delivered. */
  get finished(): boolean {
    const { fin, position } = this.#progress;
    return fin >= 0 && position >= fin;
  }

  /** The receiver has acknowledged the FIN: it waits for nothing any more. */
  get finAcknowledged(): boolean {
    return this.#progress.finAcknowledged;
  }

  /** Bytes that were sent and not delivered. */
  get missing(): number {
    return this.#progress.missing(this.#context.options.maxJump);
  }

  /** Until when bytes that it sent were not seen: given up; Infinity while some are missing, or were left out before its RST. */
  get lackedUntil(): number {
    return this.#progress.lackedUntil(this.#context.options.maxJump);
  }

  /** Grows whenever that may have become another. */
  get turns(): number {
    return this.#progress.turns;
  }

  /** The segment's bytes, and whatever they set free. Valid until the next push. */
  push(segment: Segment): readonly Chunk[] {
    const progress = this.#progress;
    const length = segment.payloadEnd - segment.payloadAt;
    const inOrder = this.#calm && ((segment.sequence - progress.next) | 0) === 0;
    if (!inOrder || (segment.flags & (SYN | FIN | RST)) !== 0 || length !== segment.payloadLength) {
      return this.#pushUnusual(segment);
    }
    if (length === 0) return NO_CHUNKS;
    const chunks = this.#context.usual.of(segment);
    progress.recent?.add(progress, progress.position, chunks[0].bytes);
    progress.move(length);
    return chunks;
  }

  /** The other endpoint says what it has got. In a handshake that is where this stream begins. */
  acknowledge(acknowledgment: number, handshake: boolean): void {
    if (!this.#progress.started && handshake) this.#begin(acknowledgment, true);
    else if (!this.#progress.started) this.#anchor(acknowledgment);
    else this.#progress.noteAcknowledged(acknowledgment);
  }

  /** Gives up holes that the receiver has acknowledged long enough. To be called for each segment of the connection. */
  settle(time: number, frame: number): readonly Chunk[] {
    const hole = this.#disorder?.held.first;
    if (this.#disorder === undefined || hole === undefined || !this.#progress.hasAcknowledged) return NO_CHUNKS;
    const { held, wait } = this.#disorder;
    const acknowledged = this.#progress.positionOf(this.#progress.acknowledged);
    const lost = wait.lostUpTo(hole.start, acknowledged, time, this.#context.options);
    if (lost < 0) return NO_CHUNKS;
    const out: Chunk[] = [];
    while ((held.first?.start ?? Number.POSITIVE_INFINITY) <= lost) this.#release(out, time, frame);
    this.#calm = this.#isCalm();
    return out;
  }

  /** Nothing is waited for any more: all that is held, with its gaps, up to the FIN or what the receiver acknowledged. */
  end(time: number, frame: number): readonly Chunk[] {
    const out: Chunk[] = [];
    while (this.heldSegments > 0) this.#release(out, time, frame);
    const suspected = this.#disorder?.suspect.segment;
    if (suspected !== undefined) this.#renumber(out, suspected);
    this.#progress.gap(out, this.missing, 'lost', time, frame);
    this.#calm = this.#isCalm();
    return out.length === 0 ? NO_CHUNKS : out;
  }

  /** Lets go of everything kept. */
  forget(): void {
    this.#disorder?.held.clear();
    this.#disorder?.suspect.drop();
    this.#disorder = undefined;
    this.#calm = false;
  }

  /** Conflicts since the last call. */
  takeConflicts(): readonly Conflict[] {
    return this.#disorder?.conflicts.take() ?? NO_CONFLICTS;
  }

  /** A SYN with this sequence number began this stream. */
  isSameStart(sequence: number): boolean {
    return this.#progress.started && distance(this.#progress.first, sequence) === -1;
  }

  /** A SYN with this sequence number neither began this stream nor lies inside it. */
  isOtherStart(sequence: number): boolean {
    const { started, position, firstPosition } = this.#progress;
    if (!started || this.isSameStart(sequence)) return false;
    const at = this.#progress.positionOf(sequence) + 1;
    return at < firstPosition || at > Math.max(position, this.#disorder?.held.end ?? 0);
  }

  /** The segment is no late or repeated part of this stream: it lies far off, or reaches behind the FIN. */
  isForeign(segment: Segment): boolean {
    if (!this.#progress.started) return false;
    const { fin } = this.#progress;
    const from = this.#progress.positionOf(segment.sequence);
    const end = from + segment.payloadLength;
    const isBehindFin = segment.payloadLength > 0 && fin >= 0 && end > fin;
    return isBehindFin || this.#progress.isFar(from, end, this.#context.options);
  }

  #pushUnusual(segment: Segment): readonly Chunk[] {
    const { flags, payloadLength, time, frame } = segment;
    const progress = this.#progress;
    // RFC 1122, 4.2.2.12: what an RST carries explains it, and is no part of the stream.
    if ((flags & RST) !== 0) {
      progress.reset(segment.sequence);
      return NO_CHUNKS;
    }
    const first = advance(segment.sequence, (flags & SYN) === 0 ? 0 : 1);
    if ((flags & SYN) !== 0) this.#synchronize(first);
    if (payloadLength === 0 && (flags & FIN) === 0) {
      if (!progress.started) this.#anchor(first);
      return NO_CHUNKS;
    }
    if (!progress.started) this.#start(first);
    const out: Chunk[] = [];
    const from = progress.positionOf(first);
    if (!progress.isFar(from, from + payloadLength, this.#context.options) || this.#isRenumbered(out, segment)) {
      this.#place(out, segment, progress.positionOf(first));
      if ((flags & FIN) !== 0) this.#finish(advance(first, payloadLength));
      this.#keepBounds(out, time, frame);
    }
    this.#calm = this.#isCalm();
    return out.length === 0 ? NO_CHUNKS : out;
  }

  #synchronize(first: number): void {
    const { started, position, fin } = this.#progress;
    const untouched = position === 0 && this.#disorder === undefined && fin < 0;
    if (!started || untouched) this.#begin(first, true);
    else if (distance(this.#progress.first, first) === 0) this.#progress.exact = true;
  }

  /** The first bytes of a stream whose SYN was not seen. An earlier sign of where it stood makes the rest a hole. */
  #start(first: number): void {
    const { hasAcknowledged, acknowledged } = this.#progress;
    const ahead = hasAcknowledged ? distance(acknowledged, first) : 0;
    // 1 is what a keep-alive probe is short of the stream: no sign of a byte.
    const near = ahead > 1 && ahead <= this.#context.options.maxHeldBytes;
    this.#begin(near ? acknowledged : first, false);
  }

  #begin(first: number, exact: boolean): void {
    this.#progress.begin(first, exact);
    this.#calm = this.#isCalm();
  }

  #anchor(sequence: number): void {
    const progress = this.#progress;
    if (!progress.hasAcknowledged || distance(progress.acknowledged, sequence) > 0) progress.noteAcknowledged(sequence);
  }

  #isCalm(): boolean {
    const { started, joined, fin } = this.#progress;
    return started && !joined && fin < 0 && (this.#disorder === undefined || this.#disorder.calm);
  }

  #isRenumbered(out: Chunk[], segment: Segment): boolean {
    const { suspect } = this.#needDisorder();
    if (suspect.segment !== undefined && suspect.isContinuedBy(segment)) {
      this.#renumber(out, suspect.segment);
      return true;
    }
    suspect.take(segment, this.#context.options.maxHeldTotal);
    return false;
  }

  /** Goes on in the numbering of the suspected segment. */
  #renumber(out: Chunk[], suspected: Suspected): void {
    const { sequence, bytes, length, time, frame } = suspected;
    while (this.heldSegments > 0) this.#release(out, time, frame);
    this.#disorder?.suspect.drop();
    this.#progress.renumber(out, sequence, time, frame);
    this.#progress.deliver(out, bytes, time, frame);
    this.#progress.gap(out, length - bytes.length, 'cut', time, frame);
  }

  /** Delivers, holds or drops the payload, which begins at position `from`. */
  #place(out: Chunk[], segment: Segment, from: number): void {
    const { bytes, payloadAt, payloadEnd, payloadLength, time, frame } = segment;
    const progress = this.#progress;
    const end = this.#progress.fin >= 0 ? Math.min(from + payloadLength, this.#progress.fin) : from + payloadLength;
    if (end <= from) return;
    const view = bytes.subarray(payloadAt, Math.min(payloadEnd, payloadAt + end - from));
    if (from < progress.position) this.#compareAgain(view, from, end, time, frame);
    if (end <= progress.position) return;
    this.#disorder?.suspect.drop();
    if (from > progress.position || this.heldSegments > 0) {
      const disorder = this.#needDisorder();
      disorder.hold({ bytes: view, position: from, time, frame }, end, progress.position);
      disorder.held.drain(out, progress);
      return;
    }
    progress.deliver(out, view.subarray(progress.position - from), time, frame);
    progress.gap(out, end - progress.position, 'cut', time, frame);
  }

  /** Gives up the first hole. */
  #release(out: Chunk[], time: number, frame: number): void {
    const held = this.#disorder?.held;
    const start = held?.first?.start ?? this.#progress.position;
    this.#progress.gap(out, start - this.#progress.position, 'lost', time, frame);
    held?.drain(out, this.#progress);
  }

  #keepBounds(out: Chunk[], time: number, frame: number): void {
    const { options, budget } = this.#context;
    while (this.#disorder?.held.exceeds(options, budget.held)) this.#release(out, time, frame);
  }

  #compareAgain(view: Uint8Array, from: number, end: number, time: number, frame: number): void {
    const { recent, position, firstPosition } = this.#progress;
    // The one byte of a keep-alive probe is no data (RFC 9293, 3.8.4).
    if (recent === undefined || (end - from === 1 && end === position)) return;
    const copy = { bytes: view, position: from, time, frame };
    this.#needDisorder().conflicts.withDelivered(recent, this.#progress, copy, firstPosition, position);
  }

  #finish(end: number): void {
    if (this.#progress.fin >= 0) return;
    this.#progress.fin = Math.max(
      this.#progress.positionOf(end),
      this.#progress.position,
      this.#disorder?.held.end ?? 0,
    );
  }

  #needDisorder(): Disorder {
    this.#disorder ??= new Disorder(this.#context.budget);
    return this.#disorder;
  }
}
