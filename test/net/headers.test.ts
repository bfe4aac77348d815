// One row per way in which a packet can be wrapped, or be broken: the frame in hex, and the segment or the reason.

import { describe, expect, it } from 'vitest';
import { HEADERS } from '../../src/net/headers.js';
import { MAX_HEADERS, SegmentReader } from '../../src/net/index.js';
import { LINK_TYPE_NAMES } from '../../src/net/link-types.js';
import { LINK } from '../../src/net/walk.js';
import { ETHERNET_IPV4, ETHERNET_IPV6, HELLO, ipv4, ipv6, MACS, packet, TCP, TCP_HELLO, told, u16 } from './frames.js';

const read = (link: number, hex: string, originalLength?: number): string =>
  told(new SegmentReader().read(packet(link, hex, originalLength)));

const V4 = '0a000002:20000 0a000001:1883 "hello"';
const V6 = `fd${'0'.repeat(29)}2:20000 fd${'0'.repeat(29)}1:1883 "hello"`;
const IP4 = ipv4(TCP_HELLO);
const IP6 = ipv6(TCP_HELLO);
const lengthOf = (hex: string): number => packet(0, hex).bytes.length;

const SLL = '00 00 | 00 01 | 00 06 | 02 00 00 00 00 01 00 00';
const sll2 = (protocol: string, hardware = '00 01'): string =>
  `${protocol} | 00 00 | 00 00 00 02 | ${hardware} | 00 | 06 | 02 00 00 00 00 01 00 00`;
