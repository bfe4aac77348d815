// TAP 14: a test point per statement that the capture exercised, by version; what failed it as YAML. What is known from
// the baseline gets the directive TODO, what is inconclusive the directive SKIP: words of TAP.

import { byStatement } from './by-statement.js';
import { countsText, coverageText, notListedText } from './closing.js';
import type { Exercised } from './exercised.js';
import {
  type Found,
  failsTest,
  type Judgement,
  type JudgementOptions,
  type JudgementRenderer,
  type Kept,
  writtenAtEnd,
} from './judgement.js';
import { plainLines } from './plain.js';

export function createTap({ failOn }: JudgementOptions): JudgementRenderer {
  const isFailure = failsTest(failOn);
  const end = (judgement: Judgement, kept: Kept): string => {
    const found = byStatement(kept.all);
    const all = judgement.coverage.flatMap(({ statements }) => statements);
    const points = all.map((one, index) => point(one, index + 1, found(one), isFailure));
    return `${[`1..${all.length}`, ...points, ...comments(judgement, kept.more)].join('\n')}\n`;
  };
  return writtenAtEnd(end, () => 'TAP version 14\n');
}

function point(
  { version, id, text, held, violated }: Exercised,
  number: number,
  found: readonly Found[],
  isFailure: (found: Found) => boolean,
): string {
  const failures = found.filter(isFailure);
  const known = found.filter(({ isKnown }) => isKnown);
  const name = `${number} - ${escapeTap(`${version}:${id} ${text}`)}`;
  if (failures.length > 0) return [`not ok ${name}`, ...yaml(failures)].join('\n');
  // A directive of TAP: it may fail for now.
  if (known.length > 0) return [`not ok ${name} # TODO in the baseline`, ...yaml(known)].join('\n');
  if (held + violated > 0) return [`ok ${name}`, ...(found.length > 0 ? yaml(found) : [])].join('\n');
  return [`ok ${name} # SKIP inconclusive`, ...yaml(found)].join('\n');
}

function yaml(found: readonly Found[]): readonly string[] {
  if (found.length === 0) return [];
  const lines = found.flatMap((one) => {
    const [fault = '', ...rest] = plainLines(one);
    return [`    - ${JSON.stringify(fault)}`, ...rest.map((line) => `    - ${JSON.stringify(line.trim())}`)];
  });
  return ['  ---', '  findings:', ...lines, '  ...'];
}

/** # begins a directive. */
function escapeTap(text: string): string {
  return text.replace(/[\\#]/g, (character) => `\\${character}`);
}

function comments(judgement: Judgement, more: number): readonly string[] {
  const unlisted = more > 0 ? [`# ${notListedText(more)}`] : [];
  return [`# ${countsText(judgement.counts)}`, `# ${coverageText(judgement.coverage)}`, ...unlisted];
}
