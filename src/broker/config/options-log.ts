// log_dest and log_type: given several times, they add up, and "none" empties what was gathered so far.

import { type GlobalOptions, LOG_TYPES, type LogDestination, type LogType } from './configuration.js';
import { type Line, words } from './lines.js';
import { type OptionRow, placeText, type Section } from './option.js';
import type { Remarks } from './remark.js';
import { either, leftOver, path, quoted } from './values.js';

const DESTINATIONS: readonly (LogDestination | 'none')[] = [
  'stdout',
  'stderr',
  'syslog',
  'topic',
  'file',
  'none',
  'dlt',
];

function applyDestination(into: Section<GlobalOptions>, line: Line, remarks: Remarks): void {
  const [first = '', ...others] = words(line.rest);
  const destination = DESTINATIONS.find((one) => one === first);
  if (destination === undefined) {
    refuse(line, first, DESTINATIONS, remarks);
    return;
  }
  if (destination === 'file') {
    if (!applyFile(into, line, remarks)) return;
  } else sayLeftOver(line, others, remarks);
  if (destination === 'dlt') remarks.warning(line, 'log_dest dlt: there is no Diagnostic Log and Trace here');
  const before = destination === 'none' ? [] : (into.values.logDestinations ?? []);
  const added = destination === 'none' || before.includes(destination) ? [] : [destination];
  into.values.logDestinations = [...before, ...added];
  into.places.set('logDestinations', line);
}

/** The path is all that is behind the word: it may have spaces in it. */
function applyFile(into: Section<GlobalOptions>, line: Line, remarks: Remarks): boolean {
  const before = into.places.get('logFile');
  if (before !== undefined) {
    remarks.error(line, `log_dest file is given a second time (first ${placeText(before, line)})`);
    return false;
  }
  const rest = line.rest.slice('file'.length).replace(/^[ \t]+/, '');
  if (rest === '') {
    remarks.error(line, 'log_dest file has no path');
    return false;
  }
  const read = path.read(rest);
  if (!read.ok) {
    remarks.error(line, `log_dest file ${read.message}`);
    return false;
  }
  if (read.warning !== undefined) remarks.warning(line, `log_dest file: ${read.warning}`);
  into.values.logFile = read.value;
  into.places.set('logFile', line);
  return true;
}

function applyType(into: Section<GlobalOptions>, line: Line, remarks: Remarks): void {
  const [first = '', ...others] = words(line.rest);
  const types = typesOf(first);
  if (types === undefined) {
    refuse(line, first, [...LOG_TYPES, 'all', 'none'], remarks);
    return;
  }
  sayLeftOver(line, others, remarks);
  const before = first === 'none' ? [] : (into.values.logTypes ?? []);
  into.values.logTypes = LOG_TYPES.filter((one) => before.includes(one) || types.includes(one));
  into.places.set('logTypes', line);
}

function typesOf(name: string): readonly LogType[] | undefined {
  if (name === 'all') return LOG_TYPES;
  if (name === 'none') return [];
  const type = LOG_TYPES.find((one) => one === name);
  return type === undefined ? undefined : [type];
}

function refuse(line: Line, given: string, names: readonly string[], remarks: Remarks): void {
  const what = given === '' ? 'has no value' : `cannot be ${quoted(given)}`;
  remarks.error(line, `${line.name} ${what}: it is ${either(names)}`);
}

function sayLeftOver(line: Line, others: readonly string[], remarks: Remarks): void {
  const warning = leftOver(others);
  if (warning !== undefined) remarks.warning(line, `${line.name}: ${warning}`);
}

export const LOG_ROWS: readonly OptionRow<GlobalOptions>[] = [
  {
    name: 'log_dest',
    field: 'logDestinations',
    shown: 'stdout | stderr | syslog | topic | file path | none',
    summary: 'Where log lines go; may be given several times.',
    reload: true,
    apply: applyDestination,
  },
  {
    name: 'log_type',
    field: 'logTypes',
    shown: [...LOG_TYPES, 'all', 'none'].join(' | '),
    summary: 'What is logged; may be given several times.',
    reload: true,
    apply: applyType,
  },
];
