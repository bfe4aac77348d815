// Rows without borders in columns of fixed widths, by cli-table3. A cell may hold several lines.

import Table, { type Cell } from 'cli-table3';

const NO_BORDERS = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    [side, `${side}-left`, `${side}-mid`, `${side}-right`, 'middle'].map((name) => [name, '']),
  ),
);

/** Widths count the space behind each column. Lines end where their text does. */
export function layOut(rows: readonly (readonly Cell[])[], widths: readonly number[]): string {
  if (rows.length === 0) return '';
  const table = new Table({
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 1, head: [], border: [], compact: true },
    colWidths: [...widths],
  });
  table.push(...rows.map((row) => [...row]));
  return `${table.toString().replace(/ +$/gm, '')}\n`;
}
