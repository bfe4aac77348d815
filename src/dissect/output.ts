// Where conversations put what they saw: items in order, numbered over the whole run, and counted.

import type { Side } from '../bytes/chunk.js';
import type { CapturedPacket } from '../capture/packet.js';
import type { FramedPacket } from '../codec/framed.js';
import { typeCode } from '../spec/packets.js';
import type { TcpConnection } from '../tcp/connection.js';
import { Connection } from './connection.js';
import { Glanced, type GlancedPacket } from './glanced.js';
import type { ConnectionInfo, EventItem, Frame, Item, PacketItem } from './item.js';
import { Tally } from './tally.js';

// Nothing is ever added to it.
const NO_ITEMS: Item[] = [];

export class Output {
  readonly tally = new Tally();
  private items: Item[] = NO_ITEMS;
  /** What is being dissected: bytes within it stand in the file as they are. */
  private captured: CapturedPacket | undefined = undefined;
  /** Bytes of which it is known where they begin in the file: to look at a view's buffer takes longer than to read a packet. */
  private placed: Uint8Array | undefined = undefined;
  private placedAt = -1;

  /** `summaryOnly`: everything is counted, no items are made. */
  constructor(
    readonly summaryOnly = false,
    private readonly glance?: (packet: GlancedPacket) => boolean,
  ) {}

  /** The usual packet is taken at a glance, when nothing waits before it. */
  takes(connection: ConnectionInfo, fromClient: boolean, framed: FramedPacket): boolean {
    const { glance } = this;
    if (glance === undefined || this.items !== NO_ITEMS) return false;
    const { glanced, tally } = this;
    if (!glanced.read(framed, connection.version)) return false;
    glanced.connection = connection;
    glanced.number = tally.packets + 1;
    glanced.fromClient = fromClient;
    if (!glance(glanced)) return false;
    tally.packet(framed.bytes[0]! >> 4, 0);
    return true;
  }

  private readonly glanced = new Glanced();

  private connections = 0;

  /** A connection of which there is something to say. */
  connection(tcp: TcpConnection<unknown>, clientSide: Side): Connection {
    return new Connection(this.connections++, tcp, clientSide);
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

  packet(connection: ConnectionInfo, frame: Frame, aliasTopic: string | undefined): void {
    this.tally.packet(typeCode(frame.bytes[0]!, frame.version), frame.problems.length);
    const number = this.tally.packets;
    const item: PacketItem =
      aliasTopic === undefined
        ? { kind: 'packet', number, connection, frame }
        : { kind: 'packet', number, connection, frame, aliasTopic };
    this.add(item);
  }

  event(item: EventItem): void {
    this.tally.event(item.event);
    if (!this.summaryOnly) this.add(item);
  }

  /** An empty array has room for many as soon as one is added; most captured packets yield one. */
  private add(item: Item): void {
    if (this.items === NO_ITEMS) this.items = [item];
    else this.items.push(item);
  }

  take(): readonly Item[] {
    const { items } = this;
    if (items !== NO_ITEMS) this.items = NO_ITEMS;
    return items;
  }
}
