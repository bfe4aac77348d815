// One direction of a connection: finds where packets begin and end, and no more, while no rule is about them. Bytes in a row
// that nobody changes go on as one view of what came. A packet that a rule may be for is held until it is whole, or until
// its beginning is long enough to judge it by.

import type { Side } from '../bytes/chunk.js';
import { Partial } from '../codec/partial.js';
import { DAMAGED, NEEDS_MORE, packetLength } from '../codec/plausible.js';
import type { FaultOutput } from './gate.js';
import { Outlet } from './outlet.js';
import type { Plan } from './plan.js';

/** Longer packets are judged by so many of their first bytes. */
export const MOST_HELD = 1 << 20;
/** Of a packet that is only looked at: longer than a CONNECT up to its client identifier, or a PUBLISH up to its properties. */
const MOST_SEEN = 160 * 1024;
const ALL = 0xffff;
/** Type 0 is looked at always: it is none. */
const RESERVED = 1;

/** What a lane asks its connection. */
export interface Judge {
  /** What becomes of a packet, of which at least the beginning is here; undefined: nothing. */
  judge(from: Side, bytes: Uint8Array, length: number): Plan | undefined;
  /** The first bytes of this side: whether that is MQTT. */
  isExpected(from: Side, first: number): boolean;
  /** From here on it is not known where packets begin. */
  lostStep(from: Side): void;
}

export class Lane {
  readonly outlet: Outlet;
  isOpaque = false;
  /** Type codes, as bits, of packets that are held, and of those that are looked at as they pass. */
  private held = 0;
  private seen = 0;
  private isNew = true;
  /** The packet that goes by: bytes still to come. */
  private left = 0;
  /** Its fixed header, as far as it is here, while its length is not. */
  private header: Partial | undefined = undefined;
  private dropsRest = false;
  private afterRest: Plan | undefined = undefined;
  /** The packet that is held, or looked at, and not here yet. */
  private partial: Partial | undefined = undefined;
  private isPassing = false;
  /** Nothing goes on behind a cut, which may have to wait itself. */
  private isCut = false;

  private out: FaultOutput[] = [];
  private bytes: Uint8Array = EMPTY;
  private now = 0;
  /** Bytes before this offset are done with. */
  private from = 0;

  constructor(
    private readonly side: Side,
    private readonly judge: Judge,
  ) {
    this.outlet = new Outlet(side);
  }

  /** Holds from the next packet on. */
  watch(held: number, seen: number): void {
    this.held = held;
    this.seen = seen & ~held;
  }

  /** Whether what has gone out ends where a packet ends. */
  get atBoundary(): boolean {
    return (
      this.isOpaque || (this.left === 0 && this.header === undefined && (this.partial === undefined || !this.isPassing))
    );
  }

  push(out: FaultOutput[], bytes: Uint8Array, now: number): void {
    const { length } = bytes;
    this.out = out;
    this.bytes = bytes;
    this.now = now;
    this.from = 0;
    let at = 0;
    while (at < length && !this.isCut) {
      if (this.isOpaque) at = length;
      else if (this.left > 0) at = this.passRest(at);
      else if (this.partial !== undefined) at = this.gather(at);
      else if (this.header !== undefined) at = this.passHeader(at);
      else at = this.run(at);
    }
    if (!this.isCut) {
      this.flush(length);
      if (this.outlet.hasOverdue && this.atBoundary) this.outlet.release(out, now);
    }
    this.bytes = EMPTY;
  }

  /** The sender's end: what is held of a packet goes as it is. */
  end(out: FaultOutput[], now: number): void {
    if (this.partial !== undefined && !this.isPassing) this.outlet.send(out, this.partial.bytes, now);
    this.partial = undefined;
    this.header = undefined;
    this.left = 0;
    this.isOpaque = true;
    this.outlet.finish(out, now);
  }

  /** Goes over packets that nobody asks for. At bytes[at] one begins. */
  private run(start: number): number {
    const { bytes } = this;
    const { length } = bytes;
    const interest = this.isNew || this.outlet.hasOverdue ? ALL : this.held | this.seen | RESERVED;
    let at = start;
    while (at < length) {
      if (((interest >> (bytes[at]! >> 4)) & 1) !== 0) return this.start(at);
      // Behind the end it is undefined, and not below.
      const short = bytes[at + 1]!;
      if (short < 0x80) {
        at += 2 + short;
        continue;
      }
      const size = packetLength(bytes, at);
      if (size < 0) return this.start(at);
      at += size;
    }
    this.left = at - length;
    return length;
  }

