// Turns what checks say into findings and counts: per connection and rule whether it was exercised, held, broken or could
// not be told. A violation that rests on bytes that were not seen becomes inconclusive here.

import type { ConnectionInfo } from '../dissect/item.js';
import type { Version } from '../spec/versions.js';
import type { Cited } from './catalogue.js';
import { doubtOf, doubtOfVersion } from './doubt.js';
import type { JudgedEvent, PacketEvent } from './event.js';
import type { Finding, FrameRef, Place } from './finding.js';
import { fingerprintOf } from './fingerprint.js';
import { placeOf } from './place.js';
import type { Fault, Needs, Rule, Verdict } from './rule.js';
import type { Conversation } from './state/conversation.js';
import type { Half } from './state/half.js';

/** Bits of a connection's record per rule. */
export const HELD = 1;
export const VIOLATED = 2;
export const INCONCLUSIVE = 4;

/** A rule as it stands in one version. */
export interface Applied {
  readonly rule: Rule;
  /** Position in the list of all rules. */
  readonly index: number;
  readonly version: Version;
  readonly cited: Cited;
  /** The check of the rule, of a packet of one of its types. */
  readonly check: (packet: never, verdict: Verdict, event: PacketEvent) => void;
}

/** What is kept of the verdicts of one connection. */
export interface Marks {
  readonly bits: Uint8Array;
  /** Findings so far, by rule. */
  readonly counts: Map<number, number>;
  /** What was found so far: each kind is told once, however much of another kind came before. Made with the first. */
  kinds: Set<string> | undefined;
  /** Kinds of packets of which nothing more is to be asked but what is asked of each: a bit for each of the first ones. */
  settled: number;
  settledToo: number;
  /** By the number of an Asking: the rules of its `once` that have not been held yet; absent: no such packet has come. */
  readonly unheld: (readonly Applied[] | undefined)[];
}

export class Verdicts implements Verdict {
  /** Findings since the last take(). */
  private found: Finding[] = [];
  private applied!: Applied;
  private event!: JudgedEvent;
  private conversation!: Conversation;
  private marks!: Marks;
  /** Findings that were counted and not kept, since there were too many of their kind. */
  dropped = 0;

  constructor(
    private readonly findingsPerRule: number,
    /** Of what is inconclusive, its place and its fingerprint are not asked for. */
    private readonly countsInconclusive: boolean,
  ) {}

  about(event: JudgedEvent, conversation: Conversation, marks: Marks): void {
    this.event = event;
    this.conversation = conversation;
    this.marks = marks;
  }

  by(applied: Applied): void {
    this.applied = applied;
  }

  hold(): void {
    this.marks.bits[this.applied.index]! |= HELD;
  }

  violate(fault: Fault): void {
    const reason = this.doubt() ?? this.hole(fault.since);
    if (reason === undefined) this.find('violation', fault, undefined);
    else this.find('inconclusive', fault, reason);
  }

  inconclusive(reason: string, fault: Fault): void {
    this.find('inconclusive', fault, reason);
  }

  take(): readonly Finding[] {
    const { found } = this;
    if (found.length > 0) this.found = [];
    return found;
  }

