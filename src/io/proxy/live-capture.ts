// What a relay tells, as a capture that is read while it grows: TCP segments for the bytes, in batches, with what there is
// to say in between. A batch is recorded when it was read, so that what was found in it stands with its packets.
//
// Whoever reads may be slow. From half of the ring on, what waits is passed over (a gap for the reader, recorded all the
// same) until the ring is nearly empty; what the ring could not take is missing in both. Who reads nothing at all for a
// while (the output is a pipe that nobody empties) holds up no recording: what was read so far is recorded as it is.

import type { CapturedPacket } from '../../capture/packet.js';
import { clientText } from '../watch/tap.js';
import { CLIENT, SERVER, type Side, TcpSegments } from '../watch/tcp-segments.js';
import type { LiveBatch, LiveEvent, LiveRecord } from './live-batch.js';
import { Owed, type Unread } from './owed.js';
import type { Ring } from './ring.js';
import { type Told, toldBy } from './ring-watcher.js';
import type { RelayEvent } from './watcher.js';

/** Records of a batch, about, and bytes. */
const MOST_SEGMENTS = 256;
const MOST_BYTES = 256 * 1024;
/** Connections that are followed; of more, those that came first are let go. */
const MOST_CONNECTIONS = 65_536;
/** Milliseconds between two looks whether a batch is still being read, and after how many it is recorded. */
const LOOK = 100;
const PATIENCE = 5;
/** Bytes recorded at a time when nobody reads any more. */
const REST = 4 * 1024 * 1024;
const MILLION = 1_000_000;
const RAW = 101;

interface Followed {
  readonly route: number;
  readonly segments: TcpSegments;
  readonly client: string;
  /** Directions that have ended. */
  ended: number;
  /** Bytes of each side that were passed over and are yet to be told. */
  readonly passed: [number, number];
}

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
  private readonly connections = new Map<number, Followed>();
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
  ) {}

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

  /** Records what nobody has read and nobody will, after the end. */
  async recordRest(): Promise<void> {
    const { passedOver } = this;
    this.recorded();
    for (let { used } = this.ring; used > 0; used = this.ring.used) {
      this.passOver(used - REST);
      await turn();
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
        this.opened(told, time);
        break;
      case 'bytes':
        this.bytes(told.connection, told.from, told.bytes, time);
        break;
      case 'lost':
        this.lost += told.length;
        this.follow(told.connection, time, ({ segments }) => segments.skip(told.from, told.length));
        break;
      case 'ended':
        this.ended(told.connection, told.from, told.how, time);
        break;
      case 'secrets':
        this.secrets.push(told.lines);
        break;
      case 'event':
        this.events.push({ time, client: this.clientOf(told.event), event: told.event });
        break;
    }
  }

  private opened({ connection, opened }: Told & { kind: 'opened' }, time: number): void {
    const { route, client, server } = opened;
    const segments = new TcpSegments(connection, client, server);
    this.connections.set(connection, { route, segments, client: clientText(client), ended: 0, passed: [0, 0] });
    const [first] = this.connections.keys();
    if (this.connections.size > MOST_CONNECTIONS && first !== undefined) this.connections.delete(first);
    this.follow(connection, time, () => segments.open());
  }

  private bytes(connection: number, from: Side, bytes: Uint8Array, time: number): void {
    this.bytesRead += bytes.length;
    const isPassedOver = this.isBehind && this.isRead;
    if (isPassedOver) this.passedOver += bytes.length;
    const followed = this.connections.get(connection);
    if (followed === undefined) return;
    if (isPassedOver && this.record === undefined) followed.passed[from] += bytes.length;
    else this.follow(connection, time, ({ segments }) => segments.data(from, bytes), !isPassedOver);
  }

  private ended(connection: number, from: Side, how: 'fin' | 'rst', time: number): void {
    this.follow(connection, time, (followed) => {
      followed.ended += how === 'rst' ? 2 : 1;
      if (followed.ended >= 2) this.connections.delete(connection);
      return how === 'rst' ? followed.segments.reset(from) : followed.segments.fin(from);
    });
  }

  private follow(
    connection: number,
    time: number,
    made: (followed: Followed) => readonly Uint8Array[],
    isRead = true,
  ): void {
    const followed = this.connections.get(connection);
    if (followed === undefined) return;
    const { passed, segments, route } = followed;
    for (const from of [CLIENT, SERVER] as const) {
      if (passed[from] > 0) this.keep(route, time, segments.skip(from, passed[from]), true);
      passed[from] = 0;
    }
    this.keep(route, time, made(followed), isRead);
  }

  private keep(route: number, time: number, all: readonly Uint8Array[], isRead: boolean): void {
    for (const bytes of all) this.kept.push({ route, time, bytes, number: isRead && this.isRead ? ++this.count : 0 });
  }

  private clientOf(event: RelayEvent): string | undefined {
    return event.connection === undefined ? undefined : this.connections.get(event.connection)?.client;
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
