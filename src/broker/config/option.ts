// What an option is: its name, the kind of its value and where it is stored. One row per option; reading, the checks for
// repetition and the documentation come from the rows alone. `stored` makes a row whose value has the type of its place.

import type { Line } from './lines.js';
import type { Place, Remarks } from './remark.js';
import type { ValueKind } from './values.js';

export type Draft<T> = { -readonly [K in keyof T]?: T[K] };

/** Options as they are gathered: what was not given is not there. */
export interface Section<T> {
  /** Where it begins. */
  readonly place: Place;
  readonly values: Draft<T>;
  /** Where each was given last, be it wrongly: it is not missing then. */
  readonly places: Map<keyof T, Place>;
}

export function section<T>(place: Place): Section<T> {
  return { place, values: {}, places: new Map() };
}

export interface OptionRow<T> {
  readonly name: string;
  /** Its other names. */
  readonly aliases?: readonly string[];
  readonly field?: keyof T & string;
  readonly shown: string;
  /** What it does here, for documentation: one line. */
  readonly summary: string;
  /** Takes effect when the file is read again while the broker runs. */
  readonly reload: boolean;
  /** The first mosquitto that knows it, when that is later than 2.0. */
  readonly since?: string;
  /** Said to whoever uses it: what to use instead. */
  readonly outdated?: string;
  apply(into: Section<T>, line: Line, remarks: Remarks): void;
}

export interface RowDetails {
  readonly aliases?: readonly string[];
  readonly reload?: true;
  readonly since?: string;
  readonly outdated?: string;
}

/** Makes rows for the options of one kind of section. */
export function rowsOf<T>(): RowMakers<T> {
  return { stored: maker(false), storedOnce: maker(true) };
}

type RowMaker<T> = <K extends keyof T & string>(
  name: string,
  field: K,
  kind: ValueKind<Exclude<T[K], undefined>>,
  summary: string,
  details?: RowDetails,
) => OptionRow<T>;

interface RowMakers<T> {
  /** Given again, the last one counts. */
  readonly stored: RowMaker<T>;
  /** Given again, it is an error: mosquitto has it so for texts. */
  readonly storedOnce: RowMaker<T>;
}

function maker<T>(once: boolean): RowMaker<T> {
  return (name, field, kind, summary, details = {}) => ({
    name,
    field,
    shown: kind.shown,
    summary,
    ...details,
    reload: details.reload ?? false,
    apply: (into, line, remarks) => store(into, field, kind, line, remarks, once),
  });
}

function store<T, K extends keyof T & string>(
  into: Section<T>,
  field: K,
  kind: ValueKind<Exclude<T[K], undefined>>,
  line: Line,
  remarks: Remarks,
  once: boolean,
): void {
  const before = into.places.get(field);
  if (once && before !== undefined) {
    remarks.error(line, `${line.name} is given a second time (first ${placeText(before, line)})`);
    return;
  }
  into.places.set(field, line);
  const value = readValue(kind, line, remarks);
  if (value !== undefined) into.values[field] = value;
}

/** The value of a line, or undefined when it has none that can be: then that is said. */
export function readValue<V>(kind: ValueKind<V>, line: Line, remarks: Remarks): V | undefined {
  if (line.rest === '') {
    remarks.error(line, `${line.name} has no value (${kind.shown})`);
    return undefined;
  }
  const read = kind.read(line.rest);
  if (!read.ok) {
    remarks.error(line, `${line.name} ${read.message}`);
    return undefined;
  }
  if (read.warning !== undefined) remarks.warning(line, `${line.name}: ${read.warning}`);
  return read.value;
}

/** "in line 3", with the file when it is another one. */
export function placeText({ file, line }: Place, from: Place): string {
  return file === from.file ? `in line ${line}` : `at ${file}:${line}`;
}
