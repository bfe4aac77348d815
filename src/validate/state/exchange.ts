// One QoS 1 or 2 message on its way, from its PUBLISH to its last acknowledgement, and the table of what each packet means
// for it (4.3.2, 4.3.3):
//
//   QoS 1   published-1 ──PUBACK──▶ acknowledged
//                 └──────PUBACK ≥ 0x80 (5.0)──▶ refused
//   QoS 2   published-2 ──PUBREC──▶ received ──PUBREL──▶ released ──PUBCOMP──▶ completed
//                 └──────PUBREC ≥ 0x80 (5.0)──▶ refused
//
// The last of each line are done: their identifiers are free, and they are remembered for a while to tell a second
// acknowledgement from one that nobody asked for.

import type { Direction, Version } from '../../spec/versions.js';
import type { FrameRef } from '../finding.js';
import type { PacketOf, Seen } from '../seen.js';

export type FlowState =
  | 'published-1'
  | 'published-2'
  | 'received'
  | 'released'
  | 'acknowledged'
  | 'refused'
  | 'completed';

/** DENIAL and REFUSAL: a PUBACK and a PUBREC with a Reason Code of 0x80 or more (5.0). */
export type FlowStep = 'PUBACK' | 'DENIAL' | 'PUBREC' | 'REFUSAL' | 'PUBREL' | 'PUBCOMP';

/**
 * What a packet other than PUBLISH means for its exchange.
 *
 * - answers: the step that was due
 * - again: the same step once more, and nothing asked for it
 * - wrong-type: the other Quality of Service level's
 * - early: the step before it has not been
 * - refused: PUBREL for what was refused
 * - unasked: no message that it could belong to was seen
 */
export type StepKind = 'answers' | 'again' | 'wrong-type' | 'early' | 'refused' | 'unasked';

/**
 * What a PUBLISH means.
 *
 * - new: no message is under way under its identifier
 * - repeated: the same message once more, on the same connection
 * - resumed: the same message, left over from the connection before, for the first time on this one
 * - released: the same message, whose PUBREL was sent already
 * - late: the same message with DUP 1, but its last acknowledgement has been seen
 * - in-use: another message is under way under its identifier
 *
 * Of the other packets, beside StepKind:
 *
 * - carried: an acknowledgement of what was left over and not sent again yet
 * - delayed: it was captured before what it seems to belong to: it had to wait behind a hole, and means something else
 */
export type FlowKind =
  | 'new'
  | 'repeated'
  | 'resumed'
  | 'released'
  | 'late'
  | 'in-use'
  | 'carried'
  | 'delayed'
  | StepKind;

/** What a packet means for the exchange that its Packet Identifier belongs to. */
export interface FlowMeaning {
  readonly kind: FlowKind;
  readonly packetId: number;
  /** What was known under this identifier before the packet, under way or done. */
  readonly exchange: Exchange | undefined;
}

export interface Transition {
  readonly kind: StepKind;
  readonly to: FlowState;
}

const to = (kind: StepKind, state: FlowState): Transition => ({ kind, to: state });

export const TRANSITIONS: Readonly<Record<FlowState, Readonly<Record<FlowStep, Transition>>>> = {
  'published-1': {
    PUBACK: to('answers', 'acknowledged'),
    DENIAL: to('answers', 'refused'),
    PUBREC: to('wrong-type', 'published-1'),
    REFUSAL: to('wrong-type', 'published-1'),
    PUBREL: to('wrong-type', 'published-1'),
    PUBCOMP: to('wrong-type', 'published-1'),
  },
  'published-2': {
    PUBACK: to('wrong-type', 'published-2'),
    DENIAL: to('wrong-type', 'published-2'),
    PUBREC: to('answers', 'received'),
    REFUSAL: to('answers', 'refused'),
    PUBREL: to('early', 'released'),
    PUBCOMP: to('early', 'published-2'),
  },
  received: {
    PUBACK: to('wrong-type', 'received'),
    DENIAL: to('wrong-type', 'received'),
    PUBREC: to('again', 'received'),
    REFUSAL: to('again', 'refused'),
    PUBREL: to('answers', 'released'),
    PUBCOMP: to('early', 'received'),
  },
  released: {
    PUBACK: to('wrong-type', 'released'),
    DENIAL: to('wrong-type', 'released'),
    PUBREC: to('again', 'released'),
    REFUSAL: to('again', 'released'),
    PUBREL: to('again', 'released'),
    PUBCOMP: to('answers', 'completed'),
  },
  acknowledged: {
    PUBACK: to('again', 'acknowledged'),
    DENIAL: to('again', 'acknowledged'),
    PUBREC: to('unasked', 'acknowledged'),
    REFUSAL: to('unasked', 'acknowledged'),
    PUBREL: to('unasked', 'acknowledged'),
    PUBCOMP: to('unasked', 'acknowledged'),
  },
  refused: {
    PUBACK: to('again', 'refused'),
    DENIAL: to('again', 'refused'),
    PUBREC: to('again', 'refused'),
    REFUSAL: to('again', 'refused'),
    PUBREL: to('refused', 'released'),
    PUBCOMP: to('unasked', 'refused'),
  },
  completed: {
    PUBACK: to('unasked', 'completed'),
    DENIAL: to('unasked', 'completed'),
    PUBREC: to('again', 'completed'),
    REFUSAL: to('again', 'completed'),
    PUBREL: to('again', 'released'),
    PUBCOMP: to('again', 'completed'),
  },
};

export function isDone(state: FlowState): boolean {
  return state === 'acknowledged' || state === 'refused' || state === 'completed';
}

