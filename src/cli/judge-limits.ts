// The bounds of the judge as options: one row a bound, beside those of the dissection.

import { type Command, Option } from 'commander';
import { JUDGE_LIMITS, type JudgeLimits } from '../validate/limits.js';
import { integer } from './options.js';

export interface JudgeLimitRow {
  /** Without its dashes. */
  readonly option: string;
  readonly name: keyof JudgeLimits;
  readonly what: string;
}

export const JUDGE_LIMIT_ROWS: readonly JudgeLimitRow[] = [
  {
    option: 'max-findings-per-rule',
    name: 'findingsPerRule',
    what: 'findings of one rule in a connection told one by one; the rest is counted',
  },
  {
    option: 'max-connections-listed',
    name: 'connectionsListed',
    what: 'connections told of one by one; the rest is counted',
  },
  { option: 'max-open-requests', name: 'openRequests', what: 'SUBSCRIBE and UNSUBSCRIBE of a connection that wait' },
  { option: 'max-sessions', name: 'sessions', what: 'sessions remembered of a server' },
  { option: 'max-servers', name: 'servers', what: 'servers remembered' },
  { option: 'max-subscriptions', name: 'subscriptions', what: 'subscriptions remembered of a session' },
  { option: 'max-retained', name: 'retained', what: 'retained messages remembered of a server' },
  { option: 'max-publications', name: 'publications', what: 'recent messages to which deliveries are matched' },
];

/** `presets`: other defaults. */
export function addJudgeLimitOptions(command: Command, presets: Partial<JudgeLimits> = {}): Command {
  for (const { option, name, what } of JUDGE_LIMIT_ROWS) {
    const preset = presets[name] ?? JUDGE_LIMITS[name];
    const made = new Option(`--${option} <n>`, what).argParser(integer(0)).default(preset);
    command.addOption(made.helpGroup('Limits of the judge:'));
  }
  return command;
}

/** The limits among parsed options. */
export function judgeLimitsOf(options: object): Partial<JudgeLimits> {
  const values = options as Readonly<Record<string, unknown>>;
  const given = JUDGE_LIMIT_ROWS.map(({ option, name }) => [name, values[camelCase(option)]]);
  return Object.fromEntries(given.filter(([, value]) => typeof value === 'number'));
}

function camelCase(option: string): string {
  return option.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
