// What rules ask about a connection: who the client is, its version, what topic aliases mean. Aliases are only learned
// while some rule asks for topics, so that those set before are not known.

import type { Side } from '../bytes/chunk.js';
import { decode } from '../codec/frame.js';
import type { ReadPacket } from '../codec/packet.js';
import { TopicAliases } from '../dissect/topic-aliases.js';
import type { FlowItem } from '../dissect/topic-flow.js';
import { PACKET_BY_CODE } from '../spec/packets.js';
import type { Version } from '../spec/versions.js';

/** Characters of topics behind aliases, a direction. */
const ALIAS_CHARACTERS = 1 << 20;

export class ConnectionFacts {
  version: Version = '3.1.1';
  /** Not known before CONNECT, or before the CONNACK that assigns it. */
  clientId: string | undefined = undefined;
  /** When its first byte came (ms). */
  started: number | undefined = undefined;
  private readonly aliases: (TopicAliases | undefined)[] = [undefined, undefined];

  constructor(readonly id: number) {}

  /** From CONNECT and CONNACK; whether the client's name is known from here on. */
  learn(packet: PacketFacts): boolean {
    const { decoded } = packet;
    if (decoded.type === 'CONNECT') {
      this.version = packet.version;
      // 5.0: 3.2.2.3.7: the server makes one up.
      if (decoded.clientId !== '' || this.version !== '5.0') this.clientId = decoded.clientId;
    } else if (decoded.type === 'CONNACK') {
      const assigned = decoded.properties?.find(({ name }) => name === 'assignedClientIdentifier');
      this.clientId ??= (assigned?.value as string | undefined) ?? '';
    }
    return this.clientId !== undefined;
  }

  aliasTopic(from: Side, packet: ReadPacket): string | undefined {
    if (this.version !== '5.0') return undefined;
    const aliases = (this.aliases[from] ??= new TopicAliases(ALIAS_CHARACTERS));
    return aliases.resolve(packet);
  }
}

/** A packet that is looked at: its bytes, of a long one only the beginning. Valid as long as these. */
export class PacketFacts {
  private read: ReadPacket | undefined = undefined;
  private item: FlowItem | undefined = undefined;
  version: Version;

  constructor(
    readonly connection: ConnectionFacts,
    readonly from: Side,
    readonly bytes: Uint8Array,
    /** Where its fixed header ends. */
    readonly bodyAt: number,
    /** Length of the whole packet. */
    readonly length: number,
  ) {
    this.version = connection.version;
  }

  get code(): number {
    return this.bytes[0]! >> 4;
  }

  get isWhole(): boolean {
    return this.bytes.length === this.length;
  }

  get decoded(): ReadPacket {
    if (this.read === undefined) {
      const { packet, version } = decode(this.bytes, this.version);
      this.read = packet;
      this.version = version;
    }
    return this.read;
  }

  /** For TopicFlow. To be asked for in the order of the packets. */
  get flowItem(): FlowItem {
    this.item ??= {
      connection: this.connection,
      frame: { packet: this.decoded, direction: this.from === 0 ? 'client-to-server' : 'server-to-client' },
      aliasTopic: this.connection.aliasTopic(this.from, this.decoded),
    };
    return this.item;
  }

  /** Of PUBLISH in its flags, of what acknowledges it by its type. */
  get qos(): number | undefined {
    return this.code === 3 ? (this.bytes[0]! >> 1) & 3 : QOS_OF_CODE[this.code];
  }

  /** "PUBLISH 7 \"a/b\" of the client". */
  get name(): string {
    const { decoded } = this;
    const type = PACKET_BY_CODE[this.code]?.type ?? 'packet';
    const id = 'packetId' in decoded && decoded.packetId !== undefined ? ` ${decoded.packetId}` : '';
    const topic = decoded.type === 'PUBLISH' && decoded.topic ? ` ${JSON.stringify(shortened(decoded.topic))}` : '';
    return `${type}${id}${topic} of the ${SENDERS[this.from]}`;
  }
}

export const SENDERS = ['client', 'server'] as const;
/** PUBACK answers QoS 1, PUBREC, PUBREL and PUBCOMP are of QoS 2. */
const QOS_OF_CODE: Readonly<Record<number, number>> = { 4: 1, 5: 2, 6: 2, 7: 2 };

function shortened(topic: string): string {
  return topic.length <= 80 ? topic : `${topic.slice(0, 79)}…`;
}
