// Findings as they come, each with what is wrong, where, and what to change; then the connections and the closing lines.
// Lines never go beyond the width there is: what does not fit goes on in the next line. Laid out here: cli-table3 takes some
// 9 ms for a row of so many cells and lines.

import type { Finding } from '../../validate/finding.js';
import type { JudgedConnection } from '../../validate/report.js';
import { bytesText, dueText, messageText, packetText, paintOf, statementText } from '../finding-text.js';
import { count } from '../preview.js';
import { aligned, type Fixed } from '../table-columns.js';
import { cut, escapeText, type Palette, paletteOf, wrap } from '../terminal.js';
import { relativeClock } from '../time.js';
import { closingLines, connectionLines, connectionName, isRemarkable } from './closing.js';
import type { Found, Judgement, JudgementOptions, JudgementRenderer } from './judgement.js';

/** So few connections are all told of. */
const FEW = 10;
const MOST_TOLD = 20;

interface Column extends Fixed {
  readonly text: (found: Found, time: string) => string;
}

const NUMBER: Column = { title: 'No.', width: 6, align: 'right', text: ({ finding }) => numberText(finding) };
const FRAME: Column = { title: 'Frame', width: 6, align: 'right', text: ({ finding }) => frameText(finding) };
const TIME: Column = { title: 'Time', width: 12, align: 'right', text: (_, time) => time };
const LEVEL: Column = { title: 'Level', width: 7, align: 'left', text: ({ finding }) => levelText(finding) };
const WHO: Column = { title: 'Who', width: 6, align: 'left', text: ({ finding }) => finding.party };
const CLIENT: Column = { title: 'Client', width: 22, align: 'left', text: ({ finding }) => clientText(finding) };
const STATEMENT: Column = {
  title: 'Statement',
  width: 20,
  align: 'left',
  text: ({ finding }) => statementText(finding),
};

/** From the widest to the narrowest; without a column of its own the statement stands above the message. */
const LAYOUTS: readonly { readonly from: number; readonly columns: readonly Column[] }[] = [
  { from: 140, columns: [NUMBER, FRAME, TIME, CLIENT, STATEMENT, LEVEL, WHO] },
  { from: 120, columns: [NUMBER, FRAME, STATEMENT, LEVEL, WHO] },
  { from: 0, columns: [FRAME, LEVEL, WHO] },
];

export function createTable(options: JudgementOptions): JudgementRenderer {
  const palette = paletteOf(options.colour);
  const { columns } = LAYOUTS.find((layout) => options.width >= layout.from)!;
  const margin = columns.reduce((sum, { width }) => sum + width + 1, 0);
  const room = options.width - margin;
  const clock = relativeClock();
  let named = '';
  let titled = false;

  const row = (found: Found): string => {
    clock.source(found.source.epoch);
    const time = clock.format(found.finding.frame.time);
    const paint = paintOf(found.finding, palette);
    const cells = columns.map((column) => {
      const text = aligned(column, column.text(found, time));
      return column === LEVEL ? paint(text) : text;
    });
    const lines = told(found.finding, room, !columns.includes(STATEMENT), palette);
    return `${[...cells, lines.join(`\n${' '.repeat(margin)}`)].join(' ')}\n`;
  };
  const heading = ({ source }: Found): string => {
    const titles = titled ? '' : `${titleRow(columns, palette)}\n`;
    const name = options.nameSources && source.name !== named ? `${palette.bold(`${escapeText(source.name)}:`)}\n` : '';
    titled = true;
    named = source.name;
    return name + titles;
  };
  return {
    begin: () => '',
    found(found) {
      return isShown(found, options) ? heading(found) + row(found) : '';
    },
    flush: () => '',
    end(judgement) {
      const lines = options.quiet ? [] : connections(judgement, options, palette);
      const gap = titled && lines.length > 0 ? [''] : [];
      const closing = closingLines(judgement).flatMap((line) => line.split('\n'));
      return [...gap, ...lines, ...(titled || lines.length > 0 ? [''] : []), ...closing, ''].join('\n');
    },
  };
}

function isShown({ finding, isKnown }: Found, { quiet, inconclusive, verbose }: JudgementOptions): boolean {
  return !quiet && !isKnown && (finding.verdict === 'violation' || inconclusive || verbose);
}

function titleRow(columns: readonly Column[], palette: Palette): string {
  return palette.dim([...columns.map((column) => aligned(column, column.title)), 'Finding'].join(' '));
}

/** What is wrong, where in the packet, what to change. */
function told(finding: Finding, room: number, withStatement: boolean, palette: Palette): string[] {
  const { frame, place, hint, also, section, rule } = finding;
  const bytes = bytesText(finding);
  const where = [
    packetText(frame),
    bytes,
    ...(place?.path === undefined ? [] : [place.path]),
    `§${section}`,
    ...(also === undefined ? [] : [`also ${also.map((one) => one.slice(one.indexOf(':') + 1)).join(', ')}`]),
    rule,
  ];
  const lines = wrap(messageText(finding), room);
  if (withStatement) lines.unshift(...wrap(statementText(finding), room).map(palette.bold));
  const behind = [where.filter((part) => part !== '').join(' · '), dueText(finding)];
  for (const text of behind) if (text !== '') lines.push(...wrap(text, room).map(palette.dim));
  if (hint !== undefined) lines.push(...wrap(`→ ${hint}`, room).map(palette.cyan));
  return lines;
}

function numberText({ frame }: Finding): string {
  return frame.number > 0 ? String(frame.number) : '';
}

/** As in Wireshark, a packet stands at the last of its frames. */
function frameText({ frame }: Finding): string {
  const last = frame.captureFrames.at(-1) ?? 0;
  return last > 0 ? String(last) : '';
}

function levelText({ level, verdict }: Finding): string {
  return verdict === 'violation' ? level : `${level}?`;
}

function clientText({ connection: { client, clientId } }: Finding): string {
  return clientId ? escapeText(clientId) : client;
}

function connections(judgement: Judgement, options: JudgementOptions, palette: Palette): string[] {
  const { connections: all, moreConnections } = judgement;
  const wanted = options.verbose || all.length + moreConnections <= FEW ? all : all.filter(isRemarkable);
  const shown = options.verbose ? wanted : wanted.slice(0, MOST_TOLD);
  const lines = shown.flatMap((one) => connection(one, options.width, palette));
  const more = all.length - shown.length + moreConnections;
  if (more > 0) {
    const which = shown.length > 0 ? `${count(more)} more` : `${count(more)} of which nothing is to be said`;
    lines.push(palette.dim(`  ${which} (-v tells of each)`));
  }
  return lines.length === 0 ? [] : [palette.bold('Connections'), ...lines];
}

function connection(one: JudgedConnection, width: number, palette: Palette): string[] {
  const paint = isRemarkable(one) ? palette.yellow : palette.dim;
  const lines = connectionLines(one).flatMap((line) => wrap(line, width - 6).map((part) => `      ${paint(part)}`));
  return [...nameLines(connectionName(one), width), ...lines];
}

/** On as many lines as an address and a version need; a client identifier that is longer loses its end, and theirs with it. */
function nameLines(name: string, width: number): string[] {
  const [first = '', ...more] = wrap(name, width - 4);
  if (more.length > 2) return [`  ${cut(name, width - 2)}`];
  return [`  ${first}`, ...more.map((line) => `    ${line}`)];
}
