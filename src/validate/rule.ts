// What a rule is: data first (which statements, on which packets, whom it binds, examples), the check last. Frame rules see
// one packet; conversation rules see it with the connection's state *before* it, and the close; session rules are
// conversation rules that look beyond their connection. Checks give verdicts and change nothing.

import type { Version } from '../spec/versions.js';
import type { ClosedEvent, LayerEvent, PacketEvent } from './event.js';
import type { Example, Violation } from './example.js';
import type { FrameRef, Level } from './finding.js';
import type { Asked } from './gates.js';
import type { PacketOf, PacketType } from './seen.js';

/** A numbered statement ("MQTT-3.1.0-1"), or where it has no number the section ("§3.1.2"). */
export type Ref = `MQTT-${string}` | `§${string}`;

/** Where in which packet: a path of the field tree, or bytes. Without either it is the whole packet. */
export interface Fault {
  /** Plain words with the values seen: "DUP is 1 on a QoS 0 message". */
  readonly message: string;
  readonly path?: string;
  readonly at?: number;
  readonly length?: number;
  readonly bits?: readonly [high: number, low: number];
  /** The packet at fault, when it is not the one at hand. */
  readonly frame?: FrameRef | undefined;
  /** 5.0: the Reason Code that the receiver owes, when it is not the rule's. */
  readonly due?: number;
  /** It rests on what was seen from this time on (ns): what was not seen before does not matter. */
  readonly since?: number;
  /** Who did it, when it is not the rule's party. */
  readonly party?: 'client' | 'server';
}

/** How a check answers. Called at most once with a fault per check and place; not called: the statement was not exercised. */
export interface Verdict {
  hold(): void;
  violate(fault: Fault): void;
  /** It may be wrong, but what would tell was not seen, or cannot be: `reason` says what. */
  inconclusive(reason: string, fault: Fault): void;
}

/** Whose bytes must have been seen without holes for the verdict to be sure; a violation without them is inconclusive. */
export type Needs = 'nothing' | 'sender' | 'receiver' | 'client' | 'server' | 'both';

interface RuleHead {
  /** Kebab case, names the fault: publish-dup-qos-0. Unique. */
  readonly name: string;
  /** Versions in which it holds; the first is the statement that a finding carries. */
  readonly refs: Readonly<Partial<Record<Version, readonly [Ref, ...Ref[]]>>>;
  /** For references without a number; a numbered statement has its own. Default must. */
  readonly level?: Level;
  /** Who is bound: the sender or receiver of the packet at hand, or a fixed one. */
  readonly party: 'sender' | 'receiver' | 'client' | 'server';
  /** One line: what to change. */
  readonly hint: string;
  /** 5.0: the Reason Code with which the receiver of this must close (0x81, 0x82 …). Present: the receiver must close, in each version. */
  readonly due?: number;
  /** Of which packets of its types it is asked at all (gates.ts): default always. */
  readonly asked?: Asked;
  /**
   * In which packets it can find fault (gates.ts): of others that it is asked about it holds or says nothing, and it is
   * asked no more once it was held in the connection. Default always.
   */
  readonly faults?: Asked;
  /** Such a packet keeps it for sure: it need not be asked even once. */
  readonly otherwise?: 'holds';
  /** Of whose packets it is asked; absent: of both sides'. */
  readonly from?: 'client' | 'server';
  /** All versions demand it in the same way: it may be judged though the version is a guess. */
  readonly anyVersion?: boolean;
  readonly violates: readonly Violation[];
  readonly complies: readonly Example[];
}

export interface FrameRule<T extends PacketType = PacketType> extends RuleHead {
  readonly kind: 'frame';
  readonly on: readonly T[];
  check(packet: PacketOf<T>, verdict: Verdict, event: PacketEvent): void;
}

export interface ConversationRule<T extends PacketType = PacketType> extends RuleHead {
  readonly kind: 'conversation' | 'session';
  readonly needs: Needs;
  /** Packets looked at; none when only the close or events of layers are. */
  readonly on: readonly T[];
  check?(packet: PacketOf<T>, verdict: Verdict, event: PacketEvent): void;
  /** The connection closed, or the capture ended. */
  closed?(event: ClosedEvent, verdict: Verdict): void;
  /** A layer below (WebSocket, TLS, PROXY protocol) had something to say. */
  layer?(event: LayerEvent, verdict: Verdict): void;
}

export type Rule = FrameRule | ConversationRule;

/** A statement that no capture can show to be broken. */
export interface Unjudged {
  readonly refs: Readonly<Partial<Record<Version, readonly Ref[]>>>;
  /** scenario: somebody must provoke it (the conformance suite); unobservable: not even then. */
  readonly kind: 'scenario' | 'unobservable';
  /** Why no rule can, and for a scenario what to do. */
  readonly why: string;
}

/** Everything that a file of rules answers. */
export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly unjudged: readonly Unjudged[];
}

/** Gives a rule's check its packet types. */
export function frameRule<T extends PacketType>(rule: Omit<FrameRule<T>, 'kind'>): Rule {
  return { kind: 'frame', ...rule } as unknown as Rule;
}

export function conversationRule<T extends PacketType = never>(rule: Omit<ConversationRule<T>, 'kind'>): Rule {
  return { kind: 'conversation', ...rule } as unknown as Rule;
}

export function sessionRule<T extends PacketType = never>(rule: Omit<ConversationRule<T>, 'kind'>): Rule {
  return { kind: 'session', ...rule } as unknown as Rule;
}
