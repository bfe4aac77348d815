// CAPWAP's data channel (RFC 5415, 4.3), between access points and their controller: frames of 802.3 or of 802.11, whose
// frame control some send the other way round. Believed when version, length and reserved bits fit. Its own
// fragments are rare, since IP has some, and are not put together.

import { readIeee80211, readSwappedIeee80211 } from './ieee80211.js';
import { UDP } from './udp.js';
import { LINK, type Next, short, skip, type Walk } from './walk.js';

const SHORTEST = 8;
/** The preamble: version 0, and what follows is in the clear. */
const CLEAR = 0x00;
const DTLS = 0x01;
/** In the third byte: the frame is of the wireless kind, and that kind is 802.11. */
const NATIVE = 0x01;
const WIRELESS_KIND = 0x3e;
const IEEE_80211 = 0x02;
/** In the fourth. */
const FRAGMENT = 0x80;
const KEEP_ALIVE = 0x08;
const RESERVED = 0x07;
/** Of 802.11's frame control: version 0, data. */
const VERSION_AND_TYPE = 0x0f;
const DATA = 0x08;

const CAPWAP = short('CAPWAP header');
const ENCRYPTED = skip('encrypted', 'CAPWAP in DTLS');
const FRAGMENTED = skip('not-ip', 'CAPWAP fragment');
const NO_FRAME = skip('not-ip', 'CAPWAP keep-alive');
const OTHER = skip('not-ip', 'CAPWAP of another radio');

export function readCapwap(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < SHORTEST) return walk.stopShort(CAPWAP);
  if (bytes[at] === DTLS) return walk.stop(ENCRYPTED);
  const length = (bytes[at + 1]! >> 3) * 4;
  const reserved = (bytes[at + 3]! & RESERVED) | (bytes[at + 7]! & RESERVED);
  if (bytes[at] !== CLEAR || length < SHORTEST || reserved !== 0) return walk.stop(UDP);
  if ((bytes[at + 3]! & KEEP_ALIVE) !== 0) return walk.stop(NO_FRAME);
  if ((bytes[at + 3]! & FRAGMENT) !== 0) return walk.stop(FRAGMENTED);
  if (walk.end - at < length) return walk.stopShort(CAPWAP);
  walk.at = at + length;
  if ((bytes[at + 2]! & NATIVE) === 0) return LINK | 1;
  return (bytes[at + 2]! & WIRELESS_KIND) === IEEE_80211 ? readWireless(walk) : walk.stop(OTHER);
}

function readWireless(walk: Walk): Next {
  const { bytes, at } = walk;
  const isSwapped = walk.end - at >= 2 && (bytes[at + 1]! & VERSION_AND_TYPE) === DATA && !isData(bytes[at]!);
  return isSwapped ? readSwappedIeee80211(walk) : readIeee80211(walk);
}

const isData = (first: number): boolean => (first & VERSION_AND_TYPE) === DATA;
