// `rules`: what the specification asks for, what checks it or why nothing can, and examples. By statement, section or rule;
// without any of them the list.

import type { Command } from 'commander';
import { Option } from 'commander';
import { coverageJson, coverageMarkdown, coverageText } from '../../report/rules/coverage.js';
import { type Entry, entriesOf } from '../../report/rules/entries.js';
import { explainEntry, explainRule } from '../../report/rules/explain.js';
import { rulesJson } from '../../report/rules/json.js';
import { listText } from '../../report/rules/list.js';
import { paletteOf } from '../../report/terminal.js';
import { UserError } from '../../user-error.js';
import type { Rule } from '../../validate/rule.js';
import { RULES, UNJUDGED } from '../../validate/rules/index.js';
import { EXIT, EXIT_CODES_HELP } from '../exit-codes.js';
import type { Io } from '../io.js';
import { addOutputOptions, type OutputOptions } from '../options.js';
import { isColoured, Outlet, widthOf } from '../outlet.js';
import { hintFor, versioned } from '../rule-scope.js';

interface RulesOptions extends OutputOptions {
  readonly verbose?: boolean;
  readonly coverage?: boolean;
  readonly markdown?: boolean;
}

const RULE_FORMATS = [
  { name: 'table', title: 'to read' },
  { name: 'json', title: 'one object' },
];
const WIDTH_ELSEWHERE = 120;
const EXAMPLES = `
Examples:
  mqtt-dissect rules                          every statement and what answers it
  mqtt-dissect rules 5.0:MQTT-3.3.1-2         one, with an example that breaks it and one that keeps it
  mqtt-dissect rules 3.1.1:§3.8               those of a section and of the sections below it
  mqtt-dissect rules publish-dup-qos-0 -v     a rule with all its examples
  mqtt-dissect rules --coverage               how much of the specification is judged`;

export function defineRules(command: Command, io: Io, done: (exitCode: number) => void): void {
  command
    .description('Says what the specification asks for, what checks it or why nothing can, with examples byte by byte.')
    .argument('[id...]', 'statements (MQTT-3.3.1-2, 5.0:MQTT-3.3.1-2), sections (3.3), rules; without any the list');
  addOutputOptions(command, RULE_FORMATS, 'table')
    .option('-v, --verbose', 'every example, and the fields of each of its packets')
    .option('--coverage', 'per version and chapter how many statements are answered in which way')
    .addOption(new Option('--markdown', 'with --coverage: as Markdown').implies({ coverage: true }))
    .addHelpText('after', `${EXAMPLES}\n${EXIT_CODES_HELP}`)
    .action(async (ids: string[], options: RulesOptions) => {
      await print(textOf(ids, options, io), options, io);
      done(EXIT.ok);
    });
}

async function print(text: string, options: RulesOptions, io: Io): Promise<void> {
  const outlet = new Outlet(options, [], io);
  await outlet.open();
  outlet.add(text);
  await outlet.close();
}

function textOf(ids: readonly string[], options: RulesOptions, io: Io): string {
  const isJson = options.format === 'json';
  const palette = paletteOf(isColoured(options, io));
  const width = widthOf(options, io) ?? WIDTH_ELSEWHERE;
  if (options.coverage === true) {
    if (ids.length > 0) throw new UserError('option', '--coverage is of everything: leave it or the statements out');
    if (isJson) return coverageJson(RULES, UNJUDGED);
    return options.markdown === true
      ? coverageMarkdown(RULES, UNJUDGED)
      : coverageText(RULES, UNJUDGED, palette, width);
  }
  const entries = entriesOf(RULES, UNJUDGED);
  if (ids.length === 0) return isJson ? rulesJson(entries, RULES) : listText(entries, width, palette);
  const found = ids.map((id) => lookUp(id, entries));
  const explain = { width, palette, verbose: options.verbose === true };
  if (isJson) {
    const its = [...new Set(found.flatMap((one) => one.entries))];
    return rulesJson(its, [...new Set(found.flatMap((one) => [...one.rules, ...one.entries.flatMap((e) => e.rules)]))]);
  }
  return found
    .flatMap((one) => [
      ...one.entries.map((entry) => explainEntry(entry, explain)),
      ...one.rules.map((rule) => explainRule(rule, explain)),
    ])
    .join('\n');
}

interface LookedUp {
  readonly entries: readonly Entry[];
  readonly rules: readonly Rule[];
}

function lookUp(name: string, all: readonly Entry[]): LookedUp {
  const { version, rest } = versioned(name.trim());
  const within = all.filter((entry) => version === undefined || entry.version === version);
  const [, section] = /^§?(\d+(?:\.\d+)*)$/.exec(rest) ?? [];
  const entries =
    section === undefined
      ? within.filter(({ statement }) => statement?.id === rest.toUpperCase())
      : within.filter((entry) => entry.section === section || entry.section.startsWith(`${section}.`));
  const rules = RULES.filter((rule) => rule.name === rest.toLowerCase());
  if (entries.length + rules.length > 0) return { entries, rules };
  const hint = hintFor(version, rest, RULES);
  throw new UserError('option', `there is no statement, section or rule ${JSON.stringify(name)}; ${hint}`);
}
