// What must and must not stand together in a rule, and rules from values of any kind.

import { nearest } from '../bytes/nearest.js';
import { UserError } from '../user-error.js';
import type { ActionName, FaultRule } from './rule.js';
import { ACTIONS, EXCLUSIVE, FIELDS, type FieldRow, fieldsOf, NEEDS, ONE_OF } from './rule-fields.js';

/** Values by field, the action among them. */
export type RuleDraft = { action: ActionName } & Record<string, unknown>;

/** How a field is called where the rule was written. */
export type Naming = (row: Pick<FieldRow, 'name' | 'word' | 'kind'>) => string;

/** What is wrong with the whole, if anything is. */
export function wrongWith(draft: RuleDraft, naming: Naming): string | undefined {
  const name = (field: string) => naming(FIELDS.find((row) => row.name === field)!);
  for (const names of ONE_OF[draft.action] ?? []) {
    const given = names.filter((one) => draft[one] !== undefined);
    if (given.length === 0) return `${draft.action} needs ${names.map(name).join(' or ')}`;
    if (given.length > 1) return `${given.map(name).join(' and ')} cannot both be given`;
  }
  for (const [one, other] of EXCLUSIVE) {
    if (draft[one] !== undefined && draft[other] !== undefined) {
      return `${name(one)} and ${name(other)} cannot both be given`;
    }
  }
  for (const [one, other] of NEEDS) {
    if (draft[one] !== undefined && draft[other] === undefined) return `${name(one)} needs ${name(other)}`;
  }
  return undefined;
}

export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
}

/** A rule from JSON. UserError that begins with the path, as `faults[2].every`. */
export function ruleFromJson(value: unknown, path: string): FaultRule {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(path, 'must be a rule: an object with "action", or a text such as "drop PUBACK every 10"');
  }
  const given = value as Readonly<Record<string, unknown>>;
  const action = ACTIONS.find((one) => one === given.action);
  if (action === undefined) throw wrong(`${path}.action`, `must be one of ${ACTIONS.join(', ')}`);
  const rows = fieldsOf(action);
  const draft: RuleDraft = { action };
  for (const [key, one] of Object.entries(given)) {
    if (key === 'action' || one === undefined) continue;
    const row = rows.find(({ name }) => name === key);
    if (row === undefined) {
      const known = rows.map(({ name }) => name);
      throw wrong(`${path}.${key}`, `${action} has no such field${suggestion(key, known)}`);
    }
    const read = row.kind.fromJson(one);
    if (read === undefined) throw wrong(`${path}.${key}`, `must be ${row.kind.what}`);
    draft[key] = read;
  }
  const whole = wrongWith(draft, ({ name }) => `"${name}"`);
  if (whole !== undefined) throw wrong(path, whole);
  return draft as unknown as FaultRule;
}

export function wrong(where: string, what: string): UserError {
  return new UserError('option', `${where}: ${what}`);
}
