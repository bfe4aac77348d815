// A kind of damage, and the changes that kinds are made of: of the steps around a packet, and of its bytes.

import { variableByteInteger } from '../../../src/bytes/cursor.js';
import type { Field } from '../../../src/codec/field.js';
import { annotate, decode, encode } from '../../../src/codec/frame.js';
import type { Packet, PacketType } from '../../../src/codec/packet.js';
import type { Version } from '../../../src/spec/versions.js';
import type { PacketStep, Side, Step, Target } from './session.js';

export interface Damaged {
  readonly steps: readonly Step[];
  /** Who is to blame. */
  readonly by: Side;
  /** The first packet that is not as it was, or that is no more: nothing may be found before. */
  readonly number: number;
  /** The same without the damage proper: what is found in this does not count. */
  readonly control?: readonly Step[];
}

export interface Damage {
  readonly name: string;
  /** What is done, for the table. */
  readonly does: string;
  /** Versions that forbid it; absent: all. */
  readonly versions?: readonly Version[];
  /** In a session with pauses: see settled(). */
  readonly isSettled?: boolean;
  /** Of how many at least it is found: 1 is always. */
  readonly least: number;
  /** Why not always. */
  readonly why?: string;
  /** Undefined: this packet cannot be damaged so. */
  make(target: Target): Damaged | undefined;
}

/** Other steps in place of the packet; the blame is its sender's, unless told otherwise. */
export function steps(target: Target, instead: readonly Step[], by: Side = target.step.from): Damaged {
  const { session, index, number } = target;
  return { steps: session.steps.toSpliced(index, 1, ...instead), by, number };
}

/** Other bytes in place of the packet's. */
export function bytes(target: Target, changed: Uint8Array): Damaged {
  return steps(target, [{ ...target.step, bytes: changed }]);
}

/** The packet with other values. */
export function values(target: Target, changed: Partial<Packet>): Damaged {
  return bytes(target, encode({ ...target.packet, ...changed } as Packet, target.version));
}

/** The packet is not there. */
export function dropped(target: Target): Damaged {
  return steps(target, []);
}

/** Behind the packet, at the same time, one more; damage begins with it. */
export function followed(target: Target, by: Side, ...more: readonly Uint8Array[]): Damaged {
  const { connection, time } = target.step;
  const extra = more.map((one): PacketStep => ({ kind: 'packet', connection, from: by, bytes: one, time }));
  return { ...steps(target, [target.step, ...extra], by), number: target.number + 1 };
}

/** Everything from the packet on happens later. */
export function delayed(target: Target, seconds: number, by: Side): Damaged {
  const { session, index, number } = target;
  const later = session.steps.map((step, i) => (i < index ? step : { ...step, time: step.time + seconds * 1e9 }));
  return { steps: later, by, number };
}

/** The packets of the same connection on one side of the packet, nearest first. */
export function* near(
  target: Target,
  way: 'before' | 'after',
): Generator<{ readonly step: PacketStep; readonly index: number }> {
  const { session, step } = target;
  const by = way === 'after' ? 1 : -1;
  for (let index = target.index + by; index >= 0 && index < session.steps.length; index += by) {
    const one = session.steps[index]!;
    if (one.connection === step.connection && one.kind === 'packet') yield { step: one, index };
  }
}

/** The packet and another one of its connection change places; each keeps its time. */
export function swapped(target: Target, other: number): Damaged {
  const { session, index, number, step } = target;
  const changed = [...session.steps];
  changed[index] = { ...session.steps[other]!, time: step.time };
  changed[other] = { ...step, time: session.steps[other]!.time };
  return { steps: changed, by: step.from, number };
}

/** Another packet of the connection. */
export const read = (step: PacketStep, { version }: Target): Packet => decode(step.bytes, version).packet as Packet;

/** Of a packet: the leaf or group at a path below its type ("topic", "flags.willQos"). */
export function fieldOf({ step, version, packet }: Target, path: string): Field | undefined {
  const whole = `${packet.type.toLowerCase()}.${path}`;
  const search = (field: Field): Field | undefined => {
    if (field.path === whole) return field;
    for (const child of field.children ?? []) {
      const found = search(child);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(annotate(step.bytes, version));
}

/** Bytes written over those at a place; the length stays. */
export function overwritten(of: Uint8Array, at: number, ...by: readonly number[]): Uint8Array {
  const changed = Uint8Array.from(of);
  changed.set(by, at);
  return changed;
}

/** `remove` bytes at a place after the fixed header give way to others; the Remaining Length follows. */
export function spliced(of: Uint8Array, at: number, remove: number, ...insert: readonly number[]): Uint8Array {
  const from = bodyAt(of);
  const body = [...of.subarray(from)].toSpliced(at - from, remove, ...insert);
  return Uint8Array.of(of[0]!, ...variableByteInteger(body.length), ...body);
}

/** Where the variable header begins. */
export function bodyAt(of: Uint8Array): number {
  let at = 1;
  while ((of[at]! & 0x80) !== 0) at++;
  return at + 1;
}

/** 5.0: one more property, in front of the others. Undefined for a packet without room for properties. */
export function withProperty(target: Target, ...property: readonly number[]): Damaged | undefined {
  const { step, packet } = target;
  const length = fieldOf(target, 'propertyLength');
  if (length !== undefined) {
    const value = Number(length.value);
    const longer = variableByteInteger(value + property.length);
    return bytes(target, spliced(step.bytes, length.at, length.length, ...longer, ...property));
  }
  if (!/^(PUBACK|PUBREC|PUBREL|PUBCOMP|DISCONNECT)$/.test(packet.type)) return undefined;
  const code = 'reasonCode' in packet && packet.reasonCode !== undefined ? [] : [0];
  return bytes(target, spliced(step.bytes, step.bytes.length, 0, ...code, property.length, ...property));
}

export const is = ({ packet }: Target, ...types: readonly PacketType[]): boolean => types.includes(packet.type);

export const idOf = (packet: Packet): number | undefined => ('packetId' in packet ? packet.packetId : undefined);

/** 3.1 leaves much open that later versions forbid. */
export const SINCE_311: readonly Version[] = ['3.1.1', '5.0'];
