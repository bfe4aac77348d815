// What must hold for any bytes whatever (DESIGN law 3), as one check that names the first law broken.

import { isDeepStrictEqual } from 'node:util';
import type { Field } from '../../src/codec/field.js';
import { annotate, type Decoded, decode, decodeByLayout, encode, survey } from '../../src/codec/frame.js';
import type { Packet } from '../../src/codec/packet.js';
import type { Version } from '../../src/spec/versions.js';
import { toHex } from '../support/hex.js';
import { coverageFault, groupFault, leavesOf } from './leaves.js';

/** The first law that these bytes break, or undefined. */
export function brokenLaw(bytes: Uint8Array, version: Version): string | undefined {
  const fault = faultOf(bytes, version);
  return fault === undefined ? undefined : `${fault}, of ${version}: ${toHex(bytes)}`;
}

function faultOf(bytes: Uint8Array, version: Version): string | undefined {
  try {
    const decoded = decode(bytes, version);
    const tree = annotate(bytes, version);
    return (
      coverageFault(tree, bytes.length) ??
      groupFault(tree) ??
      problemFault(decoded, tree, bytes.length) ??
      valueFault(decoded.packet, tree) ??
      roundTripFault(decoded, bytes) ??
      outsideFault(decoded, tree, bytes, version) ??
      surveyFault(decoded, bytes, version) ??
      plainFault(bytes, version)
    );
  } catch (error) {
    return `throws ${error}`;
  }
}

/** Who only counts is told of the same problems. Of a CONNECT, which brings its own version, nobody asks that. */
function surveyFault({ problems, packet }: Decoded, bytes: Uint8Array, version: Version): string | undefined {
  if (packet.type === 'CONNECT' || isDeepStrictEqual(survey(bytes, version), problems)) return undefined;
  return 'a survey finds other problems';
}

/** What was read at a glance is what the layouts read, in the same order: at last now that the properties are known. */
function plainFault(bytes: Uint8Array, version: Version): string | undefined {
  const plain = decode(bytes, version);
  const laid = decodeByLayout(bytes, version);
  const isSame = isDeepStrictEqual(plain, laid) && sameKeys(plain.packet, laid.packet);
  return isSame ? undefined : 'the layouts read something else';
}

function sameKeys(a: object, b: object): boolean {
  return Object.keys(a).join() === Object.keys(b).join();
}

function problemFault({ problems, packet }: Decoded, tree: Field, length: number): string | undefined {
  for (const one of problems) {
    if (one.at < 0 || one.length < 0 || one.at + one.length > length) return `${one.code} at ${one.at}+${one.length}`;
    const [root] = one.path.split('.');
    if (root !== packet.type.toLowerCase() || one.path.endsWith('.')) return `${one.code} has the path ${one.path}`;
  }
  const unread = leavesOf(tree).find((leaf) => leaf.path.endsWith('unread'));
  return unread !== undefined && problems.length === 0 ? `${unread.path} without a problem` : undefined;
}

/** Lengths and identifiers are in no value, an unread leaf is what no value has. */
const ONLY_ON_THE_WIRE = /(^|\.)(packetType|headerFlags|remainingLength|identifier|unread|\w*Length)$/;

/** The tree shows the values that decode gives, where it gives them. */
function valueFault(packet: object, tree: Field): string | undefined {
  for (const leaf of leavesOf(tree)) {
    const path = leaf.path.slice(leaf.path.indexOf('.') + 1);
    if (ONLY_ON_THE_WIRE.test(path) || /\]Length$/.test(path)) continue;
    const value = valueAt(packet, path);
    if (value !== undefined && !isDeepStrictEqual(value, leaf.value))
      return `${leaf.path} is ${leaf.value}, not ${value}`;
  }
  return undefined;
}

// properties[2].topicAlias is the value of the third property, whose name is topicAlias.
function valueAt(packet: object, path: string): unknown {
  let at: unknown = packet;
  for (const part of path.replace(/(properties\[\d+\])\.\w+/, '$1.value').match(/\w+/g) ?? []) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return at;
}

function roundTripFault({ packet, problems, version }: Decoded, bytes: Uint8Array): string | undefined {
  if (problems.length > 0) return undefined;
  const back = encode(packet as Packet, version);
  return isDeepStrictEqual(back, Uint8Array.from(bytes)) ? undefined : `encoded as ${toHex(back)}`;
}

/** Nothing outside the bytes is read: other surroundings, same answers. */
function outsideFault(decoded: Decoded, tree: Field, bytes: Uint8Array, version: Version): string | undefined {
  for (const filler of [0x00, 0xff]) {
    const wide = new Uint8Array(bytes.length + 12).fill(filler);
    wide.set(bytes, 5);
    const inside = wide.subarray(5, 5 + bytes.length);
    if (!isDeepStrictEqual(decode(inside, version), decoded)) return `decodes otherwise among ${filler}`;
    if (filler === 0 && !isDeepStrictEqual(annotate(inside, version), tree))
      return `annotates otherwise among ${filler}`;
  }
  return undefined;
}
