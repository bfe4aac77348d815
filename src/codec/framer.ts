// One direction of one connection: bytes in any chunking become MQTT Control Packets. A packet that lies within one
// chunk is a view of it; one that does not is put together in a buffer of its own. Damage is reported where it stands
// and the next plausible boundary is looked for; bytes in between come out as lost sync, never silently.

import type { Direction, Version } from '../spec/versions.js';
import { DAMAGED, type Known, looksRight, NEEDS_MORE, nextBoundary, packetLength } from './plausible.js';

export interface FramedPacket {
  readonly kind: 'frame';
  /** What is here of the packet: shorter than `length` after a gap, at the end of the stream, beyond maxPacketBytes. */
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly time: number;
  readonly origins: readonly number[];
}

export interface LostSync {
  readonly kind: 'lost-sync';
  readonly message: string;
  /** The first bytes of them, at most 256. */
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly time: number;
  readonly origins: readonly number[];
}

export type Framed = FramedPacket | LostSync;

export interface FramerOptions {
  /** A longer packet keeps its first bytes, the rest is counted (default 16 MiB). */
  readonly maxPacketBytes: number;
}

export const FRAMER_DEFAULTS: FramerOptions = { maxPacketBytes: 16 * 1024 * 1024 };

/** A packet whose header looks odd is waited for only up to this length. */
const DOUBTFUL_LENGTH = 64 * 1024;
/** Lost bytes are reported at the latest when they are so many. */
const LOST_REPORT = 64 * 1024;
const LOST_SHOWN = 256;

interface Pending {
  buffer: Uint8Array;
  /** Bytes in the buffer. */
  have: number;
  /** Bytes of the packet that went by, kept or not. */
  seen: number;
  /** Whole length; undefined while the fixed header is cut. */
  need: number | undefined;
  /** Something is missing: nothing more is kept. */
  closed: boolean;
  checked: boolean;
  time: number;
  origins: number[];
}

interface Lost {
  message: string;
  bytes: number[];
  length: number;
  time: number;
  origins: number[];
}

export class Framer implements Known {
  version: Version | undefined = undefined;
  direction: Direction | undefined;
  private readonly options: FramerOptions;
  private pending: Pending | undefined = undefined;
  private lost: Lost | undefined = undefined;
  private inStep = true;
  private out: Framed[] = [];
  private time = 0;
  private origin = 0;

  constructor(direction?: Direction, options: Partial<FramerOptions> = {}) {
    this.direction = direction;
    this.options = { ...FRAMER_DEFAULTS, ...options };
  }

  data(bytes: Uint8Array, time: number, origin: number): readonly Framed[] {
    this.begin(time, origin);
    let at = this.pending === undefined ? 0 : this.goOn(bytes);
    while (at < bytes.length) at = this.inStep ? this.take(bytes, at) : this.regain(bytes, at);
    return this.out;
  }

  /** Whether a gap of this length lies within the packet at hand, so that it needs no event of its own. */
  absorbs(length: number | undefined): boolean {
    const { pending } = this;
    return pending?.need !== undefined && length !== undefined && pending.seen + length <= pending.need;
  }

  /** Bytes that were sent and not seen. A gap of known length inside a packet does not lose the step. */
  gap(length: number | undefined, time: number, origin: number): readonly Framed[] {
    this.begin(time, origin);
    if (this.absorbs(length)) {
      this.pending!.seen += length!;
      this.pending!.closed = true;
      this.finishIfWhole(this.pending!);
      return this.out;
    }
    this.giveUpPending();
    this.reportLost();
    this.lose('after a gap, in the middle of a packet');
    return this.out;
  }

  end(time: number, origin: number): readonly Framed[] {
    this.begin(time, origin);
    this.giveUpPending();
    this.reportLost();
    return this.out;
  }

  private begin(time: number, origin: number): void {
    this.out = [];
    this.time = time;
    this.origin = origin;
  }

