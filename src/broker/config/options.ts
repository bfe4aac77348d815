// All names that a mosquitto.conf may hold, from the tables of rows: what a name is, and which one was meant by a name
// that is none.

import { nearest } from '../../bytes/nearest.js';
import type { BridgeOptions, GlobalOptions, ListenerOptions, SecurityOptions } from './configuration.js';
import type { OptionRow } from './option.js';
import { BRIDGE_ROWS } from './options-bridge.js';
import { GLOBAL_ROWS } from './options-global.js';
import { LISTENER_ROWS, SECURITY_ROWS } from './options-listener.js';
import {
  IGNORED_ROWS,
  NEEDLESS_ROWS,
  REFUSED_PREFIXES,
  REFUSED_ROWS,
  REMOVED_ROWS,
  STRUCTURE_ROWS,
  type StructureRow,
  type UnusedRow,
} from './options-other.js';
import { either, quoted } from './values.js';

export type Option =
  | { readonly kind: 'global'; readonly row: OptionRow<GlobalOptions> }
  | { readonly kind: 'listener'; readonly row: OptionRow<ListenerOptions> }
  | { readonly kind: 'security'; readonly row: OptionRow<SecurityOptions> }
  | { readonly kind: 'bridge'; readonly row: OptionRow<BridgeOptions> }
  | { readonly kind: 'structure'; readonly row: StructureRow }
  | { readonly kind: 'removed' | 'ignored' | 'needless' | 'refused'; readonly row: UnusedRow };

export const OPTIONS: readonly Option[] = [
  ...GLOBAL_ROWS.map((row) => ({ kind: 'global', row }) as const),
  ...LISTENER_ROWS.map((row) => ({ kind: 'listener', row }) as const),
  ...SECURITY_ROWS.map((row) => ({ kind: 'security', row }) as const),
  ...BRIDGE_ROWS.map((row) => ({ kind: 'bridge', row }) as const),
  ...STRUCTURE_ROWS.map((row) => ({ kind: 'structure', row }) as const),
  ...REMOVED_ROWS.map((row) => ({ kind: 'removed', row }) as const),
  ...IGNORED_ROWS.map((row) => ({ kind: 'ignored', row }) as const),
  ...NEEDLESS_ROWS.map((row) => ({ kind: 'needless', row }) as const),
  ...REFUSED_ROWS.map((row) => ({ kind: 'refused', row }) as const),
];

export function namesOf({ row }: Option): readonly string[] {
  return 'aliases' in row && row.aliases !== undefined ? [row.name, ...row.aliases] : [row.name];
}

const BY_NAME: ReadonlyMap<string, Option> = new Map(
  OPTIONS.flatMap((option) => namesOf(option).map((name) => [name, option] as const)),
);

const PLUGIN_OPTION: UnusedRow = { name: '', why: 'plugins of mosquitto cannot be loaded' };

export function optionNamed(name: string): Option | undefined {
  const known = BY_NAME.get(name);
  if (known !== undefined) return known;
  return REFUSED_PREFIXES.some((prefix) => name.startsWith(prefix))
    ? { kind: 'refused', row: PLUGIN_OPTION }
    : undefined;
}

/** What to say of a name that is no option. */
export function unknownOption(name: string): string {
  const tab = name.indexOf('\t');
  if (tab >= 0) return `unknown option ${quoted(name)}: a space, not a tab, ends the name of an option`;
  if (name.startsWith('#')) return 'a comment begins in the first column of its line';
  const withoutSign = name.replace(/[:=].*$/s, '');
  if (withoutSign !== name && BY_NAME.has(withoutSign)) {
    return `unknown option ${quoted(name)}: a space stands between ${withoutSign} and its value`;
  }
  const known = [...BY_NAME.keys()];
  const near = nearest(name.replaceAll('-', '_'), known);
  return `unknown option ${quoted(name)}${near.length > 0 ? `: did you mean ${either(near)}?` : ''}`;
}
