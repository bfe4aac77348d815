// IEEE 802.11 data frames (9.3.2): two, three or four addresses' worth of header, the optional QoS, HT and mesh control
// fields, then LLC. A protected frame is encrypted, unless what stands there shows that a driver has decrypted it. Of an
// aggregate (A-MSDU) the first frame in it is read, since a captured packet yields one segment.

import { readLlc } from './llc.js';
import { type Next, short, skip, type Walk } from './walk.js';

const THREE_ADDRESSES = 24;
const ADDRESS = 6;
const QOS_CONTROL = 2;
const HT_CONTROL = 4;
/** In the first byte of frame control. */
const VERSION_BITS = 0x03;
const TYPE_BITS = 0x0c;
const DATA = 0x08;
const NO_DATA = 0x40;
const QOS = 0x80;
/** In the second one. */
const BOTH_DISTRIBUTIONS = 0x03;
const PROTECTED = 0x40;
const ORDER = 0x80;
/** In QoS control. */
const AGGREGATE = 0x80;
const MESH = 0x01;
/** A-MSDU subframe: two addresses and a length. */
const SUBFRAME = 14;
const MESH_SHORTEST = 6;
/** What the initialisation vector of CCMP, GCMP and TKIP takes; drivers that decrypt may leave it. */
const VECTOR = 8;
const SNAP = [0xaa, 0xaa, 0x03, 0x00, 0x00];

const HEADER = short('IEEE 802.11 header');
const BODY = short('IEEE 802.11 frame body');
const BAD_VERSION = skip('malformed', 'IEEE 802.11 version');
const NOT_DATA = skip('not-ip', 'IEEE 802.11 frame without data');
const ENCRYPTED = skip('encrypted', 'IEEE 802.11 protected frame');

export const readIeee80211 = (walk: Walk): Next => readFrame(walk, false, 0);
/** With the body at a multiple of four bytes, as some drivers pad the header to. */
export const readPaddedIeee80211 = (walk: Walk): Next => readFrame(walk, true, 0);
/** With the two bytes of frame control the other way round, as Cisco's access points send them. */
export const readSwappedIeee80211 = (walk: Walk): Next => readFrame(walk, false, 1);

function readFrame(walk: Walk, padded: boolean, swapped: 0 | 1): Next {
  const { bytes, at } = walk;
  if (walk.end - at < 2) return walk.stopShort(HEADER);
  const first = bytes[at + swapped]!;
  if ((first & VERSION_BITS) !== 0) return walk.stop(BAD_VERSION);
  if ((first & TYPE_BITS) !== DATA || (first & NO_DATA) !== 0) return walk.stop(NOT_DATA);
  const flags = bytes[at + 1 - swapped]!;
  const isQos = (first & QOS) !== 0;
  const fourAddresses = (flags & BOTH_DISTRIBUTIONS) === BOTH_DISTRIBUTIONS;
  const qosAt = at + THREE_ADDRESSES + (fourAddresses ? ADDRESS : 0);
  let length = qosAt - at;
  if (isQos) length += QOS_CONTROL + ((flags & ORDER) !== 0 ? HT_CONTROL : 0);
  if (padded) length = (length + 3) & ~3;
  if (walk.end - at < length) return walk.stopShort(HEADER);
  walk.at = at + length;
  if ((flags & PROTECTED) !== 0) return readProtected(walk);
  if (isQos && (bytes[qosAt]! & AGGREGATE) !== 0) return readAggregate(walk);
  // The bit means something else outside of a mesh, and there four addresses are the rule.
  if (isQos && fourAddresses && (bytes[qosAt + 1]! & MESH) !== 0) return readMesh(walk);
  return readLlc(walk);
}

/** 9.2.4.8.3: flags say how many more addresses there are. */
function readMesh(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < MESH_SHORTEST) return walk.stopShort(HEADER);
  walk.at = at + MESH_SHORTEST + (bytes[at]! & 0x03) * ADDRESS;
  return walk.at > walk.end ? walk.stopShort(HEADER) : readLlc(walk);
}

function readAggregate(walk: Walk): Next {
  const { at } = walk;
  if (walk.end - at < SUBFRAME) return walk.stopShort(BODY);
  walk.at = at + SUBFRAME;
  walk.limit(walk.at + walk.uint16(walk.at - 2));
  return readLlc(walk);
}

function readProtected(walk: Walk): Next {
  for (const skipped of [0, VECTOR]) {
    const at = walk.at + skipped;
    if (walk.end - at < SNAP.length || !SNAP.every((byte, i) => walk.bytes[at + i] === byte)) continue;
    walk.at = at;
    return readLlc(walk);
  }
  const isWhole = walk.end - walk.at >= VECTOR + SNAP.length;
  return isWhole || walk.wireEnd === walk.end ? walk.stop(ENCRYPTED) : walk.stopShort(BODY);
}
