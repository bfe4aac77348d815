// The bounds of a dissection as options, made from their table: one option a row, under a heading of their own.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { defaultOf, type LayerOptions, LIMITS, layerOptions } from '../dissect/limits.js';
import { integer } from './options.js';

export function addLimitOptions(command: Command): Command {
  for (const limit of LIMITS) {
    const parse = limit.unit === 's' ? seconds : integer(0);
    const option = new Option(`--${limit.option} <n>`, limit.what).argParser(parse).default(defaultOf(limit));
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
  const values = new Map<string, number>();
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'number')
      values.set(
        name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
        value,
      );
  }
  return layerOptions(values);
}
