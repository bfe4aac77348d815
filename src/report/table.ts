// One line per packet, cli-table3 without borders. Its widths are fixed by the width of the output alone, so rows are
// rendered in small batches and nothing is kept of them. Lines never wrap: what does not fit is cut with ….
// cli-table3 takes some 20 µs a cell, so the columns before the story go in as one cell: measured, twice the speed.

import Table from 'cli-table3';
import { describe } from './describe.js';
import { eventText, problemText, withProblems } from './problems.js';
import type { Renderer, RenderOptions } from './renderer.js';
import { type Shown, timeOf } from './shown.js';
import { summaryText } from './summary.js';
import { aligned, type Column, cell, columnsFor } from './table-columns.js';
import { cut, escapeText, type Palette, paletteOf } from './terminal.js';
import { relativeClock } from './time.js';

/** Rows laid out at once: the cost per row is lowest about here, as it grows with their square. */
const BATCH = 16;
const NO_BORDERS = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    [side, `${side}-left`, `${side}-mid`, `${side}-right`, 'middle'].map((name) => [name, '']),
  ),
);

export function createTable(options: RenderOptions): Renderer {
  const { columns, margin, room } = columnsFor(options.width, options.pasted);
  const palette = paletteOf(options.colour);
  const telling = { palette, room, showSecrets: options.showSecrets };
  const clock = relativeClock();
  let rows: string[][] = [];
  /** What is to stand above the next rows: the titles once, and the name of their source. */
  let heading = layOut([titles(columns).map(palette.dim)], margin, room);
  let named = '';

  const story = (item: Shown): string =>
    item.kind === 'event'
      ? cut(eventText(item, palette), room)
      : withProblems(describe(item, telling), problemText(item), room, palette);
  const flush = (): string => {
    if (rows.length === 0) return '';
    const text = heading + layOut(rows, margin, room);
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
    item(item) {
      const seconds = clock.format(timeOf(item));
      rows.push([columns.map((column) => cell(column, item, seconds)).join(' '), story(item)]);
      return rows.length < BATCH ? '' : flush();
    },
    flush,
    end: (summary) => `${flush()}${summaryText(summary)}\n`,
  };
}

function titles(columns: readonly Column[]): string[] {
  return [columns.map((column) => aligned(column, column.title)).join(' '), 'Packet'];
}

function sourceLine(name: string, palette: Palette): string {
  return `${palette.bold(`${escapeText(name)}:`)}\n`;
}

function layOut(rows: readonly string[][], margin: number, room: number): string {
  if (rows.length === 0) return '';
  const table = new Table({
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 1, head: [], border: [], compact: true },
    colWidths: [margin, room + 1],
  });
  table.push(...rows);
  return `${table.toString().replace(/ +$/gm, '')}\n`;
}
