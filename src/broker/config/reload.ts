// What holds after a file is read again while the broker runs: options that may change are taken from what was read, the
// others stay as they are, and are named, since whoever changed them expects otherwise. A listener that is new makes the
// whole reload fail, as with mosquitto: nothing changes then.

import { socketText } from './check-listeners.js';
import type { BridgeOptions, BrokerConfiguration, ListenerOptions } from './configuration.js';
import type { OptionRow } from './option.js';
import { GLOBAL_ROWS } from './options-global.js';
import { LISTENER_ROWS } from './options-listener.js';
import type { ParsedConfiguration } from './parse.js';
import { type Place, Remarks } from './remark.js';

/** `file` is what was read. */
export function reloaded(running: BrokerConfiguration, read: BrokerConfiguration, file: string): ParsedConfiguration {
  const remarks = new Remarks();
  const place: Place = { file, line: 0 };
  const global = taken(running.global, read.global, GLOBAL_ROWS, '', place, remarks);
  const listeners = listenersAfter(running.listeners, read.listeners, place, remarks);
  sayBridges(running.bridges, read.bridges, place, remarks);
  const configuration = { ...running, global, listeners };
  return { configuration: remarks.failed ? undefined : configuration, remarks: remarks.all };
}

/** Of two sets of options the one that holds; what cannot change is told of. */
function taken<T extends object>(
  running: T,
  read: T,
  rows: readonly OptionRow<T>[],
  where: string,
  place: Place,
  remarks: Remarks,
): T {
  const fixed: Partial<T> = {};
  const dropped = new Set<keyof T>();
  for (const { name, field, reload } of rows) {
    if (field === undefined || reload) continue;
    if (running[field] === undefined) dropped.add(field);
    else fixed[field] = running[field];
    if (!same(running[field], read[field])) remarks.warning(place, `${name}${where} changes with a restart only`);
  }
  const kept = Object.entries(read).filter(([field]) => !dropped.has(field as keyof T));
  return { ...(Object.fromEntries(kept) as T), ...fixed };
}

function listenersAfter(
  running: readonly ListenerOptions[],
  read: readonly ListenerOptions[],
  place: Place,
  remarks: Remarks,
): ListenerOptions[] {
  for (const listener of read) {
    if (running.some((one) => socketText(one) === socketText(listener))) continue;
    remarks.error(listener.place ?? place, `a listener cannot be added while the broker runs: ${socketText(listener)}`);
  }
  return running.map((before) => {
    const after = read.find((one) => socketText(one) === socketText(before));
    if (after === undefined) {
      remarks.warning(place, `the listener of ${socketText(before)} stays until a restart`);
      return before;
    }
    const where = ` of ${socketText(before)}`;
    return taken(before, after, LISTENER_ROWS, where, after.place ?? place, remarks);
  });
}

function sayBridges(
  running: readonly BridgeOptions[],
  read: readonly BridgeOptions[],
  place: Place,
  remarks: Remarks,
): void {
  const bare = (bridges: readonly BridgeOptions[]) => bridges.map(({ place: _, ...bridge }) => bridge);
  if (!same(bare(running), bare(read))) remarks.warning(place, 'bridges change with a restart only');
}

/** Plain data. JSON has no Infinity, but nothing here is null otherwise. */
function same(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || JSON.stringify(a) === JSON.stringify(b);
}
