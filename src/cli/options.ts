// Options that commands share, and the checks of their values. A wrong value is refused with what it could be.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { FORMATS } from '../report/index.js';
import { LEAST_WIDTH } from '../report/table-columns.js';
import type { Version } from '../spec/versions.js';

/** What every command has that prints. */
export interface OutputOptions {
  readonly format?: string;
  readonly output?: string;
  readonly color: 'auto' | 'always' | 'never';
  readonly width?: number;
}

export interface ReportOptions extends OutputOptions {
  readonly verbose?: boolean;
  readonly hex?: boolean;
  readonly showSecrets?: boolean;
  readonly maxBytes?: number;
}

interface Named {
  readonly name: string;
  readonly title: string;
}

const VERSION_NAMES: Readonly<Record<string, Version>> = { '3.1': '3.1', '3.1.1': '3.1.1', '5': '5.0', '5.0': '5.0' };
const WIDEST = 10_000;

/** Adds what every command that prints packets has. */
export function addReportOptions(command: Command, defaultFormat: string): Command {
  return addOutputOptions(command, FORMATS, defaultFormat)
    .option('-v, --verbose', 'every field with offset, bytes and bits (table becomes tree; "fields" in JSON)')
    .option('-x, --hex', 'the bytes of each packet (table becomes tree; "hex" in JSON)')
    .option('--show-secrets', 'show passwords instead of ********')
    .option('--max-bytes <n>', 'show so many bytes of a value (64) and of a packet (1024) in the tree', integer(1));
}

export function addOutputOptions(command: Command, formats: readonly Named[], defaultFormat: string): Command {
  return command
    .addOption(
      new Option('--format <format>', `${defaultFormat} unless given`).choices(formats.map(({ name }) => name)),
    )
    .option('-o, --output <file>', 'write the results to a file; - is stdout')
    .addOption(
      new Option('--color <when>', 'auto: on a terminal, unless NO_COLOR is set')
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .option('--width <columns>', 'columns of what is for people (those of the terminal)', integer(LEAST_WIDTH, WIDEST));
}

/** What each format is, for the help. */
export function formatsHelp(formats: readonly Named[] = FORMATS): string {
  return `\nFormats:\n${formats.map(({ name, title }) => `  ${name.padEnd(9)}${title}`).join('\n')}`;
}

export function versionOption(description: string): Option {
  return new Option('--version <version>', description).argParser((text) => {
    const version = VERSION_NAMES[text];
    if (version === undefined) throw new InvalidArgumentError('It must be 3.1, 3.1.1 or 5.');
    return version;
  });
}

/** A whole number within bounds. */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`It must be a whole number ${range}.`);
  };
}

/** The same for an option that may be given several times. */
export function integers(least: number, most: number): (text: string, before?: readonly number[]) => readonly number[] {
  const read = integer(least, most);
  return (text, before = []) => [...before, read(text)];
}

/** Any text, for an option that may be given several times. */
export function list(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
