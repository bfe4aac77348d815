// Where conversations put what they saw: it is counted, and handed to what becomes of it.

import type { Side } from '../bytes/chunk.js';
import type { CapturedPacket } from '../capture/packet.js';
import type { Decoded } from '../codec/frame.js';
import type { FramedPacket } from '../codec/framed.js';
import { typeCode } from '../spec/packets.js';
import type { Version } from '../spec/versions.js';
import type { TcpConnection } from '../tcp/connection.js';
import { Connection, NO_FILE } from './connection.js';
import type { EventItem } from './item.js';
import type { Outcome, Sender } from './outcome.js';
import { Tally } from './tally.js';

export class Output {
  readonly tally = new Tally();
  /** What is being dissected: bytes within it stand in the file as they are. */
  private captured: CapturedPacket | undefined = undefined;
  /** Bytes of which it is known where they begin in the file: to look at a view's buffer takes longer than to read a packet. */
  private placed: Uint8Array | undefined = undefined;
  private placedAt = -1;

  /** Of what is read, where that can be read again; else NO_FILE. */
  file = NO_FILE;
  private connections = 0;

  constructor(readonly outcome: Outcome) {}

  /** A connection of which there is something to say. */
  connection(tcp: TcpConnection<unknown>, clientSide: Side): Connection {
    return new Connection(this.connections++, tcp, clientSide, this.file);
  }

  begin(packet: CapturedPacket): void {
    this.captured = packet;
  }

  /** What a segment's offsets point into, when it is not made of fragments. */
  get memory(): Uint8Array | undefined {
    return this.captured?.memory ?? this.captured?.bytes;
  }

  /** The bytes of a chunk are those of the captured packet at hand from `at` on. */
  place(bytes: Uint8Array, at: number): void {
    const { captured } = this;
    if (captured?.offset === undefined) return;
    this.placed = bytes;
    this.placedAt = captured.offset + at - (captured.start ?? 0);
  }

  /** Where bytes[at] stands in the capture file; -1 when the bytes are not those of the captured packet at hand. */
  locate(bytes: Uint8Array, at: number): number {
    if (bytes === this.placed) return this.placedAt + at;
    const { captured } = this;
    if (captured?.offset === undefined) return -1;
    const { memory = captured.bytes, start = 0, capturedLength = memory.length } = captured;
    if (bytes.buffer !== memory.buffer) return -1;
    const within = bytes.byteOffset - memory.byteOffset - start;
    return within >= 0 && within < capturedLength ? captured.offset + within + at : -1;
  }

  packet(sender: Sender, version: Version, framed: FramedPacket, read: Decoded | undefined): void {
    const problems = this.outcome.packet(sender, version, framed, read);
    this.tally.packet(typeCode(framed.bytes[0]!, version), problems);
  }

  event(item: EventItem): void {
    this.tally.event(item.event);
    this.outcome.event(item);
  }
}
