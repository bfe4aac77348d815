// How many statements are answered in which way, per version and chapter: for people, and as the table of the README.

import { ANSWERS, type ChapterCount, countByChapter, coverageOf, RULE_KINDS } from '../../validate/coverage.js';
import type { Rule, Unjudged } from '../../validate/rule.js';
import { plainJson } from '../json-value.js';
import { fill, type Palette } from '../terminal.js';

/** Of both versions. */
const CHAPTERS: Readonly<Record<number, string>> = {
  0: 'all',
  1: '1 Introduction',
  2: '2 Control Packet format',
  3: '3 Control Packets',
  4: '4 Operational behavior',
  5: '5 Security',
  6: '6 WebSocket',
  7: '7 Conformance',
};
const TITLES = ['MQTT', 'chapter', 'statements', ...ANSWERS, 'from captures'] as const;

const GAP = '  ';
/** The same over two lines, for a terminal that is too narrow for the table. */
const NARROW = ['MQTT', 'chap-/ter', 'state-/ments', 'frame', 'conver-/sation', 'session', 'sce-/nario'];
const NARROW_TITLES = [...NARROW, 'unobser-/vable', 'from/captures'].map((title) => title.split('/'));

export function coverageText(
  rules: readonly Rule[],
  unjudged: readonly Unjudged[],
  palette: Palette,
  width: number,
): string {
  const rows = tableOf(rules, unjudged);
  if (widthsOf([TITLES, ...rows]).reduce((sum, one) => sum + one + GAP.length, -GAP.length) <= width) {
    return layOut([TITLES], rows, palette);
  }
  // Of a chapter its number is enough.
  const numbered = rows.map((row) => row.map((text, i) => (i === 1 ? text.split(' ')[0]! : text)));
  const heads = [0, 1].map((part) => NARROW_TITLES.map((title) => title[part - 2 + title.length] ?? ''));
  return layOut(heads, numbered, palette);
}

function widthsOf(rows: readonly (readonly string[])[]): readonly number[] {
  return TITLES.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
}

function layOut(heads: readonly (readonly string[])[], rows: readonly (readonly string[])[], palette: Palette): string {
  const widths = widthsOf([...heads, ...rows]);
  const line = (cells: readonly string[]) =>
    cells
      .map((text, i) => (i < 2 ? fill(text, widths[i]!) : text.padStart(widths[i]!)))
      .join(GAP)
      .trimEnd();
  const lines = rows.map((row) => (row[1] === 'all' ? palette.bold(line(row)) : line(row)));
  return `${[...heads.map((head) => palette.dim(line(head))), ...lines].join('\n')}\n`;
}

export function coverageMarkdown(rules: readonly Rule[], unjudged: readonly Unjudged[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = `|${TITLES.map((_, i) => (i < 2 ? '---' : '---:')).join('|')}|`;
  const rows = tableOf(rules, unjudged).map((row) => line(row[1] === 'all' ? row.map((text) => `**${text}**`) : row));
  return `${[line(TITLES), rule, ...rows].join('\n')}\n`;
}

export function coverageJson(rules: readonly Rule[], unjudged: readonly Unjudged[]): string {
  const chapters = countByChapter(coverageOf(rules, unjudged));
  return `{"coverage":[\n${chapters.map((one) => plainJson({ ...one, judged: judgedOf(one) })).join(',\n')}\n]}\n`;
}

/** A row a chapter, and of all versions together the last. */
function tableOf(rules: readonly Rule[], unjudged: readonly Unjudged[]): readonly (readonly string[])[] {
  const chapters = countByChapter(coverageOf(rules, unjudged));
  const whole = chapters.filter(({ chapter }) => chapter === 0);
  return [
    ...chapters.map((one) => rowOf(one.version, CHAPTERS[one.chapter] ?? String(one.chapter), [one])),
    rowOf('both', 'all', whole),
  ];
}

function rowOf(version: string, chapter: string, counts: readonly ChapterCount[]): readonly string[] {
  const sum = (of: (one: ChapterCount) => number) => counts.reduce((all, one) => all + of(one), 0);
  const total = sum((one) => one.total);
  const judged = sum(judgedOf);
  const each = ANSWERS.map((answer) => String(sum((one) => one.counts[answer])));
  return [version, chapter, String(total), ...each, `${Math.floor((100 * judged) / total)} %`];
}

function judgedOf({ counts }: ChapterCount): number {
  return RULE_KINDS.reduce((all, kind) => all + counts[kind], 0);
}
