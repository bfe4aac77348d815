// Damage to what one packet says: strings and topics, the flags of CONNECT, codes. Bytes are written over others, so
// that all lengths stay right.

import type { PacketType } from '../../../src/codec/packet.js';
import { bytes, type Damage, type Damaged, fieldOf, overwritten, values } from './damage.js';
import type { Target } from './session.js';

const TOPICS: Readonly<Partial<Record<PacketType, string>>> = {
  PUBLISH: 'topic',
  SUBSCRIBE: 'subscriptions[0].topicFilter',
  UNSUBSCRIBE: 'topicFilters[0]',
};
const STRINGS: typeof TOPICS = { ...TOPICS, CONNECT: 'clientId' };
/** 3.1 forbids U+0000 in topics only; what else is not UTF-8 it does not forbid in so many words (2.5). */
const stringsOf = ({ version }: Target): typeof TOPICS => (version === '3.1' ? TOPICS : STRINGS);

/** Bytes over the beginning of a string of the packet that has room for them. */
function over(paths: typeof TOPICS, target: Target, ...by: readonly number[]): Damaged | undefined {
  const path = paths[target.packet.type];
  const field = path === undefined ? undefined : fieldOf(target, path);
  if (field === undefined || field.length < by.length) return undefined;
  return bytes(target, overwritten(target.step.bytes, field.at, ...by));
}

const STRING_DAMAGE: readonly Damage[] = [
  {
    name: 'string-zero',
    does: 'U+0000 in a client identifier, topic or filter',
    least: 1,
    make: (target) => over(stringsOf(target), target, 0x00),
  },
  {
    name: 'string-surrogate',
    does: 'a surrogate (ED A0 80) in a client identifier, topic or filter',
    versions: ['3.1.1', '5.0'],
    least: 1,
    make: (target) => over(STRINGS, target, 0xed, 0xa0, 0x80),
  },
  {
    name: 'string-not-utf-8',
    does: 'the byte FF in a client identifier, topic or filter',
    versions: ['3.1.1', '5.0'],
    least: 1,
    make: (target) => over(STRINGS, target, 0xff),
  },
  {
    name: 'topic-wildcard',
    does: '# in the topic of PUBLISH',
    least: 1,
    make: (target) => over({ PUBLISH: 'topic' }, target, 0x23),
  },
  {
    name: 'topic-empty',
    does: 'an empty topic, and no Topic Alias',
    least: 1,
    make: (target) =>
      target.packet.type === 'PUBLISH'
        ? values(target, {
            topic: '',
            ...(target.packet.properties === undefined
              ? {}
              : { properties: target.packet.properties.filter((one) => one.name !== 'topicAlias') }),
          })
        : undefined,
  },
  {
    name: 'filter-wildcard-misplaced',
    does: '# before another character in a filter of SUBSCRIBE',
    least: 1,
    make: (target) => over({ SUBSCRIBE: TOPICS.SUBSCRIBE! }, target, 0x23, 0x78),
  },
  {
    name: 'filter-empty',
    does: 'an empty filter in SUBSCRIBE',
    least: 1,
    make: (target) =>
      target.packet.type === 'SUBSCRIBE'
        ? values(target, { subscriptions: [{ ...target.packet.subscriptions[0]!, topicFilter: '' }] })
        : undefined,
  },
];

/** Another byte in place of the Connect Flags. */
function connectFlags(target: Target, change: (flags: number) => number | undefined): Damaged | undefined {
  const at = target.packet.type === 'CONNECT' ? fieldOf(target, 'flags')?.at : undefined;
  const changed = at === undefined ? undefined : change(target.step.bytes[at]!);
  return changed === undefined ? undefined : bytes(target, overwritten(target.step.bytes, at!, changed));
}

