// What a dissection yields, in capture order: MQTT packets, and the events around them. Renderers print these and
// nothing else; whatever was not seen is an event here, never silence.

import type { Field, Problem } from '../codec/field.js';
import type { ReadPacket } from '../codec/packet.js';
import type { Direction, Version } from '../spec/versions.js';

/** How the version of a connection came to be known. */
export type VersionSource = 'connect' | 'inferred' | 'option' | 'default';

/** The first FIN of a connection: who began to close it. */
export interface FirstFin {
  readonly direction: Direction;
  readonly time: number;
  readonly captureFrame: number;
}

/** One TCP connection that carries MQTT (or was forced to be read as such). */
export interface ConnectionInfo {
  /** 0-based, in order in which there was something to say of them. */
  readonly id: number;
  /** "10.0.0.2:20000", "[::1]:1883": made on first use. */
  readonly client: string;
  readonly server: string;
  /** "tcp", "tls", "websocket", "tls+websocket". */
  readonly transport: string;
  readonly version: Version;
  readonly versionFrom: VersionSource;
  /** Why the version was inferred, one line a fact: "CONNACK with a Remaining Length of 2 (frame 7)". */
  readonly evidence: readonly string[];
  /** Client identifier of the last CONNECT (or the assigned one of its CONNACK). */
  readonly clientId?: string;
  /** It is the server's choice, and another one in the next recording. */
  readonly hasAssignedId?: boolean;
  /** As soon as it was seen: the connection counts as closed when both sides have sent theirs. */
  readonly firstFin?: FirstFin | undefined;
  /**
   * Whether bytes of a direction are known to be missing as of now: acknowledged by the other side, or before a FIN; or were
   * given up at `from` (ns) or later, which may be told by an item that is yet to come.
   */
  lacks?(direction: Direction, from: number): boolean;
}

export interface Frame {
  readonly version: Version;
  readonly direction: Direction;
  /** The packet as captured; shorter than `length` when a part was not. A view: copy to keep beyond the next push. */
  readonly bytes: Uint8Array;
  /** Length on the wire, fixed header included. */
  readonly length: number;
  /** What could be read; fields that were not are absent (there are problems then). */
  readonly packet: ReadPacket;
  readonly problems: readonly Problem[];
  /** Nanoseconds since the source's epoch: when the last byte was captured. */
  readonly time: number;
  /** Capture frame numbers that carried it, ascending. */
  readonly origins: readonly number[];
  /** Where it stands in the capture file; -1 or absent when it does not stand there in one piece and as it is. */
  readonly offset?: number;
  /** Of one in several segments: offset in the packet and in the file (or -1) of each piece, in turn. */
  readonly pieces?: readonly number[] | undefined;
}

export interface PacketItem {
  readonly kind: 'packet';
  /** 1-based over the whole run. */
  readonly number: number;
  readonly connection: ConnectionInfo;
  readonly frame: Frame;
  /** Topic of a PUBLISH that carries only a Topic Alias, resolved in its direction as of that moment; undefined otherwise. */
  readonly aliasTopic?: string;
}

export type EventName =
  /** The capture starts after the connection did: said before its first packet, unless that is a CONNECT. */
  | 'mid-stream'
  | 'connection-closed'
  | 'gap'
  | 'lost-sync'
  | 'incomplete'
  | 'overlap-conflict'
  /** What a layer below MQTT has to say: a handshake, missing secrets, an upgrade, a broken frame. `code` says which. */
  | 'tls'
  | 'websocket'
  | 'proxy-protocol';

export interface EventItem {
  readonly kind: 'event';
  readonly event: EventName;
  readonly connection: ConnectionInfo;
  readonly direction?: Direction;
  readonly time: number;
  readonly origins: readonly number[];
  /** Plain words: "1460 bytes were not captured", "closed by the client (FIN)". */
  readonly message: string;
  /** lost-sync and incomplete: the bytes stepped over (the first of them, when there are many). */
  readonly bytes?: Uint8Array;
  /** Count of bytes concerned, where known. */
  readonly length?: number;
  /**
   * Of a layer's event: what it is, and its facts by name (serverName, cipherSuite, subprotocol …). Of the close: fin,
   * rst, reused, evicted, idle; the direction tells who.
   */
  readonly code?: string;
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

export type Item = PacketItem | EventItem;

/** Counts for the closing summary line, valid at any moment. */
export interface Summary {
  /** Where not everything is shown: the packets chosen, and the limit at which reading ended. All else is the whole. */
  readonly selected?: { readonly packets: number; readonly limit?: number };
  readonly captureFrames: number;
  readonly packets: number;
  readonly byType: Readonly<Record<string, number>>;
  readonly byVersion: Readonly<Record<string, number>>;
  readonly connections: number;
  readonly problems: number;
  readonly events: Readonly<Partial<Record<EventName, number>>>;
  /** Capture frames that yielded no TCP segment: reason and what was there -> count. */
  readonly skipped: readonly { readonly reason: string; readonly what: string; readonly count: number }[];
  /** TLS connections whose content could not be read. */
  readonly encrypted: number;
  /** TLS connections without application data: the handshake failed, or was all there was. Absent when there are none. */
  readonly emptyTls?: number;
  /** TCP connections that carried no MQTT: server port -> count, the most frequent first, at most 20. */
  readonly otherConnections: number;
  readonly otherPorts: readonly { readonly port: number; readonly count: number }[];
}

export type { Direction, Field, Problem, ReadPacket, Version };
