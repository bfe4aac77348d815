// Damage to what was agreed upon: sessions, granted QoS, deliveries, limits, keep alive.

import { decode, encode } from '../../../src/codec/frame.js';
import type { Packet, PublishPacket, SubackPacket } from '../../../src/codec/packet.js';
import { bytes, type Damage, type Damaged, delayed, dropped, followed, near, overwritten, values } from './damage.js';
import type { PacketStep, Target } from './session.js';

const delivery = ({ packet, step }: Target): PublishPacket | undefined =>
  packet.type === 'PUBLISH' && step.from === 'server' ? packet : undefined;

const read = (step: PacketStep, { version }: Target): Packet => decode(step.bytes, version).packet as Packet;

/** The packet of a type that the connection began with. */
function opening<T extends 'CONNECT' | 'CONNACK'>(target: Target, type: T): Extract<Packet, { type: T }> | undefined {
  for (const { step } of near(target, 'before')) {
    const packet = read(step, target);
    if (packet.type === type) return packet as Extract<Packet, { type: T }>;
  }
  return undefined;
}

/** A limit that the receiver of the packet announced. */
function announced(target: Target, name: 'receiveMaximum' | 'maximumPacketSize'): number | undefined {
  const by = opening(target, target.step.from === 'client' ? 'CONNACK' : 'CONNECT');
  const found = by?.properties?.find((one) => one.name === name)?.value;
  return typeof found === 'number' ? found : undefined;
}

const codesOf = ({ returnCodes, reasonCodes }: SubackPacket): readonly number[] => returnCodes ?? reasonCodes ?? [];
const withCodes = (packet: SubackPacket, codes: readonly number[]): Partial<SubackPacket> =>
  packet.reasonCodes === undefined ? { returnCodes: codes } : { reasonCodes: codes };

const suback = (
  name: string,
  does: string,
  least: number,
  change: (codes: readonly number[], target: Target) => readonly number[] | undefined,
): Damage => ({
  name,
  does,
  least,
  make: (target) => {
    const { packet } = target;
    const codes = packet.type === 'SUBACK' ? change(codesOf(packet), target) : undefined;
    return codes === undefined ? undefined : values(target, withCodes(packet as SubackPacket, codes));
  },
});

/** The QoS that were asked for by the SUBSCRIBE which a SUBACK answers. */
function requested(target: Target): readonly number[] {
  const id = target.packet.type === 'SUBACK' ? target.packet.packetId : undefined;
  for (const { step } of near(target, 'before')) {
    const packet = read(step, target);
    if (packet.type === 'SUBSCRIBE' && packet.packetId === id)
      return packet.subscriptions.map((one) => one.options.qos);
  }
  return [];
}

const GRANTED: readonly Damage[] = [
  suback('suback-qos-raised', 'a granted QoS above the one asked for', 1, (codes, target) => {
    const asked = requested(target);
    const at = codes.findIndex((code, i) => code < 2 && code === asked[i]);
    return at < 0 ? undefined : codes.with(at, codes[at]! + 1);
  }),
  suback('suback-code-missing', 'a code too few in SUBACK', 1, (codes) => codes.slice(1)),
  suback('suback-code-extra', 'a code too many in SUBACK', 1, (codes) => [...codes, 0]),
];

const SESSIONS: readonly Damage[] = [
  {
    name: 'session-present-clean',
    does: 'Session Present 1 after Clean Session or Clean Start 1',
    versions: ['3.1.1', '5.0'],
    least: 1,
    make: (target) => sessionPresent(target, true, true),
  },
  {
    name: 'session-present-none',
    does: 'Session Present 1 for a client seen for the first time',
    versions: ['3.1.1', '5.0'],
    least: 0,
    make: (target) => sessionPresent(target, false, true),
  },
  {
    name: 'session-present-lost',
    does: 'Session Present 0 where the session had to be kept',
    versions: ['3.1.1', '5.0'],
    least: 1,
    make: (target) => sessionPresent(target, false, false),
  },
];

