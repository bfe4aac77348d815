// Which statements a capture exercised, of those that a capture can show to be kept or broken, by version. MQTT 3.1 has no
// numbered statements: there, as where a newer version has no number, a rule stands for itself.

import { STATEMENTS } from '../../spec/statements.js';
import { VERSIONS, type Version } from '../../spec/versions.js';
import { citedBy, isSection, keyOf, statementOf } from '../../validate/catalogue.js';
import type { Level } from '../../validate/finding.js';
import type { JudgeReport, RuleCount } from '../../validate/report.js';
import type { Ref, Rule } from '../../validate/rule.js';

/** Connections in which a statement was held, broken, or neither could be told. */
export interface Exercised {
  readonly version: Version;
  /** "MQTT-3.3.1-2"; where there is no number "§3.3 publish-dup-qos-0". */
  readonly id: string;
  readonly isNumbered: boolean;
  readonly section: string;
  readonly level: Level;
  /** What it asks for. */
  readonly text: string;
  readonly rules: readonly string[];
  readonly held: number;
  readonly violated: number;
  readonly inconclusive: number;
}

export interface VersionCoverage {
  readonly version: Version;
  /** Counted of numbered statements; of 3.1 of rules. */
  readonly exercised: number;
  readonly judged: number;
  /** Also what is inconclusive only, and what has no number; in the order of the specification. */
  readonly statements: readonly Exercised[];
}

/** `asks`: which rules were asked; `present`: versions that the capture holds. */
export function coverageOfCapture(
  report: JudgeReport,
  rules: readonly Rule[],
  asks: (rule: Rule, version: Version) => boolean,
  present: (version: Version) => boolean,
): readonly VersionCoverage[] {
  return VERSIONS.filter(present).map((version) => {
    const numbered = version !== '3.1';
    const asked = rules.filter((rule) => rule.refs[version] !== undefined && asks(rule, version));
    const ids = new Set(asked.flatMap((rule) => (rule.refs[version] ?? []).map((ref) => idOf(rule, ref))));
    const judged = [...ids].filter((id) => !numbered || isNumber(id)).length;
    const statements = merged(report.rules.filter((count) => count.version === version));
    const exercised = statements.filter((one) => (!numbered || one.isNumbered) && one.held + one.violated > 0).length;
    return { version, exercised, judged, statements };
  });
}

function idOf(rule: Rule, ref: Ref): string {
  return isSection(ref) ? `${ref} ${rule.name}` : ref;
}

function isNumber(id: string): boolean {
  return id.startsWith('MQTT-');
}

/** Several rules may look at one statement, and one rule at several. */
function merged(counts: readonly RuleCount[]): readonly Exercised[] {
  const byId = new Map<string, Exercised>();
  for (const { rule, version, held, violated, inconclusive } of counts) {
    for (const ref of rule.refs[version] ?? []) {
      const id = idOf(rule, ref);
      const before = byId.get(id) ?? fresh(rule, version, ref, id);
      byId.set(id, {
        ...before,
        rules: [...before.rules, rule.name],
        held: before.held + held,
        violated: before.violated + violated,
        inconclusive: before.inconclusive + inconclusive,
      });
    }
  }
  return [...byId.values()].sort((a, b) => orderOf(a) - orderOf(b) || compareSections(a.section, b.section));
}

function fresh(rule: Rule, version: Version, ref: Ref, id: string): Exercised {
  const statement = isSection(ref) ? undefined : statementOf(keyOf(version, ref));
  const section = isSection(ref) ? ref.slice(1) : (statement?.section ?? '');
  const level = statement === undefined || statement.level === 'may' ? citedBy(rule, version)!.level : statement.level;
  const text = statement?.text ?? rule.hint;
  return { version, id, isNumbered: isNumber(id), section, level, text, ...NONE };
}

const NONE = { rules: [], held: 0, violated: 0, inconclusive: 0 } as const;
const ORDER = new Map(STATEMENTS.map(({ version, id }, index) => [keyOf(version, id), index]));

function orderOf({ version, id }: Exercised): number {
  return ORDER.get(keyOf(version, id)) ?? STATEMENTS.length;
}

/** By their numbers: 3.2 before 3.10. */
export function compareSections(a: string, b: string): number {
  const [one, other] = [a, b].map((section) => section.split('.').map(Number)) as [number[], number[]];
  for (let i = 0; i < Math.max(one.length, other.length); i++) {
    const difference = (one[i] ?? -1) - (other[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
