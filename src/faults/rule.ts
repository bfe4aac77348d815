// A rule about faults as plain data: what to do (its action, with what that needs) and when (which packets, how often). The
// fields, their words in one-liners and their places in the JSON schema stand in one table, rule-fields.ts.

import type { PacketTypeName } from '../spec/packets.js';

export type Sender = 'client' | 'server';

/** Which connections and packets. What is absent does not matter. */
export interface FaultMatch {
  readonly types?: readonly PacketTypeName[];
  readonly from?: Sender;
  /** Client identifier, `*` for any characters. */
  readonly client?: string;
  /** Topic filter: of PUBLISH and what acknowledges it, of a will, and of subscriptions that may get such topics. */
  readonly topic?: string;
  /** Of PUBLISH and what acknowledges it. */
  readonly qos?: number;
  /** From so long after the first byte of its connection on, in milliseconds. */
  readonly after?: number;
}

/** Which of the packets that match. */
export interface FaultOccasion {
  /** So many are left alone first; every, nth and count begin behind them. */
  readonly skip?: number;
  readonly every?: number;
  readonly nth?: number;
  /** At most so often. */
  readonly count?: number;
  /** Above 0, at most 1. */
  readonly probability?: number;
  /** Of the chance; 0 where absent: chance is the same in every run. */
  readonly seed?: number;
  /** Count and chance are of each connection; of the rule over all connections where absent. */
  readonly per?: 'connection';
}

export type FaultAction =
  | { readonly action: 'drop' | 'duplicate' }
  /** Milliseconds. What comes behind it waits too, unless it may overtake. */
  | { readonly action: 'delay'; readonly duration: number; readonly overtake?: true }
  /** A field by name, or a byte, counted from 1: one bit of it (7 is the highest), or all. */
  | { readonly action: 'corrupt'; readonly field?: string; readonly byte?: number; readonly bit?: number }
  /** Both sides are closed: before the packet (where absent), after it, or after so many of its bytes. FIN where absent. */
  | {
      readonly action: 'cut';
      readonly where?: 'before' | 'after';
      readonly byte?: number;
      readonly how?: 'fin' | 'rst';
    }
  /** Other bytes in its place. */
  | { readonly action: 'replace'; readonly hex: string }
  /** Other bytes before it (where absent) or after it, to the same side. */
  | { readonly action: 'inject'; readonly hex: string; readonly where?: 'before' | 'after' };

export type PacketRule = FaultAction & FaultMatch & FaultOccasion;

/** Bytes a second of each direction of each connection, MQTT or not. */
export interface LimitRule extends Pick<FaultMatch, 'from' | 'client' | 'after'> {
  readonly action: 'limit';
  readonly rate: number;
}

export type FaultRule = PacketRule | LimitRule;
export type ActionName = FaultRule['action'];
