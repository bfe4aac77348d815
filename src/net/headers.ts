// The table of headers: which number, in which space, is read by which file. A new link type, tunnel or extension header
// is a file and a row here. rows.ts is the table again, as one look-up per header.

import { readAuthenticationHeader } from './authentication-header.js';
import { readAyiya } from './ayiya.js';
import { readBsdLoopback } from './bsd-loopback.js';
import { readCapwap } from './capwap.js';
import { readCiscoHdlc } from './cisco-hdlc.js';
import { readErf } from './erf.js';
import { readErspan } from './erspan.js';
import { readEtherIp } from './etherip.js';
import { readEthernet } from './ethernet.js';
import { readGeneve } from './geneve.js';
import { readGre } from './gre.js';
import { readGtp } from './gtp.js';
import { readIeee80211 } from './ieee80211.js';
import { readIpv4 } from './ipv4.js';
import { readIpv6 } from './ipv6.js';
import { readIpv6Extension } from './ipv6-extension.js';
import { readIpv6Fragment } from './ipv6-fragment.js';
import { readL2tp } from './l2tp.js';
import { readLinuxSll } from './linux-sll.js';
import { readLinuxSll2 } from './linux-sll2.js';
import { readLisp } from './lisp.js';
import { readLlc } from './llc.js';
import { readMacsec } from './macsec.js';
import { readMpls, readMplsInUdp } from './mpls.js';
import { readNflog } from './nflog.js';
import { readFrameRelay, readNlpid } from './nlpid.js';
import { readNsh } from './nsh.js';
import { readPflog } from './pflog.js';
import { readPktap } from './pktap.js';
import { readBridgedPpp, readMultilinkPpp, readPpp, readPppWithDirection } from './ppp.js';
import { readPppoe } from './pppoe.js';
import * as prefixed from './prefixed.js';
import { readAvs, readPpi, readPrism, readRadiotap } from './radio.js';
import { readRawIp } from './raw-ip.js';
import { ROW_OF } from './rows.js';
import { readTcp } from './tcp.js';
import { readTeredo } from './teredo.js';
import { readFddi, readTokenRing } from './token-ring.js';
import { readTzsp } from './tzsp.js';
import { readUdp } from './udp.js';
import { readETag, readHsrTag, readVlan } from './vlan.js';
import { readVxlan, readVxlanGpe } from './vxlan.js';
import { ADDRESS_FAMILY, ETHER_TYPE, type HeaderReader, IP_PROTOCOL, LINK, LLC_SAP, PPP, UDP_PORT } from './walk.js';

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
  { space: LINK, numbers: [6], read: readTokenRing },
  { space: LINK, numbers: [9, 50], read: readPpp },
  { space: LINK, numbers: [10], read: readFddi },
  { space: LINK, numbers: [51], read: readPppoe },
  { space: LINK, numbers: [166, 204], read: readPppWithDirection },
  { space: LINK, numbers: [104], read: readCiscoHdlc },
  { space: LINK, numbers: [205], read: prefixed.readCiscoHdlcWithDirection },
  // RFC 1483 over ATM, written without the ATM header.
  { space: LINK, numbers: [100], read: readLlc },
  { space: LINK, numbers: [105], read: readIeee80211 },
  { space: LINK, numbers: [119], read: readPrism },
  { space: LINK, numbers: [127], read: readRadiotap },
  { space: LINK, numbers: [163], read: readAvs },
  { space: LINK, numbers: [192], read: readPpi },
  { space: LINK, numbers: [107], read: readFrameRelay },
  { space: LINK, numbers: [206], read: prefixed.readFrameRelayWithDirection },
  { space: LINK, numbers: [109], read: prefixed.readEnc },
  { space: LINK, numbers: [113], read: readLinuxSll },
  { space: LINK, numbers: [276], read: readLinuxSll2 },
  { space: LINK, numbers: [117], read: readPflog },
  { space: LINK, numbers: [122], read: prefixed.readIpOverFibreChannel },
  { space: LINK, numbers: [123], read: prefixed.readSunAtm },
  { space: LINK, numbers: [138], read: prefixed.readIpOverFireWire },
  { space: LINK, numbers: [197], read: readErf },
  { space: LINK, numbers: [226], read: prefixed.readIpnet },
  { space: LINK, numbers: [239], read: readNflog },
  { space: LINK, numbers: [240], read: prefixed.readNetAnalyzer },
  { space: LINK, numbers: [241], read: prefixed.readNetAnalyzerTransparent },
  { space: LINK, numbers: [242], read: prefixed.readIpOverInfiniBand },
  { space: LINK, numbers: [258], read: readPktap },
  { space: LINK, numbers: [259], read: prefixed.readEpon },
  { space: LINK, numbers: [274], read: prefixed.readEthernetMpacket },
  { space: LINK, numbers: [281, 284], read: prefixed.readSwitchTag },
  { space: LINK, numbers: [282], read: prefixed.readPrependedSwitchTag },
  { space: LINK, numbers: [285], read: prefixed.readEtherTypeSwitchTag },

  { space: ETHER_TYPE, numbers: [0x0800], read: readIpv4 },
  { space: ETHER_TYPE, numbers: [0x86dd], read: readIpv6 },
  { space: ETHER_TYPE, numbers: [0x8100, 0x88a8, 0x9100, 0x9200, 0x9300], read: readVlan },
  { space: ETHER_TYPE, numbers: [0x892f], read: readHsrTag },
  { space: ETHER_TYPE, numbers: [0x893f], read: readETag },
  { space: ETHER_TYPE, numbers: [0x8847, 0x8848], read: readMpls },
  { space: ETHER_TYPE, numbers: [0x8864], read: readPppoe },
  { space: ETHER_TYPE, numbers: [0x88e5], read: readMacsec },
  { space: ETHER_TYPE, numbers: [0x88e7], read: prefixed.readBackboneServiceTag },
  { space: ETHER_TYPE, numbers: [0x8909], read: prefixed.readCiscoMetadata },
  { space: ETHER_TYPE, numbers: [0x894f], read: readNsh },
  // In GRE, Geneve and the like: transparent Ethernet bridging, ERSPAN, and PPP.
  { space: ETHER_TYPE, numbers: [0x6558], read: readEthernet },
  { space: ETHER_TYPE, numbers: [0x88be, 0x22eb], read: readErspan },
  { space: ETHER_TYPE, numbers: [0x880b], read: readPpp },

  { space: PPP, numbers: [0x0021], read: readIpv4 },
  { space: PPP, numbers: [0x0057], read: readIpv6 },
  { space: PPP, numbers: [0x0031], read: readBridgedPpp },
  { space: PPP, numbers: [0x003d], read: readMultilinkPpp },
  { space: PPP, numbers: [0x0281, 0x0283], read: readMpls },

  { space: LLC_SAP, numbers: [0x06], read: readIpv4 },
  { space: LLC_SAP, numbers: [0xfe], read: readNlpid },

  // AF_INET6 is 10 on Linux, 23 on Windows, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS.
  { space: ADDRESS_FAMILY, numbers: [2], read: readIpv4 },
  { space: ADDRESS_FAMILY, numbers: [10, 23, 24, 28, 30], read: readIpv6 },

  { space: IP_PROTOCOL, numbers: [6], read: readTcp },
  { space: IP_PROTOCOL, numbers: [17], read: readUdp },
  { space: IP_PROTOCOL, numbers: [4, 94], read: readIpv4 },
  { space: IP_PROTOCOL, numbers: [41], read: readIpv6 },
  { space: IP_PROTOCOL, numbers: [47], read: readGre },
  { space: IP_PROTOCOL, numbers: [97], read: readEtherIp },
  { space: IP_PROTOCOL, numbers: [137], read: readMpls },
  { space: IP_PROTOCOL, numbers: [0, 43, 60, 135, 139, 140], read: readIpv6Extension },
  { space: IP_PROTOCOL, numbers: [44], read: readIpv6Fragment },
  { space: IP_PROTOCOL, numbers: [51], read: readAuthenticationHeader },

  { space: UDP_PORT, numbers: [1701], read: readL2tp },
  { space: UDP_PORT, numbers: [2152], read: readGtp },
  { space: UDP_PORT, numbers: [3544], read: readTeredo },
  // 8472 is what Linux took before there was a number.
  { space: UDP_PORT, numbers: [4789, 8472], read: readVxlan },
  { space: UDP_PORT, numbers: [4341], read: readLisp },
  { space: UDP_PORT, numbers: [4790], read: readVxlanGpe },
  { space: UDP_PORT, numbers: [5072], read: readAyiya },
  { space: UDP_PORT, numbers: [5247], read: readCapwap },
  { space: UDP_PORT, numbers: [6081], read: readGeneve },
  { space: UDP_PORT, numbers: [6635], read: readMplsInUdp },
  { space: UDP_PORT, numbers: [37008], read: readTzsp },
];

HEADERS.forEach(({ space, numbers }, row) => {
  for (const number of numbers) ROW_OF[space | number] = row + 1;
});
