// What renderers are fed: the items of a dissection, and packets that came without a connection (pasted bytes).

import type { Packet, PacketType } from '../codec/packet.js';
import type { ConnectionInfo, EventItem, EventName, PacketItem, Summary, VersionSource } from '../dissect/item.js';
import type { Direction } from '../spec/versions.js';

export interface ShownPacket extends Omit<PacketItem, 'connection'> {
  /** Absent for pasted bytes, which have no time, frames and addresses either. */
  readonly connection?: ConnectionInfo;
  /** How the version was found, where no connection tells it. */
  readonly versionFrom?: VersionSource;
  /** Of pasted bytes: where the packet begins among them. */
  readonly offset?: number;
}

/** What a proxy says of the connections that it passes on: who connected, what failed; a fault that was asked for. */
export type RelayEventName = 'relay' | 'fault';

export interface ShownEvent extends Omit<EventItem, 'connection' | 'event'> {
  readonly event: EventName | RelayEventName;
  readonly connection?: ConnectionInfo;
  readonly offset?: number;
}

export type Shown = ShownPacket | ShownEvent;

/** Findings by verdict and level; `more`: of a kind of which there were too many, counted only. */
export interface FindingCounts {
  readonly must: number;
  readonly should: number;
  readonly note: number;
  readonly inconclusive: number;
  readonly more: number;
}

export interface ShownSummary extends Summary {
  /** Absent when nobody judged. */
  readonly findings?: FindingCounts;
  /** What else passed is told elsewhere, and no port need be named. */
  readonly isProxied?: boolean;
}

type OfType<T extends PacketType, P extends Packet = Packet> = P extends Packet
  ? T extends P['type']
    ? P
    : never
  : never;

/** What was read of a packet of one type: each of its fields may be absent. */
export type Read<T extends PacketType> = { readonly type: T } & Partial<Omit<OfType<T>, 'type'>>;

export function timeOf(item: Shown): number {
  return item.kind === 'packet' ? item.frame.time : item.time;
}

/** Undefined for an event of both directions. */
export function directionOf(item: Shown): Direction | undefined {
  return item.kind === 'packet' ? item.frame.direction : item.direction;
}

export function originsOf(item: Shown): readonly number[] {
  return item.kind === 'packet' ? item.frame.origins : item.origins;
}

export type { ConnectionInfo, Summary, VersionSource };
