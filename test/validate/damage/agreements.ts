// Damage to what was agreed upon: sessions, granted QoS, limits, keep alive.

import { encode } from '../../../src/codec/frame.js';
import type { Packet, SubackPacket } from '../../../src/codec/packet.js';
import { PROPERTY_BY_NAME } from '../../../src/spec/properties.js';
import {
  bytes,
  type Damage,
  type Damaged,
  delayed,
  followed,
  near,
  overwritten,
  read,
  values,
  withProperty,
} from './damage.js';
import type { Target } from './session.js';

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
  suback('suback-qos-lowered', 'QoS 0 granted, but deliveries with QoS 1 or 2 follow', 1, (codes, target) =>
    deliveriesFollow(target, 1) ? codes.map(() => 0) : undefined,
  ),
  suback('suback-refused', 'the subscription refused (0x80), but deliveries follow', 1, (codes, target) =>
    target.version !== '3.1' && deliveriesFollow(target, 0) ? codes.map(() => 0x80) : undefined,
  ),
  suback('suback-code-missing', 'a code too few in SUBACK', 1, (codes) => codes.slice(1)),
  suback('suback-code-extra', 'a code too many in SUBACK', 1, (codes) => [...codes, 0]),
];

/** Whether the server delivers with that QoS or a higher one, by the only SUBACK of the connection, and in no older session. */
function deliveriesFollow(target: Target, qos: number): boolean {
  const flags = opening(target, 'CONNECT')?.flags;
  if ((flags?.cleanSession ?? flags?.cleanStart) !== true) return false;
  let delivers = false;
  for (const way of ['before', 'after'] as const) {
    for (const { step } of near(target, way)) {
      const packet = read(step, target);
      if (packet.type === 'SUBACK') return false;
      delivers ||= way === 'after' && step.from === 'server' && packet.type === 'PUBLISH' && packet.qos >= qos;
    }
  }
  return delivers;
}

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
    why: 'The session may be older than the capture.',
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

/** CONNACK says that the server does not support something that the client uses later on: `use` makes it do so, or finds it. */
function unsupported(
  name: string,
  does: string,
  property: readonly [id: number, value: number],
  use: (packet: Packet) => Packet | undefined,
): Damage {
  return {
    name,
    does,
    versions: ['5.0'],
    least: 1,
    make: (target) => {
      const { packet } = target;
      if (packet.type !== 'CONNACK' || packet.reasonCode !== 0) return undefined;
      if (packet.properties?.some((one) => PROPERTY_BY_NAME.get(one.name)?.id === property[0])) return undefined;
      for (const { step, index } of near(target, 'after')) {
        const used = step.from === 'client' ? use(read(step, target)) : undefined;
        if (used === undefined) continue;
        const { steps, number } = withProperty(target, ...property)!;
        return { steps: steps.with(index, { ...step, bytes: encode(used, '5.0') }), number, by: 'client' };
      }
      return undefined;
    },
  };
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
  unsupported(
    'retain-not-available',
    'Retain Available 0 in CONNACK, then RETAIN in a PUBLISH of the client',
    [0x25, 0],
    (packet) => (packet.type === 'PUBLISH' ? { ...packet, retain: true } : undefined),
  ),
  unsupported(
    'maximum-qos-exceeded',
    'Maximum QoS 0 in CONNACK, then QoS 1 or 2 in a PUBLISH of the client',
    [0x24, 0],
    (packet) => (packet.type === 'PUBLISH' && packet.qos > 0 ? packet : undefined),
  ),
  unsupported(
    'wildcards-not-available',
    'Wildcard Subscription Available 0 in CONNACK, then a SUBSCRIBE with one',
    [0x28, 0],
    (packet) =>
      packet.type === 'SUBSCRIBE' && packet.subscriptions.some(({ topicFilter }) => /[+#]/.test(topicFilter))
        ? packet
        : undefined,
  ),
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
      if (connack === undefined) return undefined;
      const own = connack.properties?.find((one) => one.name === 'serverKeepAlive')?.value;
      const keepAlive = typeof own === 'number' ? own : opening(target, 'CONNECT')?.keepAlive;
      return keepAlive === undefined || keepAlive === 0 ? undefined : delayed(target, 3 * keepAlive, 'client');
    },
  },
];

export const AGREEMENTS: readonly Damage[] = [...GRANTED, ...SESSIONS, ...LIMITS, ...TIME];
