// Rules from a file: { "faults": [rule or one-liner, …] }. docs/fault-rules.schema.json says the same to editors.

import { UserError } from '../user-error.js';
import { ruleFromJson, wrong } from './check-rule.js';
import { parseFault } from './parse-fault.js';
import type { FaultRule } from './rule.js';

/** A rule as somebody gave it: an object, or words. UserError that begins with `path`. */
export function toFaultRule(value: unknown, path = 'fault'): FaultRule {
  if (typeof value !== 'string') return ruleFromJson(value, path);
  try {
    return parseFault(value);
  } catch (error) {
    if (error instanceof UserError && path !== 'fault') throw wrong(path, error.message);
    throw error;
  }
}

/** UserError that names the place in the file that is wrong. */
export function readFaultRules(text: string): FaultRule[] {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw new UserError('option', `not JSON: ${(error as Error).message.replaceAll('\n', ' ')}`);
  }
  const { faults, ...others } = (typeof file === 'object' && file !== null ? file : {}) as Record<string, unknown>;
  if (!Array.isArray(faults)) throw wrong('faults', 'must be a list of rules: { "faults": ["drop PUBACK every 10"] }');
  for (const name of Object.keys(others)) if (name !== '$schema') throw wrong(name, 'only "faults" is known here');
  return faults.map((rule, index) => toFaultRule(rule, `faults[${index}]`));
}
