// The messages of one direction, from its frames: what is MQTT goes on as it comes, in chunks of the time and origin that
// brought it. Only a compressed message is held, until its end. Control frames are answered for by counts and notices.
//
//   binary        goes on
//   text          told, for MQTT is sent in binary frames (MQTT-6.0.0-1), and goes on all the same: mosquitto reads it
//   compressed    inflated when whole, in proportion to bounds (options.ts); cut short, what can be read of it
//   irregular     frames whose place or mask breaks RFC 6455 are told at their first time, counted, and read all the same

import type { Chunk, GapChunk, Side } from '../../bytes/chunk.js';
import { lenientUtf8 } from '../../bytes/utf8.js';
import type { Direction } from '../../spec/versions.js';
import { telling } from '../detect.js';
import { Gathering } from '../gathering.js';
import type { Delivery, Notice } from '../transport.js';
import { CLOSE, CONTINUATION, type FrameHeader, PING, RSV1, senderOf, TEXT } from './frame.js';
import { Inflater, TAIL } from './inflater.js';
import type { WebSocketOptions } from './options.js';

/** A chunk's, so that what comes out bears those of what brought it. */
export interface Moment {
  readonly time: number;
  readonly origin: number;
}

/** binary and compressed of a message whose first frame was not seen, with compression agreed: unknown, so it is stepped over. */
interface Message {
  readonly kind: 'binary' | 'text' | 'unknown';
  /** Compressed bytes so far; undefined when it is not compressed. */
  readonly held: Gathering | undefined;
  /** Part of it is lost: what is left of a compressed one cannot be read. */
  broken: boolean;
  length: number;
  /** The first bytes of a text, for what is told of it; undefined for other kinds. */
  readonly beginning: Gathering | undefined;
}

const BEGINNING_BYTES = 256;

export interface Counts {
  frames: number;
  messages: number;
  pings: number;
  pongs: number;
  irregular: number;
}

export class Messages {
  readonly counts: Counts = { frames: 0, messages: 0, pings: 0, pongs: 0, irregular: 0 };
  /** Whether RSV1 may be set: compression was agreed on, or what was agreed on is not known. */
  mayDeflate = true;
  readonly inflater: Inflater;
  private message: Message | undefined = undefined;
  private control: Gathering | undefined = undefined;
  private inControl = false;
  /** The first frame of a message may be among what was lost. */
  private afterLoss = false;
  /** Compressed bytes that were skipped since the direction's messages could not be read any more; -1: they can. */
  private unreadable = -1;
  private readonly told = new Set<string>();

  constructor(
    readonly side: Side,
    readonly direction: Direction,
    private readonly options: WebSocketOptions,
    /** Where deliveries go; the transport takes them at the end of each push. */
    private readonly out: Delivery[],
  ) {
    this.inflater = new Inflater(options);
  }

  startAnywhere(): void {
    this.afterLoss = true;
    this.loseContext();
  }

  begin(frame: FrameHeader, moment: Moment): void {
    const { opcode } = frame;
    this.counts.frames++;
    this.checkForm(frame, moment);
    this.inControl = opcode >= CLOSE;
    if (this.inControl) {
      if (opcode === PING) this.counts.pings++;
      else if (opcode !== CLOSE) this.counts.pongs++;
      this.control = opcode === CLOSE ? new Gathering() : undefined;
    } else if (opcode !== CONTINUATION) {
      if (this.message !== undefined) {
        this.irregular('unfinished-message', 'a message begins before the one before it has ended', moment);
        this.close(this.message, false, moment);
      }
      this.message = messageOf(opcode === TEXT ? 'text' : 'binary', frame.rsv === RSV1);
    } else if (this.message === undefined) {
      if (!this.afterLoss) this.irregular('unexpected-continuation', 'a continuation frame without a message', moment);
      this.message = messageOf(this.afterLoss && this.mayDeflate ? 'unknown' : 'binary', false);
    }
    if (!this.inControl) this.afterLoss = false;
  }

  /** Payload bytes of the frame, unmasked; valid during the call. */
  piece(bytes: Uint8Array, { time, origin }: Moment): void {
    if (this.inControl) {
      this.control?.add(bytes);
      return;
    }
    const message = this.message!;
    message.length += bytes.length;
    if (message.held === undefined) {
      if (message.kind !== 'unknown') this.pass({ kind: 'data', bytes, time, origin });
      begin(message, bytes);
    } else if (!message.broken) {
      if (message.held.length + bytes.length <= this.options.maxMessageBytes) message.held.add(bytes);
      else {
        const limit = `a compressed message has more than ${this.options.maxMessageBytes} bytes`;
        this.notice('inflate-limit', limit, time, origin);
        this.breakOff(message, { kind: 'gap', time, origin, reason: 'unreadable' });
      }
    }
  }

  finish({ opcode, fin }: FrameHeader, moment: Moment): void {
    if (this.inControl) {
      this.inControl = false;
      if (opcode === CLOSE) this.closing(this.control!.view(), moment);
      this.control = undefined;
    } else if (fin && this.message !== undefined) this.close(this.message, true, moment);
  }

  /** Bytes of the frame's payload are lost. */
  lost(gap: GapChunk): void {
    const { message } = this;
    if (this.inControl || message === undefined) return;
    message.length += gap.length ?? 0;
    if (message.held === undefined) {
      if (message.kind !== 'unknown') this.pass(gap);
    } else this.breakOff(message, gap);
  }

