// One line per packet, cli-table3 without borders. Its widths are fixed by the width of the output alone, so rows are
// rendered in small batches and nothing is kept of them. Lines never wrap: what does not fit is cut with ….
// cli-table3 takes some 20 µs a cell, so the columns before the story go in as one cell: measured, twice the speed.

import type { Cell } from 'cli-table3';
import type { Finding } from '../validate/finding.js';
import { describe, type Telling } from './describe.js';
import { packetText, paintOf, shortFindingLine } from './finding-text.js';
import { layOut } from './lay-out.js';
import { eventPaint, eventStory, eventText, problemText, withProblems } from './problems.js';
import type { Renderer, RenderOptions } from './renderer.js';
import { type Shown, type ShownEvent, timeOf } from './shown.js';
import { summaryText } from './summary.js';
import { aligned, type Column, cell, columnsFor } from './table-columns.js';
import { cut, escapeText, type Palette, paletteOf, wrap } from './terminal.js';
import { relativeClock } from './time.js';

/** Rows laid out at once: the cost per row is lowest about here, as it grows with their square. */
const BATCH = 16;
/** A finding stands under the story where there is so much room, else it begins further left. */
const FINDING_ROOM = 90;
const FINDING_INDENT = 7;

export function createTable(options: RenderOptions): Renderer {
  const { columns, margin, room } = columnsFor(options.width, options.pasted);
  const palette = paletteOf(options.colour);
  const telling = { palette, room, showSecrets: options.showSecrets };
  const clock = relativeClock();
  let rows: Cell[][] = [];
  /** What is to stand above the next rows: the titles once, and the name of their source. */
  let heading = layOut([titles(columns).map(palette.dim)], [margin, room + 1]);
  let named = '';

  const indent = room >= FINDING_ROOM ? margin : FINDING_INDENT;
  // What is not sure is for those who ask: -v, `check`.
  const add = (finding: Finding, about?: string): void => {
    if (finding.verdict !== 'violation') return;
    const line = paintOf(finding, palette)(shortFindingLine(finding, margin + room - indent, about));
    rows.push([{ colSpan: 2, content: ' '.repeat(indent) + line }]);
  };
  const flush = (): string => {
    if (rows.length === 0) return '';
    const text = heading + layOut(rows, [margin, room + 1]);
    heading = '';
    rows = [];
    return text;
  };
  return {
    begin: () => '',
    source({ name, epoch }) {
      clock.source(epoch);
      if (!options.nameSources || name === named) return '';
      const before = flush();
      // One that has nothing to show is not named.
      heading = heading.replace(sourceLine(named, palette), '') + sourceLine(name, palette);
      named = name;
      return before;
    },
    item(item, findings) {
      const seconds = clock.format(timeOf(item));
      if (item.kind === 'event' && item.connection === undefined && !options.pasted) {
        for (const line of relayLines(item, columns, seconds, margin + room, palette)) {
          rows.push([{ colSpan: 2, content: line }]);
        }
        return rows.length < BATCH ? '' : flush();
      }
      rows.push([columns.map((column) => cell(column, item, seconds)).join(' '), story(item, telling, findings)]);
      for (const one of findings ?? []) add(one);
      return rows.length < BATCH ? '' : flush();
    },
    late(finding) {
      add(finding, packetText(finding.frame));
      return rows.length < BATCH ? '' : flush();
    },
    flush,
    end: (summary) => `${flush()}${summaryText(summary)}\n`,
  };
}

function story(item: Shown, telling: Telling, findings: readonly Finding[] | undefined): string {
  const { palette, room } = telling;
  if (item.kind === 'event') return cut(eventText(item, palette), room);
  return withProblems(describe(item, telling), problemText(item, findings), room, palette);
}

/** What is of no connection that was read has the room of the columns about one, and is told in full. */
function relayLines(
  event: ShownEvent,
  columns: readonly Column[],
  seconds: string,
  width: number,
  palette: Palette,
): readonly string[] {
  const until = columns.findIndex(({ title }) => title === 'Time') + 1;
  const head = columns.slice(0, until).map((column) => cell(column, event, seconds));
  const start = `${head.join(' ')} `;
  const lines = wrap(eventStory(event), width - start.length).map(eventPaint(event, palette));
  return lines.map((line, index) => (index === 0 ? start : ' '.repeat(start.length)) + line);
}

function titles(columns: readonly Column[]): string[] {
  return [columns.map((column) => aligned(column, column.title)).join(' '), 'Packet'];
}

function sourceLine(name: string, palette: Palette): string {
  return `${palette.bold(`${escapeText(name)}:`)}\n`;
}
