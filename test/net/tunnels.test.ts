// What a tunnel's header has to be like to be believed, and how it fails; that they work is in wrap.test.ts.

import { describe, expect, it } from 'vitest';
import { MAX_HEADERS, SegmentReader } from '../../src/net/index.js';
import { ETHERNET_IPV4, IP4, IP6, ipv4, ipv6, lengthOf, MACS, packet, TCP_HELLO, told, u16, V4, V6 } from './frames.js';

const read = (hex: string): string => told(new SegmentReader().read(packet(101, hex)));
const udp = (port: number, payload: string, source = 49152): string =>
  ipv4(`${u16(source)} ${u16(port)} ${u16(8 + lengthOf(payload))} 00 00 ${payload}`, { protocol: 17 });
const gre = (payload: string): string => ipv4(payload, { protocol: 47 });
const FRAME = `${ETHERNET_IPV4} ${IP4}`;
const gtp = (first: string, message = 'ff', length = lengthOf(IP4)): string =>
  `${first} ${message} ${u16(length)} 00 00 00 01 ${IP4}`;
const l2tp = (flags: string): string => `${flags} 00 01 00 02 ff 03 00 21 ${IP4}`;
const mplsUdp = (payload: string): string => udp(6635, `00 01 01 40 ${payload}`);

const UDP = 'not-tcp: UDP';

it.each([
  ['a port that is no tunnel', udp(53, `08 00 00 00 00 00 01 00 ${FRAME}`), UDP],
  ['UDP header cut short by IP', ipv4('12 b5 12 b5', { protocol: 17 }), 'malformed: UDP header too short'],
  ['UDP length 0 (offload)', udp(4789, `08 00 00 00 00 00 01 00 ${FRAME}`).replace(u16(62 + 14), '0000'), V4],
  ['the source says what the destination does not', udp(40000, gtp('30'), 2152), V4],
  ['VXLAN without a valid identifier', udp(4789, `00 00 00 00 00 00 01 00 ${FRAME}`), UDP],
  ['VXLAN with a reserved bit', udp(4789, `18 00 00 00 00 00 01 00 ${FRAME}`), V4],
  ['VXLAN with a reserved byte', udp(4789, `08 00 00 01 00 00 01 00 ${FRAME}`), V4],
  ['VXLAN with a last byte', udp(4789, `08 00 00 00 00 00 01 01 ${FRAME}`), V4],
  ['VXLAN with a reserved bit before what is none', udp(4789, `18 00 00 00 00 00 01 00 ${MACS} 12 34 00 01`), UDP],
  ['VXLAN with a reserved bit before nothing', udp(4789, '18 00 00 00 00 00 01 00'), UDP],
  ['VXLAN of ARP', udp(4789, `08 00 00 00 00 00 01 00 ${MACS} 08 06 00 01`), 'not-ip: ARP'],
  ['VXLAN-GPE of another version', udp(4790, `1c 00 00 01 00 00 01 00 ${IP4}`), UDP],
  ['VXLAN-GPE without next protocol is VXLAN', udp(4790, `08 00 00 00 00 00 01 00 ${FRAME}`), V4],
  ['VXLAN-GPE with an unknown protocol', udp(4790, `0c 00 00 09 00 00 01 00 ${IP4}`), UDP],
  ['VXLAN-GPE of MPLS', udp(4790, `0c 00 00 05 00 00 01 00 00 01 01 40 ${IP6}`), V6],
  ['Geneve of another version', udp(6081, `40 00 65 58 00 00 01 00 ${FRAME}`), UDP],
  ['Geneve with a reserved bit', udp(6081, `00 01 65 58 00 00 01 00 ${FRAME}`), V4],
  ['Geneve with a reserved byte', udp(6081, `00 00 65 58 00 00 01 07 ${FRAME}`), V4],
  ['Geneve with a reserved bit and an unknown protocol', udp(6081, `00 01 12 34 00 00 01 00 ${FRAME}`), UDP],
  [
    'Geneve, options longer than the packet',
    udp(6081, '3f 00 65 58 00 00 01 00'),
    'malformed: Geneve header too short',
  ],
  ['GTP of version 2', udp(2152, gtp('50')), UDP],
  ['GTP prime', udp(2152, gtp('20')), UDP],
  ['GTP echo', udp(2152, gtp('32', '01')), UDP],
  ['GTP longer than the datagram', udp(2152, gtp('30', 'ff', 1000)), UDP],
  [
    'GTP extension of length 0',
    udp(2152, `34 ff 00 20 00 00 00 01 00 00 00 85 00 ${'00'.repeat(27)}`),
    'malformed: GTP-U extension header of length 0',
  ],
  ['GTP of something', udp(2152, `30 ff 00 20 00 00 00 01 ${'11'.repeat(32)}`), 'not-ip: GTP-U payload that is not IP'],
  ['Teredo of IPv4', udp(3544, IP4), UDP],
  ['Teredo, IPv6 longer than the datagram', udp(3544, ipv6(TCP_HELLO, 6, 100)), UDP],
  ['Teredo of IPv6', udp(3544, IP6), V6],
  ['AYIYA with another operation', udp(5072, `41 52 10 29 ${'00'.repeat(40)} ${IP6}`), UDP],
  ['AYIYA that holds no IPv6', udp(5072, `41 52 11 29 ${'00'.repeat(40)} ${IP4}`), UDP],
  ['L2TP control', udp(1701, l2tp('c8 02')), 'not-tcp: L2TP control message'],
  ['L2TP version 3', udp(1701, l2tp('00 03')), UDP],
  ['L2TP with a reserved bit', udp(1701, l2tp('10 02')), UDP],
  ['L2TP with priority', udp(1701, l2tp('01 02')), V4],
  ['MPLS in UDP, nothing known below', mplsUdp('11'.repeat(30)), UDP],
  ['LISP that holds no IP', udp(4341, `c8 00 00 01 00 00 00 01 ${FRAME}`), UDP],
  ['LISP with a reserved bit', udp(4341, `c9 00 00 01 00 00 00 01 ${IP4}`), UDP],
  ['LISP of IPv6', udp(4341, `00 00 00 00 00 00 00 00 ${IP6}`), V6],
  ['CAPWAP in DTLS', udp(5247, `01 00 00 00 ${'11'.repeat(30)}`), 'encrypted: CAPWAP in DTLS'],
  ['CAPWAP of another version', udp(5247, `10 10 00 00 00 00 00 00 ${FRAME}`), UDP],
  ['CAPWAP with a reserved bit', udp(5247, `00 10 00 00 00 00 00 01 ${FRAME}`), UDP],
  ['CAPWAP, shorter than its header', udp(5247, '00 18 00 00 00 00 00 00'), 'malformed: CAPWAP header too short'],
  ['CAPWAP keep-alive', udp(5247, '00 10 00 08 00 00 00 00 00 16'), 'not-ip: CAPWAP keep-alive'],
  ['CAPWAP fragment', udp(5247, `00 10 00 80 00 01 00 00 ${FRAME}`), 'not-ip: CAPWAP fragment'],
  [
    'CAPWAP with a radio address and wireless information',
    udp(5247, `00 30 00 30 00 00 00 00 06 02 00 00 00 00 01 00 04 00 00 00 00 00 00 00 ${FRAME}`),
    V4,
  ],
  ['ESP', ipv4('00 00 00 01 00 00 00 01', { protocol: 50 }), 'encrypted: ESP'],
  ['TZSP of another version', udp(37008, `02 00 00 01 01 ${FRAME}`), UDP],
  ['TZSP without end', udp(37008, '01 00 00 01 0a 01 05'), 'malformed: TZSP header too short'],
  ['GRE of version 2', gre(`00 02 08 00 ${IP4}`), 'malformed: GRE version'],
  ['GRE longer than the packet', gre('b0 00 08 00 00 00'), 'malformed: GRE header too short'],
  ['GRE with routing without end', gre(`40 00 08 00 00 00 00 00 08 00 00 ff`), 'malformed: GRE header too short'],
  ['PPTP acknowledgment', gre('20 81 88 0b 00 00 00 01 00 00 00 01'), 'not-tcp: GRE acknowledgment'],
  [
    'GRE version 1 of IP',
    gre(`20 01 08 00 00 00 00 01 ${IP4}`),
    'not-ip: GRE version 1 with another protocol than PPP',
  ],
  ['GRE keep-alive', gre('00 00 00 00'), 'not-ip: EtherType 0x0000'],
  ['WCCP version 1', gre(`00 00 88 3e ${IP4}`), V4],
  ['ERSPAN of another version', gre(`10 00 88 be 00 00 00 00 30 00 ${'00'.repeat(20)}`), 'malformed: ERSPAN version'],
  ['ERSPAN type III of IP', gre(`10 00 22 eb 00 00 00 00 20 05 ${'00'.repeat(8)} 08 00 ${IP4}`), V4],
  [
    'ERSPAN type III of 802.11',
    gre(`10 00 22 eb 00 00 00 00 20 05 ${'00'.repeat(8)} 04 00 ${IP4}`),
    'not-ip: ERSPAN frame that is neither Ethernet nor IP',
  ],
  ['EtherIP of another version', ipv4(`20 00 ${FRAME}`, { protocol: 97 }), 'malformed: EtherIP version'],
  ['IPv4 in IP with IPv6 in it', ipv4(IP6, { protocol: 4 }), 'malformed: IPv4 header with another version'],
])('%s', (_, hex, expected) => expect(read(hex)).toBe(expected));

