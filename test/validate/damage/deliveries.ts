// Damage to what a server delivers: QoS, RETAIN, topic, order, what has to be passed on.

import { encode } from '../../../src/codec/frame.js';
import type { PublishPacket } from '../../../src/codec/packet.js';
import { bytes, type Damage, type Damaged, dropped, near, read, values } from './damage.js';
import type { PacketStep, Target } from './session.js';

const delivery = ({ packet, step }: Target): PublishPacket | undefined =>
  packet.type === 'PUBLISH' && step.from === 'server' ? packet : undefined;

export const DELIVERIES: readonly Damage[] = [
  {
    name: 'delivery-qos-raised',
    does: 'a delivery with a higher QoS than it had',
    least: 1,
    make: (target) => {
      const packet = delivery(target);
      if (packet === undefined || packet.qos === 2) return undefined;
      return values(target, { qos: packet.qos + 1, packetId: packet.packetId ?? 0xfedc });
    },
  },
  {
    name: 'delivery-unsubscribed',
    does: 'a delivery under a topic that nobody subscribed to',
    versions: ['3.1.1', '5.0'],
    least: 1,
    make: (target) => {
      const packet = delivery(target);
      return packet === undefined || packet.topic === '' ? undefined : values(target, { topic: 'never/asked/for' });
    },
  },
  {
    name: 'delivery-retain-flipped',
    does: 'RETAIN flipped in a delivery',
    least: 1,
    make: (target) => {
      const packet = delivery(target);
      return packet === undefined ? undefined : values(target, { retain: !packet.retain });
    },
  },
  {
    name: 'delivery-missing',
    does: 'a delivery taken away, with its acknowledgements',
    least: 1,
    make: (target) => {
      const packet = delivery(target);
      if (packet === undefined || packet.dup) return undefined;
      return withoutExchange(target, packet.packetId);
    },
  },
  {
    name: 'deliveries-out-of-order',
    does: 'two neighbouring deliveries of one topic, QoS and publisher swapped',
    least: 1,
    make: (target) => {
      const packet = delivery(target);
      if (packet === undefined || packet.retain || packet.dup || packet.topic === '') return undefined;
      for (const { step, index } of near(target, 'after')) {
        const other = step.from === 'server' ? read(step, target) : undefined;
        if (other?.type !== 'PUBLISH') continue;
        const isAlike = other.topic === packet.topic && other.qos === packet.qos && !other.retain;
        // Equal messages look the same in either order.
        if (!isAlike || String(other.payload) === String(packet.payload)) return undefined;
        return exchanged(target, index, packet, other);
      }
      return undefined;
    },
  },
  {
    name: 'delivery-property-changed',
    does: 'a User Property of a delivery changed',
    versions: ['5.0'],
    least: 1,
    make: (target) => {
      const properties = delivery(target)?.properties;
      const at = properties?.findIndex(({ name }) => name === 'userProperty') ?? -1;
      if (at < 0) return undefined;
      return values(target, {
        properties: properties!.with(at, { name: 'userProperty', value: { name: 'x', value: 'y' } }),
      });
    },
  },
  {
    name: 'delivery-identifier-missing',
    does: 'the Subscription Identifiers of a delivery taken away',
    versions: ['5.0'],
    least: 1,
    make: (target) => {
      const properties = delivery(target)?.properties;
      const left = properties?.filter(({ name }) => name !== 'subscriptionIdentifier');
      return left?.length === properties?.length ? undefined : values(target, { properties: left! });
    },
  },
  {
    name: 'delivery-identifier-other',
    does: 'a Subscription Identifier in a delivery that no subscription has',
    versions: ['5.0'],
    least: 1,
    make: (target) => {
      const properties = delivery(target)?.properties;
      const at = properties?.findIndex(({ name }) => name === 'subscriptionIdentifier') ?? -1;
      if (at < 0) return undefined;
      return values(target, { properties: properties!.with(at, { name: 'subscriptionIdentifier', value: 4242 }) });
    },
  },
];

/** Two deliveries with each other's content; each keeps its Packet Identifier, so that their acknowledgements stay right. */
function exchanged(target: Target, index: number, first: PublishPacket, second: PublishPacket): Damaged {
  const other = target.session.steps[index] as PacketStep;
  const { payload, properties } = first;
  const as = (packet: PublishPacket, by: Partial<PublishPacket>): Uint8Array =>
    encode({ ...packet, ...by }, target.version);
  const its = <T>(value: T | undefined): { properties?: T } => (value === undefined ? {} : { properties: value });
  const damaged = bytes(target, as(first, { payload: second.payload, ...its(second.properties) }));
  const late = { ...other, bytes: as(second, { payload, ...its(properties) }) };
  return { ...damaged, steps: damaged.steps.with(index, late) };
}

/** The packets of the exchange that a PUBLISH begins, up to its last acknowledgement. */
function withoutExchange(target: Target, packetId: number | undefined): Damaged {
  const gone = new Set([target.index]);
  if (packetId !== undefined) {
    for (const { step, index } of near(target, 'after')) {
      const packet = read(step, target);
      if (!/^PUB(ACK|REC|REL|COMP)$/.test(packet.type) || (packet as { packetId?: number }).packetId !== packetId)
        continue;
      const fromReceiver = step.from !== target.step.from;
      if (fromReceiver !== /^PUB(ACK|REC|COMP)$/.test(packet.type)) continue;
      gone.add(index);
      if (packet.type === 'PUBACK' || packet.type === 'PUBCOMP') break;
    }
  }
  return { ...dropped(target), steps: target.session.steps.filter((_, index) => !gone.has(index)) };
}
