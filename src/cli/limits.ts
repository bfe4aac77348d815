// The bounds of a dissection as options, made from their table: one option a row, under a heading of their own.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { defaultOf, type LayerOptions, LIMITS, layerOptions } from '../dissect/limits.js';
import { integer } from './options.js';

/** `presets`: other defaults, by option. */
export function addLimitOptions(command: Command, presets: Readonly<Record<string, number>> = {}): Command {
  for (const limit of LIMITS) {
    const parse = limit.unit === 's' ? seconds : integer(0);
    const preset = presets[limit.option] ?? defaultOf(limit);
    const option = new Option(`--${limit.option} <n>`, limit.what).argParser(parse).default(preset);
    command.addOption(option.helpGroup('Limits:'));
  }
  return command;
}

function seconds(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number of seconds.');
}

/** The limits among parsed options, as the dissector takes them. */
export function limitsOf(options: object): LayerOptions {
  const values = Object.entries(options).filter(([, value]) => typeof value === 'number');
  return layerOptions(new Map(values.map(([name, value]) => [dashed(name), value as number])));
}

/** Nothing but them: what other options mean is the command's affair. */
export function limitsAmong(options: object): object {
  const names = new Set(LIMITS.map(({ option }) => option));
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.has(dashed(name))));
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
