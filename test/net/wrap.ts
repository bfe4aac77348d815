// One TCP session in every wrapping: builders, independent of the readers under test, that put IP packets into links,
// tunnels and fragments. Whatever reads captures has to find the same in all of them.

import type { CapturedPacket } from '../../src/capture/packet.js';
import { bytesOf, u8, u16 } from './frames.js';

type Part = string | Uint8Array;

/** Hex and bytes, one after the other. */
const join = (...parts: readonly Part[]): Uint8Array =>
  Uint8Array.from(Buffer.concat(parts.map((part) => (typeof part === 'string' ? bytesOf(part) : part))));

export interface Wrapping {
  readonly name: string;
  readonly link: number;
  /** The captured packets that an IP packet becomes; `id` is another one for each. */
  readonly wrap: (ip: Uint8Array, id: number) => readonly Uint8Array[];
}

const MACS = '02 00 00 00 00 aa 02 00 00 00 00 bb';
const SNAP = 'aa aa 03 00 00 00';
const WLAN = `08 01 00 00 ${MACS} 02 00 00 00 00 cc 00 00 ${SNAP} 08 00`;
const zeros = (count: number): string => '00'.repeat(count);
const little = (value: number): string => u8(value & 0xff) + u8(value >> 8);
const u32 = (value: number): string => u16(value >>> 16) + u16(value & 0xffff);

// Layers: each puts something before the packet.
export const ethernet = (packet: Uint8Array, type = 0x0800): Uint8Array => join(MACS, u16(type), packet);
const snap = (packet: Uint8Array): Uint8Array => join(SNAP, '08 00', packet);
const mpls = (packet: Uint8Array): Uint8Array => join('00 01 00 40 00 02 01 40', packet);
const ppp = (packet: Uint8Array): Uint8Array => join('00 21', packet);

interface OuterIpv4 {
  readonly id?: number;
  readonly fragment?: number;
}

/** 192.0.2.1 to 192.0.2.2. */
export function outerIpv4(protocol: number, payload: Uint8Array, { id = 1, fragment = 0 }: OuterIpv4 = {}): Uint8Array {
  const head = `45 00 ${u16(20 + payload.length)} ${u16(id)} ${u16(fragment)} 40 ${u8(protocol)} 00 00`;
  return join(head, 'c0 00 02 01 c0 00 02 02', payload);
}

/** 2001:db8::1 to 2001:db8::2. */
export function outerIpv6(protocol: number, payload: Uint8Array): Uint8Array {
  const network = `20 01 0d b8 ${zeros(11)}`;
  return join(`60 00 00 00 ${u16(payload.length)} ${u8(protocol)} 40 ${network} 01 ${network} 02`, payload);
}

const udp = (port: number, payload: Uint8Array, source = 49152): Uint8Array =>
  join(u16(source), u16(port), u16(8 + payload.length), '00 00', payload);
const inUdp = (port: number, payload: Uint8Array, source?: number): Uint8Array =>
  ethernet(outerIpv4(17, udp(port, payload, source)));
const inGre = (header: string, payload: Uint8Array): Uint8Array => ethernet(outerIpv4(47, join(header, payload)));

const vxlan = (packet: Uint8Array): Uint8Array => join('08 00 00 00 00 00 2a 00', ethernet(packet));
const gtp = (flags: string, optional: string, packet: Uint8Array): Uint8Array =>
  join(`${flags} ff ${u16(packet.length + bytesOf(optional).length)} 00 00 00 01 ${optional}`, packet);

// Fragments.

const MORE = 0x2000;