function sessionPresent(target: Target, isClean: boolean, present: boolean): Damaged | undefined {
  const { packet, step } = target;
  if (packet.type !== 'CONNACK' || (packet.returnCode ?? packet.reasonCode) !== 0) return undefined;
  const flags = opening(target, 'CONNECT')?.flags;
  if (flags === undefined || (flags.cleanSession ?? flags.cleanStart) !== isClean) return undefined;
  if (packet.acknowledgeFlags.sessionPresent === present) return undefined;
  return bytes(target, overwritten(step.bytes, 2, step.bytes[2]! ^ 0x01));
}

const DELIVERIES: readonly Damage[] = [
  {
    name: 'delivery-qos-raised',
    does: 'a delivery with a higher QoS than it had',
    least: 0,
    make: (target) => {
      const packet = delivery(target);
      if (packet === undefined || packet.qos === 2) return undefined;
      return values(target, { qos: packet.qos + 1, packetId: packet.packetId ?? 0xfedc });
    },
  },
  {
    name: 'delivery-unsubscribed',
    does: 'a delivery under a topic that nobody subscribed to',
    least: 0,
    make: (target) => {
      const packet = delivery(target);
      return packet === undefined || packet.topic === '' ? undefined : values(target, { topic: 'never/asked/for' });
    },
  },
  {
    name: 'delivery-retain-flipped',
    does: 'RETAIN flipped in a delivery',
    least: 0,
    make: (target) => {
      const packet = delivery(target);
      return packet === undefined ? undefined : values(target, { retain: !packet.retain });
    },
  },
  {
    name: 'delivery-missing',
    does: 'a delivery taken away, with its acknowledgements',
    least: 0,
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
    least: 0,
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
    least: 0,
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
    least: 0,
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
  return { ...dropped(target), steps: target.session.steps.filter((_, index) => !gone.has(index)) };
}

const LIMITS: readonly Damage[] = [
  {
    name: 'receive-maximum-exceeded',
    does: 'more QoS 1 messages at once than the Receive Maximum of the receiver',
    versions: ['5.0'],
    least: 1,
    make: (target) => {
      const { packet, step } = target;
      const most = packet.type === 'PUBLISH' && packet.qos === 1 ? announced(target, 'receiveMaximum') : undefined;
      if (most === undefined || most > 100) return undefined;
      const more = Array.from({ length: most }, (_, i) => encode({ ...packet, packetId: 0xf000 + i } as Packet, '5.0'));
      return followed(target, step.from, ...more);
    },
  },
  {
    name: 'maximum-packet-size-exceeded',
    does: 'a PUBLISH longer than the Maximum Packet Size of the receiver',
    versions: ['5.0'],
    least: 1,
    make: (target) => {
      const most = target.packet.type === 'PUBLISH' ? announced(target, 'maximumPacketSize') : undefined;
      if (most === undefined || most > 1_000_000) return undefined;
      return values(target, { payload: new Uint8Array(most).fill(0x78) });
    },
  },
  {
    name: 'retain-not-available',
    does: 'RETAIN set after Retain Available 0',
    versions: ['5.0'],
    least: 1,
    make: (target) => {
      const { packet, step } = target;
      if (packet.type !== 'PUBLISH' || step.from !== 'client') return undefined;
      const connack = opening(target, 'CONNACK');
      const none = connack?.properties?.some((one) => one.name === 'retainAvailable' && one.value === 0);
      return none === true ? values(target, { retain: true }) : undefined;
    },
  },
];

const TIME: readonly Damage[] = [
  {
    name: 'keep-alive-exceeded',
    does: 'a pause of three keep alive periods before a packet of the client',
    versions: ['3.1.1', '5.0'],
    least: 1,
    make: (target) => {
      const { step } = target;
      if (step.from !== 'client' || target.packet.type === 'CONNECT') return undefined;
      const connack = opening(target, 'CONNACK');
      const own = connack?.properties?.find((one) => one.name === 'serverKeepAlive')?.value;
      const keepAlive = typeof own === 'number' ? own : opening(target, 'CONNECT')?.keepAlive;
      return keepAlive === undefined || keepAlive === 0 ? undefined : delayed(target, 3 * keepAlive, 'client');
    },
  },
];

export const AGREEMENTS: readonly Damage[] = [...GRANTED, ...SESSIONS, ...DELIVERIES, ...LIMITS, ...TIME];