describe('MPLS does not say what it carries', () => {
  const mpls = (payload: string): string =>
    told(new SegmentReader().read(packet(1, `${MACS} 88 47 00 01 01 40 ${payload}`)));
  it.each([
    ['Ethernet to an address that begins with 4', `4${FRAME.slice(1)}`, V4],
    ['Ethernet to an address that begins with 6', `6${FRAME.slice(1)}`, V4],
    ['Ethernet to an address that begins with 0', FRAME, V4],
    ['control word with a sequence number', `00 00 00 07 ${FRAME}`, V4],
    ['IPv4 of a length that is not true', ipv4(TCP_HELLO, { totalLength: 1500 }), V4],
    ['neither', 'ff'.repeat(40), 'not-ip: MPLS payload that is neither IP nor Ethernet'],
    ['nothing', '', 'malformed: MPLS payload too short'],
  ])('%s', (_, payload, expected) => expect(mpls(payload)).toBe(expected));

  it('has a label stack that ends', () => {
    const frame = packet(1, `${MACS} 88 47 ${'00 01 00 40'.repeat(20)}`);
    expect(told(new SegmentReader().read(frame))).toBe('malformed: MPLS label too short');
  });
});

it('bounds tunnels in tunnels', () => {
  let nested = IP4;
  for (let i = 0; i < MAX_HEADERS; i++) nested = ipv4(nested, { protocol: 4 });
  expect(read(nested)).toBe(`malformed: more than ${MAX_HEADERS} headers in a packet`);
});
