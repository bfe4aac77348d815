// Which rules are asked about a packet: those of its version, type and direction that have anything to say about one like
// it (gates.ts). The lists are made when a packet of a kind comes first; of most kinds, a connection that was well so far
// is asked nothing more.

import type { Version } from '../spec/versions.js';
import { citedBy } from './catalogue.js';
import { ALL_GATES, GATES, holdsUnasked } from './gates.js';
import type { Rule } from './rule.js';
import type { PacketType } from './seen.js';
import { type Applied, HELD, type Marks } from './verdicts.js';

/** The rules for packets of one kind: of one version, type and direction that open the same gates. */
export interface Asking {
  readonly type: PacketType;
  readonly fromClient: boolean;
  readonly open: number;
  /** Of all kinds of the judge. */
  readonly number: number;
  readonly rules: readonly Applied[];
  /** Rules that find no fault in such a packet: asked until the connection has kept them. */
  readonly once: readonly Applied[];
  /** Rules that such a packet keeps without being asked: positions in the list of all. */
  readonly kept: readonly number[];
}

/** Kinds that are told apart: of a packet of another one, every rule of its type is asked. */
const MOST_KINDS = 1024;
const LATEST_BITS = 7;
/** Bits of a number that needs no memory of its own. */
const KINDS_APIECE = 30;
const NOTHING: readonly never[] = Object.freeze([]);

type Kinds = Map<number, Asking>;

export class Dispatch {
  readonly closed: readonly Applied[];
  readonly layer: readonly Applied[];
  private readonly byType = new Map<PacketType, Applied[]>();
  /** By type and direction, then by open gates. */
  private readonly askings = new Map<PacketType, readonly [ofClient: Kinds, ofServer: Kinds]>();
  /** Those of the latest packets, by their gates. */
  private readonly latest: (Asking | undefined)[] = new Array<Asking | undefined>(1 << LATEST_BITS).fill(undefined);

  constructor(
    version: Version,
    rules: readonly Rule[],
    asks: (rule: Rule, version: Version) => boolean,
    /** Kinds so far, of all versions. */
    private readonly made: { count: number },
  ) {
    const closed: Applied[] = [];
    const layer: Applied[] = [];
    rules.forEach((rule, index) => {
      const cited = citedBy(rule, version);
      if (cited === undefined || !asks(rule, version)) return;
      const check = rule.check ?? (() => {});
      const applied: Applied = { rule, index, version, cited, check: check as Applied['check'] };
      for (const type of rule.on) {
        const its = this.byType.get(type);
        if (its === undefined) this.byType.set(type, [applied]);
        else its.push(applied);
      }
      if (rule.kind !== 'frame' && rule.closed !== undefined) closed.push(applied);
      if (rule.kind !== 'frame' && rule.layer !== undefined) layer.push(applied);
    });
    this.closed = closed;
    this.layer = layer;
  }

  /** The rules for a packet that opens these gates. */
  asking(type: PacketType, fromClient: boolean, open: number): Asking {
    const place = Math.imul(fromClient ? open : ~open, 0x9e3779b1) >>> (32 - LATEST_BITS);
    const known = this.latest[place];
    if (known !== undefined && known.open === open && known.type === type) {
      // Two booleans that are compared are a call.
      if (fromClient ? known.fromClient : !known.fromClient) return known;
    }
    return (this.latest[place] = this.find(type, fromClient, open));
  }

  private find(type: PacketType, fromClient: boolean, open: number): Asking {
    let both = this.askings.get(type);
    if (both === undefined) this.askings.set(type, (both = [new Map(), new Map()]));
    const kinds = both[fromClient ? 0 : 1];
    return kinds.get(open) ?? this.begin(kinds, type, fromClient, open);
  }

  private begin(kinds: Kinds, type: PacketType, fromClient: boolean, open: number): Asking {
    if (this.made.count >= MOST_KINDS && open !== ALL_GATES) return this.find(type, fromClient, ALL_GATES);
    const asking = this.make(type, fromClient, open);
    kinds.set(open, asking);
    return asking;
  }

  private make(type: PacketType, fromClient: boolean, open: number): Asking {
    const rules: Applied[] = [];
    const once: Applied[] = [];
    const kept: number[] = [];
    for (const applied of this.byType.get(type) ?? []) {
      const { from, asked = 'always', faults = 'always', otherwise } = applied.rule;
      if (from !== undefined && (from === 'client') !== fromClient) continue;
      if ((GATES[asked] & open) === 0) {
        if (holdsUnasked(asked)) kept.push(applied.index);
      } else if ((GATES[faults] & open) !== 0) rules.push(applied);
      else if (otherwise === 'holds') kept.push(applied.index);
      else once.push(applied);
    }
    return { type, fromClient, open, number: this.made.count++, rules, once, kept };
  }
}

/** What a packet of a kind is to be asked, beside what is asked of every one: rules that the connection has not kept yet. */
export function unheldBy(marks: Marks, asking: Asking): readonly Applied[] {
  const { number } = asking;
  // Nearly always: nothing. Two small numbers tell it of the kinds that came first, and those are the frequent ones.
  if (number < KINDS_APIECE) {
    if (((marks.settled >> number) & 1) !== 0) return NOTHING;
  } else if (number < 2 * KINDS_APIECE && ((marks.settledToo >> (number - KINDS_APIECE)) & 1) !== 0) return NOTHING;
  return marks.unheld[number] ?? meet(marks, asking);
}

/** They have been asked. */
export function asked(marks: Marks, { number }: Asking, rules: readonly Applied[]): void {
  note(marks, number, unheldOf(marks.bits, rules));
}

/** The first packet of a kind in a connection: notes what it keeps without being asked; what is to be asked once. */
function meet(marks: Marks, { number, once, kept }: Asking): readonly Applied[] {
  const { bits, unheld } = marks;
  for (let i = 0; i < kept.length; i++) bits[kept[i]!]! |= HELD;
  while (unheld.length < number) unheld.push(undefined);
  return note(marks, number, unheldOf(bits, once));
}

function note(marks: Marks, number: number, rules: readonly Applied[]): readonly Applied[] {
  marks.unheld[number] = rules;
  if (rules.length > 0) return rules;
  if (number < KINDS_APIECE) marks.settled |= 1 << number;
  else if (number < 2 * KINDS_APIECE) marks.settledToo |= 1 << (number - KINDS_APIECE);
  return rules;
}

/** Those of the rules that the connection has not kept yet. */
function unheldOf(bits: Uint8Array, rules: readonly Applied[]): readonly Applied[] {
  let count = 0;
  for (let i = 0; i < rules.length; i++) if ((bits[rules[i]!.index]! & HELD) === 0) count++;
  if (count === rules.length) return rules;
  return count === 0 ? NOTHING : rules.filter(({ index }) => (bits[index]! & HELD) === 0);
}
