// IEEE 802.2 LLC, and SNAP in it (RFC 1042): SNAP with the organisation code 0 carries EtherTypes, and so IP;
// with that of IEEE 802.1 it carries whole Ethernet frames (RFC 2684, RFC 2427).

import { isRead } from './rows.js';
import { ETHER_TYPE, LINK, LLC_SAP, type Next, short, skip, type Walk } from './walk.js';

const HEADER = 3;
const SNAP = 5;
const SNAP_SAP = 0xaa;
const UNNUMBERED_INFORMATION = 0x03;
/** 00-00-00 is RFC 1042; 00-00-F8 is IEEE 802.1H, the same for bridges. */
const ENCAPSULATED_ETHERNET = 0x000000;
const BRIDGE_TUNNEL = 0x0000f8;
const BRIDGED = 0x0080c2;
/** Ethernet with its checksum and without. */
const BRIDGED_ETHERNET = [0x0001, 0x0007];
/** On ATM, two bytes of padding bring the frame to a boundary. */
const BRIDGE_PADDING = 2;
const MAC_ADDRESSES = 12;

const LLC = short('LLC header');
const SNAP_HEADER = short('SNAP header');
/** Novell's "raw" 802.3: no LLC at all, IPX with its checksum of ff ff. */
const RAW_IPX = skip('not-ip', 'IPX');
const VENDOR = skip('not-ip', 'SNAP of a vendor');

export function readLlc(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < HEADER) return walk.stopShort(LLC);
  const sap = bytes[at]!;
  if (sap === 0xff && bytes[at + 1] === 0xff) return walk.stop(RAW_IPX);
  walk.at = at + HEADER;
  return sap === SNAP_SAP && bytes[at + 2] === UNNUMBERED_INFORMATION ? readSnap(walk) : LLC_SAP | sap;
}

/** Organisation code and type: behind LLC, or behind the identifier that Frame Relay has for it. */
export function readSnap(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < SNAP) return walk.stopShort(SNAP_HEADER);
  const organisation = (bytes[at]! << 16) | walk.uint16(at + 1);
  const type = walk.uint16(at + 3);
  walk.at = at + SNAP;
  if (organisation === ENCAPSULATED_ETHERNET || organisation === BRIDGE_TUNNEL) return ETHER_TYPE | type;
  if (organisation !== BRIDGED || !BRIDGED_ETHERNET.includes(type)) return walk.stop(VENDOR);
  const typeAt = walk.at + BRIDGE_PADDING + MAC_ADDRESSES;
  if (walk.end - typeAt >= 2 && isRead(ETHER_TYPE | walk.uint16(typeAt))) walk.at += BRIDGE_PADDING;
  return LINK | 1;
}
