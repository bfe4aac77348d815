// The frames of one direction: cuts them out of the chunks, and finds the next one after a loss. What is in them goes to
// Messages (messages.ts), piece by piece as it comes, unmasked.
//
// In sync, every byte belongs to a frame. A header that can be none, or a gap outside of a payload, loses sync: bytes are
// skipped until a segment begins with frames again (plausible.ts); their number is told when that is known.

import type { Chunk, GapChunk } from '../../bytes/chunk.js';
import { copyOf } from '../../bytes/copy.js';
import {
  type FrameHeader,
  frameHeaderLength,
  frameProblem,
  MAX_HEADER_BYTES,
  readFrameHeader,
  unmasked,
} from './frame.js';
import type { Messages, Moment } from './messages.js';
import { beginsWithFrames } from './plausible.js';

export class Frames {
  private readonly head = new Uint8Array(MAX_HEADER_BYTES);
  private headLength = 0;
  private frame: FrameHeader | undefined = undefined;
  private mask: Uint8Array | undefined = undefined;
  /** Bytes of the frame's payload that have been seen, or lost. */
  private done = 0;
  private inSync = true;
  private skipped = 0;

  constructor(
    private readonly messages: Messages,
    private readonly maxFrameBytes: number,
  ) {}

  /** Nothing came before: false. Else where the next frame begins has to be found. */
  startAnywhere(): void {
    this.inSync = false;
    this.messages.startAnywhere();
  }

  /** Bytes of a segment, or the rest of one behind an upgrade. */
  data(bytes: Uint8Array, moment: Moment): void {
    if (!this.inSync && !this.found(bytes, moment)) {
      this.skipped += bytes.length;
      return;
    }
    for (let at = 0; at < bytes.length; ) {
      at = this.frame === undefined ? this.header(bytes, at, moment) : this.payload(bytes, at, moment);
      if (!this.inSync) {
        this.skipped += bytes.length - at;
        return;
      }
    }
  }

  gap(gap: GapChunk): void {
    if (!this.inSync) {
      if (gap.reason === 'mid-stream') this.messages.gap(gap);
      return;
    }
    const { frame } = this;
    if (frame === undefined || gap.length === undefined || gap.length > frame.length - this.done) {
      this.skipped = this.headLength;
      this.unsync({ kind: 'gap', time: gap.time, origin: gap.origin, reason: gap.reason });
      return;
    }
    this.messages.lost(gap);
    this.done += gap.length;
    if (this.done === frame.length) this.finish(frame, gap);
  }

  end(moment: Moment): void {
    this.reportSkipped(moment);
    this.messages.end(moment);
  }

  private found(bytes: Uint8Array, moment: Moment): boolean {
    const { direction, mayDeflate } = this.messages;
    if (!beginsWithFrames(bytes, direction, mayDeflate, this.maxFrameBytes)) return false;
    this.reportSkipped(moment);
    this.inSync = true;
    return true;
  }

  private reportSkipped({ time, origin }: Moment): void {
    const { skipped } = this;
    this.skipped = 0;
    if (skipped === 0) return;
    const bytes = skipped === 1 ? '1 byte' : `${skipped} bytes`;
    this.messages.notice(
      'lost-sync',
      `${bytes} of WebSocket skipped: no frame begins there`,
      time,
      origin,
      {},
      skipped,
    );
  }

  private unsync(gap: Chunk & { kind: 'gap' }): void {
    this.inSync = false;
    this.frame = undefined;
    this.headLength = 0;
    this.messages.lostSync(gap);
  }

  private header(bytes: Uint8Array, start: number, moment: Moment): number {
    const { head } = this;
    let at = start;
    // Its first two bytes say how many there are.
    while (at < bytes.length && this.headLength < frameHeaderLength(head, 0, this.headLength)) {
      head[this.headLength++] = bytes[at++]!;
    }
    if (this.headLength < frameHeaderLength(head, 0, this.headLength)) return at;
    const frame = readFrameHeader(head, 0);
    const problem = frameProblem(frame, this.messages.mayDeflate, this.maxFrameBytes);
    if (problem !== undefined) {
      const { time, origin } = moment;
      this.messages.notice('bad-frame', `no WebSocket frame: ${problem}`, time, origin);
      this.skipped = this.headLength;
      this.unsync({ kind: 'gap', time, origin, reason: 'unreadable' });
      return at;
    }
    this.headLength = 0;
    this.frame = frame;
    this.mask = frame.maskAt === undefined ? undefined : copyOf(head, frame.maskAt, frame.maskAt + 4);
    this.done = 0;
    this.messages.begin(frame, moment);
    if (frame.length === 0) this.finish(frame, moment);
    return at;
  }

  private payload(bytes: Uint8Array, at: number, moment: Moment): number {
    const frame = this.frame!;
    const end = Math.min(bytes.length, at + frame.length - this.done);
    const piece = bytes.subarray(at, end);
    this.messages.piece(this.mask === undefined ? piece : unmasked(piece, this.mask, this.done), moment);
    this.done += piece.length;
    if (this.done === frame.length) this.finish(frame, moment);
    return end;
  }

  private finish(frame: FrameHeader, moment: Moment): void {
    this.frame = undefined;
    this.messages.finish(frame, moment);
  }
}
