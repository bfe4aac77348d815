// What is masked unless asked for: the password of a CONNECT, the data of an enhanced authentication, and their bytes
// wherever bytes are shown. When a CONNECT cannot be read up to its password, the bytes that could not be read may
// hold it and are masked as well.

import type { Field } from '../codec/field.js';
import { annotate } from '../codec/frame.js';
import type { Version } from '../spec/versions.js';

export const MASK = '********';
/** Fields and properties by the last part of their path. */
export const SECRET_NAMES: ReadonlySet<string> = new Set(['password', 'authenticationData']);

/** The packet types that can carry a secret: CONNECT, CONNACK and AUTH. */
const SECRET_TYPES: ReadonlySet<number> = new Set([1, 2, 15]);

export interface Span {
  readonly at: number;
  readonly length: number;
}

export function mayHoldSecrets(bytes: Uint8Array): boolean {
  return bytes.length > 0 && SECRET_TYPES.has(bytes[0]! >> 4);
}

/** Says of a leaf of this tree whether it is to be masked. */
export function secretLeaves(root: Field): (leaf: Field) => boolean {
  const hidden = root.path === 'connect' && passwordMayBeUnread(root);
  return (leaf) => {
    if (leaf.secret === true) return true;
    const name = leaf.path.slice(leaf.path.lastIndexOf('.') + 1);
    // The bits of Connect Flags are called password and so on as well.
    return leaf.bits === undefined && (SECRET_NAMES.has(name) || (hidden && name === 'unread'));
  };
}

/** The leaves of a field tree in the order of the bytes. */
export function* leavesOf(field: Field): Generator<Field> {
  if (field.children === undefined || field.children.length === 0) yield field;
  else for (const child of field.children) yield* leavesOf(child);
}

function passwordMayBeUnread(root: Field): boolean {
  let flag: unknown;
  for (const leaf of leavesOf(root)) {
    if (leaf.path === 'connect.password') return false;
    if (leaf.path === 'connect.flags.password') flag = leaf.value;
  }
  return flag !== false;
}

/** Where secrets stand among the bytes of a packet. */
export function secretSpans(bytes: Uint8Array, version: Version): readonly Span[] {
  if (!mayHoldSecrets(bytes)) return [];
  const root = annotate(bytes, version);
  const isSecret = secretLeaves(root);
  return [...leavesOf(root)].filter((leaf) => leaf.length > 0 && isSecret(leaf));
}

/** "10 1e ** **": bytes as hex, secrets as asterisks. */
export function maskedHex(hex: string, spans: readonly Span[]): string {
  let text = hex;
  for (const { at, length } of spans) {
    const end = 3 * (at + length) - 1;
    text = text.slice(0, 3 * at) + '** '.repeat(length).slice(0, -1) + text.slice(end);
  }
  return text;
}
