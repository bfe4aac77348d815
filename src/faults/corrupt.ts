// What can be made wrong in a packet: one row a field. Each change is one that a correct receiver must notice, or that makes
// the packet mean something else; the rest of the packet stays as it was.

import { copyOf } from '../bytes/copy.js';
import { variableByteInteger, variableByteIntegerWidth } from '../bytes/cursor.js';
import type { Field } from '../codec/field.js';
import { annotate } from '../codec/frame.js';
import type { Version } from '../spec/versions.js';

interface CorruptionBase {
  readonly name: string;
  /** For users. */
  readonly about: string;
}

/** Of the fixed header, where every packet has the field. */
interface HeaderCorruption extends CorruptionBase {
  readonly header: (bytes: Uint8Array, bodyAt: number) => Uint8Array;
}

/** Of the first leaf with such a path that is not empty; who has none is no match. */
interface LeafCorruption extends CorruptionBase {
  readonly path: RegExp;
  /** The leaf is bytes[at, end), of a copy. */
  readonly change: (bytes: Uint8Array, at: number, end: number) => void;
}

type Corruption = HeaderCorruption | LeafCorruption;

const PUBLISH = 3;
const LARGEST = 268_435_455;

export const CORRUPTIONS: readonly Corruption[] = [
  {
    name: 'packet-type',
    about: 'becomes 0, which is reserved',
    header: (bytes) => withFirst(bytes, bytes[0]! & 0x0f),
  },
  {
    name: 'flags',
    about: 'the lowest reserved flag is inverted; in PUBLISH both bits of QoS are set',
    header: (bytes) => withFirst(bytes, bytes[0]! >> 4 === PUBLISH ? bytes[0]! | 0x06 : bytes[0]! ^ 0x01),
  },
  {
    name: 'remaining-length',
    about: 'one more than it is: the packet takes the first byte of the next one',
    header: (bytes, bodyAt) => {
      const length = lengthOf(bytes, bodyAt);
      return withLength(bytes, bodyAt, length === LARGEST ? length - 1 : length + 1);
    },
  },
  {
    name: 'endless-length',
    about: 'four bytes FF, after which a fifth would have to follow',
    header: (bytes, bodyAt) => joined(bytes.subarray(0, 1), Uint8Array.of(0xff, 0xff, 0xff, 0xff), bytes, bodyAt),
  },
  {
    name: 'packet-identifier',
    about: 'one more than it is; after 65535, 1',
    path: /\.packetId$/,
    change: (bytes, at) => {
      const next = (bytes[at]! * 256 + bytes[at + 1]!) % 0xffff;
      bytes[at] = (next + 1) >> 8;
      bytes[at + 1] = (next + 1) & 0xff;
    },
  },
  {
    name: 'topic-name',
    about: 'first byte of the topic, or of the first topic filter, becomes FF, which is never UTF-8',
    path: /^publish\.topic$|^subscribe\.subscriptions\[0\]\.topicFilter$|^unsubscribe\.topicFilters\[0\]$/,
    change: (bytes, at) => {
      bytes[at] = 0xff;
    },
  },
  {
    name: 'payload',
    about: 'last byte of the payload of PUBLISH is inverted',
    path: /^publish\.payload$/,
    change: (bytes, _at, end) => {
      bytes[end - 1]! ^= 0xff;
    },
  },
  {
    name: 'reason-code',
    about: 'reason code or return code, the first of several, becomes 7F, which none has',
    path: /\.(reasonCode|returnCode|reasonCodes\[0\]|returnCodes\[0\])$/,
    change: (bytes, at) => {
      bytes[at] = 0x7f;
    },
  },
  {
    name: 'client-identifier',
    about: 'first byte of the client identifier of CONNECT becomes FF, which is never UTF-8',
    path: /^connect\.clientId$/,
    change: (bytes, at) => {
      bytes[at] = 0xff;
    },
  },
  {
    name: 'protocol-level',
    about: 'protocol level of CONNECT becomes 7F, which no version has',
    path: /^connect\.protocolLevel$/,
    change: (bytes, at) => {
      bytes[at] = 0x7f;
    },
  },
];

const BY_NAME: ReadonlyMap<string, Corruption> = new Map(CORRUPTIONS.map((row) => [row.name, row]));

/** What is to be made wrong: a field by name, or a byte counted from 1, and a bit of it. */
export interface CorruptionOf {
  readonly field?: string;
  readonly byte?: number;
  readonly bit?: number;
}

/** The changed packet, in memory of its own; undefined where it has no such field. Of a long packet the beginning is enough. */
export function corrupted(
  of: CorruptionOf,
  bytes: Uint8Array,
  bodyAt: number,
  version: Version,
): Uint8Array | undefined {
  if (of.byte !== undefined) return withByte(bytes, of.byte - 1, of.bit === undefined ? 0xff : 1 << of.bit);
  const row = BY_NAME.get(of.field!)!;
  if ('header' in row) return row.header(bytes, bodyAt);
  const leaf = leafOf(annotate(bytes, version), row.path);
  if (leaf === undefined) return undefined;
  const changed = copyOf(bytes);
  row.change(changed, leaf.at, leaf.at + leaf.length);
  return changed;
}

function leafOf(field: Field, path: RegExp): Field | undefined {
  if (field.children === undefined) return field.length > 0 && path.test(field.path) ? field : undefined;
  for (const child of field.children) {
    const found = leafOf(child, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

function withByte(bytes: Uint8Array, at: number, mask: number): Uint8Array | undefined {
  if (at >= bytes.length) return undefined;
  const changed = copyOf(bytes);
  changed[at]! ^= mask;
  return changed;
}

function withFirst(bytes: Uint8Array, first: number): Uint8Array {
  const changed = copyOf(bytes);
  changed[0] = first;
  return changed;
}

function lengthOf(bytes: Uint8Array, bodyAt: number): number {
  let length = 0;
  for (let at = bodyAt - 1; at > 0; at--) length = length * 128 + (bytes[at]! & 0x7f);
  return length;
}

/** In as many bytes as it had, if it fits. */
function withLength(bytes: Uint8Array, bodyAt: number, length: number): Uint8Array {
  const width = Math.max(bodyAt - 1, variableByteIntegerWidth(length));
  return joined(bytes.subarray(0, 1), variableByteInteger(length, width), bytes, bodyAt);
}

function joined(first: Uint8Array, length: Uint8Array, bytes: Uint8Array, bodyAt: number): Uint8Array {
  const whole = new Uint8Array(1 + length.length + bytes.length - bodyAt);
  whole.set(first);
  whole.set(length, 1);
  whole.set(bytes.subarray(bodyAt), 1 + length.length);
  return whole;
}
