// One row per way in which a packet can be odd, or be none of ours: the frame in hex, and the segment or the reason.

import { describe, expect, it } from 'vitest';
import { HEADERS } from '../../src/net/headers.js';
import { MAX_HEADERS, SegmentReader } from '../../src/net/index.js';
import { LINK_TYPE_NAMES } from '../../src/net/link-types.js';
import { LINK } from '../../src/net/walk.js';
import {
  ETHERNET_IPV4,
  ETHERNET_IPV6,
  HELLO,
  IP4,
  IP6,
  ipv4,
  ipv6,
  lengthOf,
  MACS,
  packet,
  SLL,
  SNAP,
  sll2,
  TCP,
  TCP_HELLO,
  told,
  u16,
  V4,
  V6,
} from './frames.js';

const read = (link: number, hex: string, originalLength?: number): string =>
  told(new SegmentReader().read(packet(link, hex, originalLength)));

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
  ['IPv4, more fragments', ipv4(TCP_HELLO, { fragment: '20 00' }), 'held: IPv4 fragment'],
  ['IPv4, a later fragment', ipv4(TCP_HELLO, { fragment: '00 b9' }), 'held: IPv4 fragment'],
  ['IPv4, reserved bit and do not fragment', ipv4(TCP_HELLO, { fragment: 'c0 00' }), V4],
  ['IPv4 with an authentication header', ipv4(`${AH} ${TCP_HELLO}`, { protocol: 51 }), V4],
  ['IPv6 hop-by-hop', ipv6(`${extension(6, PADDING)} ${TCP_HELLO}`, 0), V6],
  ['IPv6 routing and destination', ipv6(`${extension(60, PADDING)} ${extension(6, PADDING)} ${TCP_HELLO}`, 43), V6],
  ['IPv6 long destination options', ipv6(`06 01 01 0c ${'00 '.repeat(12)} ${TCP_HELLO}`, 60), V6],
  ['IPv6 atomic fragment', ipv6(`06 00 00 00 00 00 00 01 ${TCP_HELLO}`, 44), V6],
  ['IPv6 first fragment', ipv6(`06 00 00 01 00 00 00 01 ${TCP_HELLO}`, 44), 'held: IPv6 fragment'],
  ['IPv6 last fragment', ipv6(`06 00 00 b8 00 00 00 01 ${TCP_HELLO}`, 44), 'held: IPv6 fragment'],
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
  ['802.11 beacon', 105, `80 00 00 00 ${'00 '.repeat(24)}`, 'not-ip: IEEE 802.11 frame without data'],
  ['802.11 null', 105, `48 01 00 00 ${'00 '.repeat(24)}`, 'not-ip: IEEE 802.11 frame without data'],
  ['802.11 of another version', 105, '09 01 00 00', 'malformed: IEEE 802.11 version'],
  ['802.11, encrypted', 105, `08 41 00 00 ${'00 '.repeat(40)}`, 'encrypted: IEEE 802.11 protected frame'],
  ['radiotap of length 0', 127, `00 00 00 00 00 00 00 00 ${'00 '.repeat(40)}`, 'malformed: radiotap version or length'],
  ['MACsec', 1, `${MACS} | 88 e5 0c 00 00 00 00 01 08 00 ${IP4}`, 'encrypted: MACsec'],
  ['PPPoE of version 2', 1, `${MACS} | 88 64 21 00 00 01 00 02 00 21`, 'malformed: PPPoE version, type or code'],
  ['MPLS channel', 1, `${MACS} | 88 47 00 01 01 40 10 00 00 21 00`, 'not-ip: MPLS associated channel'],
  ['NFLOG without packet', 239, '02 00 00 00 | 05 00 0a 00 00 00 00 00', 'not-ip: NFLOG without packet'],
  ['NFLOG attribute of length 0', 239, '02 00 00 00 | 00 00 0a 00 00 00 00 00', 'malformed: NFLOG attribute'],
  ['Frame Relay, address of one byte', 107, '19 41 03 cc', 'malformed: Frame Relay address'],
  ['Frame Relay, OSI', 107, '18 41 03 81 00', 'not-ip: another network layer protocol identifier'],
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
  ['PPP multilink, a first fragment', 9, `00 3d 80 00 00 01 00 21 ${IP4}`, 'not-ip: PPP multilink fragment'],
  ['PPP multilink, cut short', 9, '00 3d c0', 'malformed: PPP header too short'],
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
