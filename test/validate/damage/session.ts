// A recorded session as steps: who sent which packet when, on which connection, and how connections ended. Layers below
// (TLS, WebSocket, PROXY protocol) are left away; `wired` puts the packets on a plain TCP stream again.

import { copyOf } from '../../../src/bytes/copy.js';
import type { CapturedPacket } from '../../../src/capture/packet.js';
import { decode, encode } from '../../../src/codec/frame.js';
import type { Packet } from '../../../src/codec/packet.js';
import { Dissector } from '../../../src/dissect/dissector.js';
import type { Item } from '../../../src/dissect/item.js';
import type { Version } from '../../../src/spec/versions.js';
import { fixtureBytes, packetsOf } from '../../support/fixtures.js';
import { merged, Wire } from '../../support/wire.js';

export type Side = 'client' | 'server';

export interface PacketStep {
  readonly kind: 'packet';
  readonly connection: number;
  readonly from: Side;
  readonly bytes: Uint8Array;
  /** Nanoseconds. */
  readonly time: number;
}

export interface EndStep {
  readonly kind: 'fin' | 'rst';
  readonly connection: number;
  readonly from: Side;
  readonly time: number;
}

export type Step = PacketStep | EndStep;

export interface Session {
  readonly name: string;
  readonly steps: readonly Step[];
  /** Of each connection. */
  readonly versions: readonly Version[];
}

/** One packet of a session, to be damaged. */
export interface Target {
  readonly session: Session;
  /** Its position among the steps. */
  readonly index: number;
  /** Among the packets, from 1: its number in a dissection. */
  readonly number: number;
  readonly step: PacketStep;
  readonly packet: Packet;
  readonly version: Version;
}

export const otherSide = (side: Side): Side => (side === 'client' ? 'server' : 'client');

/** A capture among the fixtures, and what is mended in it before it is damaged. */
export interface Recorded {
  readonly name: string;
  /** Other values of a packet that breaks the specification as it was recorded. */
  readonly mend?: (packet: Packet) => Packet | undefined;
}

/** The sessions of a capture. */
export function sessionOf({ name, mend }: Recorded): Session {
  const session = recordedSession(name);
  if (mend === undefined) return session;
  const changed = [...session.steps];
  for (const { index, step, packet, version } of targetsOf(session)) {
    const mended = mend(packet);
    if (mended !== undefined) changed[index] = { ...step, bytes: encode(mended, version) };
  }
  return { ...session, steps: changed };
}

function recordedSession(name: string): Session {
  const dissector = new Dissector();
  const steps: Step[] = [];
  const versions: Version[] = [];
  const take = (items: readonly Item[]): void => {
    for (const item of items) {
      const step = stepOf(item);
      if (step === undefined) continue;
      versions[step.connection] = item.connection.version;
      steps.push(step);
    }
  };
  for (const packet of packetsOf(fixtureBytes(name))) take(dissector.push(packet));
  take(dissector.end());
  return { name, steps, versions };
}

function stepOf(item: Item): Step | undefined {
  const { connection } = item;
  if (item.kind === 'packet') {
    const { bytes, direction, time } = item.frame;
    const from = direction === 'client-to-server' ? 'client' : 'server';
    return { kind: 'packet', connection: connection.id, from, bytes: copyOf(bytes), time };
  }
  if (item.event !== 'connection-closed') return undefined;
  const from = item.direction === 'server-to-client' ? 'server' : 'client';
  return { kind: item.code === 'rst' ? 'rst' : 'fin', connection: connection.id, from, time: item.time };
}

/** What comes sooner after SUBACK than this may have been stored before. */
const PAUSE = 1e9;

/** The same session, in which each subscription has been served before the next message is published. */
export function settled(session: Session): Session {
  let later = 0;
  let isFresh = false;
  const steps = session.steps.map((step) => {
    const type = step.kind === 'packet' ? step.bytes[0]! >> 4 : 0;
    if (isFresh && type === 3 && step.from === 'client') {
      later += PAUSE;
      isFresh = false;
    }
    if (type === 9) isFresh = true;
    return { ...step, time: step.time + later };
  });
  return { ...session, steps };
}

/** Each packet of a session. */
export function targetsOf(session: Session): readonly Target[] {
  let number = 0;
  return session.steps.flatMap((step, index) => {
    if (step.kind !== 'packet') return [];
    number++;
    const version = session.versions[step.connection]!;
    const { packet, problems } = decode(step.bytes, version);
    // Whole: the sessions raise nothing.
    if (problems.length > 0) throw new Error(`${session.name}: packet ${number} is not whole`);
    return [{ session, index, number, step, packet: packet as Packet, version }];
  });
}

/** What of a session was captured; absent: all. */
export interface Captured {
  /** Steps before this one are not in the capture. */
  readonly from?: number;
  /** Nor are packets at these positions, though they were sent. */
  readonly lost?: ReadonlySet<number>;
  /** Of one side only. */
  readonly side?: Side;
  /** Bytes of each TCP segment's packet. */
  readonly snaplen?: number;
}

/** The steps on TCP: each connection with a port of its own, opened before its first packet. */
export function wired(steps: readonly Step[], captured: Captured = {}): readonly CapturedPacket[] {
  const { from = 0, lost, side, snaplen } = captured;
  const wires = new Map<number, Wire>();
  const limit = snaplen === undefined ? {} : { snaplen };
  let time = 0;
  for (const [index, step] of steps.entries()) {
    let wire = wires.get(step.connection);
    if (wire === undefined) {
      wire = new Wire({ clientPort: 20000 + step.connection, ...limit });
      wire.time = Math.max(time, step.time - 2000);
      wires.set(step.connection, wire);
      if (index >= from) wire.open();
      time = wire.time;
    }
    const to = step.from === 'client' ? 0 : 1;
    const isSeen = index >= from && lost?.has(index) !== true && (side === undefined || step.from === side);
    wire.time = Math.max(time, step.time);
    if (!isSeen) wire.lose(to, step.kind === 'packet' ? step.bytes.length : 1);
    else if (step.kind === 'packet') wire.send(to, step.bytes);
    else if (step.kind === 'rst') wire.rst(to);
    else wire.fin(to).fin(to === 0 ? 1 : 0);
    time = wire.time;
  }
  return merged(...wires.values());
}
