// Where conversations put what they saw: items in order, numbered over the whole run, and counted.

import type { Side } from '../bytes/chunk.js';
import type { CapturedPacket } from '../capture/packet.js';
import { typeCode } from '../spec/packets.js';
import type { TcpConnection } from '../tcp/connection.js';
import { Connection } from './connection.js';
import type { ConnectionInfo, EventItem, Frame, Item, PacketItem } from './item.js';
import { Tally } from './tally.js';

const NOTHING: readonly Item[] = Object.freeze([]);

export class Output {
  readonly tally = new Tally();
  private items: Item[] = [];
  /** What is being dissected: bytes within it stand in the file as they are. */
  private captured: CapturedPacket | undefined = undefined;

  /** `summaryOnly`: everything is counted, no items are made. */
  constructor(readonly summaryOnly = false) {}

  private connections = 0;

  /** A connection of which there is something to say. */
  connection(tcp: TcpConnection<unknown>, clientSide: Side): Connection {
    return new Connection(this.connections++, tcp, clientSide);
  }

  begin(packet: CapturedPacket): void {
    this.captured = packet;
  }

  /** Where bytes[at] stands in the capture file; -1 when the bytes are not those of the captured packet at hand. */
  locate(bytes: Uint8Array, at: number): number {
    const { captured } = this;
    if (captured?.offset === undefined || bytes.buffer !== captured.bytes.buffer) return -1;
    const within = bytes.byteOffset - captured.bytes.byteOffset;
    return within >= 0 && within < captured.bytes.length ? captured.offset + within + at : -1;
  }

  packet(connection: ConnectionInfo, frame: Frame, aliasTopic: string | undefined): void {
    this.tally.packet(typeCode(frame.bytes[0]!, frame.version), frame.problems.length);
    const number = this.tally.packets;
    const item: PacketItem =
      aliasTopic === undefined
        ? { kind: 'packet', number, connection, frame }
        : { kind: 'packet', number, connection, frame, aliasTopic };
    this.items.push(item);
  }

  event(item: EventItem): void {
    this.tally.event(item.event);
    if (!this.summaryOnly) this.items.push(item);
  }

  take(): readonly Item[] {
    if (this.items.length === 0) return NOTHING;
    const { items } = this;
    this.items = [];
    return items;
  }
}