export class Exchange {
  // First what every step looks at: so it lies together.
  packetId = 0;
  qos = 0;
  state: FlowState = 'published-1';
  /** How often it is remembered as done. */
  remembered = 0;
  /** Sent as a PUBLISH on this connection; false: left over from an earlier one. */
  isHere = true;
  /** Left over, and sent again on this connection. */
  isResumed = false;
  /** It takes up a part of the quota (5.0: 4.9). */
  isCounted = false;
  /** PUBLISH, their answers (PUBACK, PUBREC), PUBREL and PUBCOMP on this connection. */
  sends = 1;
  answers = 0;
  releases = 0;
  completions = 0;
  /** Answers that may still come to the message that had its identifier before, and should not have lost it. */
  owed = 0;
  /** Packet whose like for a later message came before this one's, and when. */
  overtakenBy = 0;
  overtakenAt = Number.NaN;
  /** What ended the message before it under the same identifier, when it was done. */
  reused: 'PUBACK' | 'REFUSAL' | 'PUBCOMP' | undefined = undefined;
  /** The queue it stands in, and its neighbours there. */
  queue: object | undefined = undefined;
  before: Exchange | undefined = undefined;
  after: Exchange | undefined = undefined;
  /** When the latest PUBLISH of this connection was seen, and the latest step of the exchange (ns). */
  sentAt = Number.NaN;
  stepAt = Number.NaN;
  /** When the message expires (5.0, ns). */
  expiresAt = Number.NaN;
  /** Of its first PUBLISH, within the session of its sender. */
  order = 0;
  /** Of its identifier, among those in use. */
  position = 0;
  /** With aliases resolved; undefined when it is not known or too long to keep. */
  topic: string | undefined = undefined;
  /** Hash of the payload; undefined when not all of it was captured. */
  payload: number | undefined = undefined;
  /** It was seen first with DUP 1, or as a PUBREL: earlier steps may not have been seen. */
  hasPast = false;
  /** The packet that began it. */
  number = 0;
  type = '';
  time = Number.NaN;
  length = 0;
  private version: Version = '3.1.1';
  private captureFrame = 0;
  private captureFrames: readonly number[] | undefined = undefined;

  /** A packet begins it; what it was before, if anything, is over. */
  begin(packetId: number, qos: number, order: number, seen: Seen): void {
    const { type, time } = seen;
    this.packetId = packetId;
    this.qos = qos;
    this.order = order;
    this.number = seen.number;
    this.type = type;
    this.version = seen.version;
    this.time = this.sentAt = this.stepAt = time;
    this.length = seen.length;
    this.captureFrame = seen.origin;
    this.captureFrames = seen.origins;
    this.state = qos === 1 ? 'published-1' : type === 'PUBLISH' ? 'published-2' : 'released';
    this.isHere = true;
    this.isResumed = this.isCounted = false;
    this.sends = 1;
    this.owed = this.answers = this.releases = this.completions = 0;
    this.overtakenBy = 0;
    this.reused = undefined;
  }

  get isOpen(): boolean {
    return !isDone(this.state);
  }

  /** What ended it, when it is done. */
  get end(): Exchange['reused'] {
    if (this.isOpen) return undefined;
    return this.qos === 1 ? 'PUBACK' : this.state === 'refused' ? 'REFUSAL' : 'PUBCOMP';
  }

  /** The packet that began it. */
  ref(direction: Direction): FrameRef {
    const { number, type, version, time, length } = this;
    const captureFrames = this.captureFrames === undefined ? [this.captureFrame] : [...this.captureFrames];
    return { number, type, direction, version, captureFrames, time, length };
  }

  /** It took the identifier of one that is open: the answers to that one may still come. */
  displace({ sends, owed, answers }: Exchange): void {
    this.owed = Math.max(0, sends + owed - answers);
  }

  /** Its connection is over: it goes on in the next one. */
  carry(): void {
    this.isHere = this.isResumed = this.isCounted = false;
    this.sends = this.owed = this.answers = this.releases = this.completions = 0;
    this.overtakenBy = 0;
    this.queue = this.before = this.after = undefined;
    this.remembered = 0;
  }
}

export type Acknowledgement = PacketOf<'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP'>;

export function stepOf({ type, reasonCode }: Acknowledgement): FlowStep {
  if (reasonCode === undefined || reasonCode < 0x80) return type;
  return type === 'PUBACK' ? 'DENIAL' : type === 'PUBREC' ? 'REFUSAL' : type;
}

/** What a step means for its exchange, those before it counted. */
export function kindOf(step: FlowStep, exchange: Exchange): FlowKind {
  const { kind } = TRANSITIONS[exchange.state][step];
  if (step === 'PUBREL') return kind === 'again' && exchange.releases === 0 ? 'resumed' : kind;
  if (step !== 'PUBCOMP' && kind !== 'answers' && exchange.answers < exchange.owed) return 'answers';
  const asked = step === 'PUBCOMP' ? exchange.releases : exchange.sends + exchange.owed;
  const given = step === 'PUBCOMP' ? exchange.completions : exchange.answers;
  if (asked === 0 && (kind === 'answers' || kind === 'again')) return 'carried';
  return kind === 'again' && given < asked ? 'answers' : kind;
}

/** Whether a PUBLISH carries the message of an exchange. */
export function isSame(
  exchange: Exchange,
  { topic }: Seen,
  { qos, dup }: PacketOf<'PUBLISH'>,
  payload: number | undefined,
): boolean {
  if (qos !== exchange.qos) return false;
  // What was not captured whole, or of which only the PUBREL was seen, cannot be compared.
  if (payload === undefined || exchange.payload === undefined) return dup === true;
  return payload === exchange.payload && (topic === undefined || (exchange.topic ?? topic) === topic);
}
