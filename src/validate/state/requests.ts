// SUBSCRIBE and UNSUBSCRIBE of a client that wait for their answer, by Packet Identifier. `classify` says what a packet
// means and changes nothing, `apply` then makes it so.
//
// Requests of the two types wait apart, since their answers differ. Of two requests of one type that wait under one
// identifier (the client must not, or it sent the same again) the later one counts; when they differ, nobody can tell
// which of them an answer is for: `isAmbiguous`.

import type { FrameRef } from '../finding.js';
import type { PacketOf, Seen } from '../seen.js';
import { numberOf } from './number-property.js';

/** One topic filter as it was asked for. Options that the packet does not have (before 5.0, UNSUBSCRIBE) are false and 0. */
export interface RequestedFilter {
  readonly filter: string;
  readonly qos: number;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: number;
}

export interface PendingRequest {
  readonly type: 'SUBSCRIBE' | 'UNSUBSCRIBE';
  readonly packetId: number;
  /** In the order of the packet: the codes of the answer have the same. */
  readonly filters: readonly RequestedFilter[];
  readonly subscriptionIdentifier?: number;
  readonly frame: FrameRef;
  /** All of it could be read: `filters` lacks none. */
  readonly isWhole: boolean;
  /** Another request, unlike this one, waits under the same identifier. */
  readonly isAmbiguous: boolean;
  /** How often it, or another one under the same identifier, was sent: so many answers may come. */
  readonly times: number;
}

/**
 * What a SUBSCRIBE, UNSUBSCRIBE, SUBACK or UNSUBACK means.
 *
 * - new: a request under an identifier that no other of its type waits under
 * - resent: it waits already, and this packet asks for the same
 * - in-use: another one waits under its identifier (`before`)
 * - answer: to `request`, which waits for it
 * - answer-to-copy: to `request`, which had its answer and was sent more than once
 * - again: to `request`, which had its answer (`answered`)
 * - wrong-type: under this identifier waits `request`, whose answer is of the other type
 * - unasked: nothing was seen to wait under this identifier
 */
export interface RequestFact {
  readonly kind: 'new' | 'resent' | 'in-use' | 'answer' | 'answer-to-copy' | 'again' | 'wrong-type' | 'unasked';
  /** The request that this packet makes, or that it answers. Undefined: unasked. */
  readonly request?: PendingRequest;
  /** in-use, resent: the request that waits. */
  readonly before?: PendingRequest;
  /** again, answer-to-copy: the first answer. The request has lost its filters then. */
  readonly answered?: FrameRef;
  /** Codes of an answer; absent in an UNSUBACK before 5.0, and when they could not be read. */
  readonly codes?: readonly number[];
}

interface Answered {
  readonly request: PendingRequest;
  readonly answer: FrameRef;
  /** Copies of it that may have an answer each. */
  owed: number;
}

/** The topic filters of requests that wait, in characters; beyond that the oldest is let go. */
const MOST_CHARACTERS = 4 << 20;
/** Answers remembered, to tell a second one from one that nobody asked for. */
const MOST_ANSWERED = 256;
/** Filters granted on this connection, of so many characters at most. */
const MOST_GRANTED = 1024;
const LONGEST_GRANTED = 1024;

