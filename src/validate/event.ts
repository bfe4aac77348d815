// What rules look at: a packet within its connection, an event of a layer below, the end of a connection. The packet
// event is one object that is used again for every packet.

import type { GlancedPacket } from '../dissect/glanced.js';
import type { PacketItem } from '../dissect/item.js';
import { Seen } from './seen.js';
import type { Closed } from './state/closed.js';
import type { Conversation } from './state/conversation.js';
import type { DeliveryFact } from './state/delivery.js';
import { type FlowFact, flowOf } from './state/flow-fact.js';
import type { Half } from './state/half.js';
import type { PublicationLog } from './state/publication.js';
import type { RequestFact } from './state/requests.js';
import type { WillFact } from './state/wills.js';

export class PacketEvent extends Seen {
  conversation!: Conversation;
  sender!: Half;
  receiver!: Half;
  /** PUBLISH: what is known of its topic. */
  log: PublicationLog | undefined = undefined;
  /** What this packet means for the exchange that its Packet Identifier belongs to. */
  flow: FlowFact | undefined = undefined;
  /** What a SUBSCRIBE, UNSUBSCRIBE or its answer means. */
  request: RequestFact | undefined = undefined;
  /** PUBLISH of a server: the subscriptions that match and the message that it may come from. */
  delivery: DeliveryFact | undefined = undefined;
  /** PUBLISH of a server: the Will Message that it is, or looks like. */
  will: WillFact | undefined = undefined;

  /** Nothing but what the packet itself says is looked at. */
  about(item: PacketItem, conversation: Conversation): void {
    this.see(item);
    this.between(conversation);
  }

  /** The same of a usual packet. */
  aboutUsual(glanced: GlancedPacket, conversation: Conversation): void {
    this.glimpse(glanced);
    this.between(conversation);
  }

  private between(conversation: Conversation): void {
    const { client, server } = conversation;
    this.conversation = conversation;
    this.sender = this.fromClient ? client : server;
    this.receiver = this.fromClient ? server : client;
  }

  /** All facts, of the packet that it is about. */
  find(): void {
    const { conversation } = this;
    this.log = this.flow = this.request = this.delivery = this.will = undefined;
    switch (this.packet.type) {
      case 'PUBLISH':
        if (this.topic !== undefined) this.know(this.topic);
        if (this.packet.qos !== 0) this.flow = flowOf(this.sender.flows, this);
        if (this.fromClient) return;
        this.delivery = conversation.delivery(this, this.log);
        this.will = conversation.will(this, this.delivery);
        return;
      case 'PUBREL':
        this.flow = flowOf(this.sender.flows, this);
        return;
      case 'PUBACK':
      case 'PUBREC':
      case 'PUBCOMP':
        this.flow = flowOf(this.receiver.flows, this);
        return;
      case 'SUBSCRIBE':
      case 'SUBACK':
      case 'UNSUBSCRIBE':
      case 'UNSUBACK':
        this.request = conversation.requests.classify(this);
    }
  }

  /** One copy of a topic's name serves all: what is kept of a packet does not keep the name that came with it. */
  know(topic: string, number = -1): PublicationLog | undefined {
    const log = this.conversation.broker.messages.logOf(topic, number);
    this.log = log;
    if (log !== undefined) this.topic = log.topic;
    return log;
  }
}

export interface LayerEvent {
  readonly kind: 'layer';
  /** framing: bytes where a packet should begin, and none does; `code` as in stray.ts. */
  readonly layer: 'websocket' | 'tls' | 'proxy-protocol' | 'framing';
  readonly code: string;
  readonly details: Readonly<Record<string, string | number | boolean>>;
  readonly conversation: Conversation;
  /** Who sent what the event tells of; undefined when both or neither. */
  readonly sender: Half | undefined;
  readonly receiver: Half | undefined;
  readonly time: number;
  readonly origins: readonly number[];
  readonly message: string;
}

/** The connection is over, or the capture is: what is still owed is looked at now. */
export interface ClosedEvent {
  readonly kind: 'closed';
  readonly conversation: Conversation;
  readonly closed: Closed;
  readonly time: number;
}

export type JudgedEvent = PacketEvent | LayerEvent | ClosedEvent;
