// Linux cooked capture (LINKTYPE 113), what the `any` interface wrote for long: packet type, ARPHRD type, address
// length, address, protocol. https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html

import { readLlc } from './llc.js';
import { ETHER_TYPE, type Next, short, skip, type Walk } from './walk.js';

const HARDWARE = 2;
const PROTOCOL = 14;
const HEADER = 16;

const FIRST_ETHER_TYPE = 0x0600;
const LLC = 0x0004;
/** ARPHRD types whose protocol field is no EtherType: netlink, and 802.11 with and without a radio header. */
const NETLINK = 824;
const WIRELESS_FIRST = 801;
const WIRELESS_LAST = 803;

const SLL = short('Linux cooked header');
const NETLINK_MESSAGE = skip('not-ip', 'Netlink');
const WIRELESS = skip('not-ip', 'IEEE 802.11');
const OTHER = skip('not-ip', 'Linux cooked frame without EtherType');

export function readLinuxSll(walk: Walk): Next {
  const { at } = walk;
  if (walk.end - at < HEADER) return walk.stopShort(SLL);
  walk.at = at + HEADER;
  return cookedProtocol(walk, walk.uint16(at + HARDWARE), walk.uint16(at + PROTOCOL));
}

/** What the protocol field means depends on the kind of interface; the same in both cooked formats. */
export function cookedProtocol(walk: Walk, hardware: number, protocol: number): Next {
  if (hardware === NETLINK) return walk.stop(NETLINK_MESSAGE);
  if (hardware >= WIRELESS_FIRST && hardware <= WIRELESS_LAST) return walk.stop(WIRELESS);
  if (protocol >= FIRST_ETHER_TYPE) return ETHER_TYPE | protocol;
  return protocol === LLC ? readLlc(walk) : walk.stop(OTHER);
}
