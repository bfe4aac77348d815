// Messages of this broker on their way to the other one. A Packet Identifier is the same on both sides, and an
// acknowledgement goes back to the core when the other broker has given it: so the core's session is the only memory, what
// was under way when a connection broke goes out again as the core does it, and nothing is acknowledged that is not there.
// While the other broker is not there, or has enough to do, messages wait here, in their order.

import { decode, encode } from '../codec/frame.js';
import type { Property, PublishPacket } from '../codec/packet.js';
import type { Version } from '../spec/versions.js';
import { PUBACK, PUBCOMP, PUBREC, PUBREL } from './acknowledgement-packets.js';
import type { RemoteLimits } from './bridge-connect.js';
import type { BridgeLimits } from './bridge-input.js';
import type { BridgeOutbox } from './bridge-outbox.js';
import type { BridgeTopics } from './bridge-topics.js';
import { Fifo } from './fifo.js';

const REFUSED = 0x80;

export interface OutwardOptions {
  readonly version: Version;
  /** Whether retained messages stay so. */
  readonly retains: boolean;
}

export class BridgeOutward {
  /** Set while messages may go. */
  private remote: RemoteLimits | undefined = undefined;
  private held = new Fifo<PublishPacket>();
  private heldQos0 = 0;
  private isDropping = false;
  /** PUBREL packets that came while the other broker was not there. */
  private releases: number[] = [];
  /** Sent to the other broker and not done. */
  private readonly inflight = new Set<number>();
  /** Of QoS 2 here, sent with less: the other broker takes no more. */
  private readonly lowered = new Set<number>();
  private readonly aliases = new Map<string, number>();

  constructor(
    private readonly options: OutwardOptions,
    private readonly topics: BridgeTopics,
    private readonly limits: BridgeLimits,
    private readonly out: BridgeOutbox,
  ) {}

  /** Messages that wait here. */
  get waiting(): number {
    return this.held.length;
  }

  get isQuiet(): boolean {
    return this.held.length === 0 && this.inflight.size === 0;
  }

  /** The other broker is ready: what waited goes. */
  begin(remote: RemoteLimits): void {
    this.remote = remote;
    for (const id of this.releases) this.release(id);
    this.releases = [];
    this.pump();
  }

  /** The connections are gone. The core sends again what was not acknowledged, of QoS 0 what waited is kept. */
  reset(): void {
    this.remote = undefined;
    const kept = new Fifo<PublishPacket>();
    for (let one = this.held.shift(); one !== undefined; one = this.held.shift()) if (one.qos === 0) kept.push(one);
    this.held = kept;
    this.releases = [];
    this.inflight.clear();
    this.lowered.clear();
    this.aliases.clear();
  }

  /** A PUBLISH of the core; its bytes are valid during the call only. */
  publish(frame: Uint8Array): void {
    const packet = decode(frame, '5.0').packet as PublishPacket;
    if (this.held.length > 0 || !this.mayGo(packet)) this.hold(packet);
    else this.transmit(packet, this.remote!);
  }

  private mayGo({ qos }: PublishPacket): boolean {
    return this.remote !== undefined && (qos === 0 || this.inflight.size < this.remote.receiveMaximum);
  }

  /** Those of QoS 1 and 2 are no more than the core sends without an acknowledgement. */
  private hold(packet: PublishPacket): void {
    if (packet.qos === 0 && this.heldQos0 >= this.limits.maximumHeld) {
      if (!this.isDropping) this.out.event('bridge-trouble', 'too many messages wait: those of QoS 0 are dropped');
      this.isDropping = true;
      return;
    }
    if (packet.qos === 0) this.heldQos0++;
    this.held.push({ ...packet, payload: new Uint8Array(packet.payload), properties: ownProperties(packet) });
  }

  private pump(): void {
    while (this.held.length > 0 && this.mayGo(this.held.first!)) {
      const packet = this.held.shift()!;
      if (packet.qos === 0) this.heldQos0--;
      this.transmit(packet, this.remote!);
    }
    if (this.held.length === 0) this.isDropping = false;
  }

