// `rules`: the list, every statement and every rule at length, the coverage, and the table of the README.

import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { coverageMarkdown } from '../../src/report/rules/coverage.js';
import { entriesOf } from '../../src/report/rules/entries.js';
import { explainEntry, explainRule } from '../../src/report/rules/explain.js';
import { displayWidth, paletteOf } from '../../src/report/terminal.js';
import { STATEMENTS } from '../../src/spec/statements.js';
import { RULES, UNJUDGED } from '../../src/validate/rules/index.js';
import { cli } from './run.js';

describe('the list', () => {
  it('has every statement once, a line each', async () => {
    const { exitCode, stdout } = await cli(['rules', '--width', '100']);
    expect(exitCode).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    for (const { version, id } of STATEMENTS) {
      expect(lines.filter((line) => line.startsWith(`${version}:${id} `))).toHaveLength(1);
    }
    expect(stdout).toMatch(/\n392 statements: \d+ frame, /);
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(100);
  });

  it('is JSON too, with examples as bytes', async () => {
    const { statements, rules } = JSON.parse((await cli(['rules', '--format', 'json'])).stdout);
    expect(statements.filter((one: { statement?: string }) => one.statement !== undefined)).toHaveLength(392);
    expect(rules.map((one: { name: string }) => one.name)).toEqual(RULES.map(({ name }) => name));
    const dup = rules.find((one: { name: string }) => one.name === 'publish-dup-qos-0');
    expect(dup.violates[0].packets['5.0'].at(-1)).toMatchObject({ from: 'client', hex: '38 05 00 01 61 00 78' });
    expect(dup.violates[0].fault).toMatchObject({ at: 0, length: 1, bits: [3, 3] });
  });
});

describe('at length', () => {
  const lengthily = (width: number) => ({ width, palette: paletteOf(false), verbose: true });

  it.each([80, 200])('keeps to %i columns, whatever the statement or rule', (width) => {
    for (const entry of entriesOf(RULES, UNJUDGED)) {
      const text = explainEntry(entry, lengthily(width));
      for (const line of text.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(width);
    }
    for (const rule of RULES) expect(explainRule(rule, lengthily(width))).toContain(`rule ${rule.name}  `);
  });

  it('shows the bytes, the faulty ones marked', async () => {
    const { exitCode, stdout } = await cli(['rules', '3.1.1:MQTT-3.3.1-2', '--width', '80']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^3\.1\.1:MQTT-3\.3\.1-2 {2}must, binds sender {2}§3\.3\.1\.1\n {2}\S/);
    expect(stdout).toContain('rule publish-dup-qos-0  looks at the packet alone, binds the sender\n');
    expect(stdout).toContain('  ✗ breaks it in 3.1.1: ');
    expect(stdout).toMatch(/→ PUBLISH DUP QoS 0 a \(1 byte\) "x" ✗\n {9}38 04 00 01 61 78\n {9}\^\^ bit 3\n/);
    expect(stdout).toMatch(/DUP: set\n +✗ here\n/);
    expect(stdout).toContain('  ✓ keeps it in 3.1.1: ');
  });

  it.each([
    [['MQTT-3.3.1-2'], ['3.1.1:MQTT-3.3.1-2', '5.0:MQTT-3.3.1-2']],
    [['5:mqtt-3.3.1-2'], ['5.0:MQTT-3.3.1-2']],
    [['3.1.1:§3.12'], ['3.1.1:MQTT-3.12.4-1']],
  ])('%j', async (ids, keys) => {
    const { stdout } = await cli(['rules', ...ids]);
    for (const key of keys) expect(stdout).toContain(`${key}  `);
    expect(stdout.match(/^\S+:MQTT-\S+ {2}/gm)).toHaveLength(keys.length);
  });

  it.each(['[MQTT-3.3.1-2]', '[mqtt-3.3.1-2]', '3.3.1-2'])('takes %s for MQTT-3.3.1-2', async (id) => {
    expect((await cli(['rules', id])).stdout).toBe((await cli(['rules', 'MQTT-3.3.1-2'])).stdout);
  });

  it('takes the name of a rule', async () => {
    const { stdout } = await cli(['rules', 'publish-dup-qos-0']);
    expect(stdout).toMatch(/^rule publish-dup-qos-0 {2}/);
    expect(stdout).toContain('\n  5.0:MQTT-3.3.1-2  must\n');
  });

  it('says why nothing judges a statement', async () => {
    const reason = UNJUDGED.find(({ kind }) => kind === 'unobservable')!;
    const [version, refs] = Object.entries(reason.refs)[0]!;
    const { stdout } = await cli(['rules', `${version}:${refs![0]}`]);
    expect(stdout).toContain('It cannot be observed from outside.');
  });

  it.each([
    ['MQTT-3.3.1-99', /there is no statement, section or rule "MQTT-3\.3\.1-99"; did you mean MQTT-3\.3\.1-/],
    ['3.1:MQTT-3.3.1-2', /; MQTT 3\.1 has no numbered statements: name a section, as 3\.1:3\.3, or a rule$/m],
    ['5.0:MQTT-3.3.1-22', /; did you mean 5\.0:MQTT-/],
    ['publish-dup', /"publish-dup"; mqtt-dissect rules lists what there is/],
    ['12.1', /"12\.1"/],
  ])('%s is refused', async (id, message) => {
    const { exitCode, stdout, stderr } = await cli(['rules', id]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});

describe('coverage', () => {
  it.each([
    [80, true],
    [110, true],
    [111, false],
    [200, false],
  ])('fits into %i columns, with the numbers of chapters only: %s', async (width, isNarrow) => {
    const { stdout } = await cli(['rules', '--coverage', '--width', String(width)]);
    const longest = Math.max(...stdout.split('\n').map((line) => line.length));
    expect(longest).toBeLessThanOrEqual(width);
    expect(stdout.includes('3 Control Packets')).toBe(!isNarrow);
    expect(stdout).toMatch(/^3\.1\.1 {2}3 /m);
  });

  it('counts every statement once', async () => {
    const { stdout } = await cli(['rules', '--coverage']);
    const last = stdout.trimEnd().split('\n').at(-1)!;
    const [total = 0, ...answers] = last.match(/\d+/g)!.map(Number);
    expect(total).toBe(392);
    expect(answers.slice(0, -1).reduce((sum, one) => sum + one, 0)).toBe(392);
    const { coverage } = JSON.parse((await cli(['rules', '--coverage', '--format', 'json'])).stdout);
    expect(coverage.filter((one: { chapter: number }) => one.chapter === 0)).toHaveLength(2);
  });

  it('is of everything', async () => {
    const { exitCode, stdout, stderr } = await cli(['rules', '--coverage', '3.3']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('--coverage is of everything');
  });

  it('stands in the README as it is (UPDATE_README=1 writes it)', async () => {
    const path = new URL('../../README.md', import.meta.url);
    const readme = readFileSync(path, 'utf8');
    const [begin, end] = ['<!-- coverage -->\n', '<!-- /coverage -->'];
    const from = readme.indexOf(begin) + begin.length;
    const to = readme.indexOf(end);
    const table = coverageMarkdown(RULES, UNJUDGED);
    expect((await cli(['rules', '--markdown'])).stdout).toBe(table);
    if (process.env.UPDATE_README) writeFileSync(path, readme.slice(0, from) + table + readme.slice(to));
    else expect(readme.slice(from, to)).toBe(table);
  });
});
