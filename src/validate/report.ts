// What a judgement comes to: per connection what was exercised, held and broken; over all, per rule and version.

import type { ConnectionInfo } from '../dissect/item.js';
import type { Version } from '../spec/versions.js';
import { isSection, keyOf } from './catalogue.js';
import { type Ending, endingOf, unjudgedOf } from './ending.js';
import type { Rule } from './rule.js';
import type { Closed } from './state/closed.js';
import type { Conversation } from './state/conversation.js';
import { INCONCLUSIVE, type Marks, VIOLATED } from './verdicts.js';

export type Answer = 'held' | 'violated' | 'inconclusive';

export interface JudgedConnection {
  readonly connection: ConnectionInfo;
  /** Packets of the client and of the server. */
  readonly packets: readonly [client: number, server: number];
  /** Counts of rules. */
  readonly held: number;
  readonly violated: number;
  readonly inconclusive: number;
  /** Statements by their worst answer: "5.0:MQTT-3.3.1-2", without a number "5.0:§3.1.2.11 property-repeated". Those in no list were not exercised. */
  readonly statements: Readonly<Record<Answer, readonly string[]>>;
  /** Why nothing of it could be judged. */
  readonly unjudged?: string;
  /** Who closed it, and was it right? */
  readonly ending: Ending;
}

/** Connections in which a rule, in a version, came to each answer. */
export interface RuleCount {
  readonly rule: Rule;
  readonly version: Version;
  readonly held: number;
  readonly violated: number;
  readonly inconclusive: number;
}

export interface JudgeReport {
  readonly connections: readonly JudgedConnection[];
  /** Beyond those listed. */
  readonly moreConnections: number;
  /** Rules that were exercised. */
  readonly rules: readonly RuleCount[];
  /** Findings that were counted only. */
  readonly droppedFindings: number;
}

interface Counts {
  held: number;
  violated: number;
  inconclusive: number;
}

export class Tally {
  private readonly listed: JudgedConnection[] = [];
  private more = 0;
  private readonly counts = new Map<Version, Counts[]>();

  constructor(
    private readonly rules: readonly Rule[],
    private readonly mostListed: number,
  ) {}

  /** What its rules came to, over all; and by itself. */
  count(version: Version, { bits }: Marks): Counts {
    const all = this.of(version);
    const own: Counts = { held: 0, violated: 0, inconclusive: 0 };
    for (let i = 0; i < bits.length; i++) {
      const bit = bits[i]!;
      if (bit === 0) continue;
      const answer = answerOf(bit);
      own[answer]++;
      all[i]![answer]++;
    }
    return own;
  }

  connection(conversation: Conversation, closed: Closed, marks: Marks): void {
    const { info, client, server } = conversation;
    const { bits } = marks;
    const own = this.count(info.version, marks);
    if (this.listed.length >= this.mostListed) {
      this.more++;
      return;
    }
    const unjudged = unjudgedOf(conversation);
    const { rules } = this;
    const { version } = info;
    this.listed.push({
      connection: info,
      packets: [client.packets, server.packets],
      ...own,
      // Few are asked for them.
      get statements() {
        return statementsOf(rules, version, bits);
      },
      ...(unjudged === undefined ? {} : { unjudged }),
      ending: endingOf(conversation, closed),
    });
  }

  report(droppedFindings: number): JudgeReport {
    const rules: RuleCount[] = [];
    for (const [version, all] of this.counts) {
      all.forEach((counts, i) => {
        if (counts.held + counts.violated + counts.inconclusive > 0) {
          rules.push({ rule: this.rules[i]!, version, ...counts });
        }
      });
    }
    return { connections: this.listed, moreConnections: this.more, rules, droppedFindings };
  }

  private of(version: Version): Counts[] {
    let all = this.counts.get(version);
    if (all === undefined) {
      all = this.rules.map(() => ({ held: 0, violated: 0, inconclusive: 0 }));
      this.counts.set(version, all);
    }
    return all;
  }
}

function statementsOf(rules: readonly Rule[], version: Version, bits: Uint8Array): JudgedConnection['statements'] {
  const worst = new Map<string, number>();
  for (let i = 0; i < bits.length; i++) {
    if (bits[i] === 0) continue;
    const rule = rules[i]!;
    for (const ref of rule.refs[version] ?? []) {
      const key = keyOf(version, isSection(ref) ? `${ref} ${rule.name}` : ref);
      worst.set(key, (worst.get(key) ?? 0) | bits[i]!);
    }
  }
  const statements: Record<Answer, string[]> = { violated: [], inconclusive: [], held: [] };
  for (const [key, bit] of worst) {
    statements[answerOf(bit)].push(key);
  }
  return statements;
}

/** The worst that the bits of a rule, of which it has some, say. */
function answerOf(bits: number): Answer {
  if ((bits & VIOLATED) !== 0) return 'violated';
  return (bits & INCONCLUSIVE) !== 0 ? 'inconclusive' : 'held';
}
