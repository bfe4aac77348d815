// Linux cooked capture (LINKTYPE 113), what the `any` interface wrote for long: packet type, ARPHRD type, address
// length, address, protocol. https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html

import { readLlc } from './llc.js';
import { ETHER_TYPE, LINK, type Next, short, skip, type Walk } from './walk.js';

const HARDWARE = 2;
const PROTOCOL = 14;
const HEADER = 16;

const FIRST_ETHER_TYPE = 0x0600;
const LLC = 0x0004;
/** ARPHRD types whose protocol field is no EtherType. */
const NETLINK = 824;
/** Those that say by themselves what follows: Frame Relay, and 802.11 without and with a radio header. */
const LINKS: ReadonlyMap<number, Next> = new Map([
  [770, LINK | 107],
  [801, LINK | 105],
  [802, LINK | 119],
  [803, LINK | 127],
]);
const ETHERNET = 1;
const LOOPBACK = 772;

const SLL = short('Linux cooked header');
const NETLINK_MESSAGE = skip('not-ip', 'Netlink');
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
  // What most interfaces are costs no look-up.
  const link = hardware === ETHERNET || hardware === LOOPBACK ? undefined : LINKS.get(hardware);
  if (link !== undefined) return link;
  if (protocol >= FIRST_ETHER_TYPE) return ETHER_TYPE | protocol;
  return protocol === LLC ? readLlc(walk) : walk.stop(OTHER);
}
