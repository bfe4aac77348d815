// What a relay tells, as a capture that is read while it grows: TCP segments for the bytes, in batches, with what there is
// to say in between. A batch is recorded when it was read, so that what was found in it stands with its packets.
//
// Whoever reads may be slow. From half of the ring on, what waits is passed over (a gap for the reader, recorded all the
// same) until the ring is nearly empty; what the ring could not take is missing in both. Who reads nothing at all for a
// while (the output is a pipe that nobody empties) holds up no recording: what was read so far is recorded as it is.

import type { CapturedPacket } from '../../capture/packet.js';
import type { Side } from '../watch/tcp-segments.js';
import { FollowedConnections } from './followed-connections.js';
import type { LiveBatch, LiveEvent, LiveRecord } from './live-batch.js';
import { Owed, type Unread } from './owed.js';
import type { Ring } from './ring.js';
import { type Told, toldBy } from './ring-watcher.js';

/** Records of a batch, about, and bytes. */
const MOST_SEGMENTS = 256;
const MOST_BYTES = 256 * 1024;
/** Milliseconds between two looks whether a batch is still being read, and after how many it is recorded. */
const LOOK = 100;
const PATIENCE = 5;
/** Bytes recorded at a time when nobody reads any more. */
const REST = 4 * 1024 * 1024;
const MILLION = 1_000_000;
const RAW = 101;

interface Kept {
  readonly route: number;
  readonly time: number;
  readonly bytes: Uint8Array;
  /** Of the captured packet; 0: nobody reads it. */
  readonly number: number;
}

export class LiveCapture {
  /** Bytes that were not read, since whoever reads was too far behind. */
  passedOver = 0;
  /** Bytes for which the ring had no room. */
  lost = 0;
  private readonly connections: FollowedConnections;
  private epoch: bigint | undefined = undefined;
  private count = 0;
  private bytesRead = 0;
  private isBehind = false;
  private hasEnded = false;
  private isOver = false;
  private awake: (() => void) | undefined = undefined;
  private kept: Kept[] = [];
  private events: LiveEvent[] = [];
  private secrets: string[] = [];
  private readonly owed = new Owed();
  /** How often the batch that is out was found being read; undefined: there is none. */
  private looks: number | undefined = undefined;

  constructor(
    private readonly ring: Ring,
    private readonly record: LiveRecord | undefined,
    /** Nobody reads packets: they are only recorded. */
    private readonly isRead: boolean = true,
  ) {
    this.connections = new FollowedConnections((route, time, segments, isKeptRead) => {
      const isNumbered = isKeptRead && isRead;
      for (const bytes of segments) this.kept.push({ route, time, bytes, number: isNumbered ? ++this.count : 0 });
    });
  }

  /** Connections that are told to be open. */
  get followed(): number {
    return this.connections.size;
  }

  /** The writer has written to a ring whose reader slept. */
  wake(): void {
    const { awake } = this;
    this.awake = undefined;
    awake?.();
  }

  /** Nothing more is written: the batches end when everything is read. */
  end(): void {
    this.hasEnded = true;
    this.wake();
  }

  /** Nothing waits to be read. */
  async settled(): Promise<void> {
    while (!this.isOver && (this.ring.used > 0 || this.kept.length > 0 || this.events.length > 0)) await turn();
  }

  /** Until the end; whoever leaves earlier must let nothing more be written. */
  async *batches(): AsyncGenerator<LiveBatch, void, void> {
    const timer = this.record === undefined ? undefined : setInterval(() => this.relieve(), LOOK).unref();
    try {
      for (;;) {
        const batch = this.next();
        if (batch !== undefined) {
          this.looks = 0;
          yield batch;
          this.looks = undefined;
          this.recorded();
          // What else this thread has to do is not put off; and who reads seldom is woken seldom.
          await (this.ring.used > 0 ? turn() : pause());
        } else if (this.hasEnded) return;
        else await this.sleep();
      }
    } finally {
      clearInterval(timer);
      this.isOver = true;
    }
  }

  /** Records what nobody has read and nobody will, after the end: no faster than it is `written`. */
  async recordRest(written: () => Promise<void>): Promise<void> {
    const { passedOver } = this;
    this.recorded();
    for (let { used } = this.ring; used > 0; used = this.ring.used) {
      this.passOver(used - REST);
      await written();
    }
    this.passedOver = passedOver;
  }

