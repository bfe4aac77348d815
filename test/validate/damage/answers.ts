// Damage to who answers: answers taken away, and packets sent twice.

import type { PacketType } from '../../../src/codec/packet.js';
import type { Version } from '../../../src/spec/versions.js';
import { type Damage, type Damaged, delayed, dropped, followed, idOf, is, near, read, SINCE_311 } from './damage.js';
import type { Target } from './session.js';

/** Not answering: what is taken away, and everything that follows of the exchange; the rest comes 15 seconds later. */
const drop = (name: string, least: number, why: string | undefined, type: PacketType): Damage => ({
  name,
  does: `${type} taken away${/^PUBRE/.test(type) ? ' with all that follows of its exchange' : ''}, and 15 s pass`,
  least,
  ...(why === undefined ? {} : { why }),
  make: (target) => (is(target, type) ? unanswered(target) : undefined),
});

const FOLLOWERS: Readonly<Partial<Record<PacketType, readonly PacketType[]>>> = {
  PUBREC: ['PUBREL', 'PUBCOMP'],
  PUBREL: ['PUBCOMP'],
};

function unanswered(target: Target): Damaged {
  const gone = new Set([target.index]);
  const left = [...(FOLLOWERS[target.packet.type] ?? [])];
  for (const { step, index } of near(target, 'after')) {
    const packet = read(step, target);
    if (left.length === 0 || packet.type !== left[0] || idOf(packet) !== idOf(target.packet)) continue;
    gone.add(index);
    left.shift();
  }
  const { steps, by, number } = delayed(target, 15, target.step.from);
  return { steps: steps.filter((_, index) => !gone.has(index)), by, number, control: steps };
}

const repeat = (name: string, versions: readonly Version[] | undefined, type: PacketType): Damage => ({
  name,
  does: `${type} twice`,
  ...(versions === undefined ? {} : { versions }),
  least: 1,
  make: (target) => (is(target, type) ? followed(target, target.step.from, target.step.bytes) : undefined),
});

/** Silence may also mean that the connection is dead. */
const MUTE = 'Where that side sends nothing more at all, the connection may be dead.';
const SILENT = 'Its sender says nothing more on that connection.';

const DROPPED: readonly Damage[] = [
  {
    name: 'drop-connect',
    does: 'CONNECT taken away',
    least: 0.7,
    why: 'The client sends nothing more on that connection.',
    make: (target) => (is(target, 'CONNECT') ? dropped(target) : undefined),
  },
  {
    name: 'drop-connack',
    does: 'CONNACK taken away',
    least: 0.7,
    why: SILENT,
    make: (target) => (is(target, 'CONNACK') ? dropped(target) : undefined),
  },
  drop('drop-puback', 0.8, MUTE, 'PUBACK'),
  drop('drop-pubrec', 0.8, MUTE, 'PUBREC'),
  drop('drop-pubrel', 0.8, MUTE, 'PUBREL'),
  drop('drop-pubcomp', 0.8, MUTE, 'PUBCOMP'),
  drop('drop-suback', 0.8, MUTE, 'SUBACK'),
  drop('drop-unsuback', 0.4, MUTE, 'UNSUBACK'),
  drop(
    'drop-pingresp',
    0.2,
    'PINGRESP has no identifier: the answer to a later PINGREQ passes for a late one.',
    'PINGRESP',
  ),
];

const REPEATED: readonly Damage[] = [
  repeat('repeat-connect', undefined, 'CONNECT'),
  repeat('repeat-connack', undefined, 'CONNACK'),
  repeat('repeat-puback', SINCE_311, 'PUBACK'),
  repeat('repeat-pubrec', SINCE_311, 'PUBREC'),
  // 3.1.1 lets PUBREL be sent again at any time.
  repeat('repeat-pubrel', ['5.0'], 'PUBREL'),
  repeat('repeat-pubcomp', SINCE_311, 'PUBCOMP'),
  repeat('repeat-suback', SINCE_311, 'SUBACK'),
  repeat('repeat-unsuback', SINCE_311, 'UNSUBACK'),
  {
    name: 'repeat-publish',
    does: 'a QoS 1 or 2 PUBLISH at once again, DUP 0',
    least: 1,
    make: (target) =>
      target.packet.type === 'PUBLISH' && target.packet.qos > 0 && !target.packet.dup
        ? followed(target, target.step.from, target.step.bytes)
        : undefined,
  },
];

export const ANSWERS: readonly Damage[] = [...DROPPED, ...REPEATED];
