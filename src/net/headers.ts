// The table of headers: which number, in which space, is read by which file. A new link type, tunnel or extension header
// is a file and a row here. The index below is the table again, as one look-up per header.

import { readAuthenticationHeader } from './authentication-header.js';
import { readBsdLoopback } from './bsd-loopback.js';
import { readCiscoHdlc } from './cisco-hdlc.js';
import { readEthernet } from './ethernet.js';
import { readIpv4 } from './ipv4.js';
import { readIpv6 } from './ipv6.js';
import { readIpv6Extension } from './ipv6-extension.js';
import { readIpv6Fragment } from './ipv6-fragment.js';
import { readLinuxSll } from './linux-sll.js';
import { readLinuxSll2 } from './linux-sll2.js';
import { readLlc } from './llc.js';
import { readPktap } from './pktap.js';
import { readPpp, readPppWithDirection } from './ppp.js';
import {
  readCiscoHdlcWithDirection,
  readEthernetMpacket,
  readNetAnalyzer,
  readNetAnalyzerTransparent,
} from './prefixed.js';
import { readRawIp } from './raw-ip.js';
import { readTcp } from './tcp.js';
import { readETag, readVlan } from './vlan.js';
import { ADDRESS_FAMILY, ETHER_TYPE, type HeaderReader, IP_PROTOCOL, LINK, LLC_SAP, PPP, SPACES } from './walk.js';

interface HeaderRow {
  readonly space: number;
  readonly numbers: readonly number[];
  readonly read: HeaderReader;
}

export const HEADERS: readonly HeaderRow[] = [
  { space: LINK, numbers: [1], read: readEthernet },
  { space: LINK, numbers: [0, 108], read: readBsdLoopback },
  // What DLT_RAW is on one system or another, LINKTYPE_RAW, and for 228 and 229 one version only by promise.
  { space: LINK, numbers: [12, 14, 101, 228, 229], read: readRawIp },
  { space: LINK, numbers: [9, 50], read: readPpp },
  { space: LINK, numbers: [166, 204], read: readPppWithDirection },
  { space: LINK, numbers: [104], read: readCiscoHdlc },
  { space: LINK, numbers: [205], read: readCiscoHdlcWithDirection },
  // RFC 1483 over ATM, written without the ATM header.
  { space: LINK, numbers: [100], read: readLlc },
  { space: LINK, numbers: [113], read: readLinuxSll },
  { space: LINK, numbers: [276], read: readLinuxSll2 },
  { space: LINK, numbers: [240], read: readNetAnalyzer },
  { space: LINK, numbers: [241], read: readNetAnalyzerTransparent },
  { space: LINK, numbers: [258], read: readPktap },
  { space: LINK, numbers: [274], read: readEthernetMpacket },

  { space: ETHER_TYPE, numbers: [0x0800], read: readIpv4 },
  { space: ETHER_TYPE, numbers: [0x86dd], read: readIpv6 },
  { space: ETHER_TYPE, numbers: [0x8100, 0x88a8, 0x9100, 0x9200, 0x9300], read: readVlan },
  { space: ETHER_TYPE, numbers: [0x893f], read: readETag },

  { space: PPP, numbers: [0x0021], read: readIpv4 },
  { space: PPP, numbers: [0x0057], read: readIpv6 },

  { space: LLC_SAP, numbers: [0x06], read: readIpv4 },

  // AF_INET6 is 10 on Linux, 23 on Windows, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS.
  { space: ADDRESS_FAMILY, numbers: [2], read: readIpv4 },
  { space: ADDRESS_FAMILY, numbers: [10, 23, 24, 28, 30], read: readIpv6 },

  { space: IP_PROTOCOL, numbers: [6], read: readTcp },
  { space: IP_PROTOCOL, numbers: [0, 43, 60, 135, 139, 140], read: readIpv6Extension },
  { space: IP_PROTOCOL, numbers: [44], read: readIpv6Fragment },
  { space: IP_PROTOCOL, numbers: [51], read: readAuthenticationHeader },
];

/** By space | number: 1 + the row that reads it, 0 where none does. */
export const ROW_OF: Uint8Array = new Uint8Array(SPACES << 16);
HEADERS.forEach(({ space, numbers }, row) => {
  for (const number of numbers) ROW_OF[space | number] = row + 1;
});
