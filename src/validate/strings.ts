// What the specification thinks of the characters in strings (1.5.3; 5.0: 1.5.4): U+0000 must not, control characters and
// non-characters should not be there. Whether there is anything to say costs one look at each character and no memory;
// which strings and where is worked out only then, from the field tree.

import type { Field } from '../codec/field.js';
import { annotate } from '../codec/frame.js';
import type { Property } from '../codec/packet.js';
import type { Frame, ReadPacket } from '../dissect/item.js';
import type { Version } from '../spec/versions.js';
import { isNullJudgedWithTopics, isUtf8JudgedWithTopics } from './rules/topic-paths.js';

/** Bits of kindsOf. */
export const NULL_CHARACTER = 1;
export const CONTROL_CHARACTER = 2;
export const NON_CHARACTER = 4;
/** Of traitsOf: all of these, and + or #. */
export const CHARACTER_KINDS = NULL_CHARACTER | CONTROL_CHARACTER | NON_CHARACTER;
export const WILDCARD_CHARACTER = 8;

const PLUS = 0x2b;
const HASH = 0x23;

// The same topics come again and again: what is known of the latest, by their length and last characters.
const SLOTS = 1024;
const LONGEST = 256;
const texts: (string | undefined)[] = new Array(SLOTS).fill(undefined);
const traits = new Uint8Array(SLOTS);

// The last answer: several rules ask about the same packet.
let lastPacket: ReadPacket | undefined;
let lastPacketKinds = 0;

/** Which kinds of doubtful characters a text holds that is likely to come again. */
export function kindsOf(text: string): number {
  return traitsOf(text) & CHARACTER_KINDS;
}

/** The same, and whether there are characters of wildcards in it. */
export function traitsOf(text: string): number {
  const { length } = text;
  if (length < 2 || length > LONGEST) return traitsIn(text);
  const slot = (text.charCodeAt(length - 1) + 31 * text.charCodeAt(length - 2) + 7 * length) & (SLOTS - 1);
  if (texts[slot] === text) return traits[slot]!;
  texts[slot] = text;
  return (traits[slot] = traitsIn(text));
}

/** Which kinds of doubtful characters any text holds. */
export function kindsOfAny(text: string): number {
  return traitsIn(text) & CHARACTER_KINDS;
}

function traitsIn(text: string): number {
  let found = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === PLUS || unit === HASH) found |= WILDCARD_CHARACTER;
    if (unit >= 0x20 && unit < 0x7f) continue;
    found |= kindOf(unit < 0xd800 || unit > 0xdbff ? unit : text.codePointAt(i)!);
  }
  return found;
}

export function kindOf(point: number): number {
  if (point === 0) return NULL_CHARACTER;
  if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return CONTROL_CHARACTER;
  // Unicode 23.7: the last two of each plane, and U+FDD0 to U+FDEF.
  if ((point & 0xfffe) === 0xfffe || (point >= 0xfdd0 && point <= 0xfdef)) return NON_CHARACTER;
  return 0;
}

/** The kinds in all strings of a packet. */
export function kindsIn(packet: ReadPacket): number {
  if (packet === lastPacket) return lastPacketKinds;
  lastPacketKinds = packet.type === 'RESERVED' ? 0 : kindsInFields(packet) | kindsInProperties(packet);
  lastPacket = packet;
  return lastPacketKinds;
}

function kindsInFields(packet: ReadPacket): number {
  switch (packet.type) {
    case 'PUBLISH':
      return packet.topic === undefined ? 0 : kindsOf(packet.topic);
    case 'CONNECT': {
      const { clientId, will, userName } = packet;
      let kinds = kindsOf(clientId ?? '') | kindsOf(userName ?? '');
      if (will !== undefined) kinds |= kindsOf(will.topic) | kindsInList(will.properties);
      return kinds;
    }
    case 'SUBSCRIBE': {
      let kinds = 0;
      for (const { topicFilter } of packet.subscriptions ?? []) kinds |= kindsOf(topicFilter);
      return kinds;
    }
    case 'UNSUBSCRIBE': {
      let kinds = 0;
      for (const topicFilter of packet.topicFilters ?? []) kinds |= kindsOf(topicFilter);
      return kinds;
    }
    default:
      return 0;
  }
}

function kindsInProperties(packet: ReadPacket): number {
  return 'properties' in packet ? kindsInList(packet.properties) : 0;
}

function kindsInList(properties: readonly Property[] | undefined): number {
  if (properties === undefined) return 0;
  let kinds = 0;
  for (let i = 0; i < properties.length; i++) {
    const one = properties[i]!;
    if (typeof one.value === 'string') kinds |= kindsOfAny(one.value);
    else if (one.name === 'userProperty') kinds |= kindsOfAny(one.value.name) | kindsOfAny(one.value.value);
  }
  return kinds;
}

export interface StringField {
  readonly path: string;
  readonly label: string;
  /** Of its first character, from the first byte of the packet. */
  readonly at: number;
  readonly text: string;
}

/** Every string of a packet, in wire order. */
export function stringsOf({ bytes, version }: Frame): readonly StringField[] {
  const found: StringField[] = [];
  const walk = (field: Field): void => {
    const { path, label, at, value, children } = field;
    if (typeof value === 'string') found.push({ path, label, at, text: value });
    for (const child of children ?? []) walk(child);
  };
  walk(annotate(bytes, version));
  return found;
}

/** Strings with a statement of their own that asks for UTF-8: how the names of their rules begin. */
const OWN: readonly (readonly [path: RegExp, owner: string])[] = [
  [/^connect\.clientId$/, 'connect-client-id'],
  [/^connect\.will\.topic$/, 'connect-will-topic'],
  [/^connect\.userName$/, 'connect-user-name'],
  [/\.userProperty\.(name|value)$/, 'user-property'],
];

/** The rule that speaks of such a fault in the string at a path; '' when it is none of the general ones. */
export function ownerOfString(path: string, version: Version, fault: 'ill-formed' | 'null-character'): string {
  // 3.1 asks for UTF-8 (2.5) without saying what is not; its strings are those of Java, which has other forms.
  if (version === '3.1') return fault === 'ill-formed' ? 'string-not-utf-8' : '';
  // 3.1.2.1: every name but the one is wrong, however it is written.
  if (path === 'connect.protocolName') return '';
  if (fault === 'ill-formed' ? isUtf8JudgedWithTopics(path) : isNullJudgedWithTopics(path)) return '';
  const owner = OWN.find(([pattern]) => pattern.test(path))?.[1] ?? 'string';
  return `${owner}-${fault}`;
}
