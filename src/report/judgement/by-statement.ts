// Findings by the statements that were exercised: a finding belongs to every statement of its rule.

import type { Finding } from '../../validate/finding.js';
import type { Exercised } from './exercised.js';
import type { Found } from './judgement.js';

/** The findings of each statement that was exercised. */
export function byStatement(found: readonly Found[]): (statement: Exercised) => readonly Found[] {
  const byRule = new Map<string, Found[]>();
  for (const one of found) {
    const key = ruleKey(one.finding);
    const all = byRule.get(key);
    if (all === undefined) byRule.set(key, [one]);
    else all.push(one);
  }
  return ({ version, rules }) => rules.flatMap((rule) => byRule.get(`${version} ${rule}`) ?? []);
}

function ruleKey({ version, rule }: Finding): string {
  return `${version} ${rule}`;
}