  private transmit(packet: PublishPacket, remote: RemoteLimits): void {
    const { packetId = 0 } = packet;
    const topic = this.topics.outward(packet.topic);
    const qos = Math.min(packet.qos, remote.maximumQos);
    const bytes = topic === undefined ? undefined : this.encoded(packet, topic, qos, remote);
    if (topic === undefined || bytes === undefined || bytes.length > remote.maximumPacketSize) {
      if (topic !== undefined) this.out.event('bridge-trouble', `a message of topic ${topic} is too large to go`);
      this.settle(packet.qos, packetId);
      return;
    }
    this.remember(topic, remote);
    if (qos > 0) this.inflight.add(packetId);
    if (packet.qos === 2 && qos < 2) this.lowered.add(packetId);
    this.out.lastMessage = this.out.now;
    this.out.send('remote', bytes);
    if (packet.qos > 0 && qos === 0) this.out.acknowledge('local', packet.qos === 1 ? PUBACK : PUBREC, packetId);
  }

  private encoded(
    packet: PublishPacket,
    topic: string,
    qos: number,
    { retainAvailable, topicAliasMaximum }: RemoteLimits,
  ): Uint8Array | undefined {
    const { version, retains } = this.options;
    const properties: Property[] = (packet.properties ?? []).filter(({ name }) => name !== 'subscriptionIdentifier');
    const known = this.aliases.get(topic);
    const alias = known ?? (this.aliases.size < topicAliasMaximum ? this.aliases.size + 1 : undefined);
    if (alias !== undefined) properties.push({ name: 'topicAlias', value: alias });
    return encodedIfShort(
      {
        type: 'PUBLISH',
        dup: qos > 0 && packet.dup,
        qos,
        retain: packet.retain && retains && retainAvailable,
        topic: known === undefined ? topic : '',
        ...(qos > 0 ? { packetId: packet.packetId! } : {}),
        properties: version === '5.0' ? properties : [],
        payload: packet.payload,
      },
      version,
    );
  }

  /** Only once it goes does the alias stand for the topic. */
  private remember(topic: string, { topicAliasMaximum }: RemoteLimits): void {
    if (this.aliases.size < topicAliasMaximum && !this.aliases.has(topic))
      this.aliases.set(topic, this.aliases.size + 1);
  }

  /** It does not go, and is done with. */
  private settle(qos: number, packetId: number): void {
    if (qos === 1) this.out.acknowledge('local', PUBACK, packetId);
    else if (qos === 2) this.out.acknowledge('local', PUBREC, packetId, REFUSED);
  }

  /** PUBREL of the core. */
  release(packetId: number): void {
    if (this.remote === undefined) this.releases.push(packetId);
    else if (this.lowered.delete(packetId)) this.out.acknowledge('local', PUBCOMP, packetId);
    else {
      this.inflight.add(packetId);
      this.out.acknowledge('remote', PUBREL, packetId);
    }
  }

  /** PUBACK, PUBREC or PUBCOMP of the other broker. One for nothing is left alone. */
  acknowledged(type: number, packetId: number, reasonCode: number): void {
    if (!this.inflight.has(packetId)) return;
    if (type === PUBREC && reasonCode < REFUSED) {
      this.out.acknowledge('local', PUBREC, packetId);
      return;
    }
    this.inflight.delete(packetId);
    if (reasonCode >= REFUSED && type !== PUBCOMP) this.refused(reasonCode);
    if (type === PUBREC) this.out.acknowledge('local', PUBREC, packetId, REFUSED);
    else if (type === PUBACK) this.out.acknowledge('local', this.lowered.has(packetId) ? PUBREC : PUBACK, packetId);
    else this.out.acknowledge('local', PUBCOMP, packetId);
    this.pump();
  }

  private refused(reasonCode: number): void {
    this.out.event('bridge-trouble', `a message was refused with 0x${reasonCode.toString(16)}`);
  }
}

/** undefined: with its prefix the topic is longer than a topic can be, or the packet than a packet. */
export function encodedIfShort(packet: PublishPacket, version: Version): Uint8Array | undefined {
  try {
    return encode(packet, version);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Binary values are views of what came. */
function ownProperties({ properties = [] }: PublishPacket): readonly Property[] {
  return properties.map((one) =>
    one.value instanceof Uint8Array ? ({ ...one, value: new Uint8Array(one.value) } as Property) : one,
  );
}
