// Rules and statements together: which statement each rule's reference means in a version, with its level and section,
// and what answers each statement.

import { STATEMENTS, type Statement } from '../spec/statements.js';
import type { Version } from '../spec/versions.js';
import type { Level } from './finding.js';
import type { Ref, Rule } from './rule.js';

/** What a finding of a rule carries in one version. */
export interface Cited {
  /** "5.0:MQTT-3.3.1-2"; undefined where the reference is a section. */
  readonly statement: string | undefined;
  readonly also: readonly string[];
  readonly section: string;
  readonly level: Level;
}

const BY_KEY = new Map(STATEMENTS.map((statement) => [keyOf(statement.version, statement.id), statement]));

export function keyOf(version: Version, id: string): string {
  return `${version}:${id}`;
}

export function statementOf(key: string): Statement | undefined {
  return BY_KEY.get(key);
}

/** Undefined when the rule says nothing of that version. */
export function citedBy(rule: Rule, version: Version): Cited | undefined {
  const refs = rule.refs[version];
  if (refs === undefined) return undefined;
  const [first, ...rest] = refs;
  const statement = isSection(first) ? undefined : statementOf(keyOf(version, first));
  const level = statement === undefined || statement.level === 'may' ? (rule.level ?? 'must') : statement.level;
  return {
    statement: isSection(first) ? undefined : keyOf(version, first),
    also: rest.filter((ref) => !isSection(ref)).map((ref) => keyOf(version, ref)),
    section: isSection(first) ? first.slice(1) : (statement?.section ?? ''),
    level: rule.level ?? level,
  };
}

export function isSection(ref: Ref): ref is `§${string}` {
  return ref.startsWith('§');
}
