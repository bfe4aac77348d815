// What answers each numbered statement: a rule (frame, conversation or session, in this order when several do), or the
// reason why no rule can (scenario, unobservable). Of one statement exactly one of the two; the guard in
// test/validate/coverage.test.ts holds it to that.

import { STATEMENTS, type Statement } from '../spec/statements.js';
import { isSection, keyOf } from './catalogue.js';
import type { Rule, Unjudged } from './rule.js';

export const RULE_KINDS = ['frame', 'conversation', 'session'] as const;
export const ANSWERS = [...RULE_KINDS, 'scenario', 'unobservable'] as const;
export type Answer = (typeof ANSWERS)[number];

export interface Covered {
  readonly statement: Statement;
  /** Undefined: nothing answers it, which is a mistake of ours. */
  readonly answer: Answer | undefined;
  /** Rules that refer to it, in the order of the list. */
  readonly rules: readonly Rule[];
  readonly unjudged: readonly Unjudged[];
}

/** Of a chapter of a version, or of a whole version (chapter 0), how many statements are answered in which way. */
export interface ChapterCount {
  readonly version: Statement['version'];
  /** First number of the section: 3 for 3.1.2.4. */
  readonly chapter: number;
  readonly counts: Readonly<Record<Answer, number>>;
  readonly total: number;
}

/** Each statement with its answer, in the order of the catalogue. */
export function coverageOf(rules: readonly Rule[], unjudged: readonly Unjudged[]): readonly Covered[] {
  const byRule = byStatement(rules);
  const byReason = byStatement(unjudged);
  return STATEMENTS.map((statement) => {
    const key = keyOf(statement.version, statement.id);
    const its = byRule.get(key) ?? [];
    const reasons = byReason.get(key) ?? [];
    return { statement, answer: answerOf(its, reasons), rules: its, unjudged: reasons };
  });
}

/** Whether a capture shows it when it is broken. */
export function isJudged({ answer }: Covered): boolean {
  return RULE_KINDS.some((kind) => kind === answer);
}

/** Per version first its chapters, then the whole. */
export function countByChapter(covered: readonly Covered[]): readonly ChapterCount[] {
  return (['3.1.1', '5.0'] as const).flatMap((version) => {
    const its = covered.filter(({ statement }) => statement.version === version);
    const chapters = [...new Set(its.map(chapterOf))].sort((a, b) => a - b);
    return [
      ...chapters.map((chapter) =>
        countOf(
          version,
          chapter,
          its.filter((one) => chapterOf(one) === chapter),
        ),
      ),
      countOf(version, 0, its),
    ];
  });
}

function chapterOf({ statement }: Covered): number {
  return Number.parseInt(statement.section, 10);
}

function countOf(version: Statement['version'], chapter: number, covered: readonly Covered[]): ChapterCount {
  const counts = { frame: 0, conversation: 0, session: 0, scenario: 0, unobservable: 0 };
  for (const { answer } of covered) if (answer !== undefined) counts[answer]++;
  return { version, chapter, counts, total: covered.length };
}

function answerOf(rules: readonly Rule[], unjudged: readonly Unjudged[]): Answer | undefined {
  return RULE_KINDS.find((kind) => rules.some((rule) => rule.kind === kind)) ?? unjudged[0]?.kind;
}

function byStatement<T extends Rule | Unjudged>(answers: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const by = new Map<string, T[]>();
  for (const one of answers) {
    for (const version of ['3.1.1', '5.0'] as const) {
      for (const ref of new Set(one.refs[version] ?? [])) {
        if (isSection(ref)) continue;
        const key = keyOf(version, ref);
        by.set(key, [...(by.get(key) ?? []), one]);
      }
    }
  }
  return by;
}
