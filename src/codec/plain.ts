// The packets that nearly all traffic is made of, at a glance: PUBLISH, its answers and the pings, whole and with nothing
// about them that could be a problem. Any other packet is left to the layouts, and tests hold both to the same.

import { placeOfText, wellFormedUtf8 } from '../bytes/utf8.js';
import { viewOf } from '../bytes/words.js';
import { PACKET_BY_CODE } from '../spec/packets.js';
import { PROPERTY_BY_ID, type PropertyTypes } from '../spec/properties.js';
import type { Version } from '../spec/versions.js';
import { Begun } from './layout.js';
import type { Property, ReadPacket } from './packet.js';
import { knownProperties } from './properties.js';

const [PUBLISH, PUBACK, PUBCOMP, PINGREQ, PINGRESP] = [3, 4, 7, 12, 13];

export type PlainType = 'PUBLISH' | 'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP' | 'PINGREQ' | 'PINGRESP';

/** Lengths of property values, or what else they are. */
const [OTHER, TEXT, PAIR] = [-1, -2, -3];
const WIDTHS: Readonly<Record<keyof PropertyTypes, number>> = {
  ...{ byte: 1, u16: 2, u32: 4, varint: OTHER },
  ...{ utf8: TEXT, binary: OTHER, utf8pair: PAIR },
};
const WIDTH_BY_ID = Int8Array.from(PROPERTY_BY_ID, (row) => (row === undefined ? OTHER : WIDTHS[row.type]));

/** True: it has no problem. False says nothing. */
export function isPlain(bytes: Uint8Array, version: Version): boolean {
  const first = bytes[0]!;
  const code = first >> 4;
  if (code !== PUBLISH) return isPlainOther(bytes, code);
  const body = bodyAt(bytes);
  if (body === 0) return false;
  const { length } = bytes;
  const topicLength = bytes[body]! * 256 + bytes[body + 1]!;
  let at = body + 2 + topicLength;
  if (at > length || !isAscii(bytes, body + 2, at)) return false;
  if ((first & 6) !== 0) at += 2;
  if (version !== '5.0') return at <= length;
  if (at >= length) return false;
  const properties = bytes[at]!;
  return properties === 0 || (properties < 0x80 && arePlain(bytes, at + 1, at + 1 + properties));
}

/** What a plain packet says, found without making anything. One object serves for all of them. */
export class Glance {
  type: PlainType = 'PINGREQ';
  topic = '';
  /** bytes/utf8.ts */
  topicPlace = -1;
  /** -1: it has none. */
  packetId = -1;
  /** Of a PUBLISH in 5.0. */
  properties: readonly Property[] | undefined = undefined;
  /** Where the payload begins, which ends with the packet. */
  payloadAt = 0;
  /** bytes/words.ts; of a PUBLISH. */
  view!: DataView;

  /** False: the layouts are to read it, or its properties have not been read before. */
  read(bytes: Uint8Array, version: Version): boolean {
    const first = bytes[0]!;
    const code = first >> 4;
    return code === PUBLISH
      ? this.publish(bytes, first, version)
      : isPlainOther(bytes, code) && this.other(bytes, first);
  }

  private publish(bytes: Uint8Array, first: number, version: Version): boolean {
    const qos = (first >> 1) & 3;
    const body = bodyAt(bytes);
    if (body === 0 || qos === 3) return false;
    const { length } = bytes;
    const view = viewOf(bytes);
    const idAt = body + 2 + bytes[body]! * 256 + bytes[body + 1]!;
    let at = qos === 0 ? idAt : idAt + 2;
    this.properties = undefined;
    if (version === '5.0') {
      const end = at + 1 + (bytes[at] ?? 0x80);
      if (end > length || bytes[at]! >= 0x80) return false;
      this.properties = knownProperties(bytes, at + 1, end, view);
      if (this.properties === undefined) return false;
      at = end;
    }
    const topic = at > length ? undefined : wellFormedUtf8(bytes, body + 2, idAt, view);
    if (topic === undefined) return false;
    this.type = 'PUBLISH';
    this.topic = topic;
    this.topicPlace = topic === '' ? -1 : placeOfText();
    this.packetId = qos === 0 ? -1 : bytes[idAt]! * 256 + bytes[idAt + 1]!;
    this.payloadAt = at;
    this.view = view;
    return true;
  }

