// IEEE 802.2 LLC, and SNAP in it (RFC 1042): only SNAP with the organisation code 0 carries EtherTypes, and so IP.

import { ETHER_TYPE, LLC_SAP, type Next, short, skip, type Walk } from './walk.js';

const HEADER = 3;
const SNAP = 8;
const SNAP_SAP = 0xaa;
const UNNUMBERED_INFORMATION = 0x03;
/** 00-00-00 is RFC 1042; 00-00-F8 is IEEE 802.1H, the same for bridges. */
const ENCAPSULATED_ETHERNET = 0x000000;
const BRIDGE_TUNNEL = 0x0000f8;

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
  if (sap !== SNAP_SAP || bytes[at + 2] !== UNNUMBERED_INFORMATION) {
    walk.at = at + HEADER;
    return LLC_SAP | sap;
  }
  if (walk.end - at < SNAP) return walk.stopShort(SNAP_HEADER);
  const organisation = (bytes[at + 3]! << 16) | walk.uint16(at + 4);
  if (organisation !== ENCAPSULATED_ETHERNET && organisation !== BRIDGE_TUNNEL) return walk.stop(VENDOR);
  walk.at = at + SNAP;
  return ETHER_TYPE | walk.uint16(at + 6);
}
