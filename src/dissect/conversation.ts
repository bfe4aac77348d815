// One MQTT connection as it was seen: its two directions, each with its own framer and alias table (DESIGN law 7), its
// version and how that came to be known. While the version is open, packets that it would change wait, within bounds.

import type { Chunk, GapChunk, GapReason, Side } from '../bytes/chunk.js';
import { copyOf } from '../bytes/copy.js';
import { decode } from '../codec/frame.js';
import type { Framed, FramedPacket } from '../codec/framed.js';
import { Framer } from '../codec/framer.js';
import type { FramerOptions } from '../codec/framer-options.js';
import { sameInAllVersions, VersionGuess } from '../codec/guess-version.js';
import type { ReadPacket } from '../codec/packet.js';
import type { Direction, Version } from '../spec/versions.js';
import type { Conflict } from '../tcp/conflicts.js';
import type { Closed } from '../tcp/connection.js';
import type { ConversationBounds } from './bounds.js';
import type { Connection } from './connection.js';
import type { EventItem, EventName, VersionSource } from './item.js';
import type { Sender } from './outcome.js';
import type { Output } from './output.js';
import { TopicAliases } from './topic-aliases.js';

const GAPS: Readonly<Record<GapReason, string>> = {
  lost: 'not in the capture',
  'mid-stream': 'not in the capture',
  cut: 'cut off by the capture (snap length)',
  undecrypted: 'could not be decrypted',
  unreadable: 'could not be read',
};

/** First bytes from here on are of other packets than CONNECT and CONNACK. */
const PUBLISH = 0x30;

interface Half extends Sender {
  readonly framer: Framer;
}

export interface ConversationOptions {
  /** Used when neither a CONNECT nor the packets tell. */
  readonly version: Version | undefined;
  readonly framer: Partial<FramerOptions>;
  readonly bounds: ConversationBounds;
}

export class Conversation {
  private readonly guess = new VersionGuess();
  private readonly halves: readonly [Half, Half];
  private waiting: { half: Half; framed: Framed }[] = [];
  private waitingBytes = 0;
  private settled = false;
  /** Waited once in vain: later packets are shown at once. */
  private gaveUp = false;
  /** The capture starts after the connection did; said before its first packet, unless that is a CONNECT. */
  private late: GapChunk | undefined = undefined;
  private begun = false;

  constructor(
    private readonly connection: Connection,
    private readonly output: Output,
    private readonly options: ConversationOptions,
  ) {
    if (options.version !== undefined) {
      connection.version = options.version;
      connection.versionFrom = 'option';
    }
    output.tally.connections++;
    output.tally.version(connection.version);
    const { clientSide } = connection;
    this.halves = [newHalf(connection, clientSide === 0, options), newHalf(connection, clientSide === 1, options)];
  }

  chunk(side: Side, chunk: Chunk): void {
    const half = this.halves[side];
    const { framer } = half;
    if (chunk.kind === 'data') {
      // An answer means that what it answers is whole.
      const other = this.halves[side === 0 ? 1 : 0];
      if (!other.framer.idle) for (const framed of other.framer.turn()) this.take(other, framed);
      for (const framed of framer.data(chunk.bytes, chunk.time, chunk.origin)) this.take(half, framed);
    } else {
      if (chunk.reason === 'mid-stream') this.late ??= chunk;
      else if (!framer.absorbs(chunk.length)) this.gapEvent(half, chunk);
      for (const framed of framer.gap(chunk.length, chunk.time, chunk.origin)) this.take(half, framed);
    }
    const first = this.waiting[0];
    if (first !== undefined && chunk.time - first.framed.time > this.options.bounds.maxWaitingTime)
      this.settleByGuess();
  }

  /** No packet is held, and no part of one. */
  get isBetween(): boolean {
    return this.waiting.length === 0 && this.halves[0].framer.isBetween && this.halves[1].framer.isBetween;
  }

  conflict(side: Side, conflict: Conflict): void {
    const { length, time, origin } = conflict;
    const message = `${bytesText(length)} came again with other contents; the first copy is shown`;
    this.event('overlap-conflict', this.halves[side].direction, time, [origin], message, { length });
  }

  /** The TCP connection closed, or the capture or our knowledge of it ended. */
  end(closed: Closed): void {
    const { by, how, time, origin } = closed;
    for (const half of this.halves) {
      for (const framed of half.framer.end(time, origin)) {
        this.take(half, framed);
        if (framed.kind === 'frame' && framed.bytes.length < framed.length) this.incompleteEvent(half, framed, how);
      }
    }
    this.settleByGuess();
    const message = this.closing(by, how);
    if (message === undefined) return;
    const direction = by === undefined ? undefined : this.halves[by].direction;
    this.event('connection-closed', direction, time, [origin], message, { code: how });
  }

  private closing(by: Side | undefined, how: Closed['how']): string | undefined {
    const who = by === undefined ? 'one side' : by === this.connection.clientSide ? 'the client' : 'the server';
    switch (how) {
      case 'fin':
        return `closed by ${who} (FIN)`;
      case 'rst':
        return `reset by ${who} (RST)`;
      case 'reused':
        return 'its addresses and ports are used again by another connection';
      case 'evicted':
        return 'no longer followed: too many connections at once';
      case 'idle':
        return 'no longer followed: nothing came for too long';
      case 'end':
        return undefined;
    }
  }

  private take(half: Half, framed: Framed): void {
    if (framed.kind === 'frame' && !this.settled) this.learn(half, framed);
    else this.release(half, framed);
  }

