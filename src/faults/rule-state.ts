// A rule at work: which packets it matches, which of these it is for, and how often that was. Counts are shared by all
// connections unless the rule says otherwise.

import { parseHex } from '../bytes/hex.js';
import { matchesText } from '../dissect/selection.js';
import { TopicFlow } from '../dissect/topic-flow.js';
import { PACKET_TYPES } from '../spec/packets.js';
import { topicFilter } from '../spec/topic-filter.js';
import { Chance } from './chance.js';
import { type ConnectionFacts, type PacketFacts, SENDERS } from './connection-facts.js';
import { faultText } from './parse-fault.js';
import type { FaultMatch, FaultOccasion, FaultRule } from './rule.js';

/** Bits by type code. */
const ALL_TYPES = 0xfffe;
/** What begins an exchange is looked at for its topic, also where the rule is about what follows. */
const BEGINNINGS = maskOf(['PUBLISH', 'SUBSCRIBE', 'UNSUBSCRIBE']);

export function maskOf(types: readonly string[]): number {
  return PACKET_TYPES.reduce((mask, { type, code }) => (types.includes(type) ? mask | (1 << code) : mask), 0);
}

/** The counting that a rule does, over all connections or for one. */
class Occasions {
  private matches = 0;
  private injections = 0;
  private readonly chance: Chance;

  constructor(
    private readonly rule: FaultOccasion,
    ordinal: number,
  ) {
    // Far apart, so that connections do not get each other's chance a little later.
    this.chance = new Chance((rule.seed ?? 0) + Math.imul(ordinal, 0x9e3779b1));
  }

  /** A packet has matched: whether the rule is for it. */
  next(): boolean {
    const { skip = 0, every = 1, nth, count = Number.POSITIVE_INFINITY, probability = 1 } = this.rule;
    const ordinal = ++this.matches - skip;
    if (ordinal < 1 || ordinal % every !== 0 || (nth !== undefined && ordinal !== nth)) return false;
    if (this.injections >= count || (probability < 1 && this.chance.next() >= probability)) return false;
    this.injections++;
    return true;
  }
}

export class RuleState {
  readonly text: string;
  matches = 0;
  injections = 0;
  /** Type codes of the packets that it may be for, as bits; none for a limit. */
  readonly types: number;
  /** Type codes of packets that must be seen besides. */
  readonly observed: number;
  /** What is sent in place of a packet, or besides. */
  readonly bytes: Uint8Array | undefined;
  private readonly when: FaultMatch & FaultOccasion;
  private readonly flow: TopicFlow | undefined;
  private readonly shared: Occasions;
  private readonly each = new WeakMap<ConnectionFacts, Occasions>();

  constructor(
    readonly number: number,
    readonly rule: FaultRule,
  ) {
    this.text = faultText(rule);
    this.when = rule;
    const { topic, types } = this.when;
    this.flow = topic === undefined ? undefined : new TopicFlow([topicFilter(topic)]);
    this.types = rule.action === 'limit' ? 0 : types === undefined ? ALL_TYPES : maskOf(types);
    this.observed = this.flow === undefined ? 0 : BEGINNINGS;
    const hex = 'hex' in rule ? parseHex(rule.hex) : undefined;
    this.bytes = hex?.ok === true ? hex.bytes : undefined;
    this.shared = new Occasions(this.when, 0);
  }

  /** Whether it may be about this connection, by what is known. */
  concerns({ clientId }: ConnectionFacts): boolean {
    const { client } = this.when;
    return client === undefined || clientId === undefined || matchesText(client, clientId);
  }

  /** For who limits: it is about this connection and this time. */
  isOn(connection: ConnectionFacts, now: number): boolean {
    return this.isClient(connection) && (this.when.after === undefined || now >= this.begins(connection));
  }

  /** When it begins to be about the packets of a connection (ms). */
  begins({ started = 0 }: ConnectionFacts): number {
    return started + (this.when.after ?? 0);
  }

  isFrom(from: number): boolean {
    return this.when.from === undefined || this.when.from === SENDERS[from];
  }

  /** To be asked of every packet of its types and of those observed, in order. */
  matchesPacket(packet: PacketFacts, now: number): boolean {
    // Asked first: what a packet begins is remembered also where the rule is not for it.
    if (this.flow !== undefined && !this.flow.has(packet.flowItem)) return false;
    if (((this.types >> packet.code) & 1) === 0 || !this.isFrom(packet.from)) return false;
    if (this.when.qos !== undefined && this.when.qos !== packet.qos) return false;
    return this.isOn(packet.connection, now);
  }

  /** It has matched: counts that, and says whether it is for this one. */
  takes(connection: ConnectionFacts): boolean {
    this.matches++;
    if (!this.occasions(connection).next()) return false;
    this.injections++;
    return true;
  }

  private occasions(connection: ConnectionFacts): Occasions {
    if (this.when.per === undefined) return this.shared;
    let own = this.each.get(connection);
    if (own === undefined) this.each.set(connection, (own = new Occasions(this.when, connection.id)));
    return own;
  }

  private isClient({ clientId }: ConnectionFacts): boolean {
    const { client } = this.when;
    return client === undefined || (clientId !== undefined && matchesText(client, clientId));
  }
}