/** An IPv4 packet cut every `step` bytes of its payload (a multiple of 8), into pieces of `size` bytes. */
export function fragmentIpv4(packet: Uint8Array, size: number, id: number, step: number = size): readonly Uint8Array[] {
  const header = (packet[0]! & 15) * 4;
  const fragments: Uint8Array[] = [];
  let end = 0;
  for (let at = header; end < packet.length; at += step) {
    end = Math.min(at + size, packet.length);
    const flags = (end < packet.length ? MORE : 0) | ((at - header) / 8);
    const head = `${u16(header + end - at)} ${u16(id & 0xffff)} ${u16(flags)}`;
    fragments.push(join(packet.subarray(0, 2), head, packet.subarray(8, header), packet.subarray(at, end)));
  }
  return fragments;
}

/** The same for IPv6, by fragment headers. */
export function fragmentIpv6(packet: Uint8Array, size: number, id: number): readonly Uint8Array[] {
  const fragments: Uint8Array[] = [];
  for (let at = 40; at < packet.length; at += size) {
    const end = Math.min(at + size, packet.length);
    const header = `${u8(packet[6]!)} 00 ${u16((at - 40) | (end < packet.length ? 1 : 0))} ${u32(id)}`;
    const length = u16(8 + end - at);
    const head = join(packet.subarray(0, 4), length, '2c', packet.subarray(7, 40), header);
    fragments.push(join(head, packet.subarray(at, end)));
  }
  return fragments;
}

/** The fragments, and between them copies with other bytes, which come too late. */
const withLateCopies = (fragments: readonly Uint8Array[]): readonly Uint8Array[] =>
  fragments.flatMap((fragment, i) => {
    const late = fragment.map((byte, at) => (at < 20 ? byte : byte ^ 0xff));
    return i < fragments.length - 1 ? [fragment, late] : [fragment];
  });

const single =
  (build: (ip: Uint8Array, id: number) => Uint8Array): Wrapping['wrap'] =>
  (ip, id) => [build(ip, id)];

const LINKS: readonly (readonly [name: string, link: number, build: (ip: Uint8Array) => Uint8Array])[] = [
  ['Ethernet', 1, (ip) => ethernet(ip)],
  ['Ethernet with padding', 1, (ip) => join(ethernet(ip), zeros(46))],
  ['802.1Q', 1, (ip) => join(MACS, '81 00 20 05 08 00', ip)],
  ['802.1ad', 1, (ip) => join(MACS, '88 a8 00 05 81 00 00 06 08 00', ip)],
  ['802.3 with SNAP', 1, (ip) => join(MACS, u16(8 + ip.length), snap(ip))],
  ['HSR', 1, (ip) => join(MACS, '89 2f 00 20 00 01 08 00', ip)],
  ['MACsec without encryption', 1, (ip) => join(MACS, '88 e5 00 00 00 00 00 01 08 00', ip, zeros(16))],
  ['BSD loopback, little-endian', 0, (ip) => join('02 00 00 00', ip)],
  ['BSD loopback, big-endian', 0, (ip) => join('00 00 00 02', ip)],
  ['BSD LOOP', 108, (ip) => join('00 00 00 02', ip)],
  ['Token Ring', 6, (ip) => join('10 40', MACS, snap(ip))],
  ['FDDI', 10, (ip) => join('50', MACS, snap(ip))],
  ['raw IP', 101, (ip) => ip],
  ['raw IPv4', 228, (ip) => ip],
  ['PPP', 9, (ip) => join('ff 03', ppp(ip))],
  ['PPP, compressed', 9, (ip) => join('21', ip)],
  ['PPP in HDLC framing', 50, (ip) => join('ff 03', ppp(ip))],
  ['PPP with direction', 204, (ip) => join('01 ff 03', ppp(ip))],
  ['PPPoE link', 51, (ip) => join('11 00 00 01', u16(2 + ip.length), ppp(ip))],
  ['Cisco HDLC', 104, (ip) => join('0f 00 08 00', ip)],
  ['Frame Relay', 107, (ip) => join('18 41 03 cc', ip)],
  ['ATM', 100, snap],
  ['SunATM', 123, (ip) => join('02 00 00 21', snap(ip))],
  ['IP over Fibre Channel', 122, (ip) => join(zeros(16), snap(ip))],
  ['IP over FireWire', 138, (ip) => join(zeros(16), '08 00', ip)],
  ['IP over InfiniBand', 242, (ip) => join(zeros(40), '08 00 00 00', ip)],
  ['Linux cooked', 113, (ip) => join('00 00 00 01 00 06 02 00 00 00 00 aa 00 00 08 00', ip)],
  ['Linux cooked 2', 276, (ip) => join('08 00 00 00 00 00 00 02 00 01 00 06 02 00 00 00 00 aa 00 00', ip)],
  ['NFLOG', 239, (ip) => join('02 00 00 00 08 00 01 00 08 00 01 00', little(4 + ip.length), '09 00', ip)],
  ['pflog', 117, (ip) => join('3d 02 00 00', zeros(60), ip)],
  ['PKTAP', 258, (ip) => join('6c 00 00 00 01 00 00 00 01 00 00 00', zeros(96), ethernet(ip))],
  ['ERF', 197, (ip) => join(zeros(8), '02 00 00 00 00 00', u16(14 + ip.length), '00 00', ethernet(ip))],
  ['802.11', 105, (ip) => join(WLAN, ip)],
  ['802.11 with Prism', 119, (ip) => join('44 00 00 00 90 00 00 00', zeros(136), WLAN, ip)],
  ['802.11 with radiotap', 127, (ip) => join('00 00 09 00 02 00 00 00 00', WLAN, ip)],
  ['802.11 with AVS', 163, (ip) => join('80 21 10 02 00 00 00 40', zeros(56), WLAN, ip)],
  ['802.11 with PPI', 192, (ip) => join('00 00 08 00 69 00 00 00', WLAN, ip)],
  ['802.11 QoS aggregate', 105, (ip) => join(qosAggregate(ip), ip)],
  ['netANALYZER', 240, (ip) => join('00 04 00 00', ethernet(ip), zeros(4))],
];

