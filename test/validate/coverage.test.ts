// Every statement has exactly one kind of answer, and nothing refers to one that does not exist. Sections referred to where
// there is no number are sections of that version's text.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Version } from '../../src/spec/versions.js';
import { isSection, keyOf, statementOf } from '../../src/validate/catalogue.js';
import { ANSWERS, countByChapter, coverageOf, isJudged } from '../../src/validate/coverage.js';
import type { Ref, Rule, Unjudged } from '../../src/validate/rule.js';
import { RULES, UNJUDGED } from '../../src/validate/rules/index.js';
import { reference } from '../support/reference.js';

/** Of all 392, judged from captures. */
const LEAST_JUDGED = 0.75;

const covered = coverageOf(RULES, UNJUDGED);
const nameOf = ({ version, id }: { version: string; id: string }): string => `${version}:${id}`;

const refsOf = (one: Rule | Unjudged): (readonly [Version, Ref])[] =>
  (Object.entries(one.refs) as [Version, readonly Ref[]][]).flatMap(([version, refs]) =>
    refs.map((ref) => [version, ref] as const),
  );
const who = (one: Rule | Unjudged): string => ('name' in one ? one.name : one.why);

describe('coverage', () => {
  it('answers every statement', () => {
    expect(covered.filter(({ answer }) => answer === undefined).map(({ statement }) => nameOf(statement))).toEqual([]);
  });

  it('answers none both by a rule and by a reason why none can, and none by two reasons', () => {
    const twice = covered.filter(({ rules, unjudged }) => unjudged.length > (rules.length > 0 ? 0 : 1));
    expect(twice.map(({ statement }) => nameOf(statement))).toEqual([]);
  });

  it('knows every number that is referred to', () => {
    const unknown = [...RULES, ...UNJUDGED].flatMap((one) =>
      refsOf(one)
        .filter(([version, ref]) => !isSection(ref) && statementOf(keyOf(version, ref)) === undefined)
        .map(([version, ref]) => `${who(one)}: ${version}:${ref}`),
    );
    expect(unknown).toEqual([]);
  });

  it('gives each reference once in a rule', () => {
    const twice = [...RULES, ...UNJUDGED].flatMap((one) => {
      const refs = refsOf(one).map((ref) => ref.join(':'));
      return refs.filter((ref, i) => refs.indexOf(ref) !== i).map((ref) => `${who(one)}: ${ref}`);
    });
    expect(twice).toEqual([]);
  });

  it('judges at least three quarters from captures', () => {
    const judged = covered.filter(isJudged).length;
    expect(judged / covered.length).toBeGreaterThanOrEqual(LEAST_JUDGED);
  });

  it('counts every statement once', () => {
    const rows = countByChapter(covered);
    for (const [version, total] of [
      ['3.1.1', 141],
      ['5.0', 251],
    ] as const) {
      const chapters = rows.filter((row) => row.version === version && row.chapter > 0);
      const whole = rows.find((row) => row.version === version && row.chapter === 0)!;
      expect(whole.total).toBe(total);
      expect(chapters.reduce((sum, row) => sum + row.total, 0)).toBe(total);
      for (const answer of ANSWERS) {
        expect(chapters.reduce((sum, row) => sum + row.counts[answer], 0)).toBe(whole.counts[answer]);
      }
    }
  });
});

describe('rules', () => {
  it('have names of their own, in kebab case', () => {
    const names = RULES.map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
  });

  it('are all in the index', () => {
    const folder = fileURLToPath(new URL('../../src/validate/rules/', import.meta.url));
    const index = readFileSync(`${folder}index.ts`, 'utf8');
    const sets = readdirSync(folder).filter(
      (name) => name !== 'index.ts' && /^export const \w+: RuleSet\b/m.test(readFileSync(folder + name, 'utf8')),
    );
    expect(sets.length).toBeGreaterThan(0);
    for (const name of sets) {
      const imported = new RegExp(`^import \\{ (\\w+) \\} from './${name.replace('.ts', '.js')}';$`, 'm').exec(index);
      expect(imported?.[1], `${name} is not imported`).toBeDefined();
      const list = /const SETS[^=]*= \[([^\]]*)\]/.exec(index)![1]!;
      expect(list.split(/[\s,]+/), `${name} is not listed`).toContain(imported![1]);
    }
  });

  it('say in one line what to change, and why nothing can be said', () => {
    for (const { name, hint } of RULES) expect(hint, name).toMatch(/^\S[^\n]*[^\s.]$/);
    for (const one of UNJUDGED) expect(one.why, JSON.stringify(one.refs)).toMatch(/^\S[^\n]{9,}$/);
  });
});

const texts = reference('spec');

describe.skipIf(texts === undefined)('sections', () => {
  it('are sections of their version', () => {
    const headings = new Map<string, ReadonlySet<string>>();
    const headingsOf = (version: Version): ReadonlySet<string> => {
      let known = headings.get(version);
      if (known === undefined) {
        const text = readFileSync(`${texts}/mqtt-${version}.md`, 'utf8');
        known = new Set([...text.matchAll(/^#+ (\d+(?:\.\d+)*)\.?\s/gm)].map((match) => match[1]!));
        headings.set(version, known);
      }
      return known;
    };
    const unknown = RULES.flatMap((rule) =>
      refsOf(rule)
        .filter(([version, ref]) => isSection(ref) && !headingsOf(version).has(ref.slice(1)))
        .map(([version, ref]) => `${rule.name}: ${version} ${ref}`),
    );
    expect(unknown).toEqual([]);
  });
});
