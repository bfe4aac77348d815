// Which rules are asked about a packet: those of its version, type and direction that have anything to say about one like
// it (gates.ts). The lists are made when a packet of a kind comes first, so that judging one is a walk over a short list.

import type { Version } from '../spec/versions.js';
import { citedBy } from './catalogue.js';
import { GATES, holdsUnasked } from './gates.js';
import type { Rule } from './rule.js';
import type { PacketType } from './seen.js';
import { type Applied, HELD, type Marks } from './verdicts.js';

/** The rules for packets of one kind. */
export interface Asking {
  readonly rules: readonly Applied[];
  /** Rules that such a packet keeps without being asked: positions in the list of all. */
  readonly kept: readonly number[];
}

export class Dispatch {
  readonly closed: readonly Applied[];
  readonly layer: readonly Applied[];
  private readonly byType = new Map<PacketType, Applied[]>();
  /** By type and direction, then by open gates. */
  private readonly askings = new Map<PacketType, readonly [(Asking | undefined)[], (Asking | undefined)[]]>();

  constructor(version: Version, rules: readonly Rule[], asks: (rule: Rule, version: Version) => boolean) {
    const closed: Applied[] = [];
    const layer: Applied[] = [];
    rules.forEach((rule, index) => {
      const cited = citedBy(rule, version);
      if (cited === undefined || !asks(rule, version)) return;
      const applied = { rule, index, version, cited };
      for (const type of rule.on) this.byType.set(type, [...(this.byType.get(type) ?? []), applied]);
      if (rule.kind !== 'frame' && rule.closed !== undefined) closed.push(applied);
      if (rule.kind !== 'frame' && rule.layer !== undefined) layer.push(applied);
    });
    this.closed = closed;
    this.layer = layer;
  }

  /** The rules for a packet that opens these gates. */
  asking(type: PacketType, fromClient: boolean, open: number): Asking {
    let both = this.askings.get(type);
    if (both === undefined) this.askings.set(type, (both = [[], []]));
    const list = both[fromClient ? 0 : 1];
    return (list[open] ??= this.make(type, fromClient, open));
  }

  private make(type: PacketType, fromClient: boolean, open: number): Asking {
    const rules: Applied[] = [];
    const kept: number[] = [];
    for (const applied of this.byType.get(type) ?? []) {
      const { from, asked = 'always' } = applied.rule;
      if (from !== undefined && (from === 'client') !== fromClient) continue;
      if ((GATES[asked] & open) !== 0) rules.push(applied);
      else if (holdsUnasked(asked)) kept.push(applied.index);
    }
    return { rules, kept };
  }
}

/** Notes what a packet keeps without being asked; once, while packets of the same kind follow each other. */
export function keep(marks: Marks, { kept }: Asking): void {
  if (marks.kept === kept) return;
  marks.kept = kept;
  for (let i = 0; i < kept.length; i++) marks.bits[kept[i]!]! |= HELD;
}