  /** In step at bytes[at]: a whole packet, the beginning of one, or damage. Returns where to go on. */
  private take(bytes: Uint8Array, at: number): number {
    const length = packetLength(bytes, at, bytes.length);
    if (length === DAMAGED) {
      this.lose(bytes[at]! < 0x10 ? 'packet type 0 is reserved' : 'Remaining Length goes on after its fourth byte');
      return at;
    }
    const end = at + length;
    const right = length === NEEDS_MORE || looksRight(bytes, at, bytes.length, length, this);
    if (length === NEEDS_MORE || end > bytes.length) {
      if (!right && (length > DOUBTFUL_LENGTH || nextBoundary(bytes, at + 1, this, false) < bytes.length)) {
        this.lose(notAPacket(bytes[at]!));
        return at;
      }
      this.startPending(bytes, at, length === NEEDS_MORE ? undefined : length);
      return bytes.length;
    }
    if (!right && !this.goesOnWell(bytes, end)) {
      this.lose(notAPacket(bytes[at]!));
      return at;
    }
    const view = at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end);
    this.out.push({ kind: 'frame', bytes: view, length, time: this.time, origins: [this.origin] });
    return end;
  }

  /** Whether something that can be a header stands at bytes[at], or nothing yet. */
  private goesOnWell(bytes: Uint8Array, at: number): boolean {
    if (at >= bytes.length) return true;
    const length = packetLength(bytes, at, bytes.length);
    if (length === DAMAGED) return false;
    return length === NEEDS_MORE || looksRight(bytes, at, bytes.length, length, this);
  }

  private startPending(bytes: Uint8Array, at: number, need: number | undefined): void {
    const have = Math.min(bytes.length - at, this.options.maxPacketBytes);
    const buffer = new Uint8Array(need === undefined ? 8 : this.capacity(have, need));
    buffer.set(bytes.subarray(at, at + have));
    const seen = bytes.length - at;
    const { time, origin } = this;
    this.pending = { buffer, have, seen, need, closed: have < seen, checked: false, time, origins: [origin] };
  }

  /** Room ahead: a claimed length alone makes no large buffer, bytes that have come do. */
  private capacity(have: number, need: number): number {
    return Math.min(need, this.options.maxPacketBytes, Math.max(128 * 1024, 4 * have));
  }

  /** Goes on with a packet that began in an earlier chunk. Returns where the next one begins. */
  private goOn(bytes: Uint8Array): number {
    const pending = this.pending!;
    pending.time = this.time;
    if (pending.origins[pending.origins.length - 1] !== this.origin) pending.origins.push(this.origin);
    let at = 0;
    while (pending.need === undefined) {
      if (at >= bytes.length) return at;
      pending.buffer[pending.have++] = bytes[at++]!;
      pending.seen++;
      const length = packetLength(pending.buffer, 0, pending.have);
      if (length === DAMAGED) return this.abandon(pending, bytes, at, 'Remaining Length goes on after its fourth byte');
      if (length !== NEEDS_MORE) pending.need = length;
    }
    const count = Math.min(bytes.length - at, pending.need - pending.seen);
    this.keep(pending, bytes, at, count);
    at += count;
    if (!this.acceptable(pending, bytes, at)) return this.abandon(pending, bytes, at, notAPacket(pending.buffer[0]!));
    this.finishIfWhole(pending);
    return at;
  }

  private keep(pending: Pending, bytes: Uint8Array, at: number, count: number): void {
    pending.seen += count;
    if (pending.closed) return;
    const kept = Math.min(count, this.options.maxPacketBytes - pending.have);
    if (pending.have + kept > pending.buffer.length) {
      const grown = new Uint8Array(this.capacity(pending.have + kept, pending.need!));
      grown.set(pending.buffer.subarray(0, pending.have));
      pending.buffer = grown;
    }
    pending.buffer.set(at === 0 && kept === bytes.length ? bytes : bytes.subarray(at, at + kept), pending.have);
    pending.have += kept;
    pending.closed = kept < count;
  }

  /** An odd header is let pass when its packet is short and something like a header follows it. */
  private acceptable(pending: Pending, bytes: Uint8Array, at: number): boolean {
    const need = pending.need!;
    const whole = pending.seen === need;
    if (pending.checked || (pending.have < 9 && !whole)) return true;
    if (looksRight(pending.buffer, 0, pending.have, need, this)) {
      pending.checked = true;
      return true;
    }
    return need <= DOUBTFUL_LENGTH && (!whole || this.goesOnWell(bytes, at));
  }

  private finishIfWhole(pending: Pending): void {
    if (pending.seen !== pending.need) return;
    this.pending = undefined;
    this.emit(pending);
  }

  private emit(pending: Pending): void {
    const { buffer, have, need, time, origins } = pending;
    const bytes = have === buffer.length ? buffer : buffer.subarray(0, have);
    this.out.push({ kind: 'frame', bytes, length: need!, time, origins });
  }

  /** The pending bytes are no packet: looks for a boundary in them and in the rest of the chunk. */
  private abandon(pending: Pending, bytes: Uint8Array, at: number, message: string): number {
    this.pending = undefined;
    this.lose(message);
    const held = pending.buffer.subarray(0, pending.have);
    const both = new Uint8Array(held.length + bytes.length - at);
    both.set(held);
    both.set(bytes.subarray(at), held.length);
    let position = this.regain(both, 0, true);
    while (position < both.length) position = this.inStep ? this.take(both, position) : this.regain(both, position);
    return bytes.length;
  }

  /** The stream or a gap ends it in the middle. */
  private giveUpPending(): void {
    const { pending } = this;
    if (pending === undefined) return;
    this.pending = undefined;
    const { buffer, have, need } = pending;
    if (need !== undefined && (pending.checked || looksRight(buffer, 0, have, need, this))) {
      this.emit(pending);
      return;
    }
    this.lose(need === undefined ? 'a fixed header that is cut' : notAPacket(buffer[0]!));
    this.addLost(buffer, 0, have);
    this.inStep = true;
  }

  private lose(message: string): void {
    this.inStep = false;
    this.lost ??= { message, bytes: [], length: 0, time: this.time, origins: [] };
  }

  /** Out of step: the first boundary in bytes[at, …), or their end. */
  private regain(bytes: Uint8Array, at: number, joined = false): number {
    const position = nextBoundary(bytes, at, this, !joined);
    this.addLost(bytes, at, position);
    if (position < bytes.length) {
      this.inStep = true;
      this.reportLost();
    }
    return position;
  }

  private addLost(bytes: Uint8Array, at: number, end: number): void {
    const { lost } = this;
    if (lost === undefined || at === end) return;
    for (let i = at; i < end && lost.bytes.length < LOST_SHOWN; i++) lost.bytes.push(bytes[i]!);
    lost.length += end - at;
    lost.time = this.time;
    if (lost.origins[lost.origins.length - 1] !== this.origin) lost.origins.push(this.origin);
    if (lost.length < LOST_REPORT) return;
    this.reportLost();
    this.lose('still out of step');
  }

  private reportLost(): void {
    const { lost } = this;
    this.lost = undefined;
    if (lost === undefined || lost.length === 0) return;
    const { message, length, time, origins } = lost;
    this.out.push({ kind: 'lost-sync', message, bytes: Uint8Array.from(lost.bytes), length, time, origins });
  }
}

function notAPacket(first: number): string {
  return `0x${first.toString(16).padStart(2, '0')} and what follows cannot be a packet`;
}