  /** A packet that is asked for, or whose header is not whole, or none. */
  private start(at: number): number {
    const { bytes, judge, side } = this;
    if (this.isNew) {
      if (!judge.isExpected(side, bytes[at]!)) return this.lose(at);
      this.isNew = false;
    }
    if (this.outlet.hasOverdue) {
      this.flush(at);
      this.outlet.release(this.out, this.now);
    }
    const bit = 1 << (bytes[at]! >> 4);
    const isHeld = (this.held & bit) !== 0;
    const length = packetLength(bytes, at);
    if (length === DAMAGED) return this.lose(at);
    const here = bytes.length - at;
    if (!isHeld && (this.seen & bit) === 0) {
      if (length === NEEDS_MORE) this.header = new Partial(bytes.subarray(at));
      else this.left = Math.max(0, length - here);
      return length === NEEDS_MORE ? bytes.length : Math.min(at + length, bytes.length);
    }
    if (length >= 0 && (length <= here || here >= (isHeld ? MOST_HELD : MOST_SEEN))) {
      const end = Math.min(at + length, bytes.length);
      const plan = judge.judge(side, bytes.subarray(at, end), length);
      this.left = at + length - end;
      if (plan === undefined) return end;
      this.flush(at);
      this.carryOut(plan);
      this.from = end;
      return end;
    }
    this.isPassing = !isHeld;
    this.partial = new Partial(bytes.subarray(at));
    if (isHeld) {
      this.flush(at);
      this.from = bytes.length;
    }
    return bytes.length;
  }

  /** More of a packet that is held or looked at. */
  private gather(start: number): number {
    const partial = this.partial!;
    const { bytes, isPassing } = this;
    let at = start;
    let length = packetLength(partial.bytes, 0);
    while (length === NEEDS_MORE && at < bytes.length) {
      partial.add(bytes.subarray(at, ++at));
      length = packetLength(partial.bytes, 0);
    }
    const wanted = Math.min(length, isPassing ? MOST_SEEN : MOST_HELD) - partial.length;
    if (length >= 0 && wanted > 0) {
      const end = Math.min(at + wanted, bytes.length);
      partial.add(bytes.subarray(at, end));
      at = end;
    }
    if (!isPassing) this.from = at;
    if (length === NEEDS_MORE) return at;
    if (length === DAMAGED) return this.loseGathered(at);
    if (partial.length < Math.min(length, isPassing ? MOST_SEEN : MOST_HELD)) return at;
    this.partial = undefined;
    this.left = length - partial.length;
    const plan = this.judge.judge(this.side, partial.bytes, length);
    if (isPassing) return at;
    if (plan === undefined) this.send(partial.bytes);
    else this.carryOut(plan);
    return at;
  }

  /** More of the fixed header of a packet that passes. */
  private passHeader(start: number): number {
    const header = this.header!;
    header.add(this.bytes.subarray(start, start + 1));
    const length = packetLength(header.bytes, 0);
    if (length === NEEDS_MORE) return start + 1;
    this.header = undefined;
    if (length === DAMAGED) return this.lose(start + 1);
    this.left = length - header.length;
    return start + 1;
  }

  /** The rest of a packet that was decided about. */
  private passRest(start: number): number {
    const at = Math.min(start + this.left, this.bytes.length);
    this.left -= at - start;
    if (this.dropsRest) {
      this.flush(start);
      this.from = at;
    }
    if (this.left === 0) {
      this.dropsRest = false;
      const plan = this.afterRest;
      this.afterRest = undefined;
      if (plan !== undefined) {
        this.flush(at);
        this.finish(plan);
      }
    }
    return at;
  }

  private carryOut(plan: Plan): void {
    const { cut, packet } = plan;
    const isAll = cut === undefined || cut.keep === packet.length;
    const kept = isAll ? plan.bytes.length : Math.min(cut.keep, plan.bytes.length);
    for (const fault of plan.faults) this.out.push({ kind: 'fault', fault });
    const bytes = kept === plan.bytes.length ? plan.bytes : plan.bytes.subarray(0, kept);
    const copies = Array.from({ length: plan.copies }, (_, i) => (i === plan.copies - 1 ? bytes : plan.bytes));
    const parts = [...plan.before, ...copies];
    const due = this.now + plan.delay;
    if (plan.overtake && packet.isWhole && cut === undefined) {
      if (parts.length + plan.after.length > 0) this.outlet.sendAside([...parts, ...plan.after], due);
      return;
    }
    for (const part of parts) this.outlet.send(this.out, part, this.now, due);
    if (cut !== undefined) this.left = Math.max(0, cut.keep - packet.bytes.length);
    if (this.left === 0) this.finish(plan);
    else {
      this.dropsRest = plan.takesRest;
      this.afterRest = plan;
    }
  }

  /** The packet has gone. */
  private finish({ after, cut, delay }: Plan): void {
    const due = this.now + (cut === undefined && after.length === 0 ? 0 : delay);
    for (const part of after) this.outlet.send(this.out, part, this.now, due);
    if (cut === undefined) return;
    this.isCut = true;
    this.outlet.close(this.out, cut.how, this.now, due);
  }

  private lose(at: number): number {
    this.isOpaque = true;
    this.judge.lostStep(this.side);
    return at;
  }

  private loseGathered(at: number): number {
    if (!this.isPassing) this.send(this.partial!.bytes);
    this.partial = undefined;
    return this.lose(at);
  }

  /** What nobody changed, up to here. */
  private flush(at: number): void {
    const { from, bytes } = this;
    if (at > from) this.send(from === 0 && at === bytes.length ? bytes : bytes.subarray(from, at));
    this.from = Math.max(from, at);
  }

  private send(bytes: Uint8Array): void {
    this.outlet.send(this.out, bytes, this.now);
  }
}

const EMPTY = new Uint8Array(0);

export function isClosed(out: readonly FaultOutput[]): boolean {
  return out.length > 0 && out[out.length - 1]!.kind === 'close';
}