const qosAggregate = (ip: Uint8Array): string =>
  `88 02 00 00 ${MACS} 02 00 00 00 00 cc 00 00 80 00 ${MACS} ${u16(8 + ip.length)} ${SNAP} 08 00`;

const TUNNELS: readonly (readonly [name: string, build: (ip: Uint8Array) => Uint8Array])[] = [
  ['MPLS', (ip) => ethernet(mpls(ip), 0x8847)],
  ['MPLS pseudowire', (ip) => ethernet(mpls(ethernet(ip)), 0x8847)],
  ['MPLS pseudowire with control word', (ip) => ethernet(mpls(join(zeros(4), ethernet(ip))), 0x8848)],
  ['MPLS in IP', (ip) => ethernet(outerIpv4(137, mpls(ip)))],
  ['MPLS in UDP', (ip) => inUdp(6635, mpls(ip))],
  ['PPPoE', (ip) => ethernet(join('11 00 00 01', u16(2 + ip.length), ppp(ip)), 0x8864)],
  ['802.1ah', (ip) => ethernet(join('00 00 00 01', ethernet(ip)), 0x88e7)],
  ['NSH', (ip) => ethernet(join('0f c6 01 01 00 00 01 ff', zeros(16), ip), 0x894f)],
  ['GRE', (ip) => inGre('00 00 08 00', ip)],
  ['GRE with checksum, key and sequence number', (ip) => inGre(`b0 00 08 00 ${zeros(12)}`, ip)],
  ['GRE with routing', (ip) => inGre('40 00 08 00 00 00 00 00 08 00 00 04 c0 00 02 03 00 00 00 00', ip)],
  ['NVGRE', (ip) => inGre('20 00 65 58 00 00 2a 00', ethernet(ip))],
  ['PPTP', (ip) => inGre(`30 81 88 0b ${u16(4 + ip.length)} 00 01 ${zeros(8)}`, join('ff 03', ppp(ip)))],
  ['WCCP', (ip) => inGre('00 00 88 3e 00 00 00 00', ip)],
  ['ERSPAN type I', (ip) => inGre('00 00 88 be', ethernet(ip))],
  ['ERSPAN type II', (ip) => inGre(`10 00 88 be ${zeros(4)} 10 05 00 01 00 00 00 00`, ethernet(ip))],
  ['ERSPAN type III', (ip) => inGre(`10 00 22 eb ${zeros(4)} 20 05 ${zeros(10)}`, ethernet(ip))],
  [
    'ERSPAN type III with subheader',
    (ip) => inGre(`10 00 22 eb ${zeros(4)} 20 05 ${zeros(9)} 01 ${zeros(8)}`, ethernet(ip)),
  ],
  ['VXLAN', (ip) => inUdp(4789, vxlan(ip))],
  ['VXLAN on the old port', (ip) => inUdp(8472, vxlan(ip))],
  ['VXLAN with group policy', (ip) => inUdp(4789, join('88 00 00 01 00 00 2a 00', ethernet(ip)))],
  ['VXLAN-GPE', (ip) => inUdp(4790, join('0c 00 00 01 00 00 2a 00', ip))],
  ['VXLAN-GPE, Ethernet', (ip) => inUdp(4790, join('0c 00 00 03 00 00 2a 00', ethernet(ip)))],
  ['Geneve', (ip) => inUdp(6081, join('00 00 65 58 00 00 2a 00', ethernet(ip)))],
  ['Geneve with options', (ip) => inUdp(6081, join('02 40 08 00 00 00 2a 00 01 02 80 01 00 00 00 01', ip))],
  ['GTP-U', (ip) => inUdp(2152, gtp('30', '', ip))],
  ['GTP-U with sequence number', (ip) => inUdp(2152, gtp('32', '00 01 00 00', ip))],
  ['GTP-U with extension headers', (ip) => inUdp(2152, gtp('34', '00 00 00 85 01 10 01 40 01 00 01 00', ip))],
  ['GTP-U, Ethernet', (ip) => inUdp(2152, gtp('30', '', ethernet(ip)))],
  ['Teredo', (ip) => inUdp(3544, outerIpv6(4, ip))],
  [
    'Teredo with authentication and origin',
    (ip) => inUdp(3544, join('00 01 00 00', zeros(9), '00 00 fd 7d 3f ff fd fe', outerIpv6(4, ip))),
  ],
  ['AYIYA', (ip) => inUdp(5072, join('41 52 11 29 00 00 00 00', zeros(36), outerIpv6(4, ip)))],
  ['L2TP', (ip) => inUdp(1701, join('00 02 00 01 00 02 ff 03', ppp(ip)))],
  [
    'L2TP with length, sequence and offset',
    (ip) => inUdp(1701, join('4a 02', u16(18 + ip.length), '00 01 00 02 00 01 00 02 00 02 00 00', ppp(ip))),
  ],
  ['TZSP', (ip) => inUdp(37008, join('01 00 00 01 00 0a 01 05 01', ethernet(ip)))],
  ['TZSP, 802.11', (ip) => inUdp(37008, join('01 00 00 12 01', WLAN, ip))],
  ['LISP', (ip) => inUdp(4341, join('c8 00 00 01 00 00 00 01', ip))],
  ['CAPWAP', (ip) => inUdp(5247, join('00 10 00 00 00 00 00 00', ethernet(ip)), 20000)],
  ['CAPWAP, 802.11', (ip) => inUdp(5247, join('00 10 03 00 00 00 00 00', WLAN, ip))],
  ['CAPWAP, 802.11 as Cisco has it', (ip) => inUdp(5247, join('00 10 03 00 00 00 00 00 01 08', WLAN.slice(5), ip))],
  ['CAPWAP to the access point', (ip) => inUdp(20000, join('00 10 00 00 00 00 00 00', ethernet(ip)), 5247)],
  ['EtherIP', (ip) => ethernet(outerIpv4(97, join('30 00', ethernet(ip))))],
  ['IP in IP', (ip) => ethernet(outerIpv4(4, ip))],
  ['4in6', (ip) => ethernet(outerIpv6(4, ip), 0x86dd)],
  ['6in4', (ip) => ethernet(outerIpv4(41, outerIpv6(4, ip)))],
  ['6in6', (ip) => ethernet(outerIpv6(41, outerIpv6(4, ip)), 0x86dd)],
  ['VXLAN over IPv6', (ip) => ethernet(outerIpv6(17, udp(4789, vxlan(ip))), 0x86dd)],
  [
    'GRE in VXLAN in MPLS',
    (ip) => ethernet(mpls(outerIpv4(17, udp(4789, vxlan(outerIpv4(47, join('00 00 08 00', ip)))))), 0x8847),
  ],
];

