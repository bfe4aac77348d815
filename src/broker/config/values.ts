// The kinds of values that options have, each with how it is shown to people and how it is read. Numbers are stricter than
// mosquitto's, which takes "10MB" for 10 and "many" for 0: a limit that nobody meant is worse than an error.

import { trimmed, words } from './lines.js';

export type Read<T> =
  /** `warning`: it works, but is hardly what was meant. */
  | { readonly ok: true; readonly value: T; readonly warning?: string }
  | { readonly ok: false; readonly message: string };

export interface ValueKind<T> {
  /** As documentation shows it. */
  readonly shown: string;
  /** `rest` is not empty, and without spaces around it. */
  read(rest: string): Read<T>;
}

export function good<T>(value: T, warning?: string): Read<T> {
  return warning === undefined ? { ok: true, value } : { ok: true, value, warning };
}

export function wrong(message: string): Read<never> {
  return { ok: false, message };
}

/** Words that are left over: a comment is none, and others are better said than passed over. */
export function leftOver(rest: readonly string[]): string | undefined {
  const [first] = rest;
  if (first === undefined || first.startsWith('#')) return undefined;
  return `${quoted(rest.join(' '))} after the value is ignored`;
}

/** A value that is one word; mosquitto looks at no more than that. */
function word<T>(shown: string, read: (first: string) => Read<T>): ValueKind<T> {
  return {
    shown,
    read: (rest) => {
      const [first = '', ...others] = words(rest);
      const value = read(first);
      const warning = leftOver(others);
      return value.ok && value.warning === undefined && warning !== undefined ? good(value.value, warning) : value;
    },
  };
}

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, 1: true, false: false, 0: false };

export const boolean: ValueKind<boolean> = word('true | false', (text) => {
  const value = Object.hasOwn(BOOLEANS, text) ? BOOLEANS[text] : undefined;
  return value === undefined ? wrong(`must be true or false, not ${quoted(text)}`) : good(value);
});

export interface NumberRange {
  /** What is written for it in documentation. */
  readonly shown?: string;
  readonly least: number;
  readonly most: number;
  /** Below `least`, this is taken instead, with a warning; else it is an error. */
  readonly raised?: true;
  /** Stands for no limit. */
  readonly unlimited?: readonly number[];
}

/** More than C's int holds is an error. */
export const MOST_INT = 0x7fffffff;
const INTEGER = /^[+-]?\d{1,15}$/;

export function integer({ shown = 'number', least, most, raised, unlimited = [] }: NumberRange): ValueKind<number> {
  return word(shown, (text) => {
    const plain = trimmed(text);
    if (!INTEGER.test(plain)) return wrong(`must be a whole number, not ${quoted(text)}`);
    const value = Number(plain);
    if (unlimited.includes(value)) return good(Number.POSITIVE_INFINITY);
    if (value >= least && value <= most) return good(value);
    if (value > most || raised === undefined) return wrong(`must be from ${least} to ${most}, not ${value}`);
    const taken = unlimited.includes(least) ? Number.POSITIVE_INFINITY : least;
    return good(taken, `${value} is too low: ${taken === least ? least : 'no limit'} is used`);
  });
}

/** The words it can be, whatever is stored for them. */
export function oneOf<T>(choices: Readonly<Record<string, T>>): ValueKind<T> {
  const names = Object.keys(choices);
  return word(names.join(' | '), (text) =>
    Object.hasOwn(choices, text) ? good(choices[text] as T) : wrong(`must be ${either(names)}, not ${quoted(text)}`),
  );
}

const REPLACEMENT = 0xfffd;
const LONGEST_TEXT = 65535;

function isControl(point: number): boolean {
  return point <= 0x1f || (point >= 0x7f && point <= 0x9f);
}

function isNoCharacter(point: number): boolean {
  return (point >= 0xfdd0 && point <= 0xfdef) || (point & 0xfffe) === 0xfffe || (point >= 0xd800 && point <= 0xdfff);
}

/** The rest of the line. A # in it belongs to it. */
export function text(shown = 'text'): ValueKind<string> {
  return {
    shown,
    read: (rest) => {
      if (rest.length > LONGEST_TEXT) return wrong(`is longer than ${LONGEST_TEXT} characters`);
      for (const character of rest) {
        const point = character.codePointAt(0)!;
        if (isControl(point)) return wrong(`holds a control character (U+${hex(point)})`);
        if (point === REPLACEMENT || isNoCharacter(point)) return wrong('is not UTF-8 text');
      }
      const comment = / #/.test(rest)
        ? `the value is the whole line, with "${rest.slice(rest.indexOf(' #') + 1)}"`
        : undefined;
      return good(rest, comment);
    },
  };
}

export const path: ValueKind<string> = text('path');

const UNITS: Readonly<Record<string, number>> = { h: 3600, d: 86_400, w: 604_800, m: 2_592_000, y: 31_536_000 };

/** Hours to years, in seconds. */
export const duration: ValueKind<number> = word('number with h, d, w, m or y', (value) => {
  const match = /^\+?(\d{1,9})([hdwmy])$/.exec(value);
  if (match === null || Number(match[1]) === 0) {
    return wrong(`must be a number with h, d, w, m or y behind it (2m: two months), not ${quoted(value)}`);
  }
  return good(Number(match[1]) * UNITS[match[2]!]!);
});

export function hex(point: number): string {
  return point.toString(16).toUpperCase().padStart(4, '0');
}

/** Of a value that is shown in a message; long ones are cut. */
export function quoted(value: string): string {
  const cut = value.length > 60 ? `${value.slice(0, 57)}…` : value;
  return JSON.stringify(cut);
}

export function either(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