const CONNECT_DAMAGE: readonly Damage[] = [
  {
    name: 'connect-reserved-flag',
    does: 'the reserved Connect Flag set',
    versions: ['3.1.1', '5.0'],
    least: 1,
    make: (target) => connectFlags(target, (flags) => flags | 0x01),
  },
  {
    name: 'will-qos-without-will',
    does: 'a Will QoS without a will',
    versions: ['3.1.1', '5.0'],
    least: 1,
    make: (target) => connectFlags(target, (flags) => ((flags & 0x04) === 0 ? flags | 0x08 : undefined)),
  },
  {
    name: 'will-retain-without-will',
    does: 'Will Retain without a will',
    versions: ['3.1.1', '5.0'],
    least: 1,
    make: (target) => connectFlags(target, (flags) => ((flags & 0x04) === 0 ? flags | 0x20 : undefined)),
  },
  {
    name: 'will-qos-3',
    does: 'Will QoS 3',
    versions: ['3.1.1', '5.0'],
    least: 1,
    make: (target) => connectFlags(target, (flags) => ((flags & 0x04) !== 0 ? flags | 0x18 : undefined)),
  },
  {
    name: 'will-flag-without-will',
    does: 'the Will Flag set, but no will in the payload',
    least: 0.9,
    why: 'In 3.1 the user name and the password may be missing though announced: then they pass for the will.',
    make: (target) => connectFlags(target, (flags) => ((flags & 0x04) === 0 ? flags | 0x04 : undefined)),
  },
  {
    name: 'user-name-flag-without-user-name',
    does: 'the User Name Flag set, but no user name in the payload',
    versions: ['3.1.1', '5.0'],
    least: 1,
    make: (target) => connectFlags(target, (flags) => ((flags & 0xc0) === 0 ? flags | 0x80 : undefined)),
  },
  {
    name: 'connect-user-name-unannounced',
    does: 'the User Name and Password Flags taken away, their fields left',
    versions: ['3.1.1', '5.0'],
    least: 1,
    make: (target) => connectFlags(target, (flags) => ((flags & 0x80) !== 0 ? flags & 0x3f : undefined)),
  },
  {
    name: 'client-id-empty-kept-session',
    does: 'an empty client identifier with Clean Session 0',
    versions: ['3.1.1'],
    least: 1,
    make: (target) =>
      target.packet.type === 'CONNECT'
        ? values(target, { clientId: '', flags: { ...target.packet.flags, cleanSession: false } })
        : undefined,
  },
];

const CODE_DAMAGE: readonly Damage[] = [
  {
    name: 'reason-code-unknown',
    does: 'Reason Code 0x7F where there is one',
    versions: ['5.0'],
    least: 1,
    make: (target) => {
      const { packet } = target;
      if ('reasonCodes' in packet) return values(target, { reasonCodes: packet.reasonCodes!.map(() => 0x7f) });
      const has = 'reasonCode' in packet && packet.reasonCode !== undefined;
      return has ? values(target, { reasonCode: 0x7f }) : undefined;
    },
  },
  {
    name: 'suback-code-reserved',
    does: 'return code 3 in SUBACK',
    versions: ['3.1.1'],
    least: 1,
    make: (target) =>
      target.packet.type === 'SUBACK'
        ? values(target, { returnCodes: target.packet.returnCodes!.map(() => 3) })
        : undefined,
  },
  {
    name: 'connack-reserved-flags',
    does: 'a reserved bit set in the flags of CONNACK',
    versions: ['5.0'],
    least: 1,
    make: (target) =>
      target.packet.type === 'CONNACK'
        ? bytes(target, overwritten(target.step.bytes, 2, target.step.bytes[2]! | 0x10))
        : undefined,
  },
  {
    name: 'connack-refused-session-present',
    does: 'Session Present in a CONNACK that refuses',
    versions: ['3.1.1', '5.0'],
    least: 1,
    make: (target) =>
      target.packet.type === 'CONNACK' && (target.packet.returnCode ?? target.packet.reasonCode) !== 0
        ? bytes(target, overwritten(target.step.bytes, 2, target.step.bytes[2]! | 0x01))
        : undefined,
  },
  {
    name: 'assigned-client-identifier-missing',
    does: 'CONNACK without the Assigned Client Identifier that is due',
    versions: ['5.0'],
    least: 1,
    make: (target) => {
      const { packet } = target;
      if (packet.type !== 'CONNACK') return undefined;
      const left = packet.properties?.filter(({ name }) => name !== 'assignedClientIdentifier') ?? [];
      return left.length === (packet.properties?.length ?? 0) ? undefined : values(target, { properties: left });
    },
  },
];

export const CONTENT: readonly Damage[] = [...STRING_DAMAGE, ...CONNECT_DAMAGE, ...CODE_DAMAGE];
