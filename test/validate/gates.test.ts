// Gates keep rules from being asked (gates.ts), and nothing else: with and without them the same is found, and the same rules
// are exercised.

import { describe, expect, it } from 'vitest';
import type { Version } from '../../src/spec/versions.js';
import type { Finding } from '../../src/validate/finding.js';
import { ALL_GATES, GATES } from '../../src/validate/gates.js';
import { Judge } from '../../src/validate/judge.js';
import type { Rule } from '../../src/validate/rule.js';
import { RULES } from '../../src/validate/rules/index.js';
import { captures, everyItem } from '../support/captures.js';
import { judged, packetsOf } from './judged.js';

/** The same rules, asked about every packet of their types; but where there are no properties, none is exercised. */
const UNGATED = RULES.map(({ asked, faults, otherwise, from, ...rule }) =>
  asked === 'properties' ? ({ ...rule, asked } as Rule) : (rule as Rule),
);

interface Outcome {
  readonly findings: readonly Finding[];
  readonly rules: readonly string[];
}

const outcomeOf = (findings: readonly Finding[], judge: Pick<Judge, 'report'>): Outcome => ({
  findings,
  rules: judge
    .report()
    .rules.map(({ rule, version, ...counts }) => `${rule.name} ${version} ${JSON.stringify(counts)}`),
});

const examples = RULES.flatMap(({ name, refs, violates, complies }) =>
  [...violates, ...complies].flatMap(({ title, transcript, versions }) =>
    (Object.keys(refs) as Version[])
      .filter((version) => versions?.includes(version) ?? true)
      .map((version) => [`${name}: ${title} (${version})`, transcript, version] as const),
  ),
);

describe('gates', () => {
  it('change nothing in any example', { timeout: 60_000 }, () => {
    for (const [title, transcript, version] of examples) {
      const packets = packetsOf(transcript, version);
      const [gated, ungated] = [{ rules: RULES }, { rules: UNGATED }].map((options) => {
        const { findings, report } = judged(packets, version, options);
        return outcomeOf(findings, { report: () => report });
      });
      expect({ title, ...gated }).toEqual({ title, ...ungated });
    }
  });

  it.each(captures)('change nothing in %s', { timeout: 60_000 }, async (_name, path) => {
    const judges = [new Judge({ rules: RULES }), new Judge({ rules: UNGATED })];
    const findings: Finding[][] = [[], []];
    await everyItem(path, (item) => {
      for (const [i, judge] of judges.entries()) findings[i]!.push(...judge.push(item));
    });
    for (const [i, judge] of judges.entries()) findings[i]!.push(...judge.end());
    const [gated, ungated] = judges.map((judge, i) => outcomeOf(findings[i]!, judge));
    expect(gated).toEqual(ungated);
  });

  it('have a bit each, and all are in ALL_GATES', () => {
    const bits = Object.values(GATES).filter((bit) => bit !== 0);
    expect(new Set(bits).size).toBe(bits.length);
    expect(bits.reduce((all: number, bit) => all + bit, 0)).toBe(ALL_GATES);
  });
});
