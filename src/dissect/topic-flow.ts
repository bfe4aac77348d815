// The flow of some topics: PUBLISH packets to them, wills, subscriptions that may get them, and what acknowledges these,
// by the packet identifier of that connection and sender. Sees every packet, also those that other reasons hide.

import type { ReadPacket } from '../codec/packet.js';
import { filtersOverlap, matchesTopic, type TopicFilter, topicFilter } from '../spec/topic-filter.js';
import type { Direction } from '../spec/versions.js';

/** What is looked at of a packet: a PacketItem, or less. */
export interface FlowItem {
  readonly connection: { readonly id: number };
  readonly frame: { readonly packet: ReadPacket; readonly direction: Direction };
  readonly aliasTopic?: string | undefined;
}

/** Packet identifiers remembered over all connections, the ones used last. */
const MAX_IDENTIFIERS = 1 << 17;
/** A PUBLISH, a SUBSCRIBE and an UNSUBSCRIBE are acknowledged each in its own way. */
const EXCHANGES = { PUBLISH: 0, SUBSCRIBE: 1, UNSUBSCRIBE: 2 } as const;

type Exchange = keyof typeof EXCHANGES;

/** What belongs to an exchange that its sender, or the other side, began. */
const ANSWERS: Readonly<Partial<Record<ReadPacket['type'], readonly [Exchange, begunBy: 'sender' | 'other']>>> = {
  PUBACK: ['PUBLISH', 'other'],
  PUBREC: ['PUBLISH', 'other'],
  PUBREL: ['PUBLISH', 'sender'],
  PUBCOMP: ['PUBLISH', 'other'],
  SUBACK: ['SUBSCRIBE', 'other'],
  UNSUBACK: ['UNSUBSCRIBE', 'other'],
};

export class TopicFlow {
  /** Exchanges of the flow. One stays until its identifier is used again, so that repeated answers belong to it too. */
  private readonly exchanges = new Set<number>();

  constructor(private readonly filters: readonly TopicFilter[]) {}

  /** Whether the packet belongs to the flow. To be asked of every packet once, in order. */
  has(item: FlowItem): boolean {
    const { connection, frame } = item;
    const { packet, direction } = frame;
    const answer = ANSWERS[packet.type];
    if (answer !== undefined) {
      const [exchange, begunBy] = answer;
      const sender = begunBy === 'sender' ? direction : opposite(direction);
      const { packetId } = packet as { readonly packetId?: number };
      return packetId !== undefined && this.exchanges.has(keyOf(connection.id, exchange, sender, packetId));
    }
    const isIn = this.isAbout(packet, item.aliasTopic);
    if (packet.type === 'PUBLISH' || packet.type === 'SUBSCRIBE' || packet.type === 'UNSUBSCRIBE') {
      if (packet.packetId !== undefined) {
        this.remember(keyOf(connection.id, packet.type, direction, packet.packetId), isIn);
      }
    }
    return isIn;
  }

  private isAbout(packet: ReadPacket, aliasTopic: string | undefined): boolean {
    switch (packet.type) {
      case 'PUBLISH':
        return this.matches(aliasTopic ?? packet.topic);
      case 'CONNECT':
        return this.matches(packet.will?.topic);
      case 'SUBSCRIBE':
        return packet.subscriptions?.some((one) => this.overlaps(one.topicFilter)) === true;
      case 'UNSUBSCRIBE':
        return packet.topicFilters?.some((one) => this.overlaps(one)) === true;
      default:
        return false;
    }
  }

  /** A topic has at least one character (4.7.3): an empty one is an alias that is not known. */
  private matches(topic: string | undefined): boolean {
    return topic !== undefined && topic !== '' && this.filters.some((filter) => matchesTopic(filter, topic));
  }

  private overlaps(text: string): boolean {
    const other = topicFilter(text);
    return this.filters.some(
      (filter) => (filter.share === undefined || filter.share === other.share) && filtersOverlap(filter, other),
    );
  }

  private remember(key: number, isIn: boolean): void {
    const { exchanges } = this;
    exchanges.delete(key);
    if (!isIn) return;
    exchanges.add(key);
    if (exchanges.size > MAX_IDENTIFIERS) for (const oldest of exchanges) return void exchanges.delete(oldest);
  }
}

/** One number for all that tells an exchange from others: exact for 2^34 connections. */
function keyOf(connection: number, exchange: Exchange, sender: Direction, packetId: number): number {
  const kind = EXCHANGES[exchange] * 2 + (sender === 'client-to-server' ? 0 : 1);
  return (connection * 8 + kind) * 0x10000 + packetId;
}

function opposite(direction: Direction): Direction {
  return direction === 'client-to-server' ? 'server-to-client' : 'client-to-server';
}
