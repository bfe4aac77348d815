// One statement or rule at length: what it asks for, what checks it or why nothing can, and of each rule an example that
// breaks it and one that keeps it, byte by byte.

import { hexByte } from '../../bytes/hex.js';
import { VERSIONS, type Version } from '../../spec/versions.js';
import { citedBy, isSection, keyOf } from '../../validate/catalogue.js';
import type { Example } from '../../validate/example.js';
import type { Rule, Unjudged } from '../../validate/rule.js';
import { type Palette, wrap } from '../terminal.js';
import type { Entry } from './entries.js';
import { exampleLines } from './example-lines.js';

export interface ExplainOptions {
  readonly width: number;
  readonly palette: Palette;
  /** The field tree of every packet, and every example. */
  readonly verbose: boolean;
}

const KINDS: Readonly<Record<Rule['kind'], string>> = {
  frame: 'looks at the packet alone',
  conversation: 'follows the connection',
  session: 'follows the session over connections',
};
const UNJUDGED_KINDS: Readonly<Record<Unjudged['kind'], string>> = {
  scenario: 'No capture shows it by itself: somebody has to provoke it.',
  unobservable: 'It cannot be observed from outside.',
};

export function explainEntry(entry: Entry, options: ExplainOptions): string {
  const { key, section, level, binds, version, statement, rules, unjudged } = entry;
  const { palette } = options;
  const head = `${palette.bold(key)}  ${level}, binds ${binds}${statement === undefined ? '' : `  §${section}`}`;
  const lines = [head, ...indented(statement?.text ?? 'This version gives the demand no number.', options)];
  for (const { kind, why } of unjudged)
    lines.push('', ...indented(`${UNJUDGED_KINDS[kind]} ${sentence(why)}`, options));
  if (rules.length === 0 && unjudged.length === 0) lines.push('', '  Nothing answers it yet.');
  for (const rule of rules) lines.push('', ...ruleLines(rule, version, options));
  return `${lines.join('\n')}\n`;
}

/** A rule by its name: in every version that it speaks of; examples of the newest. */
export function explainRule(rule: Rule, options: ExplainOptions): string {
  const versions = VERSIONS.filter((version) => rule.refs[version] !== undefined);
  const statements = versions.flatMap((version) =>
    (rule.refs[version] ?? []).map((ref) => `  ${refText(ref, version)}  ${citedBy(rule, version)!.level}`),
  );
  return `${[...ruleLines(rule, versions.at(-1)!, options, statements)].join('\n')}\n`;
}

function refText(ref: Parameters<typeof isSection>[0], version: Version): string {
  return isSection(ref) ? `${version} ${ref}` : keyOf(version, ref);
}

function ruleLines(
  rule: Rule,
  version: Version,
  options: ExplainOptions,
  statements: readonly string[] = [],
): readonly string[] {
  const { palette, verbose } = options;
  const due = rule.due === undefined || version !== '5.0' ? '' : `; the receiver owes ${hexByte(rule.due)}`;
  const of = <E extends Example>(examples: readonly E[]): readonly E[] =>
    examples.filter(({ versions = [version] }) => versions.includes(version)).slice(0, verbose ? undefined : 1);
  const head = `rule ${rule.name}  ${KINDS[rule.kind]}, binds the ${rule.party}${due}`;
  const lines = wrap(head, options.width).map(palette.bold);
  lines.push(...statements, ...indented(`→ ${rule.hint}`, options).map(palette.cyan));
  for (const one of of(rule.violates)) {
    lines.push('', ...indented(`✗ breaks it in ${version}: ${one.title}`, options).map(palette.red));
    lines.push(...exampleLines(one, version, options, one));
  }
  for (const one of of(rule.complies)) {
    lines.push('', ...indented(`✓ keeps it in ${version}: ${one.title}`, options).map(palette.green));
    lines.push(...exampleLines(one, version, options));
  }
  return lines;
}

function indented(text: string, { width }: ExplainOptions): readonly string[] {
  return wrap(text, width - 2).map((line) => `  ${line}`);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
