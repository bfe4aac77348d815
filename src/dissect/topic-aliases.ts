// Topic Aliases of one direction (5.0: 3.3.2.3.4): each sender has its own, and they end with the connection. An alias
// means what it meant at the moment of the packet.

import type { ReadPacket } from '../codec/packet.js';

export class TopicAliases {
  private readonly topics = new Map<number, string>();
  private characters = 0;

  /** `maxCharacters` of topics are kept; a mapping beyond that is not remembered. */
  constructor(private readonly maxCharacters: number) {}

  /** Learns from a PUBLISH that names its topic; resolves one that does not. */
  resolve(packet: ReadPacket): string | undefined {
    if (packet.type !== 'PUBLISH' || packet.properties === undefined || packet.properties.length === 0)
      return undefined;
    const property = packet.properties.find((one) => one.name === 'topicAlias');
    if (property === undefined) return undefined;
    const alias = property.value as number;
    if (packet.topic === undefined || packet.topic === '') return this.topics.get(alias);
    this.characters += packet.topic.length - (this.topics.get(alias)?.length ?? 0);
    if (this.characters <= this.maxCharacters) this.topics.set(alias, packet.topic);
    else this.forget(alias, packet.topic);
    return undefined;
  }

  private forget(alias: number, topic: string): void {
    this.characters -= topic.length;
    this.topics.delete(alias);
  }
}
