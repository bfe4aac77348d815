// Damage to the form of one packet: its fixed header, its lengths, its fields. The packet by itself tells.

import type { PacketType } from '../../../src/codec/packet.js';
import { bodyAt, bytes, type Damage, fieldOf, overwritten, spliced, values } from './damage.js';
import type { Target } from './session.js';

const FIXED_FLAGS: readonly PacketType[] = ['CONNECT', 'CONNACK', 'PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP'];
const ALSO_FIXED: readonly PacketType[] = ['SUBSCRIBE', 'SUBACK', 'UNSUBSCRIBE', 'UNSUBACK', 'PINGREQ', 'PINGRESP'];
const LAST_FIXED: readonly PacketType[] = ['DISCONNECT', 'AUTH'];
const RESERVED_FLAGS = new Set([...FIXED_FLAGS, ...ALSO_FIXED, ...LAST_FIXED]);

/** The packet with another Remaining Length over the same bytes. */
const claiming = (target: Target, more: number): Uint8Array => {
  const { bytes: its } = target.step;
  const length = its.length - bodyAt(its) + more;
  const width = bodyAt(its) - 1;
  const digits = Array.from({ length: width }, (_, i) => ((length >> (7 * i)) & 0x7f) | (i < width - 1 ? 0x80 : 0));
  return overwritten(its, 1, ...digits);
};

export const FORM: readonly Damage[] = [
  {
    name: 'header-flag',
    does: 'a reserved flag of the fixed header flipped',
    versions: ['3.1.1', '5.0'],
    least: 1,
    make: (target) =>
      RESERVED_FLAGS.has(target.packet.type)
        ? bytes(target, overwritten(target.step.bytes, 0, target.step.bytes[0]! ^ (1 << (target.number % 4))))
        : undefined,
  },
  {
    name: 'remaining-length-long',
    does: 'Remaining Length one too high',
    least: 0.8,
    why: 'The packet takes the first byte of the next one; where its sender says nothing more, its last byte is only awaited.',
    make: (target) => bytes(target, claiming(target, 1)),
  },
  {
    name: 'remaining-length-short',
    does: 'Remaining Length one too low',
    least: 0.6,
    why: 'A PUBLISH with a shorter payload is as good as any; the byte that is left over is told as lost step where nothing more follows.',
    make: (target) => (target.step.bytes[1] === 0 ? undefined : bytes(target, claiming(target, -1))),
  },
  {
    name: 'remaining-length-overlong',
    does: 'Remaining Length in one byte more than it needs',
    versions: ['5.0'],
    least: 1,
    make: (target) => {
      const { bytes: its } = target.step;
      const end = bodyAt(its) - 1;
      if (end === 4) return undefined;
      return bytes(target, Uint8Array.of(...its.subarray(0, end), its[end]! | 0x80, 0, ...its.subarray(end + 1)));
    },
  },
  {
    name: 'byte-too-many',
    does: 'a byte behind the last field, and the Remaining Length that goes with it',
    least: 1,
    make: (target) => {
      const { packet, step, version } = target;
      // A payload, a list of filters or codes, and what 5.0 may leave out take another byte.
      const isOpen = /^(PUBLISH|SUBSCRIBE|SUBACK|UNSUBSCRIBE|UNSUBACK)$/.test(packet.type);
      // 3.1 disregards fields of CONNECT that no flag announces.
      if (
        isOpen ||
        (version === '3.1' && packet.type === 'CONNECT') ||
        (version === '5.0' && /^(PUB|DISCONNECT|AUTH)/.test(packet.type))
      )
        return undefined;
      return bytes(target, spliced(step.bytes, step.bytes.length, 0, 0));
    },
  },
  {
    name: 'string-length-long',
    does: 'the length of a string one too high (CONNECT, SUBSCRIBE, UNSUBSCRIBE)',
    least: 1,
    make: (target) => stringLength(target, 1),
  },
  {
    name: 'string-length-short',
    does: 'the length of a string one too low (CONNECT, SUBSCRIBE, UNSUBSCRIBE)',
    least: 1,
    make: (target) => stringLength(target, -1),
  },
  {
    name: 'both-qos-bits',
    does: 'both QoS bits set in PUBLISH',
    least: 1,
    make: (target) =>
      target.packet.type === 'PUBLISH'
        ? bytes(target, overwritten(target.step.bytes, 0, target.step.bytes[0]! | 0x06))
        : undefined,
  },
  {
    name: 'dup-qos-0',
    does: 'DUP set in a QoS 0 PUBLISH',
    versions: ['3.1.1', '5.0'],
    least: 1,
    make: (target) =>
      target.packet.type === 'PUBLISH' && target.packet.qos === 0 ? values(target, { dup: true }) : undefined,
  },
  {
    name: 'packet-id-zero',
    does: 'Packet Identifier 0',
    least: 1,
    make: (target) =>
      'packetId' in target.packet && target.packet.packetId !== undefined ? values(target, { packetId: 0 }) : undefined,
  },
  {
    name: 'reserved-type',
    does: 'packet type 0',
    least: 0.75,
    why: 'Without CONNECT the version is a guess, so the verdict is inconclusive.',
    make: (target) => bytes(target, overwritten(target.step.bytes, 0, target.step.bytes[0]! & 0x0f)),
  },
  {
    name: 'no-filters',
    does: 'all topic filters taken out of SUBSCRIBE or UNSUBSCRIBE',
    versions: ['3.1.1', '5.0'],
    least: 1,
    make: (target) => {
      const { packet } = target;
      if (packet.type === 'SUBSCRIBE') return values(target, { subscriptions: [] });
      return packet.type === 'UNSUBSCRIBE' ? values(target, { topicFilters: [] }) : undefined;
    },
  },
  {
    name: 'subscription-reserved-bits',
    does: 'a reserved bit set beside a requested QoS',
    versions: ['3.1.1', '5.0'],
    least: 1,
    make: (target) => options(target, target.version === '5.0' ? 0x40 : 0x10),
  },
  {
    name: 'subscription-qos-3',
    does: 'QoS 3 requested',
    least: 1,
    make: (target) => options(target, 0x03),
  },
  {
    name: 'retain-handling-3',
    does: 'Retain Handling 3 requested',
    versions: ['5.0'],
    least: 1,
    make: (target) => options(target, 0x30),
  },
];

function stringLength(target: Target, more: number): ReturnType<Damage['make']> {
  const path = {
    CONNECT: 'clientIdLength',
    SUBSCRIBE: 'subscriptions[0].topicFilterLength',
    UNSUBSCRIBE: 'topicFilters[0]Length',
  }[target.packet.type as string];
  const field = path === undefined ? undefined : fieldOf(target, path);
  if (field === undefined || (more < 0 && field.value === 0)) return undefined;
  // 3.1 disregards what stands behind the last field of CONNECT.
  if (more < 0 && target.version === '3.1' && target.packet.type === 'CONNECT') return undefined;
  const low = field.at + 1;
  return bytes(target, overwritten(target.step.bytes, low, target.step.bytes[low]! + more));
}

/** Bits set in the first options byte of SUBSCRIBE. */
function options(target: Target, bits: number): ReturnType<Damage['make']> {
  if (target.packet.type !== 'SUBSCRIBE') return undefined;
  const at = fieldOf(target, 'subscriptions[0].options')?.at;
  return at === undefined
    ? undefined
    : bytes(target, overwritten(target.step.bytes, at, target.step.bytes[at]! | bits));
}
