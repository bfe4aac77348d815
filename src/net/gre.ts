// GRE: version 0 (RFC 2784 with the key and sequence number of RFC 2890, and the routing of RFC 1701) and version 1, which
// carries PPP for PPTP (RFC 2637). The protocol is an EtherType. Type I ERSPAN has no header of its own, and
// differs from type II only in that GRE has no sequence number there.

import { ETHER_TYPE, LINK, type Next, short, skip, type Walk } from './walk.js';

const BASE = 4;
const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
/** In version 1. */
const ACKNOWLEDGMENT = 0x0080;
const VERSION = 0x0007;
const OPTION = 4;

const PPP_IN_GRE = 0x880b;
const ERSPAN = 0x88be;
/** Cisco's cache redirection (WCCP): version 2 puts four bytes before the packet, version 1 none. */
const WCCP = 0x883e;
const WCCP_HEADER = 4;

const GRE = short('GRE header');
const BAD_VERSION = skip('malformed', 'GRE version');
const NO_PAYLOAD = skip('not-tcp', 'GRE acknowledgment');
const PPTP_PROTOCOL = skip('not-ip', 'GRE version 1 with another protocol than PPP');

export function readGre(walk: Walk): Next {
  const { at } = walk;
  if (walk.end - at < BASE) return walk.stopShort(GRE);
  const flags = walk.uint16(at);
  const protocol = walk.uint16(at + 2);
  walk.at = at + BASE;
  const version = flags & VERSION;
  if (version === 1) return readEnhanced(walk, flags, protocol);
  return version === 0 ? readPlain(walk, flags, protocol) : walk.stop(BAD_VERSION);
}

function readPlain(walk: Walk, flags: number, protocol: number): Next {
  // RFC 1701: checksum and offset are both there if one of them is wanted.
  if ((flags & (CHECKSUM | ROUTING)) !== 0) walk.at += OPTION;
  if ((flags & KEY) !== 0) walk.at += OPTION;
  if ((flags & SEQUENCE) !== 0) walk.at += OPTION;
  if ((flags & ROUTING) !== 0 && !stepOverRoutes(walk)) return walk.stopShort(GRE);
  if (walk.at > walk.end) return walk.stopShort(GRE);
  if (protocol === ERSPAN && (flags & SEQUENCE) === 0) return LINK | 1;
  if (protocol === WCCP) return readRedirected(walk);
  return ETHER_TYPE | protocol;
}

/** RFC 1701: entries of family, offset, length and so many bytes, up to one of family and length 0. */
function stepOverRoutes(walk: Walk): boolean {
  while (walk.end - walk.at >= OPTION) {
    const family = walk.uint16(walk.at);
    const length = walk.bytes[walk.at + 3]!;
    walk.at += OPTION + length;
    if (family === 0 && length === 0) return true;
  }
  return false;
}

function readRedirected(walk: Walk): Next {
  if (walk.end - walk.at < WCCP_HEADER + 1) return walk.stopShort(GRE);
  if (walk.bytes[walk.at]! >> 4 !== 4) walk.at += WCCP_HEADER;
  return ETHER_TYPE | 0x0800;
}

function readEnhanced(walk: Walk, flags: number, protocol: number): Next {
  // The key is payload length and call.
  if ((flags & KEY) === 0 || protocol !== PPP_IN_GRE) return walk.stop(PPTP_PROTOCOL);
  if (walk.end - walk.at < OPTION) return walk.stopShort(GRE);
  const length = walk.uint16(walk.at);
  walk.at += OPTION;
  if ((flags & SEQUENCE) === 0) return walk.stop(NO_PAYLOAD);
  walk.at += OPTION;
  if ((flags & ACKNOWLEDGMENT) !== 0) walk.at += OPTION;
  if (walk.at > walk.end) return walk.stopShort(GRE);
  walk.limit(walk.at + length);
  return ETHER_TYPE | PPP_IN_GRE;
}