  private other(bytes: Uint8Array, first: number): boolean {
    const { type, headerFlags } = PACKET_BY_CODE[first >> 4]!;
    if ((first & 15) !== headerFlags) return false;
    this.type = type as PlainType;
    this.packetId = bytes.length === 4 ? bytes[2]! * 256 + bytes[3]! : -1;
    return true;
  }
}

const glance = new Glance();

/** What a plain packet says, when its properties have been read before; undefined: the layouts are to read it. */
export function plainPacket(bytes: Uint8Array, version: Version): ReadPacket | undefined {
  if (!glance.read(bytes, version)) return undefined;
  const packet = new Begun(glance.type);
  // In the order of the layout: so packets have the same shape, whoever read them.
  if (glance.type === 'PUBLISH') {
    const first = bytes[0]!;
    packet.dup = (first & 8) !== 0;
    packet.qos = (first >> 1) & 3;
    packet.retain = (first & 1) !== 0;
    packet.topic = glance.topic;
    if (glance.packetId >= 0) packet.packetId = glance.packetId;
    if (glance.properties !== undefined) packet.properties = glance.properties;
    packet.payload = bytes.subarray(glance.payloadAt);
  } else if (glance.packetId >= 0) packet.packetId = glance.packetId;
  return packet as unknown as ReadPacket;
}

/** Where what follows the fixed header begins; 0 when that is in an odd form, longer than 2 MB, or not of this length. */
function bodyAt(bytes: Uint8Array): number {
  const { length } = bytes;
  if (length < 4) return 0;
  const low = bytes[1]!;
  if (low < 0x80) return low + 2 === length ? 2 : 0;
  const high = bytes[2]!;
  if (high < 0x80) return high > 0 && (low & 0x7f) + (high << 7) + 3 === length ? 3 : 0;
  const highest = bytes[3]!;
  const remaining = (low & 0x7f) + ((high & 0x7f) << 7) + (highest << 14);
  return highest < 0x80 && highest > 0 && remaining + 4 === length ? 4 : 0;
}

function isPlainOther(bytes: Uint8Array, code: number): boolean {
  if (code >= PUBACK && code <= PUBCOMP) return bytes.length === 4 && bytes[1] === 2;
  return (code === PINGREQ || code === PINGRESP) && bytes.length === 2 && bytes[1] === 0;
}

/** Whether bytes[at, end) are properties that can be read, with text in ASCII. */
function arePlain(bytes: Uint8Array, at: number, end: number): boolean {
  if (end > bytes.length) return false;
  while (at < end) {
    const width = WIDTH_BY_ID[bytes[at]!]!;
    at++;
    if (width > 0) at += width;
    else if (width === TEXT || width === PAIR) {
      at = textEnd(bytes, at, end);
      if (width === PAIR) at = textEnd(bytes, at, end);
    } else return false;
  }
  return at === end;
}

/** Behind the text at bytes[at]; Infinity when it does not fit, or is not ASCII. */
function textEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at + 2 > end) return Number.POSITIVE_INFINITY;
  const behind = at + 2 + bytes[at]! * 256 + bytes[at + 1]!;
  return behind <= end && isAscii(bytes, at + 2, behind) ? behind : Number.POSITIVE_INFINITY;
}

function isAscii(bytes: Uint8Array, at: number, end: number): boolean {
  let all = 0;
  for (let i = at; i < end; i++) all |= bytes[i]!;
  return all < 0x80;
}
