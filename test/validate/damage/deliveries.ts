// Damage to what a server delivers: QoS, RETAIN, topic, what has to be passed on.

import type { PublishPacket } from '../../../src/codec/packet.js';
import { type Damage, type Damaged, delayed, dropped, near, read, SINCE_311, values } from './damage.js';
import type { Target } from './session.js';

const delivery = ({ packet, step }: Target): PublishPacket | undefined =>
  packet.type === 'PUBLISH' && step.from === 'server' ? packet : undefined;

export const DELIVERIES: readonly Damage[] = [
  {
    name: 'delivery-qos-raised',
    does: 'a delivery with a higher QoS than it had',
    isSettled: true,
    least: 0.95,
    why: 'Of overlapping subscriptions the highest QoS counts.',
    make: (target) => {
      const packet = delivery(target);
      if (packet === undefined || packet.qos === 2) return undefined;
      return values(target, { qos: packet.qos + 1, packetId: packet.packetId ?? 0xfedc });
    },
  },
  {
    name: 'delivery-unsubscribed',
    does: 'a delivery under a topic that nobody subscribed to',
    versions: SINCE_311,
    isSettled: true,
    least: 1,
    make: (target) => {
      const packet = delivery(target);
      return packet === undefined || packet.topic === '' ? undefined : values(target, { topic: 'never/asked/for' });
    },
  },
  {
    name: 'delivery-retain-flipped',
    does: 'RETAIN flipped in a delivery',
    isSettled: true,
    versions: SINCE_311,
    least: 0.6,
    why: 'What may have been stored before, and what overlapping subscriptions or a will explain, is not judged.',
    make: (target) => {
      const packet = delivery(target);
      return packet === undefined ? undefined : values(target, { retain: !packet.retain });
    },
  },
  {
    name: 'delivery-missing',
    does: 'a delivery taken away with its acknowledgements, and 15 s pass',
    isSettled: true,
    least: 0,
    why: 'Only a later message of the same client, topic and QoS makes it sure that one was left out.',
    make: (target) => {
      const packet = delivery(target);
      if (packet === undefined || packet.dup) return undefined;
      return withoutExchange(target, packet.packetId);
    },
  },
  {
    name: 'delivery-property-changed',
    does: 'a User Property of a delivery changed',
    versions: ['5.0'],
    isSettled: true,
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
    isSettled: true,
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
    isSettled: true,
    least: 1,
    make: (target) => {
      const properties = delivery(target)?.properties;
      const at = properties?.findIndex(({ name }) => name === 'subscriptionIdentifier') ?? -1;
      if (at < 0) return undefined;
      return values(target, { properties: properties!.with(at, { name: 'subscriptionIdentifier', value: 4242 }) });
    },
  },
];

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
  const { steps } = delayed(target, 15, 'server');
  return { ...dropped(target), steps: steps.filter((_, index) => !gone.has(index)), control: steps };
}
