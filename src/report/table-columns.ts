// The columns of the table by the width there is. All widths are fixed before the first row, so that rows can be
// printed as they come; the last column, the packet's story, takes what is left.

import { directionOf, originsOf, type Shown } from './shown.js';
import { cut, escapeText, fill } from './terminal.js';

export interface Fixed {
  readonly title: string;
  readonly width: number;
  readonly align: 'left' | 'right';
}

export interface Column extends Fixed {
  /** Safe for a terminal, of any width. */
  readonly text: (item: Shown, time: string) => string;
}

/** Below it the table would tell nothing. */
export const LEAST_WIDTH = 40;

const NUMBER: Column = {
  title: 'No.',
  width: 6,
  align: 'right',
  text: (item) => (item.kind === 'packet' ? String(item.number) : ''),
};
// As in Wireshark, a packet stands at the last of its frames.
const FRAME: Column = {
  title: 'Frame',
  width: 6,
  align: 'right',
  text: (item) => String(originsOf(item).at(-1) ?? ''),
};
const OFFSET: Column = { title: 'Offset', width: 6, align: 'right', text: (item) => String(item.offset ?? '') };
const VERSION: Column = {
  title: 'Ver',
  width: 5,
  align: 'left',
  text: (item) => (item.kind === 'packet' ? item.frame.version : ''),
};

function time(width: number): Column {
  return { title: 'Time', width, align: 'right', text: (_, seconds) => shorterTime(seconds, width) };
}

/** Gives up decimals before it gives up seconds. */
function shorterTime(seconds: string, width: number): string {
  const whole = seconds.indexOf('.');
  return seconds.length <= width || whole > width ? seconds : seconds.slice(0, width).replace(/\.$/, '');
}

function client(width: number): Column {
  return { title: '  Client', width, align: 'left', text: (item) => `${arrow(item)} ${clientText(item, width - 2)}` };
}

/** → from the client, ← from the server. */
function arrow(item: Shown): string {
  const direction = directionOf(item);
  if (direction === undefined) return ' ';
  return direction === 'client-to-server' ? '→' : '←';
}

/** Of an address that is too long the end tells more: it has the port. */
function clientText({ connection }: Shown, width: number): string {
  if (connection === undefined) return '';
  const { clientId, client: address } = connection;
  if (clientId) return escapeText(clientId);
  return address.length <= width ? address : `…${address.slice(1 - width)}`;
}

const CLIENT_ID: Column = {
  title: 'Client id',
  width: 20,
  align: 'left',
  text: ({ connection }) => escapeText(connection?.clientId ?? ''),
};
const ADDRESSES: Column = { title: 'Source → Destination', width: 43, align: 'left', text: addresses };

function addresses(item: Shown): string {
  const { connection } = item;
  if (connection === undefined) return '';
  const { client: from, server: to } = connection;
  switch (directionOf(item)) {
    case 'client-to-server':
      return `${from} → ${to}`;
    case 'server-to-client':
      return `${to} → ${from}`;
    default:
      return `${from} – ${to}`;
  }
}

/** From the widest to the narrowest; pasted bytes know no time and no addresses. */
const LAYOUTS: readonly { readonly from: number; readonly columns: readonly Column[] }[] = [
  { from: 160, columns: [NUMBER, FRAME, time(13), ADDRESSES, CLIENT_ID, VERSION] },
  { from: 110, columns: [NUMBER, FRAME, time(12), client(24), VERSION] },
  { from: 0, columns: [FRAME, time(10), client(16)] },
];
const PASTED: readonly Column[] = [NUMBER, OFFSET, VERSION];

/** The columns before the story, the width that they take, and the width that is left. */
export function columnsFor(
  width: number,
  pasted: boolean,
): { columns: readonly Column[]; margin: number; room: number } {
  const columns = pasted ? PASTED : LAYOUTS.find((layout) => width >= layout.from)!.columns;
  const margin = columns.reduce((sum, column) => sum + column.width + 1, 0);
  return { columns, margin, room: Math.max(width, LEAST_WIDTH) - margin };
}

export function cell(column: Column, item: Shown, seconds: string): string {
  return aligned(column, column.text(item, seconds));
}

/** Exactly as wide as the column. */
export function aligned({ width, align }: Fixed, text: string): string {
  return align === 'left' ? fill(text, width) : cut(text, width).padStart(width);
}
