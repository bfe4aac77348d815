// Recorded captures of clients and brokers as they are: no must finding beyond those that were confirmed by hand, and each of
// these still there. No rule throws on any of them.

import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/validate/finding.js';
import { Judge } from '../../src/validate/judge.js';
import { captures, everyItem } from '../support/captures.js';
import { REVIEWED } from './reviewed.js';

/** "publish-dup-qos-0 [client] 3 5" for each rule and party. */
async function mustFindings(path: string): Promise<readonly string[]> {
  const judge = new Judge();
  const by = new Map<string, number[]>();
  const keep = (findings: readonly Finding[]): void => {
    for (const { verdict, level, rule, party, frame } of findings) {
      if (verdict !== 'violation' || level !== 'must') continue;
      const name = `${rule} [${party}]`;
      by.set(name, [...(by.get(name) ?? []), frame.number]);
    }
  };
  await everyItem(path, (item) => keep(judge.push(item)));
  keep(judge.end());
  expect(judge.errors).toEqual([]);
  return [...by].map(([name, frames]) => `${name} ${frames.toSorted((a, b) => a - b).join(' ')}`).sort();
}

describe('recorded captures', () => {
  it.each(captures)('%s holds only what was reviewed', { timeout: 60_000 }, async (name, path) => {
    const reviewed = REVIEWED.filter(({ file }) => file === name).map(
      ({ rule, party, frames }) => `${rule} [${party}] ${frames.join(' ')}`,
    );
    expect(await mustFindings(path)).toEqual(reviewed.sort());
  });

  it('reviewed rows say why', () => {
    for (const { reason } of REVIEWED) expect(reason).toMatch(/^\S.{30,}\.$/);
  });
});
