// Damage to who says what, and in which order: acknowledgements changed and swapped, the beginning and the end of connections.

import type { PacketType } from '../../../src/codec/packet.js';
import {
  bytes,
  type Damage,
  type Damaged,
  followed,
  idOf,
  is,
  near,
  overwritten,
  read,
  SINCE_311,
  swapped,
  values,
} from './damage.js';
import { otherSide, type Target } from './session.js';

const ACKS: readonly PacketType[] = ['PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'SUBACK', 'UNSUBACK'];
/** No recorded session has it. */
const STRANGE_ID = 0xfedc;

/** What comes back for each type. */
const ANSWERS: Readonly<Partial<Record<PacketType, PacketType>>> = {
  CONNECT: 'CONNACK',
  PUBREC: 'PUBREL',
  PUBREL: 'PUBCOMP',
  SUBSCRIBE: 'SUBACK',
  UNSUBSCRIBE: 'UNSUBACK',
};

function answerOf({ packet }: Target): PacketType | undefined {
  if (packet.type === 'PUBLISH') return [undefined, 'PUBACK' as const, 'PUBREC' as const][packet.qos];
  return ANSWERS[packet.type];
}

/** The packet as another type: of acknowledgements, the identifier stays. */
function retyped(target: Target, first: number): Damaged {
  return bytes(target, overwritten(target.step.bytes, 0, first));
}

const CHANGED: readonly Damage[] = [
  ...ACKS.map(
    (type): Damage => ({
      name: `${type.toLowerCase()}-other-id`,
      does: `${type} with a Packet Identifier that nothing has`,
      least: 1,
      make: (target) => (is(target, type) ? values(target, { packetId: STRANGE_ID }) : undefined),
    }),
  ),
  {
    name: 'ack-other-type',
    does: 'PUBACK, PUBREC, PUBREL or PUBCOMP as another of them',
    least: 1,
    make: (target) => {
      const first = { PUBACK: 0x50, PUBREC: 0x40, PUBREL: 0x40, PUBCOMP: 0x40 }[target.packet.type as string];
      return first === undefined ? undefined : retyped(target, first);
    },
  },
  {
    name: 'suback-as-unsuback',
    does: 'UNSUBACK in place of SUBACK',
    least: 1,
    make: (target) => {
      if (!is(target, 'SUBACK')) return undefined;
      // Before 5.0 UNSUBACK has no payload.
      const { bytes: its } = target.step;
      const changed = target.version === '5.0' ? overwritten(its, 0, 0xb0) : Uint8Array.of(0xb0, 2, its[2]!, its[3]!);
      return bytes(target, changed);
    },
  },
  {
    name: 'dup-new-message',
    does: 'DUP set when a QoS 1 or 2 message is sent for the first time',
    versions: SINCE_311,
    least: 0.95,
    why: 'In a session that goes on it may have been sent before, and lost with that connection.',
    make: (target) =>
      target.packet.type === 'PUBLISH' && target.packet.qos > 0 && !target.packet.dup
        ? values(target, { dup: true })
        : undefined,
  },
  {
    name: 'dup-missing',
    does: 'DUP taken from a message that is sent again',
    versions: SINCE_311,
    least: 1,
    make: (target) =>
      target.packet.type === 'PUBLISH' && target.packet.dup ? values(target, { dup: false }) : undefined,
  },
  {
    name: 'publish-id-in-use',
    does: 'a QoS 1 or 2 PUBLISH with the Packet Identifier of one that is still open',
    least: 1,
    make: (target) => idInUse(target),
  },
];

/** The identifier of a message of the same sender that has not been acknowledged, as far as its first answer. */
function idInUse(target: Target): Damaged | undefined {
  const { packet, step } = target;
  if (packet.type !== 'PUBLISH' || packet.qos === 0) return undefined;
  const answered = new Set<number>();
  for (const { step: one } of near(target, 'before')) {
    const type = one.bytes[0]! >> 4;
    const id = (at: number): number => (one.bytes[at]! << 8) | one.bytes[at + 1]!;
    if (one.from !== step.from && (type === 4 || type === 5 || type === 7)) answered.add(id(2));
    if (one.from !== step.from || type !== 3 || (one.bytes[0]! & 0x06) === 0) continue;
    const length = one.bytes[1]! < 0x80 ? 2 : 3;
    const other = id(length + 2 + id(length));
    if (!answered.has(other) && other !== packet.packetId) return values(target, { packetId: other });
  }
  return undefined;
}

const ORDER: readonly Damage[] = [
  {
    name: 'answer-before-question',
    does: 'an answer put before the packet that it answers, where they are neighbours',
    least: 1,
    make: (target) => {
      const expected = is(target, 'CONNECT') ? undefined : answerOf(target);
      const next = near(target, 'after').next().value;
      if (expected === undefined || next === undefined || next.step.from === target.step.from) return undefined;
      const answer = read(next.step, target);
      if (answer.type !== expected || idOf(answer) !== idOf(target.packet)) return undefined;
      return { ...swapped(target, next.index), by: otherSide(target.step.from) };
    },
  },
  {
    name: 'connack-before-connect',
    does: 'CONNACK put before CONNECT',
    least: 0,
    why: 'No statement says in words that the server waits.',
    make: (target) => {
      const next = is(target, 'CONNECT') ? near(target, 'after').next().value : undefined;
      if (next === undefined || next.step.bytes[0] !== 0x20) return undefined;
      return { ...swapped(target, next.index), by: 'server' };
    },
  },
  {
    name: 'connack-not-first',
    does: 'CONNACK and the next packet of the server swapped',
    least: 1,
    make: (target) => {
      if (!is(target, 'CONNACK')) return undefined;
      for (const { step, index } of near(target, 'after')) if (step.from === 'server') return swapped(target, index);
      return undefined;
    },
  },
  {
    name: 'acks-out-of-order',
    does: 'two PUBACK, PUBREC or PUBREL of the client swapped',
    versions: SINCE_311,
    least: 1,
    make: (target) => {
      if (target.step.from !== 'client' || !is(target, 'PUBACK', 'PUBREC', 'PUBREL')) return undefined;
      const next = near(target, 'after').next().value;
      if (next?.step.from !== 'client' || next.step.bytes[0] !== target.step.bytes[0]) return undefined;
      return swapped(target, next.index);
    },
  },
];

const WRONG_SIDE: readonly (readonly [PacketType, readonly number[]])[] = [
  ['CONNACK', [0x20, 2, 0, 0]],
  ['SUBACK', [0x90, 3, 0, 1, 0]],
  ['PINGRESP', [0xd0, 0]],
  ['SUBSCRIBE', [0x82, 6, 0, 1, 0, 1, 0x61, 0]],
  ['PINGREQ', [0xc0, 0]],
];

const ENDS: readonly Damage[] = [
  {
    name: 'wrong-side',
    does: 'a packet that only the other side may send',
    least: 1,
    make: (target) => {
      const fromServer = target.step.from === 'server';
      const choices = WRONG_SIDE.filter(([type]) => fromServer === /^(SUBSCRIBE|PINGREQ)$/.test(type));
      const [type, its] = choices[target.number % choices.length]!;
      if (is(target, 'DISCONNECT', 'CONNECT')) return undefined;
      const hasProperties = target.version === '5.0' && type !== 'PINGRESP' && type !== 'PINGREQ';
      // 5.0: an empty Property Length behind the first two bytes of the variable header.
      const made = hasProperties ? [its[0]!, its[1]! + 1, its[2]!, its[3]!, 0, ...its.slice(4)] : its;
      return followed(target, target.step.from, Uint8Array.from(made));
    },
  },
  {
    name: 'packet-after-disconnect',
    does: 'PINGREQ behind the DISCONNECT of the client',
    versions: SINCE_311,
    least: 1,
    make: (target) =>
      is(target, 'DISCONNECT') && target.step.from === 'client'
        ? followed(target, 'client', Uint8Array.of(0xc0, 0))
        : undefined,
  },
  {
    name: 'refused-not-closed',
    does: 'the connection left open after a CONNACK that refuses, until the client closes it',
    versions: SINCE_311,
    least: 1,
    make: (target) => {
      const { packet } = target;
      const isRefused = packet.type === 'CONNACK' && (packet.returnCode ?? packet.reasonCode) !== 0;
      return isRefused ? unclosed(target) : undefined;
    },
  },
  {
    name: 'refused-but-served',
    does: 'a CONNACK that refuses, though the server goes on with the client',
    versions: SINCE_311,
    least: 1,
    make: (target) => {
      const { packet, version } = target;
      if (packet.type !== 'CONNACK' || (packet.returnCode ?? packet.reasonCode) !== 0) return undefined;
      for (const { step } of near(target, 'after')) {
        if (step.from !== 'server') continue;
        const code = version === '5.0' ? { reasonCode: 0x87 } : { returnCode: 5 };
        return values(target, { ...code, acknowledgeFlags: { reserved: 0, sessionPresent: false } });
      }
      return undefined;
    },
  },
  {
    name: 'disconnected-not-closed',
    does: 'the connection left open after DISCONNECT, until the other side closes it',
    versions: SINCE_311,
    least: 1,
    make: (target) => {
      return is(target, 'DISCONNECT') ? unclosed(target) : undefined;
    },
  },
  {
    name: 'auth-without-method',
    does: 'AUTH of a client that named no Authentication Method',
    versions: ['5.0'],
    least: 1,
    make: (target) => {
      const { packet } = target;
      if (packet.type !== 'CONNECT' || packet.properties?.some(({ name }) => name === 'authenticationMethod')) {
        return undefined;
      }
      return followed(target, 'client', Uint8Array.of(0xf0, 0));
    },
  },
];

/** The connection is left open, until the other side closes it after a minute. */
function unclosed(target: Target): Damaged {
  const { step, session, number } = target;
  const others = session.steps.filter(({ connection, kind }) => connection !== step.connection || kind === 'packet');
  const time = step.time + 60e9;
  const end = { kind: 'fin', connection: step.connection, from: otherSide(step.from), time } as const;
  return { steps: [...others, end], by: step.from, number };
}

export const EXCHANGES: readonly Damage[] = [...CHANGED, ...ORDER, ...ENDS];
