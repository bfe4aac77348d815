// The faults of one connection: two lanes, what is known of the connection, and the rules that may be about it.

import type { Side } from '../bytes/chunk.js';
import { ConnectionFacts, PacketFacts, SENDERS } from './connection-facts.js';
import type { FaultOutput, Gate } from './gate.js';
import { isClosed, type Judge, Lane } from './lane.js';
import { limitMessage, type Plan, planFor } from './plan.js';
import { maskOf, type RuleState } from './rule-state.js';

/** The rules of all connections; `version` changes with them. */
export interface RuleBook {
  readonly version: number;
  readonly rules: readonly RuleState[];
}

const CONNECT = maskOf(['CONNECT']);
const CONNACK = maskOf(['CONNACK']);
const NOTHING: readonly FaultOutput[] = Object.freeze([]);

export class FaultGate implements Gate, Judge {
  private readonly lanes: readonly [Lane, Lane];
  private readonly connection: ConnectionFacts;
  private version = -1;
  /** Those that may be about packets of this connection. */
  private rules: readonly RuleState[] = [];
  /** Limits by side. */
  private limits: (RuleState | undefined)[] = [];
  /** What was told once. */
  private readonly told = new Set<string>();
  /** When a limit begins (ms). */
  private nextLimit = Number.POSITIVE_INFINITY;
  private phase: 'new' | 'unnamed' | 'named' | 'foreign' = 'new';
  private isShut = false;
  private now = 0;
  private out: FaultOutput[] = [];

  constructor(
    private readonly book: RuleBook,
    id: number,
  ) {
    this.connection = new ConnectionFacts(id);
    this.lanes = [new Lane(0, this), new Lane(1, this)];
  }

  push(from: Side, bytes: Uint8Array, now: number): readonly FaultOutput[] {
    if (!this.begin(now)) return NOTHING;
    const lane = this.lanes[from];
    lane.outlet.advance(this.out, now, lane.atBoundary);
    if (!isClosed(this.out)) {
      if (lane.isOpaque && this.rules.length > 0) this.tellLost(from);
      this.tellLimit(from);
      lane.push(this.out, bytes, now);
    }
    return this.finish();
  }

  end(from: Side, now: number): readonly FaultOutput[] {
    if (!this.begin(now)) return NOTHING;
    this.lanes[from].end(this.out, now);
    return this.finish();
  }

  deadline(): number | undefined {
    if (this.isShut) return undefined;
    const [a, b] = this.lanes.map(({ outlet }) => outlet.deadline() ?? Number.POSITIVE_INFINITY);
    const first = Math.min(a!, b!);
    return first === Number.POSITIVE_INFINITY ? undefined : first;
  }

  advance(now: number): readonly FaultOutput[] {
    if (!this.begin(now)) return NOTHING;
    for (const { outlet, atBoundary } of this.lanes) {
      outlet.advance(this.out, now, atBoundary);
      if (isClosed(this.out)) break;
    }
    return this.finish();
  }

  held(from: Side): number {
    return this.isShut ? 0 : this.lanes[from].outlet.held;
  }

  judge(from: Side, bytes: Uint8Array, length: number): Plan | undefined {
    const bodyAt = headerOf(bytes);
    const packet = new PacketFacts(this.connection, from, bytes, bodyAt, length);
    if (this.phase === 'new' || (this.phase === 'unnamed' && from === 1 && packet.code === 2)) this.learn(packet);
    return this.rules.length === 0 ? undefined : planFor(packet, this.rules, this.now);
  }

  /** The client begins with CONNECT, and the server does not before it. */
  isExpected(from: Side, first: number): boolean {
    if (from === 1) return this.phase === 'named' || this.phase === 'unnamed';
    if (first >> 4 !== 1) this.phase = 'foreign';
    return first >> 4 === 1;
  }

  lostStep(from: Side): void {
    if (this.rules.length > 0) this.tellLost(from);
  }

  private learn(packet: PacketFacts): void {
    this.phase = this.connection.learn(packet) ? 'named' : 'unnamed';
    this.refresh();
  }

  private begin(now: number): boolean {
    if (this.isShut) return false;
    this.out = [];
    this.now = now;
    this.connection.started ??= now;
    if (this.version !== this.book.version || now >= this.nextLimit) this.refresh();
    return true;
  }

  private finish(): readonly FaultOutput[] {
    const { out } = this;
    this.out = [];
    if (isClosed(out)) this.isShut = true;
    return out;
  }

  /** The rules have changed, or more is known about the connection. */
  private refresh(): void {
    const { connection, now } = this;
    this.version = this.book.version;
    const mine = this.book.rules.filter((state) => state.concerns(connection));
    this.rules = mine.filter(({ rule }) => rule.action !== 'limit');
    const limits = mine.filter(({ rule }) => rule.action === 'limit');
    const later = limits.map((state) => state.begins(connection)).filter((begins) => begins > now);
    this.nextLimit = Math.min(...later, Number.POSITIVE_INFINITY);
    const observed = this.rules.reduce((mask, state) => mask | state.observed, 0);
    for (const [from, lane] of this.lanes.entries()) {
      const held = this.rules.reduce((mask, state) => (state.isFrom(from) ? mask | state.types : mask), 0);
      lane.watch(held, observed | this.learning(from));
      this.limits[from] = limits
        .filter((state) => state.isFrom(from) && state.isOn(connection, now))
        .sort((a, b) => rateOf(a) - rateOf(b))[0];
      lane.outlet.rate = rateOf(this.limits[from]);
    }
  }

  /** Packets that say who the client is. */
  private learning(from: number): number {
    if (from === 0) return this.phase === 'new' ? CONNECT : 0;
    return this.phase === 'unnamed' ? CONNACK : 0;
  }

  private tellLimit(from: Side): void {
    const state = this.limits[from];
    if (state === undefined || !this.isNews(`limit ${state.number} ${from}`)) return;
    state.matches++;
    state.injections++;
    this.out.push({ kind: 'fault', fault: { rule: state.number, message: limitMessage(state, from), from } });
  }

  private tellLost(from: Side): void {
    const isForeign = this.phase === 'foreign';
    if (!this.isNews(isForeign ? 'foreign' : `lost ${from}`)) return;
    const what = isForeign
      ? 'this connection does not begin as MQTT does'
      : `what the ${SENDERS[from]} sends is not MQTT`;
    this.out.push({
      kind: 'fault',
      fault: { rule: this.rules[0]!.number, message: `no faults from here on: ${what}`, from },
    });
  }

  private isNews(what: string): boolean {
    if (this.told.has(what)) return false;
    this.told.add(what);
    return true;
  }
}

function rateOf(state: RuleState | undefined): number {
  return state?.rule.action === 'limit' ? state.rule.rate : Number.POSITIVE_INFINITY;
}

function headerOf(bytes: Uint8Array): number {
  let at = 2;
  while (bytes[at - 1]! >= 0x80) at++;
  return at;
}