const FRAGMENTS: readonly (readonly [name: string, wrap: Wrapping['wrap']])[] = [
  ['fragments', (ip, id) => fragmentIpv4(ip, 24, id).map((part) => ethernet(part))],
  ['fragments of 8 bytes', (ip, id) => fragmentIpv4(ip, 8, id).map((part) => ethernet(part))],
  [
    'fragments in reverse',
    (ip, id) =>
      fragmentIpv4(ip, 24, id)
        .toReversed()
        .map((part) => ethernet(part)),
  ],
  ['fragments with late copies', (ip, id) => withLateCopies(fragmentIpv4(ip, 24, id)).map((part) => ethernet(part))],
  ['overlapping fragments', (ip, id) => fragmentIpv4(ip, 24, id, 16).map((part) => ethernet(part))],
  [
    'tunnel in fragments',
    (ip, id) => fragmentIpv4(outerIpv4(17, udp(4789, vxlan(ip))), 48, id).map((part) => ethernet(part)),
  ],
  ['fragments in a tunnel', (ip, id) => fragmentIpv4(ip, 24, id).map((part) => inUdp(4789, vxlan(part)))],
  [
    'fragments in a tunnel in fragments',
    (ip, id) =>
      fragmentIpv4(ip, 24, id).flatMap((part, i) =>
        fragmentIpv4(outerIpv4(47, join('00 00 08 00', part)), 16, id * 64 + i).map((piece) => ethernet(piece)),
      ),
  ],
  ['IPv6 fragments', (ip, id) => fragmentIpv6(outerIpv6(4, ip), 24, id).map((part) => ethernet(part, 0x86dd))],
  [
    'IPv6 fragments in reverse',
    (ip, id) =>
      fragmentIpv6(outerIpv6(4, ip), 16, id)
        .toReversed()
        .map((part) => ethernet(part, 0x86dd)),
  ],
];

export const WRAPPINGS: readonly Wrapping[] = [
  ...LINKS.map(([name, link, build]): Wrapping => ({ name, link, wrap: single(build) })),
  ...TUNNELS.map(([name, build]): Wrapping => ({ name, link: 1, wrap: single(build) })),
  ...FRAGMENTS.map(([name, wrap]): Wrapping => ({ name, link: 1, wrap })),
];

/** The packets of an Ethernet capture of IPv4 in that wrapping, numbered anew, with their times. */
export function wrapCapture(packets: readonly CapturedPacket[], { link, wrap }: Wrapping): readonly CapturedPacket[] {
  const wrapped: CapturedPacket[] = [];
  for (const { number, time, bytes: frame } of packets) {
    if (frame[12] !== 8 || frame[13] !== 0) continue;
    const ip = frame.subarray(14, 14 + ((frame[16]! << 8) | frame[17]!));
    for (const bytes of wrap(ip, number)) {
      wrapped.push({ number: wrapped.length + 1, time, link, bytes, originalLength: bytes.length });
    }
  }
  return wrapped;
}
