// What a number without a reader is called in messages: data, and how each space phrases it.

import { LINK_TYPE_NAMES } from './link-types.js';
import type { Skipped } from './segment.js';
import { ADDRESS_FAMILY, ETHER_TYPE, IP_PROTOCOL, LINK, LLC_SAP, type Next, PPP, skip } from './walk.js';

const ETHER_TYPE_NAMES: Readonly<Record<number, string>> = {
  2054: 'ARP',
  2114: 'Wake-on-LAN',
  8931: 'ATDECC',
  8938: 'MSRP',
  8944: 'AVTP',
  8947: 'TRILL',
  17157: 'B.A.T.M.A.N.',
  24578: 'DEC MOP',
  32821: 'RARP',
  32923: 'AppleTalk',
  33011: 'AppleTalk ARP',
  33079: 'IPX',
  34824: 'Ethernet flow control',
  34825: 'Slow Protocols',
  34915: 'PPPoE discovery',
  34928: 'jumbo LLC',
  34939: 'HomePlug 1.0',
  34958: 'EAPOL',
  34962: 'PROFINET',
  34969: 'Realtek Remote Control',
  34978: 'ATA over Ethernet',
  34980: 'EtherCAT',
  34987: 'Powerlink',
  35000: 'GOOSE',
  35001: 'GSE management',
  35002: 'Sampled Values',
  35007: 'MikroTik RoMON',
  35020: 'LLDP',
  35021: 'SERCOS III',
  35041: 'HomePlug AV',
  35043: 'MRP',
  35063: 'PTP',
  35067: 'PRP supervision',
  35074: 'CFM',
  35078: 'FCoE',
  35092: 'FIP',
  35093: 'RoCE',
  35130: 'IEEE 1905.1',
  36864: 'Ethernet loopback',
};

const IP_PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  1: 'ICMP',
  2: 'IGMP',
  33: 'DCCP',
  46: 'RSVP',
  58: 'ICMPv6',
  59: 'IPv6 without next header',
  88: 'EIGRP',
  89: 'OSPF',
  103: 'PIM',
  108: 'IPComp',
  112: 'VRRP',
  115: 'L2TP',
  132: 'SCTP',
  136: 'UDP-Lite',
};

const PPP_NAMES: Readonly<Record<number, string>> = {
  43: 'IPX',
  45: 'VJ compressed TCP',
  47: 'VJ uncompressed TCP',
  253: 'compressed datagram',
  32801: 'IPCP',
  32855: 'IPV6CP',
  33021: 'CCP',
  49185: 'LCP',
  49187: 'PAP',
  49189: 'LQR',
  49699: 'CHAP',
};

const LLC_SAP_NAMES: Readonly<Record<number, string>> = {
  66: 'spanning tree',
  170: 'SNAP',
  224: 'IPX',
  240: 'NetBIOS',
  254: 'OSI',
};

/** What is in it may well be TCP. */
const ESP = IP_PROTOCOL | 50;

const hex = (number: number, digits: number): string => `0x${number.toString(16).padStart(digits, '0')}`;
const named = (number: string, name: string | undefined): string =>
  name === undefined ? number : `${number} (${name})`;

/** Why a packet whose next header is `next` goes no further. */
export function unread(next: Next): Skipped {
  const space = next & ~0xffff;
  const number = next & 0xffff;
  if (space === LINK) return skip('unknown-link', named(`LINKTYPE ${number}`, LINK_TYPE_NAMES[number]));
  if (next === ESP) return skip('encrypted', 'ESP');
  if (space === IP_PROTOCOL) return skip('not-tcp', IP_PROTOCOL_NAMES[number] ?? `IP protocol ${number}`);
  return skip('not-ip', notIp(space, number));
}

function notIp(space: number, number: number): string {
  if (space === PPP) return named(`PPP ${hex(number, 4)}`, PPP_NAMES[number]);
  if (space === LLC_SAP) return named(`LLC SAP ${hex(number, 2)}`, LLC_SAP_NAMES[number]);
  if (space === ADDRESS_FAMILY) return `address family ${number}`;
  // Every network has ARP: no need to number it.
  return number === 0x0806 ? 'ARP' : named(`EtherType ${hex(number, 4)}`, ETHER_TYPE_NAMES[number]);
}

/** The same without the number, for whatever comes after too many different ones. */
export function unreadOther(next: Next): Skipped {
  const space = next & ~0xffff;
  if (space === LINK) return skip('unknown-link', 'other link types');
  if (space === IP_PROTOCOL) return skip('not-tcp', 'other IP protocols');
  return skip('not-ip', space === ETHER_TYPE ? 'other EtherTypes' : 'other protocols');
}
