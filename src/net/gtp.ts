// GTP-U version 1 (3GPP TS 29.281), what mobile networks carry subscribers' packets in: believed when version, protocol
// type, message type and length fit. What it carries is not said: IP where an IP packet fits, and PPP or Ethernet are
// tried after that.

import { ipAt } from './ip-guess.js';
import { isRead } from './rows.js';
import { UDP } from './udp.js';
import { ETHER_TYPE, LINK, type Next, PPP, short, skip, type Walk } from './walk.js';

const HEADER = 8;
const OPTIONAL = 4;
const LENGTH = 2;
/** Version 1 and protocol type GTP; the bit after them is spare, 3GPP says to send 0 and not to look. */
const VERSION_1 = 0x30;
const VERSION_BITS = 0xf0;
const EXTENSION_FLAG = 0x04;
/** Extension header, sequence number, N-PDU number: with one of them all three fields are there. */
const ANY_OPTIONAL = 0x07;
const G_PDU = 255;
const MAC_ADDRESSES = 12;

const GTP = short('GTP-U header');
const PAYLOAD = short('GTP-U payload');
const BAD_EXTENSION = skip('malformed', 'GTP-U extension header of length 0');
const OTHER = skip('not-ip', 'GTP-U payload that is not IP');

export function readGtp(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < HEADER) return walk.stopShort(GTP);
  const flags = bytes[at]!;
  const end = at + HEADER + walk.uint16(at + LENGTH);
  if ((flags & VERSION_BITS) !== VERSION_1 || bytes[at + 1] !== G_PDU || end > walk.wireEnd) return walk.stop(UDP);
  walk.limit(end);
  walk.at = at + HEADER;
  if ((flags & ANY_OPTIONAL) !== 0) walk.at += OPTIONAL;
  if (walk.at > walk.end) return walk.stopShort(GTP);
  if ((flags & EXTENSION_FLAG) !== 0) {
    const broken = stepOverExtensions(walk);
    if (broken !== undefined) return broken;
  }
  return whatFollows(walk);
}

/** Each tells its length in units of four bytes, and in its last byte whether another one follows. */
function stepOverExtensions(walk: Walk): Next | undefined {
  while (walk.bytes[walk.at - 1] !== 0) {
    if (walk.end - walk.at < 1) return walk.stopShort(GTP);
    const length = walk.bytes[walk.at]! * 4;
    if (length === 0) return walk.stop(BAD_EXTENSION);
    walk.at += length;
    if (walk.at > walk.end) return walk.stopShort(GTP);
  }
  return undefined;
}

function whatFollows(walk: Walk): Next {
  const { bytes, at, end } = walk;
  const ip = ipAt(walk, at);
  if (ip !== undefined) return ip;
  if (end - at < MAC_ADDRESSES + 2) return walk.stopShort(PAYLOAD);
  if (bytes[at] === 0xff && bytes[at + 1] === 0x03 && isRead(PPP | walk.uint16(at + 2))) return LINK | 9;
  return isRead(ETHER_TYPE | walk.uint16(at + MAC_ADDRESSES)) ? LINK | 1 : walk.stop(OTHER);
}
