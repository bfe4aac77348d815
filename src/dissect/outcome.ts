// What becomes of what conversations find: items (items.ts), counts (counts.ts), or rows that another thread makes items
// of (batch-writer.ts).

import type { Decoded } from '../codec/frame.js';
import type { FramedPacket } from '../codec/framed.js';
import type { Direction, Version } from '../spec/versions.js';
import type { Connection } from './connection.js';
import type { ConnectionInfo, EventItem, Item } from './item.js';
import type { TopicAliases } from './topic-aliases.js';

/** Who sent a packet. */
export interface Sender<C extends ConnectionInfo = Connection> {
  readonly connection: C;
  readonly direction: Direction;
  readonly aliases: TopicAliases;
}

export interface Outcome {
  /** Whether anybody looks where packets stand in the file. */
  readonly locates: boolean;
  /** `read`: what the packet holds, where the conversation had to know that. Returns how many problems it has, 0 when that is found out elsewhere. */
  packet(sender: Sender, version: Version, framed: FramedPacket, read: Decoded | undefined): number;
  event(item: EventItem): void;
  /** A segment came, or more: what is known of a connection may be another. */
  changed(connection: Connection | undefined): void;
  /** The same for all of them. */
  allChanged(): void;
  /** A captured packet is done with. What it yielded, where that is items. */
  take(): readonly Item[];
}

// Nothing is ever added to it.
export const NO_ITEMS: Item[] = [];