  /** Where frames begin is not known any more. */
  lostSync(gap: GapChunk): void {
    const { message } = this;
    if (message?.held !== undefined) this.breakOff(message, gap);
    else this.pass(gap);
    this.message = undefined;
    this.inControl = false;
    this.control = undefined;
    this.afterLoss = true;
    this.loseContext();
  }

  gap(gap: GapChunk): void {
    this.pass(gap);
  }

  end(moment: Moment): void {
    if (this.message !== undefined) this.close(this.message, false, moment);
    this.reportUnreadable(moment);
  }

  notice(
    code: string,
    message: string,
    time: number,
    origin: number,
    details: NonNullable<Notice['details']> = {},
    length?: number,
  ): void {
    const notice: Notice = { layer: 'websocket', code, message, time, origin, details };
    this.out.push({ side: this.side, notice: length === undefined ? notice : { ...notice, length } });
  }

  private pass(chunk: Chunk): void {
    this.out.push({ side: this.side, chunk });
  }

  private irregular(code: string, message: string, { time, origin }: Moment): void {
    this.counts.irregular++;
    if (this.told.has(code)) return;
    this.told.add(code);
    this.notice(code, message, time, origin);
  }

  private checkForm(frame: FrameHeader, moment: Moment): void {
    if (senderOf(frame) !== this.direction) {
      if (frame.maskAt === undefined) this.irregular('unmasked-frame', 'the client does not mask its frames', moment);
      else this.irregular('masked-frame', 'the server masks its frames', moment);
    }
    if (frame.longForm) this.irregular('long-length', 'a length is written in more bytes than it needs', moment);
  }

  /** The message has ended, or will not be continued. */
  private close(message: Message, whole: boolean, moment: Moment): void {
    const { time, origin } = moment;
    this.message = undefined;
    if (whole) this.counts.messages++;
    const { held } = message;
    if (held !== undefined && !message.broken) {
      if (whole) held.add(TAIL);
      this.inflated(message, held.view(), moment);
      if (!whole) this.loseContext();
    }
    if (message.kind !== 'text') return;
    const { length, beginning } = message;
    const looksLikeMqtt = telling(beginning!.view()) > 0;
    const text = `a text frame of ${length} bytes: MQTT is sent in binary frames`;
    this.notice('text-frame', text, time, origin, { looksLikeMqtt }, length);
  }

  private inflated(message: Message, compressed: Uint8Array, { time, origin }: Moment): void {
    const result = this.inflater.inflate(compressed);
    if (result.kind === 'bytes') {
      this.reportUnreadable({ time, origin });
      if (result.bytes.length > 0) this.pass({ ...result, kind: 'data', time, origin });
      message.length = result.bytes.length;
      begin(message, result.bytes);
      return;
    }
    // What cannot be read because of an earlier loss is told in one, with its length.
    const follows = this.unreadable >= 0;
    if (result.kind === 'unknown-context') this.unreadable = Math.max(0, this.unreadable) + message.length;
    else {
      const limit = result.kind === 'limit';
      const text = limit ? result.message : `a compressed message cannot be read: ${result.message}`;
      this.notice(limit ? 'inflate-limit' : 'bad-deflate', text, time, origin, {}, message.length);
      this.loseContext();
    }
    if (!follows) this.pass({ kind: 'gap', time, origin, reason: 'unreadable' });
  }

  /** A compressed message of which bytes are missing: what came before them is read. */
  private breakOff(message: Message, { time, origin, reason }: GapChunk): void {
    if (message.broken) return;
    message.broken = true;
    const { held } = message;
    const result = this.inflater.inflate(held!.view());
    held!.clear();
    this.loseContext();
    if (result.kind === 'bytes' && result.bytes.length > 0) this.pass({ ...result, kind: 'data', time, origin });
    this.pass({ kind: 'gap', time, origin, reason });
  }

  private loseContext(): void {
    this.inflater.lose();
    if (this.inflater.takeover) this.unreadable = Math.max(0, this.unreadable);
  }

  private reportUnreadable({ time, origin }: Moment): void {
    const { unreadable } = this;
    this.unreadable = -1;
    if (unreadable <= 0) return;
    const text = `${unreadable} bytes of compressed messages cannot be read: they refer to what is lost`;
    this.notice('lost-context', text, time, origin, {}, unreadable);
  }

  /** 5.5.1. */
  private closing(body: Uint8Array, { time, origin }: Moment): void {
    if (body.length < 2) {
      this.notice('close', 'WebSocket close without a status code', time, origin);
      return;
    }
    const status = body[0]! * 256 + body[1]!;
    const reason = lenientUtf8(body, 2, body.length).replaceAll(/\p{Cc}/gu, '\ufffd');
    const text = `WebSocket close ${status}${reason === '' ? '' : `: ${reason}`}`;
    this.notice('close', text, time, origin, { status, reason });
  }
}

function messageOf(kind: Message['kind'], compressed: boolean): Message {
  const held = compressed ? new Gathering() : undefined;
  return { kind, held, broken: false, length: 0, beginning: kind === 'text' ? new Gathering() : undefined };
}

function begin({ beginning }: Message, bytes: Uint8Array): void {
  beginning?.add(bytes.subarray(0, BEGINNING_BYTES - beginning.length));
}
