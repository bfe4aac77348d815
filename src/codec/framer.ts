// One direction of one connection: bytes in any chunking become MQTT Control Packets, the same ones however they were
// cut. A packet that lies within one chunk is a view of it; another is put together. Damage is reported where it stands
// and the next plausible boundary is looked for; bytes in between come out as lost sync, never silently. A place that
// cannot be judged yet waits for the next bytes (at most DOUBTFUL_LENGTH of them), for the other side's answer, or the end.

import { copyOf } from '../bytes/copy.js';
import type { Direction, Version } from '../spec/versions.js';
import { Assembly, piecesOf } from './assembly.js';
import { type Framed, type UsualPacket, usual } from './framed.js';
import { FRAMER_DEFAULTS, type FramerOptions } from './framer-options.js';
import { LostBytes } from './lost-bytes.js';
import { ascending } from './origins.js';
import { DAMAGED, type Ending, isBoundary, type Known, looksRight, NEEDS_MORE, packetLength } from './plausible.js';

/** A packet whose header looks odd is waited for only up to this length. */
const DOUBTFUL_LENGTH = 4096;
/** Bytes that wait to be judged, and which chunks they came in. */
interface Waiting {
  readonly bytes: Uint8Array;
  readonly time: number;
  readonly origins: readonly number[];
  readonly pieces?: readonly number[] | undefined;
}

const NOTHING: Waiting = { bytes: new Uint8Array(0), time: Number.NaN, origins: [] };

// Nothing is ever added to it.
const NO_FRAMES: Framed[] = [];

export class Framer implements Known {
  version: Version | undefined = undefined;
  readonly direction: Direction | undefined;
  private readonly options: FramerOptions;
  private assembly: Assembly | undefined = undefined;
  private lost: LostBytes | undefined = undefined;
  private inStep = true;
  /** After a gap the start of a segment is the best guess; after damage it tells nothing that more bytes would not. */
  private trustSegments = false;
  private waiting = NOTHING;
  private waits = false;
  private out: Framed[] = NO_FRAMES;
  /** What comes of the usual chunk, which is one packet. */
  private readonly single: readonly [UsualPacket];
  private time = Number.NaN;
  private origins: readonly number[] = [];
  /** Of bytes that came in several chunks. */
  private pieces: readonly number[] | undefined = undefined;

  constructor(direction?: Direction, options: Partial<FramerOptions> = {}) {
    this.direction = direction;
    // One shape for all framers: two objects spread into one have a shape of their own each.
    const { maxPacketBytes = FRAMER_DEFAULTS.maxPacketBytes, scratch, locate } = options;
    this.options = { maxPacketBytes, scratch, locate };
    this.single = scratch?.single ?? usual();
  }

  /** The packets are valid until the next call, and so is the array. */
  data(bytes: Uint8Array, time: number, origin: number): readonly Framed[] {
    if (this.inStep && this.assembly === undefined && this.waiting === NOTHING) {
      const length = packetLength(bytes, 0);
      if (length === bytes.length && looksRight(bytes, 0, length, length, this) === 'yes') {
        const { single } = this;
        const packet = single[0];
        packet.bytes = bytes;
        packet.length = length;
        packet.time = time;
        packet.origins = [origin];
        packet.offset = this.options.locate?.(bytes, 0);
        return single;
      }
    }
    this.out = NO_FRAMES;
    this.time = time;
    this.origins = [origin];
    this.pieces = undefined;
    const { assembly, waiting } = this;
    let at = 0;
    if (assembly !== undefined) {
      at = assembly.take(bytes, 0, time, origin, this.piecesOf(bytes, 0, bytes.length));
      if (assembly.whole) this.finishAssembly(assembly);
    } else if (waiting.bytes.length > 0) {
      const both = new Uint8Array(waiting.bytes.length + bytes.length);
      both.set(waiting.bytes);
      both.set(bytes, waiting.bytes.length);
      if (waiting.pieces !== undefined)
        this.pieces = [...waiting.pieces, waiting.bytes.length, this.piecesOf(bytes, 0, 1)![1]!];
      this.origins = waiting.origins.includes(origin) ? waiting.origins : [...waiting.origins, origin];
      this.work(both, 0, waiting.bytes.length, 'open');
      return this.out;
    }
    if (at < bytes.length) this.work(bytes, at, at, 'open');
    return this.out;
  }

