// One row per way in which a packet can be wrapped: the frame in hex, and the segment. wrap.ts has the tunnels.

import { describe, expect, it } from 'vitest';
import { SegmentReader } from '../../src/net/index.js';
import {
  ETHERNET_IPV4,
  ETHERNET_IPV6,
  IP4,
  IP6,
  lengthOf,
  MACS,
  packet,
  SLL,
  SNAP,
  sll2,
  told,
  u16,
  V4,
  V6,
} from './frames.js';

const WLAN = `08 01 00 00 ${MACS} 02 00 00 00 00 03 00 00 ${SNAP} 08 00`;
const u16le = (value: number): string => u16(value).slice(2) + u16(value).slice(0, 2);
const erf = (type: string): string => `${'00 '.repeat(8)} ${type} 00 00 00 00 00 ff ff`;
const pktap = (dlt: number): string =>
  `10 00 00 00 | 01 00 00 00 | ${u16(dlt).slice(2)} ${u16(dlt).slice(0, 2)} 00 00 | ff ff ff ff`;

describe.each([
  ['Ethernet', 1, `${ETHERNET_IPV4} ${IP4}`, V4],
  ['Ethernet, IPv6', 1, `${ETHERNET_IPV6} ${IP6}`, V6],
  ['Ethernet padding', 1, `${ETHERNET_IPV4} ${IP4} 00 00 00 00`, V4],
  ['Ethernet padding, IPv6', 1, `${ETHERNET_IPV6} ${IP6} 00 00 00 00`, V6],
  ['802.1Q', 1, `${MACS} | 81 00 00 2a | 08 00 ${IP4}`, V4],
  ['802.1ad and 802.1Q', 1, `${MACS} | 88 a8 00 01 | 81 00 00 2a | 86 dd ${IP6}`, V6],
  ['0x9100, stacked thrice', 1, `${MACS} | 91 00 00 01 | 91 00 00 02 | 81 00 00 03 | 08 00 ${IP4}`, V4],
  ['802.1BR', 1, `${MACS} | 89 3f 00 00 00 00 00 00 | 08 00 ${IP4}`, V4],
  ['802.3 with SNAP', 1, `${MACS} | ${u16(8 + lengthOf(IP4))} | ${SNAP} 08 00 ${IP4} 00 00`, V4],
  ['802.1Q with SNAP', 1, `${MACS} | 81 00 00 01 | ${u16(8 + lengthOf(IP4))} | ${SNAP} 08 00 ${IP4} 00 00`, V4],
  ['802.3 with LLC and IP', 1, `${MACS} | ${u16(3 + lengthOf(IP4))} | 06 06 03 ${IP4}`, V4],
  ['802.1H', 1, `${MACS} | ${u16(8 + lengthOf(IP4))} | aa aa 03 00 00 f8 08 00 ${IP4}`, V4],
  ['ATM RFC 1483', 100, `${SNAP} 08 00 ${IP4}`, V4],
  ['Linux SLL', 113, `${SLL} 08 00 ${IP4}`, V4],
  ['Linux SLL, 802.1Q, IPv6', 113, `${SLL} 81 00 00 07 86 dd ${IP6}`, V6],
  ['Linux SLL, 802.2', 113, `${SLL} 00 04 ${SNAP} 08 00 ${IP4}`, V4],
  ['Linux SLL2', 276, `${sll2('08 00')} ${IP4}`, V4],
  ['Linux SLL2, IPv6', 276, `${sll2('86 dd')} ${IP6}`, V6],
  ['BSD NULL, little-endian', 0, `02 00 00 00 ${IP4}`, V4],
  ['BSD NULL, big-endian', 0, `00 00 00 02 ${IP4}`, V4],
  ...[10, 23, 24, 28, 30].flatMap((family): [string, number, string, string][] => [
    [`BSD NULL, AF_INET6 ${family}, little-endian`, 0, `${u16(family).slice(2)} 00 00 00 ${IP6}`, V6],
    [`BSD NULL, AF_INET6 ${family}, big-endian`, 0, `00 00 ${u16(family)} ${IP6}`, V6],
  ]),
  ['BSD LOOP', 108, `00 00 00 18 ${IP6}`, V6],
  ...[12, 14, 101, 228].map((link): [string, number, string, string] => [`raw IPv4, ${link}`, link, IP4, V4]),
  ...[12, 14, 101, 229].map((link): [string, number, string, string] => [`raw IPv6, ${link}`, link, IP6, V6]),
  ['PPP', 9, `ff 03 00 21 ${IP4}`, V4],
  ['PPP, IPv6', 9, `ff 03 00 57 ${IP6}`, V6],
  ['PPP without address and control', 9, `00 21 ${IP4}`, V4],
  ['PPP, compressed protocol', 9, `ff 03 21 ${IP4}`, V4],
  ['PPP, all compressed', 9, `57 ${IP6}`, V6],
  ['PPP in HDLC framing', 50, `ff 03 00 21 ${IP4}`, V4],
  ['Cisco HDLC on a PPP link', 50, `0f 00 08 00 ${IP4}`, V4],
  ['PPP, direction in place of the address', 204, `01 03 00 21 ${IP4}`, V4],
  ['PPP, direction before it', 204, `00 ff 03 00 21 ${IP4}`, V4],
  ['Cisco HDLC', 104, `8f 00 86 dd ${IP6}`, V6],
  ['Cisco HDLC with direction', 205, `01 0f 00 08 00 ${IP4}`, V4],
  ['netANALYZER', 240, `00 00 00 00 ${ETHERNET_IPV4} ${IP4}`, V4],
  ['netANALYZER transparent', 241, `00 00 00 00 55 55 55 55 55 55 55 d5 ${ETHERNET_IPV4} ${IP4}`, V4],
  ['802.3br', 274, `55 55 55 55 55 55 55 d5 ${ETHERNET_IPV4} ${IP4}`, V4],
  ['PKTAP, Ethernet', 258, `${pktap(1)} ${ETHERNET_IPV4} ${IP4}`, V4],
  ['PKTAP, raw', 258, `${pktap(12)} ${IP6}`, V6],
  ['Token Ring', 6, `10 40 ${MACS} ${SNAP} 08 00 ${IP4}`, V4],
  [
    'Token Ring with a route',
    6,
    `10 40 02 00 00 00 00 01 82 00 00 00 00 02 06 30 00 11 00 20 ${SNAP} 08 00 ${IP4}`,
    V4,
  ],
  ['FDDI', 10, `50 ${MACS} ${SNAP} 08 00 ${IP4}`, V4],
  ['PPPoE link', 51, `11 00 00 01 ${u16(2 + lengthOf(IP4))} 00 21 ${IP4}`, V4],
  ['enc', 109, `02 00 00 00 | 00 00 00 01 | 00 00 00 00 ${IP4}`, V4],
  ['pflog', 117, `3d 02 00 00 ${'00 '.repeat(60)} ${IP6}`, V6],
  ['IP over Fibre Channel', 122, `${'00 '.repeat(16)} ${SNAP} 08 00 ${IP4}`, V4],
  ['SunATM', 123, `02 00 00 21 ${SNAP} 08 00 ${IP4}`, V4],
  ['IP over FireWire', 138, `${'00 '.repeat(16)} 86 dd ${IP6}`, V6],
  ['Solaris ipnet', 226, `${'00 '.repeat(24)} ${IP4}`, V4],
  ['IP over InfiniBand', 242, `${'00 '.repeat(40)} 08 00 00 00 ${IP4}`, V4],
  ['EPON', 259, `55 d5 55 55 00 01 00 d5 ${ETHERNET_IPV4} ${IP4}`, V4],
  ['ERF, Ethernet', 197, `${erf('02')} 00 00 ${ETHERNET_IPV4} ${IP4}`, V4],
  [
    'ERF, with extensions',
    197,
    `${erf('82')} 80 ${'00 '.repeat(7)} ${'00 '.repeat(8)} 00 00 ${ETHERNET_IPV4} ${IP4}`,
    V4,
  ],
  ['ERF, IPv6', 197, `${erf('17')} ${IP6}`, V6],
  ['Broadcom switch tag', 281, `${MACS} 00 00 00 01 08 00 ${IP4}`, V4],
  ['Broadcom switch tag before the frame', 282, `00 00 00 01 ${ETHERNET_IPV4} ${IP4}`, V4],
  ['Marvell switch tag', 284, `${MACS} 40 00 00 00 08 00 ${IP4}`, V4],
  ['Marvell switch tag with EtherType', 285, `${MACS} da da 00 00 40 00 00 00 08 00 ${IP4}`, V4],
  [
    'NFLOG, little-endian',
    239,
    `02 00 00 00 | 08 00 01 00 08 00 01 00 | 07 00 0a 00 6d 71 00 00 | ${u16le(4 + lengthOf(IP4))} 09 00 ${IP4}`,
    V4,
  ],
  ['NFLOG, big-endian', 239, `0a 00 00 00 | 00 08 00 01 86 dd 01 00 | ${u16(4 + lengthOf(IP6))} 00 09 ${IP6}`, V6],
  ['Frame Relay', 107, `18 41 03 cc ${IP4}`, V4],
  ['Frame Relay with padding and SNAP', 107, `18 41 03 00 80 00 00 00 08 00 ${IP4}`, V4],
  ['Frame Relay, address of four bytes', 107, `18 40 40 41 03 8e ${IP6}`, V6],
  ['Frame Relay as Cisco has it', 107, `18 41 08 00 ${IP4}`, V4],
  ['Frame Relay, bridged', 107, `18 41 03 00 80 00 80 c2 00 07 ${ETHERNET_IPV4} ${IP4}`, V4],
  ['Frame Relay, PPP', 107, `18 41 03 cf 00 21 ${IP4}`, V4],
  ['Frame Relay with direction', 206, `00 18 41 03 cc ${IP4}`, V4],
  ['ATM, bridged with padding', 100, `aa aa 03 00 80 c2 00 07 00 00 ${ETHERNET_IPV4} ${IP4}`, V4],
  ['ATM, PPP', 100, `fe fe 03 cf 00 21 ${IP4}`, V4],
  ['802.11', 105, `08 01 00 00 ${MACS} 02 00 00 00 00 03 00 00 ${SNAP} 08 00 ${IP4}`, V4],
  ['802.11 QoS', 105, `88 02 00 00 ${MACS} 02 00 00 00 00 03 00 00 00 00 ${SNAP} 08 00 ${IP4}`, V4],
  [
    '802.11 QoS and HT control',
    105,
    `88 82 00 00 ${MACS} 02 00 00 00 00 03 00 00 00 00 00 00 00 00 ${SNAP} 08 00 ${IP4}`,
    V4,
  ],
  [
    '802.11, four addresses',
    105,
    `08 03 00 00 ${MACS} ${MACS.slice(0, 17)} 00 00 ${MACS.slice(0, 17)} ${SNAP} 86 dd ${IP6}`,
    V6,
  ],
  [
    '802.11, mesh',
    105,
    `88 03 00 00 ${MACS} ${MACS.slice(0, 17)} 00 00 ${MACS.slice(0, 17)} 00 01 | 01 1f 01 00 00 00 ${MACS.slice(0, 17)} ${SNAP} 08 00 ${IP4}`,
    V4,
  ],
  ['802.11, decrypted by the driver', 105, `08 41 00 00 ${MACS} 02 00 00 00 00 03 00 00 ${SNAP} 08 00 ${IP4}`, V4],
  [
    '802.11, decrypted, vector left',
    105,
    `08 41 00 00 ${MACS} 02 00 00 00 00 03 00 00 01 00 00 20 00 00 00 00 ${SNAP} 08 00 ${IP4}`,
    V4,
  ],
  [
    '802.11, aggregate',
    105,
    `88 02 00 00 ${MACS} 02 00 00 00 00 03 00 00 80 00 | ${MACS} ${u16(8 + lengthOf(IP4))} ${SNAP} 08 00 ${IP4}`,
    V4,
  ],
  ['radiotap', 127, `00 00 08 00 00 00 00 00 ${WLAN} ${IP4}`, V4],
  [
    'radiotap, time and flags, header padded',
    127,
    `00 00 19 00 03 00 00 80 00 00 00 00 00 00 00 00 ${'11 '.repeat(8)} 20 88 02 00 00 ${MACS} 02 00 00 00 00 03 00 00 00 00 00 00 ${SNAP} 08 00 ${IP4}`,
    V4,
  ],
  ['Prism, little-endian', 119, `44 00 00 00 90 00 00 00 ${'00 '.repeat(136)} ${WLAN} ${IP4}`, V4],
  ['Prism, big-endian', 119, `00 00 00 44 00 00 00 90 ${'00 '.repeat(136)} ${WLAN} ${IP4}`, V4],
  ['AVS on a Prism link', 119, `80 21 10 01 00 00 00 40 ${'00 '.repeat(56)} ${WLAN} ${IP4}`, V4],
  ['AVS', 163, `80 21 10 02 00 00 00 44 ${'00 '.repeat(60)} ${WLAN} ${IP4}`, V4],
  ['PPI, 802.11', 192, `00 00 0c 00 69 00 00 00 ff ff 00 00 ${WLAN} ${IP4}`, V4],
  ['Linux SLL, radiotap', 113, `${SLL.replace('00 01', '03 23')} 00 04 00 00 08 00 00 00 00 00 ${WLAN} ${IP4}`, V4],
  ['Linux SLL2, Frame Relay', 276, `${sll2('00 00', '03 02')} 18 41 03 cc ${IP4}`, V4],
  ['HSR', 1, `${MACS} | 89 2f 00 20 00 01 08 00 ${IP4}`, V4],
  [
    'MACsec without encryption',
    1,
    `${MACS} | 88 e5 20 00 00 00 00 01 02 00 00 00 00 01 00 01 08 00 ${IP4} ${'ee '.repeat(16)}`,
    V4,
  ],
  ['802.1ah', 1, `${MACS} | 88 e7 00 00 00 01 ${ETHERNET_IPV4} ${IP4}`, V4],
  ['Cisco metadata', 1, `${MACS} | 89 09 01 01 00 01 00 05 08 00 ${IP4}`, V4],
  ['NSH', 1, `${MACS} | 89 4f 0f c6 01 01 00 00 01 ff ${'00 '.repeat(16)} ${IP4}`, V4],
  ['PPPoE', 1, `${MACS} | 88 64 11 00 00 01 ${u16(2 + lengthOf(IP6))} 00 57 ${IP6}`, V6],
  ['PPP multilink, a whole packet', 9, `ff 03 00 3d c0 00 00 01 00 21 ${IP4}`, V4],
  ['PPP multilink, short sequence number', 9, `ff 03 00 3d c0 01 57 ${IP6}`, V6],
  ['PPP multilink, compressed protocol', 9, `3d c0 00 00 02 21 ${IP4}`, V4],
  ['PPP, bridged', 9, `ff 03 00 31 00 01 ${ETHERNET_IPV4} ${IP4}`, V4],
  ['PPP, MPLS', 9, `ff 03 02 81 00 01 01 40 ${IP4}`, V4],
  ['MPLS', 1, `${MACS} | 88 47 00 01 00 40 00 02 01 40 ${IP4}`, V4],
  ['MPLS, IPv6', 1, `${MACS} | 88 48 00 02 01 40 ${IP6}`, V6],
])('%s', (_, link, hex, expected) => {
  it('leads to the segment', () => expect(told(new SegmentReader().read(packet(link, hex)))).toBe(expected));

  it('is cut or malformed, or its payload is cut, at every length', () => {
    const whole = packet(link, hex);
    const reader = new SegmentReader();
    for (let length = 0; length < whole.bytes.length; length++) {
      const bytes = whole.bytes.subarray(0, length);
      const result = reader.read({ ...whole, bytes });
      if (result.kind === 'skipped') expect(result.reason, `${length} bytes`).toBe('cut');
      else expect(result.payloadLength, `${length} bytes`).toBe(5);
    }
  });
});
