// The catalogue of statements: complete, well formed, in our own words. Beside the reference material also row for row
// against the two specifications.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { STATEMENTS, type Statement } from '../../src/spec/statements.js';
import { reference } from '../support/reference.js';

interface Official {
  readonly id: string;
  readonly section: string;
  readonly text: string;
  readonly bodyText?: string;
}

const COUNTS: readonly (readonly [Statement['version'], number])[] = [
  ['3.1.1', 141],
  ['5.0', 251],
];
/** What obliges without the word: a reference to another statement, a list of values, what is called a Protocol Error. */
const WITHOUT_MUST: Readonly<Record<Statement['version'], readonly (readonly [id: string, level: string])[]>> = {
  '3.1.1': [['MQTT-2.3.1-4', 'must']],
  '5.0': [
    ['MQTT-3.1.2-12', 'must'],
    ['MQTT-3.8.3-4', 'must'],
  ],
};
/** More equal words in a row than this are a quotation. */
const LONGEST_RUN = 8;

const of = (version: Statement['version']): readonly Statement[] =>
  STATEMENTS.filter((statement) => statement.version === version);

const wordsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .replaceAll('’', "'")
    .match(/[\w']+/g) ?? [];

/** Runs of words that both have, one word longer than allowed. */
function quotations(ours: string, theirs: string): readonly string[] {
  const whole = ` ${wordsOf(theirs).join(' ')} `;
  const words = wordsOf(ours);
  return words
    .map((_, from) => words.slice(from, from + LONGEST_RUN + 1))
    .filter((run) => run.length > LONGEST_RUN)
    .map((run) => run.join(' '))
    .filter((run) => whole.includes(` ${run} `));
}

describe.each(COUNTS)('statements of MQTT %s', (version, count) => {
  const statements = of(version);

  it('are all there, each once', () => {
    expect(statements).toHaveLength(count);
    expect(new Set(statements.map(({ id }) => id)).size).toBe(count);
  });

  it.each(statements.map((statement) => [statement.id, statement] as const))('%s is well formed', (id, statement) => {
    expect(id).toMatch(/^MQTT-\d+(\.\d+){2}-\d+$/);
    expect(statement.section).toMatch(/^\d+(\.\d+)*$/);
    expect(['must', 'should', 'may']).toContain(statement.level);
    expect(['client', 'server', 'sender', 'receiver', 'both']).toContain(statement.binds);
    expect(statement.text).toMatch(/^\S.*\S\.$/);
    expect(statement.text).not.toContain('  ');
  });

  it('stand under a heading that their number agrees with', () => {
    // MQTT-3.1.2-23 is in 3.1.2 or below it; a 0 in the place of the third number is the chapter's own text.
    // 5.0 prints the statements of 4.1.1, 4.7.1 and the like under the number of the section above.
    for (const { id, section } of statements) {
      const numbers = id
        .replace(/^MQTT-/, '')
        .replace(/-\d+$/, '')
        .split('.');
      while (numbers.at(-1) === '0') numbers.pop();
      expect(`${section}.`.startsWith(`${numbers.join('.')}.`), `${id} in ${section}`).toBe(true);
    }
  });

  it('say different things', () => {
    const texts = statements.map(({ text }) => text);
    expect(texts.filter((text, i) => texts.indexOf(text) !== i)).toEqual([]);
  });
});

const path = reference('spec');
const official = (version: Statement['version']): readonly Official[] =>
  JSON.parse(readFileSync(`${path}/mqtt-${version}-statements.json`, 'utf8'));

describe.skipIf(path === undefined).each(COUNTS)('statements of MQTT %s against the specification', (version) => {
  it('are the same ones, in order, in the same sections', () => {
    const theirs = official(version).map(({ id, section }) => [id, section.split(' ')[0]]);
    expect(of(version).map(({ id, section }) => [id, section])).toEqual(theirs);
  });

  it('do not quote it', () => {
    const texts = new Map(official(version).map((row) => [row.id, `${row.text} | ${row.bodyText ?? ''}`]));
    const quoted = of(version).flatMap(({ id, text }) =>
      quotations(text, texts.get(id)!).map((run) => `${id}: ${run}`),
    );
    expect(quoted).toEqual([]);
  });

  it('bind by the strongest of their words', () => {
    const texts = new Map(official(version).map((row) => [row.id, `${row.text} ${row.bodyText ?? ''}`]));
    const weaker = of(version).filter(({ id }) => !/\bMUST\b/.test(texts.get(id)!));
    expect(weaker.map(({ id, level }) => [id, level])).toEqual(WITHOUT_MUST[version]);
    expect(of(version).filter(({ level }) => level !== 'must')).toEqual([]);
  });
});
