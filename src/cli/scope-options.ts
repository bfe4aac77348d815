// `--only` and `--ignore`, as they are given: rule-scope.ts says what they mean.

import type { Command } from 'commander';
import { list } from './options.js';

export interface ScopeFlags {
  readonly only?: readonly string[];
  readonly ignore?: readonly string[];
}

export function addScopeOptions(command: Command): Command {
  return command
    .option('--only <what>', 'judge this only: statements, sections, rules, with commas; may be repeated', list)
    .option('--ignore <what>', 'do not judge this: the same', list);
}
