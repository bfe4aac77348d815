// The end of a judgement in words: each connection with who closed it and whether that was right, the counts, and how much
// of the specification the capture exercised.

import type { Ending } from '../../validate/ending.js';
import type { JudgedConnection } from '../../validate/report.js';
import { count, plural } from '../preview.js';
import { summaryText } from '../summary.js';
import { escapeText } from '../terminal.js';
import type { VersionCoverage } from './exercised.js';
import type { Judgement, JudgementCounts } from './judgement.js';

/** `2 violations (1 must, 1 should), 3 inconclusive; 1 known from the baseline`. */
export function countsText({ must, should, note, inconclusive, known, more }: JudgementCounts): string {
  const violations = must + should;
  const levels = [...(must > 0 ? [`${count(must)} must`] : []), ...(should > 0 ? [`${count(should)} should`] : [])];
  const first = violations === 0 ? 'no violations' : `${plural(violations, 'violation')} (${levels.join(', ')})`;
  const parts = [first];
  if (note > 0) parts.push(plural(note, 'note'));
  if (inconclusive > 0) parts.push(`${count(inconclusive)} inconclusive`);
  if (known > 0) parts.push(`${count(known)} known from the baseline`);
  if (more > 0) parts.push(`${count(more)} more like these counted only`);
  return parts.join(', ');
}

/** `1,000 more findings are not listed`. */
export function notListedText(more: number): string {
  return more === 1 ? '1 more finding is not listed' : `${count(more)} more findings are not listed`;
}

/** `this capture exercised 45 of 190 statements (3.1.1: 15 of 90, 5.0: 30 of 100)`. */
export function coverageText(coverage: readonly VersionCoverage[]): string {
  const numbered = coverage.filter(({ version }) => version !== '3.1');
  const parts: string[] = [];
  if (numbered.length > 0) {
    const [exercised, judged] = numbered.reduce(([a, b], one) => [a + one.exercised, b + one.judged], [0, 0]);
    const each = numbered.map((one) => `${one.version}: ${one.exercised} of ${one.judged}`).join(', ');
    const which = numbered.length === 1 ? ` of ${numbered[0]!.version}` : ` (${each})`;
    parts.push(`${exercised} of ${plural(judged, 'statement')}${which}`);
  }
  for (const { version, exercised, judged } of coverage) {
    if (version === '3.1')
      parts.push(`${exercised} of ${plural(judged, 'rule')} of 3.1, which has no numbered statements`);
  }
  return parts.length === 0 ? 'this capture exercised nothing' : `this capture exercised ${parts.join(' and ')}`;
}

/** The closing lines, the same for every format that has them. */
export function closingLines(judgement: Judgement): readonly string[] {
  const { summary, counts, coverage } = judgement;
  const read = summaryText(summary);
  const found = Object.values(counts).some((number) => number > 0);
  if (summary.packets === 0 && !found) return [read];
  return [read, `${countsText(counts)}; ${coverageText(coverage)}`];
}

/** Of which something is to be said that nobody would expect. */
export function isRemarkable(judged: JudgedConnection): boolean {
  const { violated, unjudged, ending } = judged;
  return violated > 0 || unjudged !== undefined || ending.verdict === 'unexplained';
}

/** `#0 "meter-7" 10.0.0.2:20000 → 10.128.0.1:1883 (MQTT 5.0)`. */
export function connectionName({ connection }: JudgedConnection): string {
  const { id, client, server, version, clientId, transport } = connection;
  const who = clientId === undefined || clientId === '' ? '' : ` "${escapeText(clientId)}"`;
  const over = transport === 'tcp' ? '' : ` over ${transport}`;
  return `#${id}${who} ${client} → ${server} (MQTT ${version}${over})`;
}

/** What became of it, a sentence a line. */
export function connectionLines({
  held,
  violated,
  inconclusive,
  unjudged,
  ending,
}: JudgedConnection): readonly string[] {
  const lines: string[] = [];
  if (unjudged === undefined) {
    const parts = [`${count(held)} held`, `${count(violated)} broken`];
    if (inconclusive > 0) parts.push(`${count(inconclusive)} inconclusive`);
    lines.push(`rules: ${parts.join(', ')}`);
  } else lines.push(`not judged: ${escapeText(unjudged)}`);
  lines.push(`${ENDINGS[ending.verdict]}${escapeText(ending.message)}`);
  return lines;
}

const ENDINGS: Readonly<Record<Ending['verdict'], string>> = {
  asked: 'end: ',
  allowed: 'end: ',
  unexplained: 'end, unexplained: ',
  open: 'end: ',
  unseen: 'end: ',
};
