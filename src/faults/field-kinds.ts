// What a field of a rule may hold: how it is read from a word and from JSON, how it is written as a word, and its schema.
// Reading gives undefined for what it may not be.

import { formatHex, parseHex } from '../bytes/hex.js';
import { PACKET_TYPES, type PacketTypeName } from '../spec/packets.js';
import { checkTopicFilter } from '../spec/topic-filter.js';

export interface FieldKind {
  /** For errors, as in "must be …". */
  readonly what: string;
  /** As a word or words of a one-liner. */
  readonly fromWord: (word: string) => unknown;
  readonly fromJson: (value: unknown) => unknown;
  readonly toWord: (value: never) => string;
  /** Draft 7. */
  readonly schema: object;
  /** Words that it can be, where they can be listed: to suggest. */
  readonly words?: readonly string[];
}

const TYPE_NAMES: readonly PacketTypeName[] = PACKET_TYPES.map(({ type }) => type);
/** Seven days: more than any keep alive, less than timers can hold. */
const LONGEST = 7 * 24 * 3_600_000;
const FASTEST = 1e12;
/** Bytes of an injection. */
const MOST_BYTES = 65_536;

type Units = readonly (readonly [unit: string, size: number])[];

/** Largest first; the first of several of a size is written. */
const DURATIONS: Units = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];
const RATES: Units = [
  ['MB/s', 1e6],
  ['kB/s', 1000],
  ['B/s', 1],
  ['KB/s', 1000],
  ['KiB/s', 1024],
  ['MiB/s', 1 << 20],
];

function integerIn(value: unknown, least: number, most: number): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}

/** A whole number of the smallest unit, written with a unit. A number in JSON is of the smallest unit. */
function quantity(what: string, units: Units, least: number, most: number): FieldKind {
  const pattern = `^\\d+(\\.\\d+)?(${units.map(([unit]) => unit).join('|')})$`;
  const form = new RegExp(pattern);
  const fromWord = (word: string): number | undefined => {
    const match = form.exec(word);
    if (match === null) return undefined;
    const [, size] = units.find(([unit]) => unit === match[2])!;
    // 0.3 s are 300 ms, and not a 2^-44 less.
    const value = Number((Number.parseFloat(word) * size).toPrecision(15));
    return integerIn(value, least, most);
  };
  return {
    what,
    fromWord,
    fromJson: (value) => (typeof value === 'string' ? fromWord(value) : integerIn(value, least, most)),
    toWord: (value: number) => {
      const [unit, size] = units.find((row) => value % row[1] === 0)!;
      return `${value / size}${unit}`;
    },
    schema: {
      anyOf: [
        { type: 'integer', minimum: least, maximum: most },
        { type: 'string', pattern },
      ],
    },
  };
}

function text(what: string, isRight: (value: string) => boolean): FieldKind {
  const fromJson = (value: unknown) => (typeof value === 'string' && isRight(value) ? value : undefined);
  return { what, fromWord: fromJson, fromJson, toWord: quoted, schema: { type: 'string', minLength: 1 } };
}

/** In quotes (of JSON) where it could be read as something else. */
function quoted(value: string): string {
  return /^[^\s"\\]+$/.test(value) ? value : JSON.stringify(value);
}

export function integer(least: number, most = 0xffff_ffff): FieldKind {
  return {
    what: `a whole number from ${least} to ${most}`,
    fromWord: (word) => (/^\d{1,12}$/.test(word) ? integerIn(Number(word), least, most) : undefined),
    fromJson: (value) => integerIn(value, least, most),
    toWord: String,
    schema: { type: 'integer', minimum: least, maximum: most },
  };
}

export function oneOf(words: readonly string[]): FieldKind {
  const fromJson = (value: unknown) => words.find((word) => word === value);
  return { what: words.join(' or '), fromWord: fromJson, fromJson, toWord: String, schema: { enum: words }, words };
}

/** Written by its name; `true` in JSON. */
export function flag(name: string): FieldKind {
  return {
    what: 'true',
    fromWord: (word) => (word === name ? true : undefined),
    fromJson: (value) => (value === true ? true : undefined),
    toWord: () => name,
    schema: { const: true },
    words: [name],
  };
}

export const duration: FieldKind = quantity('a duration (40s, 500ms, 2m, 1h; at most 168h)', DURATIONS, 1, LONGEST);
export const rate: FieldKind = quantity('a rate (2kB/s, 500B/s, 1MB/s, 64KiB/s)', RATES, 1, FASTEST);
export const clientPattern: FieldKind = text('a client identifier, * for any characters', (value) => value !== '');
export const topicPattern: FieldKind = text('a topic filter (a/+/#)', (value) => checkTopicFilter(value).ok);

export const packetTypes: FieldKind = {
  what: 'packet types (PUBLISH,PUBACK)',
  fromWord: (word) => {
    const names = word.split(',').map((name) => TYPE_NAMES.find((type) => type === name.toUpperCase()));
    return distinctTypes(names);
  },
  fromJson: (value) =>
    Array.isArray(value) ? distinctTypes(value.map((name) => TYPE_NAMES.find((type) => type === name))) : undefined,
  toWord: (types: readonly string[]) => types.join(','),
  schema: { type: 'array', items: { enum: TYPE_NAMES }, minItems: 1, uniqueItems: true },
  words: TYPE_NAMES,
};

function distinctTypes(names: readonly (PacketTypeName | undefined)[]): readonly PacketTypeName[] | undefined {
  const known = names.filter((name) => name !== undefined);
  const isRight = known.length > 0 && known.length === names.length && new Set(known).size === known.length;
  return isRight ? known : undefined;
}

const hexText = (value: unknown): string | undefined => {
  if (typeof value !== 'string') return undefined;
  const read = parseHex(value);
  if (!read.ok || read.bytes.length === 0 || read.bytes.length > MOST_BYTES) return undefined;
  return formatHex(read.bytes, 0, read.bytes.length, '');
};

/** Kept as digits without anything between. */
export const hexBytes: FieldKind = {
  what: `1 to ${MOST_BYTES} bytes in hexadecimal (c000, "c0 00")`,
  fromWord: hexText,
  fromJson: hexText,
  toWord: String,
  schema: { type: 'string', pattern: '[0-9a-fA-F]{2}' },
};

export const probability: FieldKind = {
  what: 'a probability above 0 and at most 1',
  fromWord: (word) => (/^(\d+(\.\d*)?|\.\d+)(e-\d+)?$/.test(word) ? fraction(Number(word)) : undefined),
  fromJson: (value) => (typeof value === 'number' ? fraction(value) : undefined),
  toWord: String,
  schema: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
};

function fraction(value: number): number | undefined {
  return value > 0 && value <= 1 ? value : undefined;
}