  private find(verdict: Finding['verdict'], fault: Fault, reason: string | undefined): void {
    const { applied, marks, conversation } = this;
    const { rule, index, version, cited } = applied;
    marks.bits[index]! |= verdict === 'violation' ? VIOLATED : INCONCLUSIVE;
    const party = fault.party ?? this.party(rule.party);
    const frame = fault.frame ?? this.frame();
    const due = fault.due ?? rule.due;
    if (verdict === 'violation' && due !== undefined) {
      const statement = cited.statement ?? `§${cited.section}`;
      conversation.offend(party, { rule: rule.name, statement, message: fault.message, frame, due });
    }
    const count = (marks.counts.get(index) ?? 0) + 1;
    marks.counts.set(index, count);
    if (!this.isNew(verdict, party, frame, fault.path) && count > this.findingsPerRule) {
      this.dropped++;
      return;
    }
    const isBrief = this.countsInconclusive && verdict === 'inconclusive';
    const place = isBrief ? undefined : this.place(fault);
    const connection = isBrief ? conversation.info : snapshot(conversation.info);
    this.found.push({
      verdict,
      rule: rule.name,
      ...(cited.statement === undefined ? {} : { statement: cited.statement }),
      ...(cited.also.length === 0 ? {} : { also: cited.also }),
      section: cited.section,
      level: cited.level,
      party,
      message: fault.message,
      ...(reason === undefined ? {} : { reason }),
      hint: rule.hint,
      connection,
      version,
      frame,
      ...(place === undefined ? {} : { place }),
      ...(due === undefined || version !== '5.0' ? {} : { due }),
      fingerprint: isBrief ? '' : fingerprintOf(rule, version, party, connection, frame, place),
    });
  }

  /** Whether the connection had nothing of this rule that has the same fingerprint. */
  private isNew(verdict: Finding['verdict'], party: string, { type, direction }: FrameRef, path = ''): boolean {
    const { marks, applied } = this;
    const kind = [applied.index, verdict, party, type, direction, path.replace(/\[\d+\]/g, '[]')].join(' ');
    marks.kinds ??= new Set();
    const { size } = marks.kinds;
    return marks.kinds.add(kind).size > size;
  }

  private frame(): FrameRef {
    const { event, conversation } = this;
    if (event.kind === 'packet') return event.ref();
    const { time } = event;
    const captureFrames = event.kind === 'closed' ? [event.closed.captureFrame] : event.origins;
    const direction =
      event.kind === 'layer' && event.sender?.role === 'server' ? 'server-to-client' : 'client-to-server';
    const type = event.kind === 'closed' ? 'close' : event.layer;
    return { number: 0, type, direction, version: conversation.info.version, captureFrames, time, length: 0 };
  }

  private place(fault: Fault): Place | undefined {
    const { event } = this;
    if (event.kind !== 'packet' || (fault.frame !== undefined && fault.frame !== event.ref())) return undefined;
    return placeOf(event.frame, fault);
  }

  private party(party: Rule['party']): 'client' | 'server' {
    if (party === 'client' || party === 'server') return party;
    const { event } = this;
    const half: Half | undefined = event.kind === 'closed' ? undefined : event[party];
    if (half === undefined) throw new Error('a rule about a sender or receiver met an event that has none');
    return half.role;
  }

  /** Why what was seen may have been read wrongly. Of one packet its boundary counts too, else `needs` says what matters. */
  private doubt(): string | undefined {
    const { event, applied, conversation } = this;
    if (event.kind === 'packet' && applied.rule.kind === 'frame') return doubtOf(event);
    return applied.rule.anyVersion === true ? undefined : doubtOfVersion(conversation.info);
  }

  /** Why the verdict cannot be sure: what was not seen of what it rests on. */
  private hole(since: number | undefined): string | undefined {
    const { rule } = this.applied;
    const needs: Needs = rule.kind === 'frame' ? 'nothing' : rule.needs;
    if (needs === 'nothing') return undefined;
    const { event, conversation } = this;
    const { client, server } = conversation;
    if (needs === 'both') return client.evidence.doubt(since) ?? server.evidence.doubt(since);
    if (needs === 'client' || needs === 'server') return conversation[needs].evidence.doubt(since);
    return event.kind === 'closed' ? undefined : event[needs]?.evidence.doubt(since);
  }
}

/** Of what may still change, as it is now. */
function snapshot(info: ConnectionInfo): ConnectionInfo {
  const { id, client, server, transport, version, versionFrom, evidence, clientId, hasAssignedId = false } = info;
  const base = { id, client, server, transport, version, versionFrom, evidence };
  return clientId === undefined ? base : { ...base, clientId, ...(hasAssignedId ? { hasAssignedId } : {}) };
}
