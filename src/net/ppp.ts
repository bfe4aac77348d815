// PPP (LINKTYPE 9 and 50; RFC 1661, RFC 1662): address and control (ff 03) may be left out, and the protocol field is one
// byte when that byte is odd. Behind an address of 0f or 8f stands Cisco HDLC. PPP_WITH_DIR has one byte before it. Of
// multilink (RFC 1990) whole packets are read; fragments are not put together.

import { readCiscoHdlc } from './cisco-hdlc.js';
import { isRead } from './rows.js';
import { LINK, type Next, PPP, short, skip, type Walk } from './walk.js';

const ALL_STATIONS = 0xff;
const UNNUMBERED_INFORMATION = 0x03;
const CISCO_UNICAST = 0x0f;
const CISCO_MULTICAST = 0x8f;
/** Flags and the kind of frame (RFC 3518, 4.2). */
const BRIDGED = 2;
const BRIDGED_ETHERNET = 1;
/** Multilink: this is the first and the last fragment of its packet. */
const WHOLE = 0xc0;
/** Its header with a sequence number of 24 bits or of 12, which only the negotiation tells. */
const MULTILINK = [4, 2];
const HEADER = short('PPP header');
const FRAGMENT = skip('not-ip', 'PPP multilink fragment');
const NO_ETHERNET = skip('not-ip', 'PPP bridging of another link than Ethernet');

export function readPpp(walk: Walk): Next {
  const { bytes } = walk;
  let { at } = walk;
  if (walk.end - at < 2) return walk.stopShort(HEADER);
  const first = bytes[at]!;
  // RFC 1661, 2: a protocol number's high byte is even, so 0f and 8f could only be compressed numbers that nobody assigned.
  if (first === CISCO_UNICAST || first === CISCO_MULTICAST) return readCiscoHdlc(walk);
  if (first === ALL_STATIONS && bytes[at + 1] === UNNUMBERED_INFORMATION) at += 2;
  return readPppProtocol(walk, at);
}

/** LINKTYPE 204 and 166: the direction (0 or 1) stands where the address would be, or before it. */
export function readPppWithDirection(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < 2) return walk.stopShort(HEADER);
  if (bytes[at + 1] === UNNUMBERED_INFORMATION) return readPppProtocol(walk, at + 2);
  walk.at = at + 1;
  return readPpp(walk);
}

function readPppProtocol(walk: Walk, at: number): Next {
  const compressed = at < walk.end && (walk.bytes[at]! & 1) === 1;
  const length = compressed ? 1 : 2;
  if (walk.end - at < length) return walk.stopShort(HEADER);
  walk.at = at + length;
  return PPP | (compressed ? walk.bytes[at]! : walk.uint16(at));
}

/** Frames of a bridge (RFC 3518). */
export function readBridgedPpp(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < BRIDGED) return walk.stopShort(HEADER);
  walk.at = at + BRIDGED;
  return bytes[at + 1] === BRIDGED_ETHERNET ? LINK | 1 : walk.stop(NO_ETHERNET);
}

/** RFC 1990, 3. The sequence number is as long as makes what follows it readable. */
export function readMultilinkPpp(walk: Walk): Next {
  const { at } = walk;
  if (walk.end - at < 1) return walk.stopShort(HEADER);
  if ((walk.bytes[at]! & WHOLE) !== WHOLE) return walk.stop(FRAGMENT);
  for (const header of MULTILINK) {
    walk.at = at + header;
    const next = readPpp(walk);
    if (next >= 0 && isRead(next)) return next;
  }
  walk.at = at + MULTILINK[0]!;
  return readPpp(walk);
}