  /** The version is open: a CONNECT settles it, other packets are evidence and wait when it matters to them. */
  private learn(half: Half, framed: FramedPacket): void {
    const { bytes, origins } = framed;
    if (bytes[0]! >> 4 === 1) {
      const { packet, version } = decode(bytes, this.connection.version);
      this.settle(version, namesVersion(packet, framed) ? 'connect' : 'default');
      this.release(half, framed);
      return;
    }
    this.guess.observe(bytes, half.direction, origins[0]!);
    if (this.guess.version !== undefined) {
      this.settle(this.guess.version, 'inferred');
      this.release(half, framed);
    } else if (this.gaveUp || (this.waiting.length === 0 && sameInAllVersions(bytes))) {
      this.release(half, framed);
    } else {
      this.waiting.push({ half, framed: { ...framed, bytes: copyOf(bytes) } });
      this.waitingBytes += bytes.length;
      const { maxWaitingPackets, maxWaitingBytes } = this.options.bounds;
      if (this.waiting.length >= maxWaitingPackets || this.waitingBytes >= maxWaitingBytes) this.settleByGuess();
    }
  }

  /** Nothing has proved the version: hints, else what was given, else 3.1.1. Proof that comes later still changes it. */
  private settleByGuess(): void {
    if (this.waiting.length === 0) return;
    this.gaveUp = true;
    const { best } = this.guess;
    if (best !== undefined) this.settle(best, 'inferred', false);
    else this.flush();
  }

  private settle(version: Version, from: VersionSource, final = true): void {
    const { connection, guess } = this;
    this.output.tally.version(connection.version, -1);
    this.output.tally.version(version);
    connection.version = version;
    connection.versionFrom = from;
    connection.evidence = from === 'inferred' ? guess.evidence : [];
    connection.changed();
    this.settled = final;
    for (const { framer } of this.halves) framer.version = version;
    this.flush();
  }

  private flush(): void {
    const { waiting } = this;
    this.waiting = [];
    this.waitingBytes = 0;
    for (const { half, framed } of waiting) this.release(half, framed);
  }

  private begin(first: Framed): void {
    this.begun = true;
    if (this.late === undefined || (first.kind === 'frame' && first.bytes[0]! >> 4 === 1)) return;
    const { time, origin } = this.late;
    this.event('mid-stream', undefined, time, [origin], 'the capture starts in the middle of this connection');
  }

  private release(half: Half, framed: Framed): void {
    if (!this.begun) this.begin(framed);
    const { bytes, length, time, origins } = framed;
    if (framed.kind === 'lost-sync') {
      if (this.waiting.length > 0) this.settleByGuess();
      this.event('lost-sync', half.direction, time, origins, `${bytesText(length)} skipped: ${framed.message}`, {
        bytes,
        length,
      });
      return;
    }
    const version = this.versionFor(framed);
    const read = bytes[0]! < PUBLISH ? decode(bytes, version) : undefined;
    if (read !== undefined) this.opening(read.packet, read.version, framed);
    this.output.packet(half, version, framed, read);
  }

  /** CONNECT and CONNACK: what they tell of the connection. */
  private opening(packet: ReadPacket, version: Version, framed: FramedPacket): void {
    if (packet.type === 'CONNECT') {
      if (this.connection.versionFrom !== 'connect' && namesVersion(packet, framed)) this.settle(version, 'connect');
      if (packet.clientId !== undefined) this.name(packet.clientId, false);
    } else if (packet.type === 'CONNACK' && packet.properties !== undefined) {
      for (const one of packet.properties) if (one.name === 'assignedClientIdentifier') this.name(one.value, true);
    }
  }

  private name(clientId: string, isAssigned: boolean): void {
    this.connection.clientId = clientId;
    this.connection.hasAssignedId = isAssigned;
    this.connection.changed();
  }

  /** A server that does not know 5.0 refuses with a CONNACK of 3.1.1, which has two bytes; one that accepts speaks 5.0. */
  private versionFor({ bytes, length }: FramedPacket): Version {
    const { version } = this.connection;
    return version === '5.0' && length === 4 && bytes[0] === 0x20 && bytes[3] !== 0 ? '3.1.1' : version;
  }

  private gapEvent(half: Half, { length, time, origin, reason }: GapChunk): void {
    if (this.waiting.length > 0) this.settleByGuess();
    const what = length === undefined ? 'an unknown number of bytes' : bytesText(length);
    const message = `${what} ${GAPS[reason]}`;
    this.event('gap', half.direction, time, [origin], message, length === undefined ? {} : { length });
  }

  private incompleteEvent(half: Half, { bytes, length, time, origins }: FramedPacket, how: Closed['how']): void {
    const what = how === 'end' ? 'the capture ends' : 'the connection ended';
    const message = `${what} in the middle of a packet: ${bytes.length} of ${bytesText(length)}`;
    this.event('incomplete', half.direction, time, origins, message, { length: bytes.length });
  }

  private event(
    event: EventName,
    direction: Direction | undefined,
    time: number,
    origins: readonly number[],
    message: string,
    more: Pick<EventItem, 'bytes' | 'length' | 'code'> = {},
  ): void {
    const { connection } = this;
    const base = { kind: 'event', event, connection, time, origins, message, ...more } as const;
    this.output.event(direction === undefined ? base : { ...base, direction });
  }
}

function newHalf(connection: Connection, isClient: boolean, options: ConversationOptions): Half {
  const direction: Direction = isClient ? 'client-to-server' : 'server-to-client';
  return {
    connection,
    direction,
    framer: new Framer(direction, options.framer),
    aliases: new TopicAliases(options.bounds.maxAliasCharacters),
  };
}

function bytesText(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}

/** A CONNECT that was not captured as far as its protocol level may be of any version. */
function namesVersion(packet: ReadPacket, { bytes, length }: FramedPacket): boolean {
  return packet.type === 'CONNECT' && (packet.protocolLevel !== undefined || bytes.length === length);
}