  /** Nothing waits to be judged. */
  get idle(): boolean {
    return this.waiting === NOTHING;
  }

  /** No part of a packet is held. */
  get isBetween(): boolean {
    return this.assembly === undefined && this.waiting === NOTHING;
  }

  /** The other side has sent something: what waits is whole, if it ever will be. */
  turn(): readonly Framed[] {
    return this.judgeWaiting('turn');
  }

  /** Whether a gap of this length lies within the packet at hand, so that it needs no event of its own. */
  absorbs(length: number | undefined): boolean {
    return length !== undefined && (this.assembly?.absorbs(length) ?? false);
  }

  /** Bytes that were sent and not seen. A gap of known length inside a packet does not lose the step. */
  gap(length: number | undefined, time: number, origin: number): readonly Framed[] {
    const { assembly } = this;
    if (assembly !== undefined && length !== undefined && assembly.absorbs(length)) {
      this.out = NO_FRAMES;
      assembly.stepOver(length);
      if (assembly.whole) this.finishAssembly(assembly);
      return this.out;
    }
    this.end(time, origin);
    this.lose('after a gap, in the middle of a packet');
    this.trustSegments = true;
    return this.out;
  }

  end(time: number, origin: number): readonly Framed[] {
    const judged = this.judgeWaiting('end');
    this.out = judged === NO_FRAMES ? NO_FRAMES : [...judged];
    this.time = time;
    this.origins = [origin];
    if (this.assembly !== undefined) this.finishAssembly(this.assembly);
    this.reportLost();
    this.inStep = true;
    return this.out;
  }

  private judgeWaiting(ending: Ending): readonly Framed[] {
    if (this.waiting === NOTHING) return NO_FRAMES;
    this.out = NO_FRAMES;
    const { bytes, time, origins, pieces } = this.waiting;
    this.pieces = pieces;
    this.time = time;
    this.origins = origins;
    this.work(bytes, 0, bytes.length, ending);
    return this.out;
  }

  /** Goes through bytes[at, …); what cannot be judged yet is kept. `segment`: where the newest chunk begins in them. */
  private work(bytes: Uint8Array, start: number, segment: number, ending: Ending): void {
    let at = start;
    this.waits = false;
    while (at < bytes.length && !this.waits) {
      at = this.inStep ? this.take(bytes, at, ending) : this.regain(bytes, at, segment, ending);
    }
    if (at >= bytes.length) this.waiting = NOTHING;
    else {
      const origins = at >= segment ? this.origins.slice(-1) : this.origins;
      this.waiting = {
        bytes: copyOf(bytes, at),
        time: this.time,
        origins,
        pieces: this.piecesOf(bytes, at, bytes.length),
      };
    }
  }

  /** Where bytes[at, end) stand in the file, when somebody asked for that. */
  private piecesOf(bytes: Uint8Array, at: number, end: number): readonly number[] | undefined {
    const { locate } = this.options;
    if (locate === undefined) return undefined;
    return this.pieces === undefined ? [0, locate(bytes, at)] : piecesOf(this.pieces, at, end);
  }

  private wait(at: number): number {
    this.waits = true;
    return at;
  }

