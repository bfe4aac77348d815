// What the judge has to say: a statement of the specification, who broke it, where in which packet. Findings hold no
// views of captured bytes, so they may be kept.

import type { ConnectionInfo } from '../dissect/item.js';
import type { Direction, Version } from '../spec/versions.js';

export type Level = 'must' | 'should' | 'note';
export type Party = 'client' | 'server' | 'unknown';

/** What is kept of a packet that was seen: enough to find it again. */
export interface FrameRef {
  /** Of the packet, 1-based over the whole run; 0 where there was no packet. */
  readonly number: number;
  readonly type: string;
  readonly direction: Direction;
  readonly version: Version;
  readonly captureFrames: readonly number[];
  /** Nanoseconds since the source's epoch. */
  readonly time: number;
  /** Length of the packet. */
  readonly length: number;
  /** Position in the capture file of the packet's first byte, where it lies there as it is. */
  readonly offset?: number | undefined;
  /** So many of its bytes stand there in one piece; absent when all do. */
  readonly standing?: number | undefined;
}

/** Bytes of a packet, and bits where it is less than a byte. */
export interface Place {
  /** Field path: connect.flags.willQos. */
  readonly path?: string;
  /** From the first byte of the MQTT packet. */
  readonly at: number;
  readonly length: number;
  readonly bits?: readonly [high: number, low: number];
  /** Where the first of these bytes stands in the capture file; absent when it does not stand there as it is. */
  readonly offset?: number;
  /** So many of these bytes stand there in one piece; absent when all do. */
  readonly standing?: number;
}

export interface Finding {
  readonly verdict: 'violation' | 'inconclusive';
  /** Name of the rule: publish-dup-qos-0. */
  readonly rule: string;
  /** "5.0:MQTT-3.3.1-2"; absent where the specification gives it no number. */
  readonly statement?: string;
  /** Further statements that say the same. */
  readonly also?: readonly string[];
  readonly section: string;
  readonly level: Level;
  readonly party: Party;
  /** Plain words with the values seen. Of an inconclusive one: what it looked like, and what was not seen. */
  readonly message: string;
  /** Inconclusive: why. */
  readonly reason?: string;
  readonly hint?: string;
  readonly connection: ConnectionInfo;
  readonly version: Version;
  /** The packet at fault; of what is missing at the close, the packet that asked for it. */
  readonly frame: FrameRef;
  readonly place?: Place;
  /** 5.0: the Reason Code that the receiver owes. */
  readonly due?: number;
  /** The same for the same fault of the same client, when the capture is cut or recorded again. */
  readonly fingerprint: string;
}