const SNAP = 'aa aa 03 00 00 00';
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
])('%s', (_, link, hex, expected) => {
  it('leads to the segment', () => expect(read(link, hex)).toBe(expected));

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

const HEADER_ONLY = '0a000002:20000 0a000001:1883';
const extension = (next: number, body: string): string => `${u16(next).slice(2)} 00 ${body}`;
const PADDING = '01 04 00 00 00 00';
const AH = '06 04 00 00 | 00 00 00 01 | 00 00 00 02 | 00 00 00 00 00 00 00 00 00 00 00 00';

it.each([
  ['IPv4 options', ipv4(TCP_HELLO, { options: '94 04 00 00 01 01 01 00' }), V4],
  ['IPv4 total length 0: the rest of the frame', ipv4(TCP_HELLO, { totalLength: 0 }), V4],
  ['IPv4 total length beyond the frame', ipv4(TCP_HELLO, { totalLength: 1500 }), V4],
  ['IPv4 total length without TCP', ipv4(TCP_HELLO, { totalLength: 30 }), 'malformed: TCP header too short'],
  [
    'IPv4 total length in its own header',
    ipv4(TCP_HELLO, { totalLength: 19 }),
    'malformed: IPv4 header or total length',
  ],
  ['IPv4 header of 16 bytes', `44${IP4.slice(2)}`, 'malformed: IPv4 header or total length'],
  ['IPv4 header longer than the packet', `4f${IP4.slice(2)}`.slice(0, 90), 'malformed: IPv4 header or total length'],
  ['IPv4, more fragments', ipv4(TCP_HELLO, { fragment: '20 00' }), 'fragment: IPv4 fragment'],
  ['IPv4, a later fragment', ipv4(TCP_HELLO, { fragment: '00 b9' }), 'fragment: IPv4 fragment'],
  ['IPv4, reserved bit and do not fragment', ipv4(TCP_HELLO, { fragment: 'c0 00' }), V4],
  ['IPv4 with an authentication header', ipv4(`${AH} ${TCP_HELLO}`, { protocol: 51 }), V4],
  ['IPv6 hop-by-hop', ipv6(`${extension(6, PADDING)} ${TCP_HELLO}`, 0), V6],
  ['IPv6 routing and destination', ipv6(`${extension(60, PADDING)} ${extension(6, PADDING)} ${TCP_HELLO}`, 43), V6],
  ['IPv6 long destination options', ipv6(`06 01 01 0c ${'00 '.repeat(12)} ${TCP_HELLO}`, 60), V6],
  ['IPv6 atomic fragment', ipv6(`06 00 00 00 00 00 00 01 ${TCP_HELLO}`, 44), V6],
  ['IPv6 first fragment', ipv6(`06 00 00 01 00 00 00 01 ${TCP_HELLO}`, 44), 'fragment: IPv6 fragment'],
  ['IPv6 last fragment', ipv6(`06 00 00 b8 00 00 00 01 ${TCP_HELLO}`, 44), 'fragment: IPv6 fragment'],
  ['IPv6 with an authentication header', ipv6(`${AH} ${TCP_HELLO}`, 51), V6],
  ['IPv6 payload length 0: the rest of the frame', ipv6(TCP_HELLO, 6, 0), V6],
  ['IPv6 payload length beyond the frame', ipv6(TCP_HELLO, 6, 1500), V6],
  [
    'IPv6 extension longer than the packet',
    ipv6(`06 ff ${PADDING} ${TCP_HELLO}`, 0),
    'malformed: IPv6 extension header too short',
  ],
  [
    'IPv6 extension in IPv4',
    ipv4(`${extension(6, PADDING)} ${TCP_HELLO}`, { protocol: 0 }),
    'not-tcp: IPv6 extension header in IPv4',
  ],
  [
    'authentication header shorter than itself',
    ipv4(`06 00${AH.slice(5)}`, { protocol: 51 }),
    'malformed: IP authentication header length',
  ],
  ['TCP options', ipv4(`${TCP.replace('50 18', '80 18')} 01 01 08 0a 00 00 00 01 00 00 00 02 ${HELLO}`), V4],
  ['TCP without payload', ipv4(TCP), `${HEADER_ONLY} ""`],
  ['TCP data offset below 5', ipv4(TCP_HELLO.replace('50 18', '40 18')), 'malformed: TCP data offset'],
  ['TCP data offset behind the packet', ipv4(TCP_HELLO.replace('50 18', '70 18')), 'malformed: TCP data offset'],
  ['UDP', ipv4('00 35 00 35 00 08 00 00', { protocol: 17 }), 'not-tcp: UDP'],
  ['ICMPv6', ipv6('80 00 00 00', 58), 'not-tcp: ICMPv6'],
  ['a protocol without a name', ipv4('', { protocol: 253 }), 'not-tcp: IP protocol 253'],
  ['no IP', '50 00 00 00', 'not-ip: IP version other than 4 and 6'],
  ['nothing', '', 'malformed: IP header too short'],
])('raw IP: %s', (_, hex, expected) => expect(read(101, hex)).toBe(expected));

it.each([
  ['ARP', 1, `${MACS} | 08 06 00 01 08 00`, 'not-ip: ARP'],
  ['LLDP', 1, `${MACS} | 88 cc 02 07`, 'not-ip: EtherType 0x88cc (LLDP)'],
  ['an EtherType without a name', 1, `${MACS} | 12 34 00`, 'not-ip: EtherType 0x1234'],
  ['EtherType IPv4 with IPv6 behind it', 1, `${ETHERNET_IPV4} ${IP6}`, 'malformed: IPv4 header with another version'],
  ['EtherType IPv6 with IPv4 behind it', 1, `${ETHERNET_IPV6} ${IP4}`, 'malformed: IPv6 header with another version'],
  ['spanning tree', 1, `${MACS} | 00 07 | 42 42 03 00 00 00 00`, 'not-ip: LLC SAP 0x42 (spanning tree)'],
  ['Cisco discovery', 1, `${MACS} | 00 09 | aa aa 03 00 00 0c 20 00 02`, 'not-ip: SNAP of a vendor'],
  ['raw IPX', 1, `${MACS} | 00 05 | ff ff 00 22 00`, 'not-ip: IPX'],
  ['a length that is none', 1, `${MACS} | 05 dd | 00`, 'malformed: Ethernet length field between 1501 and 1535'],
  ['802.3 length 0', 1, `${MACS} | 00 00 | ${SNAP} 08 00 ${IP4}`, 'malformed: LLC header too short'],
  ['Netlink', 276, `${sll2('00 04', '03 38')} 00 00`, 'not-ip: Netlink'],
  ['802.11 in Linux cooked', 276, `${sll2('08 00', '03 23')} 00 00`, 'not-ip: IEEE 802.11'],
  ['CAN in Linux cooked', 113, `${SLL} 00 0c 00 00`, 'not-ip: Linux cooked frame without EtherType'],
  ['LCP', 9, 'ff 03 c0 21 01 00', 'not-ip: PPP 0xc021 (LCP)'],
  ['another address family', 0, '07 00 00 00 00', 'not-ip: address family 7'],
  ['no address family', 0, '12 34 56 78 00', 'not-ip: BSD loopback without address family'],
  ['PKTAP of length 0', 258, `00 00 00 00 ${'00 '.repeat(20)}`, 'malformed: PKTAP header length'],
  ['a link that cannot be read', 195, '00', 'unknown-link: LINKTYPE 195 (IEEE802_15_4_WITHFCS)'],
  ['a link without a name', 9999, '00', 'unknown-link: LINKTYPE 9999'],
  ['a link of more than 16 bits', 0x10001, '00', 'unknown-link: LINKTYPE 65537'],
  [
    'tags without end',
    1,
    `${MACS} ${'81 00 00 01 '.repeat(100)}`,
    `malformed: more than ${MAX_HEADERS} headers in a packet`,
  ],
])('skipped: %s', (_, link, hex, expected) => expect(read(link, hex)).toBe(expected));

describe('what the capture cut', () => {
  const frame = `${ETHERNET_IPV4} ${IP4}`;
  const whole = lengthOf(frame);
  const cut = (length: number): string => {
    const { bytes, ...rest } = packet(1, frame);
    return told(new SegmentReader().read({ ...rest, bytes: bytes.subarray(0, length), originalLength: whole }));
  };
  it.each([
    [whole - 2, `${HEADER_ONLY} "hel" of 5`],
    [whole - 5, `${HEADER_ONLY} "" of 5`],
    [whole - 6, 'cut: TCP header'],
    [33, 'cut: IPv4 header'],
    [13, 'cut: Ethernet header'],
  ])('%i bytes captured', (length, expected) => expect(cut(length)).toBe(expected));

  it('leaves the padding out of it', () => {
    expect(read(1, `${ETHERNET_IPV4} ${ipv4(TCP)}`, 60)).toBe(`${HEADER_ONLY} ""`);
  });

  it('may be TCP options: the payload is cut then, its length known', () => {
    const options = ipv4(`${TCP.replace('50 18', '80 18')} 01 01 08`, { totalLength: 20 + 32 + 100 });
    expect(read(101, options, 152)).toBe(`${HEADER_ONLY} "" of 100`);
  });

  it('is nothing when the original length is the smaller one', () => {
    expect(read(1, frame, 0)).toBe(V4);
  });
});

it('reads numbers as the packet has them', () => {
  const segment = new SegmentReader().read(packet(101, ipv4(TCP_HELLO.replace('50 18', '5f ff'))));
  expect(segment).toMatchObject({ frame: 5, time: 50, sequence: 0x01020304, acknowledgment: 0xfffefdfc, flags: 0x3f });
});

it('makes one Skipped per kind', () => {
  const reader = new SegmentReader();
  const arp = packet(1, `${MACS} | 08 06 00 01`);
  expect(reader.read(arp)).toBe(reader.read(arp));
});

it('does not keep a Skipped for each of thousands of kinds', () => {
  const reader = new SegmentReader();
  const kinds = new Set<string>();
  for (let type = 0x1000; type < 0x7000; type++) kinds.add(told(reader.read(packet(1, `${MACS} ${u16(type)}`))));
  expect(kinds.size).toBeLessThan(1100);
  expect(kinds).toContain('not-ip: other EtherTypes');
});

it('has no number twice in the table, and a name for every link in it', () => {
  const all = HEADERS.flatMap(({ space, numbers }) => numbers.map((number) => space | number));
  expect(new Set(all).size).toBe(all.length);
  const links = HEADERS.filter(({ space }) => space === LINK).flatMap(({ numbers }) => numbers);
  for (const link of links) expect(LINK_TYPE_NAMES, `LINKTYPE ${link}`).toHaveProperty(`${link}`);
});