  private relieve(): void {
    if (this.looks === undefined || ++this.looks < PATIENCE) return;
    // It is read at this moment, so what is found in it comes later.
    this.recorded();
    const { ring } = this;
    if (ring.used > ring.capacity / 2) this.passOver(ring.capacity / 8);
  }

  /** Until no more than `rest` bytes wait. What is no data is short, and kept to be read. */
  private passOver(rest: number): void {
    const { ring } = this;
    this.isBehind = true;
    while (ring.used > rest) {
      const record = ring.read();
      if (record === undefined) break;
      this.take(toldBy(record), this.timeOf(record.time));
      ring.release();
      this.owed.add(this.unread());
      this.recorded();
    }
  }

  private sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.awake = resolve;
      if (!this.ring.sleep()) this.wake();
    });
  }

  private next(): LiveBatch | undefined {
    const { ring } = this;
    const start = this.bytesRead;
    let isEmpty = this.owed.isEmpty;
    while (this.kept.length < MOST_SEGMENTS && this.bytesRead - start < MOST_BYTES) {
      this.isBehind = ring.used > ring.capacity / (this.isBehind ? 8 : 2);
      const record = ring.read();
      if (record === undefined) break;
      isEmpty = false;
      const time = this.timeOf(record.time);
      const told = toldBy(record);
      this.take(told, time);
      ring.release();
      // Secrets stand before the packets that need them, events behind those before them.
      if (told.kind === 'event') break;
    }
    return isEmpty ? undefined : this.batch();
  }

  /** Nanoseconds since the epoch, which is the first time. */
  private timeOf(milliseconds: number): number {
    const origin = BigInt(Math.round(this.ring.clockOrigin * MILLION));
    this.epoch ??= origin + BigInt(Math.round(milliseconds * MILLION));
    return Number(origin - this.epoch) + Math.round(milliseconds * MILLION);
  }

  private take(told: Told, time: number): void {
    switch (told.kind) {
      case 'opened':
        this.connections.opened(told.connection, told.opened, time);
        break;
      case 'bytes':
        this.bytes(told.connection, told.from, told.bytes, time);
        break;
      case 'lost':
        this.lost += told.length;
        this.connections.lost(told.connection, told.from, told.length, time);
        break;
      case 'ended':
        this.connections.ended(told.connection, told.from, told.how, time);
        break;
      case 'secrets':
        this.secrets.push(told.lines);
        break;
      case 'event':
        this.events.push({ time, client: this.connections.clientOf(told.event.connection ?? 0), event: told.event });
        break;
    }
  }

  private bytes(connection: number, from: Side, bytes: Uint8Array, time: number): void {
    this.bytesRead += bytes.length;
    const isPassedOver = this.isBehind && this.isRead;
    if (isPassedOver) this.passedOver += bytes.length;
    if (isPassedOver && this.record === undefined) this.connections.passOver(connection, from, bytes.length);
    else this.connections.data(connection, from, bytes, time, !isPassedOver);
  }

  private unread(): Unread {
    const packets: CapturedPacket[] = [];
    for (const { number, time, bytes } of this.kept) {
      if (number > 0) packets.push({ number, time, link: RAW, bytes, originalLength: bytes.length });
    }
    return { packets, events: this.events, secrets: this.secrets };
  }

  private batch(): LiveBatch {
    const { secrets, ...rest } = this.owed.with(this.unread());
    return {
      ...rest,
      secrets: secrets.map((lines) => new TextEncoder().encode(lines)),
      notes: [],
      format: 'pcapng',
      epoch: this.epoch,
      bytesRead: this.bytesRead,
      size: undefined,
    };
  }

  private recorded(): void {
    const { record, epoch = 0n } = this;
    if (record !== undefined) {
      for (const lines of this.secrets) record.secrets(lines);
      for (const { route, time, bytes, number } of this.kept) record.packet(route, epoch + BigInt(time), bytes, number);
      for (const event of this.events) record.event(epoch + BigInt(event.time), event);
    }
    this.kept = [];
    this.events = [];
    this.secrets = [];
  }
}

/** Milliseconds that may be gathered before they are read. */
const PAUSE = 5;

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE));
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
