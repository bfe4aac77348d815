// Messages of the other broker on their way into this one. A Packet Identifier is the same on both sides, and an
// acknowledgement goes to the other broker when the core has given it: so a message counts as taken when it is safe here.
// What no row of the configuration lets in is acknowledged and left.

import { illFormedAt } from '../bytes/utf8.js';
import type { Property, PublishPacket } from '../codec/packet.js';
import { PUBACK, PUBCOMP, PUBREC, PUBREL } from './acknowledgement-packets.js';
import type { BridgeLimits } from './bridge-input.js';
import type { BridgeOutbox } from './bridge-outbox.js';
import { encodedIfShort } from './bridge-outward.js';
import type { BridgeTopics } from './bridge-topics.js';
import { topicNameFault } from './checks-topics.js';

const MOST_ID = 0xffff;

export class BridgeInward {
  private readonly aliases = new Map<number, string>();
  /** Packet Identifiers of QoS 2 that the core may remember; undefined: of an earlier run too. */
  private open: Set<number> | undefined = new Set();
  /** Of those the ones that the other broker has sent PUBREL for. */
  private readonly releasing = new Set<number>();

  constructor(
    private readonly topics: BridgeTopics,
    private readonly limits: BridgeLimits,
    private readonly topicAliasMaximum: number,
    private readonly out: BridgeOutbox,
  ) {}

  /** The connection to the other broker is gone. */
  reset(): void {
    this.aliases.clear();
    this.releasing.clear();
  }

  /** The core's session is a new one. */
  renew(): void {
    this.open = new Set();
  }

  /** The core's session was there before this bridge was. */
  inherit(): void {
    this.open = undefined;
  }

  /** The other broker has no session: under the identifiers that were open come other messages now. */
  forget(): void {
    if (this.open === undefined) for (let id = 1; id <= MOST_ID; id++) this.out.acknowledge('local', PUBREL, id);
    else for (const id of this.open) this.out.acknowledge('local', PUBREL, id);
    this.open = new Set();
  }

  /** Why the other broker may not send this; undefined: it may. */
  publish(packet: PublishPacket): string | undefined {
    const { qos, packetId = 0, properties = [] } = packet;
    if (qos === 3 || (qos > 0 && packetId === 0)) return 'a PUBLISH that is none';
    const alias = properties.find((one) => one.name === 'topicAlias')?.value;
    const topic = alias === undefined ? packet.topic : this.aliased(packet.topic, alias);
    if (topic === undefined) return `Topic Alias ${alias}`;
    const wrong = topicNameFault(topic);
    if (wrong !== undefined) return wrong.reason;
    const mapped = this.topics.inward(topic);
    const bytes = mapped === undefined ? undefined : this.encoded(packet, mapped);
    if (bytes === undefined || bytes.length > this.limits.maximumPacketSize) {
      if (mapped !== undefined) this.out.event('bridge-trouble', `a message of topic ${topic} is too large to come in`);
      if (qos === 1) this.out.acknowledge('remote', PUBACK, packetId);
      else if (qos === 2) this.out.acknowledge('remote', PUBREC, packetId);
      return undefined;
    }
    if (qos === 2) this.open?.add(packetId);
    this.out.lastMessage = this.out.now;
    this.out.send('local', bytes);
    return undefined;
  }

  private aliased(topic: string, alias: number): string | undefined {
    if (alias === 0 || alias > this.topicAliasMaximum) return undefined;
    if (topic === '') return this.aliases.get(alias);
    this.aliases.set(alias, topic);
    return topic;
  }

  private encoded(packet: PublishPacket, topic: string): Uint8Array | undefined {
    const { dup, qos, retain, packetId, payload } = packet;
    const properties = (packet.properties ?? []).filter((one) => isPassedOn(one, payload));
    return encodedIfShort(
      {
        ...{ type: 'PUBLISH', dup, qos, retain: retain && this.limits.retainAvailable, topic, properties, payload },
        ...(packetId === undefined ? {} : { packetId }),
      },
      '5.0',
    );
  }

  /** PUBREL of the other broker. */
  release(packetId: number): void {
    this.releasing.add(packetId);
    this.out.acknowledge('local', PUBREL, packetId);
  }

  /** PUBACK, PUBREC or PUBCOMP of the core. The other broker is not told of a refusal: it would send again, or give up. */
  acknowledged(type: number, packetId: number): void {
    if (type === PUBCOMP) {
      this.open?.delete(packetId);
      if (!this.releasing.delete(packetId)) return;
    }
    this.out.acknowledge('remote', type, packetId);
  }
}

/** Not what belongs to the connection, nor a Payload Format Indicator that is wrong: the core would end ours for it. */
function isPassedOn({ name, value }: Property, payload: Uint8Array): boolean {
  if (name === 'topicAlias' || name === 'subscriptionIdentifier') return false;
  if (name === 'responseTopic') return topicNameFault(value) === undefined;
  return name !== 'payloadFormatIndicator' || value !== 1 || illFormedAt(payload, 0, payload.length) < 0;
}
