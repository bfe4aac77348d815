// What there is to say of the specification: its numbered statements with what answers each, and, where the specification
// has no numbers (MQTT 3.1, and some demands of the others), the sections that rules name.

import type { Statement } from '../../spec/statements.js';
import { VERSIONS, type Version } from '../../spec/versions.js';
import { citedBy, isSection, keyOf } from '../../validate/catalogue.js';
import { type Answer, type Covered, coverageOf } from '../../validate/coverage.js';
import type { Level } from '../../validate/finding.js';
import type { Rule, Unjudged } from '../../validate/rule.js';
import { compareSections } from '../judgement/exercised.js';

export interface Entry {
  readonly version: Version;
  /** "5.0:MQTT-3.3.1-2", or where there is no number "3.1 §3.3". */
  readonly key: string;
  readonly section: string;
  readonly level: Level | 'may';
  readonly binds: string;
  readonly answer: Answer | undefined;
  readonly rules: readonly Rule[];
  readonly unjudged: readonly Unjudged[];
  /** Absent where there is no number. */
  readonly statement?: Statement;
}

/** By version, numbered statements first, in the order of the specification. */
export function entriesOf(rules: readonly Rule[], unjudged: readonly Unjudged[]): readonly Entry[] {
  const covered = coverageOf(rules, unjudged);
  return VERSIONS.flatMap((version) => [
    ...covered.filter(({ statement }) => statement.version === version).map(numbered),
    ...bySection(rules, version),
  ]);
}

function numbered({ statement, answer, rules, unjudged }: Covered): Entry {
  const { version, id, section, level, binds } = statement;
  return { version, key: keyOf(version, id), section, level, binds, answer, rules, unjudged, statement };
}

function bySection(rules: readonly Rule[], version: Version): readonly Entry[] {
  const entries = rules.flatMap((rule) =>
    (rule.refs[version] ?? []).filter(isSection).map((ref): Entry => {
      const { level } = citedBy(rule, version)!;
      const section = ref.slice(1);
      const key = `${version} §${section}`;
      return { version, key, section, level, binds: rule.party, answer: rule.kind, rules: [rule], unjudged: [] };
    }),
  );
  return entries.sort((a, b) => compareSections(a.section, b.section));
}
