// Values as JSON text. Built by hand where that is clearly faster than JSON.stringify of an object made for it: one
// line per packet of a long capture is a hot path. Strings go through JSON.stringify unless they are plain ASCII, so lone
// surrogates and control characters are escaped as JSON wants them.

import { lenientUtf8 } from '../bytes/utf8.js';
import { isTextControl, textOf } from './preview.js';
import { MASK, SECRET_NAMES } from './secrets.js';

const SAFE = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const LONG = 64;
const CHUNK = 0x6000;

/** JSON allows DEL and the C1 controls as they are, but a terminal may obey them. */
const OBEYED = /[\u007f-\u009f]/g;

export function stringJson(text: string): string {
  if (text.length <= LONG && SAFE.test(text)) return `"${text}"`;
  return plainJson(text);
}

/** Of anything that JSON.stringify takes; a member that is undefined is left out. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value).replace(OBEYED, (control) => `\\u00${control.charCodeAt(0).toString(16)}`);
}

/** Puts what is between the elements of a list in front of each: one a line. */
export function elementsJson(): (object: string) => string {
  let separator = '\n';
  return (object) => {
    const text = separator + object;
    separator = ',\n';
    return text;
  };
}

// What a byte of a payload asks for, a bit each: nothing, an escape, a closer look.
const ESCAPED = 1;
const NOT_ASCII_TEXT = 2;
const KIND_OF: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x7f || (byte < 0x20 && !isTextControl(byte))) return NOT_ASCII_TEXT;
  return byte < 0x20 || byte === 0x22 || byte === 0x5c ? ESCAPED : 0;
});

/** Text as a string, anything else as {"base64":"…"}. Most is ASCII, and is looked through once. */
export function bytesJson(bytes: Uint8Array): string {
  const kinds = kindsOf(bytes);
  if ((kinds & NOT_ASCII_TEXT) === 0) {
    const ascii = lenientUtf8(bytes, 0, bytes.length);
    return kinds === 0 ? `"${ascii}"` : JSON.stringify(ascii);
  }
  const text = textOf(bytes);
  return text === undefined ? `{"base64":"${base64(bytes)}"}` : stringJson(text);
}

function kindsOf(bytes: Uint8Array): number {
  const { length } = bytes;
  let kinds = 0;
  let at = 0;
  // By fours, measured: two thirds of the time.
  for (; at + 3 < length; at += 4) {
    kinds |= KIND_OF[bytes[at]!]! | KIND_OF[bytes[at + 1]!]! | KIND_OF[bytes[at + 2]!]! | KIND_OF[bytes[at + 3]!]!;
  }
  for (; at < length; at++) kinds |= KIND_OF[bytes[at]!]!;
  return kinds;
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode.apply(null, bytes.subarray(at, at + CHUNK) as unknown as number[]);
  }
  return btoa(binary);
}

/** Any decoded value. Properties become objects of one key: `[{"topicAlias":5}]`. */
export function valueJson(value: unknown, showSecrets: boolean): string {
  if (typeof value === 'string') return stringJson(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Uint8Array) return bytesJson(value);
  if (Array.isArray(value)) return `[${value.map((one) => valueJson(one, showSecrets)).join(',')}]`;
  return objectJson(value as object, showSecrets);
}

/** The members that are there; `without` is left out. */
export function objectJson(object: object, showSecrets: boolean, without?: string): string {
  let text = '';
  // Decoded values are plain objects: nothing is inherited, and no list of entries need be made.
  for (const key in object) {
    const value = (object as Readonly<Record<string, unknown>>)[key];
    if (value === undefined || key === without) continue;
    text += `${text === '' ? '' : ','}"${key}":${memberJson(key, value, showSecrets)}`;
  }
  return `{${text}}`;
}

function memberJson(key: string, value: unknown, showSecrets: boolean): string {
  if (key === 'properties') return propertiesJson(value as readonly NamedValue[], showSecrets);
  // The flag of Connect Flags is called password too.
  if (!showSecrets && typeof value !== 'boolean' && SECRET_NAMES.has(key)) return `"${MASK}"`;
  return valueJson(value, showSecrets);
}

interface NamedValue {
  readonly name: string;
  readonly value: unknown;
}

export function propertiesJson(properties: readonly NamedValue[], showSecrets: boolean): string {
  if (properties.length === 0) return '[]';
  return `[${properties.map(({ name, value }) => `{"${name}":${memberJson(name, value, showSecrets)}}`).join(',')}]`;
}
