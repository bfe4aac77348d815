// The list of options for people, in Markdown, from the rows: docs/mosquitto-conf.md is this text, and a test keeps it so.

import type { BridgeOptions } from './configuration.js';
import { BRIDGE_OPTIONS, GLOBAL_OPTIONS, LISTENER_OPTIONS, SECURITY_OPTIONS } from './defaults.js';
import type { OptionRow } from './option.js';
import { BRIDGE_ROWS } from './options-bridge.js';
import { GLOBAL_ROWS } from './options-global.js';
import { LISTENER_ROWS, SECURITY_ROWS } from './options-listener.js';
import {
  IGNORED_ROWS,
  NEEDLESS_ROWS,
  REFUSED_ROWS,
  REMOVED_ROWS,
  STRUCTURE_ROWS,
  type UnusedRow,
} from './options-other.js';

export function optionList(): string {
  return [
    section(
      'Listeners and bridges begin, files are included',
      ['option', 'value', ''],
      STRUCTURE_ROWS.map(({ name, shown, summary }) => [code(name), shown, summary]),
    ),
    options('For the whole broker', GLOBAL_ROWS, GLOBAL_OPTIONS),
    options(
      'Access: for all listeners, or for each with `per_listener_settings true`',
      SECURITY_ROWS,
      SECURITY_OPTIONS,
    ),
    options('For the listener above', LISTENER_ROWS, LISTENER_OPTIONS),
    options('For the bridge above', BRIDGE_ROWS, BRIDGE_OPTIONS as Partial<BridgeOptions>),
    unused('Without effect, with a warning', [...REMOVED_ROWS, ...IGNORED_ROWS]),
    unused('Without need', NEEDLESS_ROWS),
    unused('Refused: without them the broker would do what its owner forbade', REFUSED_ROWS),
  ].join('\n');
}

function options<T extends object>(title: string, rows: readonly OptionRow<T>[], defaults: Partial<T>): string {
  const lines = rows.map(({ name, aliases = [], field, shown, summary, reload, since, outdated }) => [
    [name, ...aliases].map(code).join(', '),
    shown,
    field === undefined ? '' : defaultText(defaults[field]),
    reload ? 'yes' : '',
    `${summary}${outdated === undefined ? '' : ` Outdated: ${outdated}.`}${sinceText(since)}`,
  ]);
  return section(title, ['option', 'value', 'default', 'reload', ''], lines);
}

function unused(title: string, rows: readonly UnusedRow[]): string {
  return section(
    title,
    ['option', ''],
    rows.map(({ name, why, since }) => [code(name), `${sentence(why)}${sinceText(since)}`]),
  );
}

function section(title: string, head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [`## ${title}`, '', row(head), row(head.map(() => '---')), ...lines.map(row), ''].join('\n');
}

function defaultText(value: unknown): string {
  if (value === undefined) return '';
  if (value === Number.POSITIVE_INFINITY) return 'no limit';
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'object') return Object.values(value as object).join(' ');
  return String(value);
}

function sinceText(since: string | undefined): string {
  return since === undefined ? '' : ` (mosquitto ${since})`;
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}

function code(name: string): string {
  return `\`${name}\``;
}
