// Which rules are asked: `--only` and `--ignore` by statement (MQTT-3.3.1-2, 5.0:MQTT-3.3.1-2), section with those below it
// (3.3, §3.3, 5.0:3.3) or rule. A name that nothing answers to is refused, with what it could have been.

import { nearest } from '../bytes/nearest.js';
import { STATEMENTS } from '../spec/statements.js';
import { VERSIONS, type Version } from '../spec/versions.js';
import { UserError } from '../user-error.js';
import { citedBy, isSection, keyOf } from '../validate/catalogue.js';
import type { Ref, Rule } from '../validate/rule.js';
import { RULES, UNJUDGED } from '../validate/rules/index.js';
import type { ScopeFlags } from './scope-options.js';

export type Scope = (rule: Rule, version: Version) => boolean;

/** Throws UserError for a name that nothing answers to. */
export function scopeOf(flags: ScopeFlags): Scope {
  const [only, ignore] = [readScopes('--only', flags.only), readScopes('--ignore', flags.ignore)];
  return (rule, version) =>
    (only.length === 0 || only.some((has) => has(rule, version))) && !ignore.some((has) => has(rule, version));
}

function readScopes(option: string, texts: readonly string[] = []): readonly Scope[] {
  return texts.flatMap((text) => {
    const refuse = (why: string): never => {
      throw new UserError('option', `${option} ${JSON.stringify(text)}: ${why}`);
    };
    const names = text.split(',').map((name) => name.trim());
    const given = names.filter((name) => name !== '');
    if (given.length === 0) refuse('It names no statement, section or rule.');
    return given.map((name) => readScope(name) ?? refuse(refusal(name)));
  });
}

/** Undefined for a name that nothing answers to. */
function readScope(name: string): Scope | undefined {
  const { version, rest } = versioned(name);
  const scope = inVersion(version, statementScope(rest) ?? sectionScope(rest) ?? ruleScope(rest, RULES));
  const isJudged = RULES.some((rule) => VERSIONS.some((one) => rule.refs[one] !== undefined && scope(rule, one)));
  return isJudged ? scope : undefined;
}

/** "5.0:MQTT-3.3.1-2" is of one version, "MQTT-3.3.1-2" of each; so are "[MQTT-3.3.1-2]", as the specification prints it, and "3.3.1-2". */
export function versioned(name: string): { readonly version: Version | undefined; readonly rest: string } {
  const [, whole = name] = /^\[(.*)\]$/.exec(name) ?? [];
  const [, told, rest = whole] = /^(3\.1|3\.1\.1|5|5\.0)[: ](.+)$/.exec(whole) ?? [];
  const version = told === '5' ? '5.0' : (told as Version | undefined);
  return {
    version,
    rest: rest
      .trim()
      .replace(/^\[(.*)\]$/, '$1')
      .replace(/^(?=\d+(\.\d+)+-\d+$)/, 'MQTT-'),
  };
}

function inVersion(version: Version | undefined, scope: Scope): Scope {
  return version === undefined ? scope : (rule, its) => its === version && scope(rule, its);
}

function statementScope(text: string): Scope | undefined {
  if (!/^MQTT-/i.test(text)) return undefined;
  const ref = text.toUpperCase() as Ref;
  return (rule, version) => rule.refs[version]?.includes(ref) === true;
}

/** A section and what is below it; of a rule that names statements, the sections of these. */
function sectionScope(text: string): Scope | undefined {
  const [, section] = /^§?(\d+(?:\.\d+)*)$/.exec(text) ?? [];
  if (section === undefined) return undefined;
  const within = (other: string) => other === section || other.startsWith(`${section}.`);
  return (rule, version) =>
    within(citedBy(rule, version)?.section ?? '') ||
    (rule.refs[version] ?? []).some((ref) => isSection(ref) && within(ref.slice(1)));
}

function ruleScope(text: string, rules: readonly Rule[]): Scope {
  const name = rules.find((rule) => rule.name === text.toLowerCase())?.name;
  return (rule) => rule.name === name;
}

function refusal(name: string): string {
  const { version, rest } = versioned(name);
  const id = rest.toUpperCase();
  const known = STATEMENTS.filter((one) => one.id === id && (version === undefined || one.version === version));
  const [first] = known;
  if (first !== undefined) {
    const kind = UNJUDGED.find((one) => one.refs[first.version]?.includes(first.id as Ref))?.kind;
    const why = kind === undefined ? '' : kind === 'scenario' ? ' (it has to be provoked)' : ' (it cannot be observed)';
    return `No rule judges ${keyOf(first.version, first.id)}${why}; see mqtt-dissect rules ${keyOf(first.version, first.id)}.`;
  }
  const hint = hintFor(version, rest, RULES);
  const sentence = hint.startsWith('did') ? `D${hint.slice(1)}` : `${hint}.`;
  return `There is no statement, section or rule ${JSON.stringify(name)} that is judged. ${sentence}`;
}

/** What could have been meant, of the same version: a statement for a statement, else a rule. */
export function hintFor(version: Version | undefined, rest: string, rules: readonly Rule[]): string {
  const isStatement = /^MQTT-/i.test(rest);
  if (isStatement && version === '3.1')
    return 'MQTT 3.1 has no numbered statements: name a section, as 3.1:3.3, or a rule';
  const its = STATEMENTS.filter((one) => version === undefined || one.version === version);
  const names = isStatement ? [...new Set(its.map((one) => one.id))] : rules.map((rule) => rule.name);
  const near = nearest(rest, names).slice(0, 5);
  if (near.length === 0) return 'mqtt-dissect rules lists what there is';
  const prefix = isStatement && version !== undefined ? `${version}:` : '';
  return `did you mean ${near.map((one) => prefix + one).join(' or ')}?`;
}
