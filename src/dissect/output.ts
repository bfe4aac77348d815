// Where conversations put what they saw: items in order, numbered over the whole run, and counted.

import type { Side } from '../bytes/chunk.js';
import { typeCode } from '../spec/packets.js';
import type { TcpConnection } from '../tcp/connection.js';
import { Connection } from './connection.js';
import type { ConnectionInfo, EventItem, Frame, Item, PacketItem } from './item.js';
import { Tally } from './tally.js';

const NOTHING: readonly Item[] = Object.freeze([]);

export class Output {
  readonly tally = new Tally();
  private items: Item[] = [];

  /** `summaryOnly`: everything is counted, no items are made. */
  constructor(readonly summaryOnly = false) {}

  private connections = 0;

  /** A connection of which there is something to say. */
  connection(tcp: TcpConnection<unknown>, clientSide: Side): Connection {
    return new Connection(this.connections++, tcp, clientSide);
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
