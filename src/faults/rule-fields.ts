// The actions and fields of rules: one row a field. The parser of one-liners, the reader of JSON, the text of a rule and
// the schema come from here.

import { CORRUPTIONS } from './corrupt.js';
import {
  clientPattern,
  duration,
  type FieldKind,
  flag,
  hexBytes,
  integer,
  oneOf,
  packetTypes,
  probability,
  rate,
  topicPattern,
} from './field-kinds.js';
import type { ActionName } from './rule.js';

export interface FieldRow {
  readonly name: string;
  readonly kind: FieldKind;
  readonly actions: readonly ActionName[];
  /** The word before its value in a one-liner; absent where the value tells by itself what it is. */
  readonly word?: string;
  /** For the schema. */
  readonly about: string;
}

export const ACTIONS: readonly ActionName[] = [
  'drop',
  'delay',
  'duplicate',
  'corrupt',
  'cut',
  'limit',
  'replace',
  'inject',
];
const OF_PACKETS = ACTIONS.filter((action) => action !== 'limit');

/** In the order in which they are written. */
export const FIELDS: readonly FieldRow[] = [
  {
    name: 'field',
    kind: oneOf(CORRUPTIONS.map(({ name }) => name)),
    actions: ['corrupt'],
    about: 'which field is made wrong',
  },
  {
    name: 'where',
    kind: oneOf(['before', 'after']),
    actions: ['cut', 'inject'],
    about: 'before (if absent) or after the packet',
  },
  {
    name: 'byte',
    kind: integer(1, 268_435_460),
    actions: ['corrupt', 'cut'],
    word: 'byte',
    about: 'byte of the packet, the first is 1: made wrong, or the last before the cut',
  },
  {
    name: 'bit',
    kind: integer(0, 7),
    actions: ['corrupt'],
    word: 'bit',
    about: 'bit of that byte, the lowest is 0; absent: all',
  },
  { name: 'types', kind: packetTypes, actions: OF_PACKETS, about: 'packet types; absent: all' },
  { name: 'duration', kind: duration, actions: ['delay'], about: 'how long: 40s, or milliseconds' },
  { name: 'rate', kind: rate, actions: ['limit'], about: 'how fast: 2kB/s, or bytes a second' },
  { name: 'hex', kind: hexBytes, actions: ['replace', 'inject'], word: 'with', about: 'bytes in hexadecimal' },
  {
    name: 'from',
    kind: oneOf(['client', 'server']),
    actions: ACTIONS,
    word: 'from',
    about: 'who sends; absent: either',
  },
  {
    name: 'client',
    kind: clientPattern,
    actions: ACTIONS,
    word: 'client',
    about: 'client identifier, * for any characters',
  },
  { name: 'topic', kind: topicPattern, actions: OF_PACKETS, word: 'topic', about: 'topic filter' },
  { name: 'qos', kind: integer(0, 2), actions: OF_PACKETS, word: 'qos', about: 'of PUBLISH and what acknowledges it' },
  {
    name: 'after',
    kind: duration,
    actions: ACTIONS,
    word: 'after',
    about: 'so long after the beginning of its connection',
  },
  { name: 'skip', kind: integer(1), actions: OF_PACKETS, word: 'skip', about: 'so many are left alone first' },
  { name: 'every', kind: integer(1), actions: OF_PACKETS, word: 'every', about: 'every so many' },
  { name: 'nth', kind: integer(1), actions: OF_PACKETS, word: 'nth', about: 'only this one' },
  { name: 'count', kind: integer(1), actions: OF_PACKETS, word: 'count', about: 'at most so often' },
  {
    name: 'probability',
    kind: probability,
    actions: OF_PACKETS,
    word: 'probability',
    about: 'how probably, above 0 and at most 1',
  },
  { name: 'seed', kind: integer(0), actions: OF_PACKETS, word: 'seed', about: 'of the chance; absent: 0' },
  {
    name: 'per',
    kind: oneOf(['connection']),
    actions: OF_PACKETS,
    word: 'per',
    about: 'counts and chance are of each connection; absent: of the rule',
  },
  { name: 'how', kind: oneOf(['fin', 'rst']), actions: ['cut'], about: 'how both sides are closed; absent: fin' },
  { name: 'overtake', kind: flag('overtake'), actions: ['delay'], about: 'what comes behind does not wait' },
];

/** Of each list exactly one is there. */
export const ONE_OF: Readonly<Partial<Record<ActionName, readonly (readonly string[])[]>>> = {
  delay: [['duration']],
  limit: [['rate']],
  replace: [['hex']],
  inject: [['hex']],
  corrupt: [['field', 'byte']],
};
/** Not both. */
export const EXCLUSIVE: readonly (readonly [string, string])[] = [
  ['where', 'byte'],
  ['every', 'nth'],
];
/** The first makes no sense without the second. */
export const NEEDS: readonly (readonly [string, string])[] = [
  ['bit', 'byte'],
  ['seed', 'probability'],
];

export function fieldsOf(action: ActionName): readonly FieldRow[] {
  return FIELDS.filter(({ actions }) => actions.includes(action));
}
