// Every rule's examples, in every version that it speaks of: a violating one raises it, at the right packet, byte and bit,
// and no other must finding; a complying one exercises it and raises nothing.

import { describe, expect, it } from 'vitest';
import type { Version } from '../../src/spec/versions.js';
import type { Example } from '../../src/validate/example.js';
import type { Rule } from '../../src/validate/rule.js';
import { RULES } from '../../src/validate/rules/index.js';
import { judged, lineOf, packetsOf } from './judged.js';

const versionsOf = (rule: Rule, { versions }: Example): Version[] =>
  (Object.keys(rule.refs) as Version[]).filter((version) => versions === undefined || versions.includes(version));

const rows = <E extends Example>(rule: Rule, examples: readonly E[]): [title: string, version: Version, example: E][] =>
  examples.flatMap((example) =>
    versionsOf(rule, example).map((version): [string, Version, E] => [example.title, version, example]),
  );

describe.each(RULES.map((rule) => [rule.name, rule] as const))('%s', (_name, rule) => {
  it.each(rows(rule, rule.violates))('is broken: %s (%s)', (_title, version, example) => {
    const { findings, errors } = judged(packetsOf(example.transcript, version), version);
    expect(errors).toEqual([]);
    const own = findings.filter((finding) => finding.rule === rule.name && finding.verdict === 'violation');
    expect(own.map((finding) => finding.frame.number)).toContain(example.frame);
    if (example.at !== undefined) {
      const { at, length = 1, bits } = example;
      const place = own.find((finding) => finding.frame.number === example.frame)?.place;
      expect({ at: place?.at, length: place?.length, bits: place?.bits }).toEqual({ at, length, bits });
    }
    const others = findings.filter(
      ({ rule: name, level, verdict }) =>
        name !== rule.name && level === 'must' && verdict === 'violation' && !example.unavoidable?.includes(name),
    );
    expect(others.map(lineOf)).toEqual([]);
  });

  it.each(rows(rule, rule.complies))('is kept: %s (%s)', (_title, version, example) => {
    const { findings, report, errors } = judged(packetsOf(example.transcript, version), version);
    expect(errors).toEqual([]);
    const broken = findings.filter(
      ({ rule: name, verdict }) =>
        verdict === 'violation' && (name === rule.name || !example.unavoidable?.includes(name)),
    );
    expect(broken.map(lineOf)).toEqual([]);
    const count = report.rules.find((one) => one.rule === rule && one.version === version);
    expect(count?.held ?? 0).toBeGreaterThan(0);
  });

  it('has an example of each kind in each of its versions', () => {
    for (const version of Object.keys(rule.refs) as Version[]) {
      for (const examples of [rule.violates, rule.complies]) {
        expect(examples.some((example) => versionsOf(rule, example).includes(version))).toBe(true);
      }
    }
  });
});