const FAILURE = 0x80;
const NO_OPTIONS = { qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;

export class Requests {
  /** `most`: so many wait at most; beyond that the oldest is let go. */
  constructor(private readonly most: number) {}

  private readonly waiting = {
    SUBSCRIBE: new Map<number, PendingRequest>(),
    UNSUBSCRIBE: new Map<number, PendingRequest>(),
  };
  private readonly answered = {
    SUBSCRIBE: new Map<number, Answered>(),
    UNSUBSCRIBE: new Map<number, Answered>(),
  };
  private readonly granted = new Set<string>();
  /** Those of which an answer seems to have come, but of the wrong type or under a wrong identifier. */
  private readonly misanswered = new WeakSet<PendingRequest>();
  /** When an answer came that nothing waited for: what it answers may have been held back by a hole (ns). */
  private readonly strays = { SUBACK: new Map<number, number>(), UNSUBACK: new Map<number, number>() };
  private characters = 0;
  /** Requests were let go, since too many waited: an answer that nobody asked for may be to one of them. */
  hasForgotten = false;
  /** Granted filters were let go. */
  hasForgottenGranted = false;

  /** Nothing is changed. Undefined for other packets, and for one whose Packet Identifier could not be read. */
  classify(seen: Seen): RequestFact | undefined {
    const { packet } = seen;
    switch (packet.type) {
      case 'SUBSCRIBE':
      case 'UNSUBSCRIBE':
        return seen.fromClient && packet.packetId !== undefined ? this.asked(packet, packet.packetId, seen) : undefined;
      case 'SUBACK':
        if (seen.fromClient || packet.packetId === undefined) return undefined;
        return this.answer('SUBSCRIBE', packet.packetId, packet.reasonCodes ?? packet.returnCodes);
      case 'UNSUBACK':
        if (seen.fromClient || packet.packetId === undefined) return undefined;
        return this.answer('UNSUBSCRIBE', packet.packetId, packet.reasonCodes);
      default:
        return undefined;
    }
  }

  apply(seen: Seen, fact: RequestFact | undefined): void {
    if (fact === undefined) return;
    const { kind, request, codes } = fact;
    if (request === undefined) {
      this.stray(seen);
    } else if (kind === 'new' || kind === 'in-use' || kind === 'resent') this.wait(request);
    else if (kind === 'answer') {
      this.settle(request, seen.ref());
      this.grant(request, codes);
    } else if (kind === 'answer-to-copy') this.answered[request.type].get(request.packetId)!.owed--;
    else if (kind === 'wrong-type') this.misanswered.add(request);
  }

  /** An answer came that was meant for this request as far as one can tell, though it is not the right one. */
  isMisanswered(request: PendingRequest): boolean {
    return this.misanswered.has(request);
  }

  /** The filter was granted on this connection, and not unsubscribed since. */
  isGranted(filter: string): boolean {
    return this.granted.has(filter);
  }

  /** Whether there are any. */
  get areWaiting(): boolean {
    return this.waiting.SUBSCRIBE.size + this.waiting.UNSUBSCRIBE.size > 0;
  }

  /** Whether an identifier is in use by a request. */
  has(packetId: number): boolean {
    return this.waiting.SUBSCRIBE.has(packetId) || this.waiting.UNSUBSCRIBE.has(packetId);
  }

  /** The request that waits under an identifier. */
  get(packetId: number): PendingRequest | undefined {
    return this.waiting.SUBSCRIBE.get(packetId) ?? this.waiting.UNSUBSCRIBE.get(packetId);
  }

  /** Everything that waits, the oldest of each type first. */
  *all(): IterableIterator<PendingRequest> {
    yield* this.waiting.SUBSCRIBE.values();
    yield* this.waiting.UNSUBSCRIBE.values();
  }

  private asked(packet: PacketOf<'SUBSCRIBE' | 'UNSUBSCRIBE'>, packetId: number, seen: Seen): RequestFact {
    const before = this.waiting[packet.type].get(packetId);
    const filters = filtersOf(packet);
    const isWhole = seen.frame.problems.length === 0;
    const kind = before === undefined ? 'new' : isWhole && isSame(before, filters) ? 'resent' : 'in-use';
    const identifier = numberOf(packet.properties, 'subscriptionIdentifier');
    const request: PendingRequest = {
      type: packet.type,
      packetId,
      filters,
      ...(identifier === undefined ? {} : { subscriptionIdentifier: identifier }),
      frame: seen.ref(),
      isWhole,
      isAmbiguous: kind === 'in-use' || (before?.isAmbiguous ?? false),
      times: (before?.times ?? 0) + 1,
    };
    return before === undefined ? { kind, request } : { kind, request, before };
  }

  private answer(type: PendingRequest['type'], packetId: number, codes: readonly number[] | undefined): RequestFact {
    const its = codes === undefined ? {} : { codes };
    const request = this.waiting[type].get(packetId);
    if (request !== undefined) return { kind: 'answer', request, ...its };
    const other = this.waiting[type === 'SUBSCRIBE' ? 'UNSUBSCRIBE' : 'SUBSCRIBE'].get(packetId);
    if (other !== undefined) return { kind: 'wrong-type', request: other, ...its };
    const answered = this.answered[type].get(packetId);
    if (answered === undefined) return { kind: 'unasked', ...its };
    const kind = answered.owed > 0 ? 'answer-to-copy' : 'again';
    return { kind, request: answered.request, answered: answered.answer, ...its };
  }

  private stray({ packet, time }: Seen): void {
    if ((packet.type !== 'SUBACK' && packet.type !== 'UNSUBACK') || packet.packetId === undefined) return;
    const amiss = oldest(this.waiting[packet.type === 'SUBACK' ? 'SUBSCRIBE' : 'UNSUBSCRIBE']);
    if (amiss !== undefined) this.misanswered.add(amiss);
    const strays = this.strays[packet.type];
    strays.set(packet.packetId, time);
    const first = strays.keys().next().value;
    if (strays.size > MOST_ANSWERED && first !== undefined) strays.delete(first);
  }

  private wait(request: PendingRequest): void {
    const { type, packetId, frame } = request;
    const stray = this.strays[type === 'SUBSCRIBE' ? 'SUBACK' : 'UNSUBACK'].get(packetId);
    if (stray !== undefined && stray >= frame.time) this.misanswered.add(request);
    this.drop(this.waiting[type].get(packetId));
    this.answered[type].delete(packetId);
    this.waiting[type].set(packetId, request);
    this.characters += charactersOf(request);
    while (this.isFull()) {
      const [subscribe, unsubscribe] = [oldest(this.waiting.SUBSCRIBE), oldest(this.waiting.UNSUBSCRIBE)];
      const first = (subscribe?.frame.number ?? Infinity) < (unsubscribe?.frame.number ?? Infinity);
      this.drop(first ? subscribe : unsubscribe);
      this.hasForgotten = true;
    }
  }

  private isFull(): boolean {
    const count = this.waiting.SUBSCRIBE.size + this.waiting.UNSUBSCRIBE.size;
    return count > this.most || (this.characters > MOST_CHARACTERS && count > 1);
  }

  private drop(request: PendingRequest | undefined): void {
    if (request === undefined) return;
    this.waiting[request.type].delete(request.packetId);
    this.characters -= charactersOf(request);
  }

  private settle(request: PendingRequest, answer: FrameRef): void {
    this.drop(request);
    const answered = this.answered[request.type];
    // Of a settled request only the head is told again; its filters need not be kept.
    answered.set(request.packetId, {
      request: { ...request, filters: [], isWhole: false },
      answer,
      owed: request.times - 1,
    });
    const first = answered.keys().next().value;
    if (answered.size > MOST_ANSWERED && first !== undefined) answered.delete(first);
  }

  private grant({ type, filters, isAmbiguous }: PendingRequest, codes: readonly number[] = []): void {
    if (isAmbiguous) this.hasForgottenGranted = true;
    for (const [i, { filter }] of filters.entries()) {
      const isDone = (codes[i] ?? 0) < FAILURE;
      if (!isDone || isAmbiguous) continue;
      if (type === 'UNSUBSCRIBE') this.granted.delete(filter);
      else if (this.granted.size < MOST_GRANTED && filter.length <= LONGEST_GRANTED) this.granted.add(filter);
      else this.hasForgottenGranted = true;
    }
  }
}

function oldest(waiting: ReadonlyMap<number, PendingRequest>): PendingRequest | undefined {
  return waiting.values().next().value;
}

function filtersOf(packet: PacketOf<'SUBSCRIBE' | 'UNSUBSCRIBE'>): readonly RequestedFilter[] {
  if (packet.type === 'UNSUBSCRIBE') return (packet.topicFilters ?? []).map((filter) => ({ filter, ...NO_OPTIONS }));
  return (packet.subscriptions ?? []).map(({ topicFilter, options }) => ({
    filter: topicFilter,
    qos: options.qos,
    noLocal: options.noLocal ?? false,
    retainAsPublished: options.retainAsPublished ?? false,
    retainHandling: options.retainHandling ?? 0,
  }));
}

function charactersOf({ filters }: PendingRequest): number {
  return filters.reduce((sum, { filter }) => sum + filter.length, filters.length * 64);
}

function isSame(before: PendingRequest, filters: readonly RequestedFilter[]): boolean {
  if (!before.isWhole || before.filters.length !== filters.length) return false;
  return filters.every((one, i) => {
    const other = before.filters[i]!;
    return (
      one.filter === other.filter &&
      one.qos === other.qos &&
      one.noLocal === other.noLocal &&
      one.retainAsPublished === other.retainAsPublished &&
      one.retainHandling === other.retainHandling
    );
  });
}