  /** In step at bytes[at]: a whole packet, the beginning of one, or damage. Returns where to go on. */
  private take(bytes: Uint8Array, at: number, ending: Ending): number {
    const length = packetLength(bytes, at);
    if (length === DAMAGED) {
      this.lose(bytes[at]! < 0x10 ? 'packet type 0 is reserved' : 'Remaining Length goes on after its fourth byte');
      return at;
    }
    if (length === NEEDS_MORE) return this.cutHeader(bytes, at, ending);
    const end = at + length;
    const right = looksRight(bytes, at, bytes.length, length, this);
    if (right === 'more' && ending !== 'end') return this.wait(at);
    if (right === 'no') {
      const answer = this.accepts(bytes, at, length, ending);
      if (answer === 'more') return this.wait(at);
      if (answer === 'no') {
        this.lose(`0x${bytes[at]!.toString(16)} and what follows cannot be a packet`);
        return at;
      }
    }
    if (end > bytes.length) return this.assemble(bytes, at, length);
    const view = at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end);
    const pieces = this.pieces === undefined ? undefined : piecesOf(this.pieces, at, end);
    const offset = pieces === undefined ? this.options.locate?.(bytes, at) : -1;
    const { time, origins } = this;
    this.add({ kind: 'frame', bytes: view, length, time, origins: ascending(origins), pieces, offset });
    return end;
  }

  private cutHeader(bytes: Uint8Array, at: number, ending: Ending): number {
    if (ending !== 'end') return this.wait(at);
    this.lose('a fixed header that is cut');
    this.addLost(bytes, at, bytes.length);
    return bytes.length;
  }

  /** A packet with an odd header is one all the same when it is short and something like a header follows it. */
  private accepts(bytes: Uint8Array, at: number, length: number, ending: Ending): 'yes' | 'no' | 'more' {
    if (length > DOUBTFUL_LENGTH) return 'no';
    const next = at + length;
    if (next > bytes.length) return ending === 'end' ? 'no' : 'more';
    if (next === bytes.length) return ending === 'open' ? 'more' : 'yes';
    const nextLength = packetLength(bytes, next);
    if (nextLength === DAMAGED) return 'no';
    const answer = nextLength === NEEDS_MORE ? 'more' : looksRight(bytes, next, bytes.length, nextLength, this);
    return answer === 'more' && ending === 'end' ? 'yes' : answer;
  }

  private assemble(bytes: Uint8Array, at: number, length: number): number {
    const { maxPacketBytes, scratch } = this.options;
    this.assembly = new Assembly(length, maxPacketBytes, bytes.length - at, scratch);
    for (const origin of this.origins) if (!this.assembly.origins.includes(origin)) this.assembly.origins.push(origin);
    return this.assembly.take(
      bytes,
      at,
      this.time,
      this.origins[this.origins.length - 1]!,
      this.piecesOf(bytes, at, bytes.length),
    );
  }

  private finishAssembly(assembly: Assembly): void {
    this.assembly = undefined;
    const { length, time, origins } = assembly;
    const pieces = assembly.pieces.length === 0 ? undefined : assembly.pieces;
    const bytes = assembly.finish();
    this.add({ kind: 'frame', bytes, length, time, origins: ascending(origins), pieces, offset: -1 });
  }

  /** An empty array has room for many as soon as one is added; most chunks yield one. */
  private add(framed: Framed): void {
    if (this.out === NO_FRAMES) this.out = [framed];
    else this.out.push(framed);
  }

  private lose(message: string): void {
    this.inStep = false;
    this.trustSegments = false;
    this.lost ??= new LostBytes(message, this.time);
  }

  /** Out of step: to the first boundary in bytes[at, …), or to where more bytes are needed to tell. */
  private regain(bytes: Uint8Array, at: number, segment: number, ending: Ending): number {
    let position = at;
    let answer: 'yes' | 'no' | 'more' = 'no';
    for (; position < bytes.length; position++) {
      answer = isBoundary(bytes, position, this, ending, this.trustSegments && position === segment);
      if (answer !== 'no') break;
    }
    this.addLost(bytes, at, position);
    if (answer === 'more') return this.wait(position);
    if (answer === 'yes') {
      this.inStep = true;
      this.reportLost();
    }
    return position;
  }

  private addLost(bytes: Uint8Array, at: number, end: number): void {
    const { lost } = this;
    if (lost === undefined || at === end) return;
    lost.add(bytes, at, end, this.time, this.origins);
    if (!lost.isMuch) return;
    const { trustSegments } = this;
    this.reportLost();
    this.lose('still out of step');
    this.trustSegments = trustSegments;
  }

  private reportLost(): void {
    const { lost } = this;
    this.lost = undefined;
    if (lost !== undefined && lost.length > 0) this.add(lost.report());
  }
}
