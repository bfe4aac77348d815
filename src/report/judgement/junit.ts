// JUnit XML: a suite per version, a test case per statement that the capture exercised. It keeps to the strictest schema
// in use (that of Ant): so what is only inconclusive is no test case, but a line of system-out. A case fails by the
// findings that make the run fail; with --fail-on never by those that would by default.

import { isoClock } from '../time.js';
import { byStatement } from './by-statement.js';
import { closingLines, notListedText } from './closing.js';
import type { Exercised, VersionCoverage } from './exercised.js';
import {
  type Found,
  failsTest,
  type Judgement,
  type JudgementOptions,
  type JudgementRenderer,
  writtenAtEnd,
} from './judgement.js';
import { faultText, plainLines } from './plain.js';
import { attribute, element } from './xml.js';

export function createJunit({ failOn }: JudgementOptions): JudgementRenderer {
  const isFailure = failsTest(failOn);
  return writtenAtEnd((judgement, kept) => {
    const found = byStatement(kept.all);
    const suites = judgement.coverage.map((one, id) => suite(one, id, judgement, found, isFailure, kept.more));
    const text = suites.length > 0 ? `\n${suites.join('\n')}\n` : '';
    return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>${text}</testsuites>\n`;
  });
}

function suite(
  { version, statements }: VersionCoverage,
  id: number,
  judgement: Judgement,
  found: (statement: Exercised) => readonly Found[],
  isFailure: (found: Found) => boolean,
  more: number,
): string {
  const cases = statements.filter(({ held, violated }) => held + violated > 0);
  const failed = cases.filter((one) => found(one).some(isFailure)).length;
  const name = `MQTT ${version}`;
  const counts = attribute('tests', cases.length) + attribute('failures', failed) + attribute('errors', 0);
  const when = attribute('timestamp', timestamp(judgement)) + attribute('hostname', 'localhost') + attribute('time', 0);
  const head = attribute('name', name) + attribute('package', 'mqtt-dissect') + attribute('id', id) + counts + when;
  const properties = judgement.sources.map((source) =>
    element('property', attribute('name', 'capture') + attribute('value', source.name)),
  );
  const lines = [
    `  <testsuite${head}>`,
    properties.length > 0 ? `    <properties>${properties.join('')}</properties>` : '    <properties/>',
    ...cases.map((one) => testCase(one, found(one).filter(isFailure))),
    `    ${element('system-out', '', remarks(statements, found, isFailure, judgement, more))}`,
    `    ${element('system-err', '', judgement.errors.map(({ rule, message }) => `${rule}: ${message}`).join('\n'))}`,
    '  </testsuite>',
  ];
  return lines.join('\n');
}

function testCase({ version, id, section, text }: Exercised, failures: readonly Found[]): string {
  const of = attribute('classname', `MQTT ${version}.§${section}`) + attribute('name', `${id}: ${text}`);
  const head = `${of}${attribute('time', 0)}`;
  const [first, ...more] = failures;
  if (first === undefined) return `    <testcase${head}/>`;
  const message = `${faultText(first)}${more.length > 0 ? ` (and ${more.length} more)` : ''}`;
  const body = failures.flatMap(plainLines).join('\n');
  const failure = element('failure', attribute('message', message) + attribute('type', first.finding.rule), body);
  return `    <testcase${head}>\n      ${failure}\n    </testcase>`;
}

/** What fails nothing: notes, what is below the level, what the baseline has, what is not sure. */
function remarks(
  statements: readonly Exercised[],
  found: (statement: Exercised) => readonly Found[],
  isFailure: (found: Found) => boolean,
  judgement: Judgement,
  more: number,
): string {
  const told = new Set<Found>();
  for (const statement of statements) for (const one of found(statement)) if (!isFailure(one)) told.add(one);
  const unlisted = more > 0 ? [notListedText(more)] : [];
  return [...closingLines(judgement), ...unlisted, ...[...told].flatMap(plainLines)].join('\n');
}

/** When the capture began; the schema wants no zone. */
function timestamp({ sources }: Judgement): string {
  return isoClock(sources.find(({ epoch }) => epoch !== undefined)?.epoch ?? 0n)(0).slice(0, 19);
}
