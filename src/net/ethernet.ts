// Ethernet II and IEEE 802.3 (LINKTYPE 1): two addresses, then either an EtherType or, below 1536, a length and LLC.

import { readLlc } from './llc.js';
import { ETHER_TYPE, type Next, short, skip, type Walk } from './walk.js';

const TYPE = 12;
const HEADER = 14;
/** IEEE 802.3, 3.2.6: values from here on are EtherTypes, up to 1500 lengths, and nothing between them. */
const FIRST_ETHER_TYPE = 1536;
const MAX_LENGTH = 1500;

const ETHERNET = short('Ethernet header');
const BAD_LENGTH = skip('malformed', 'Ethernet length field between 1501 and 1535');

export function readEthernet(walk: Walk): Next {
  if (walk.end - walk.at < HEADER) return walk.stopShort(ETHERNET);
  return readTypeOrLength(walk, walk.at + TYPE);
}

/** The two-byte field at `at` that ends Ethernet and VLAN headers alike. */
export function readTypeOrLength(walk: Walk, at: number): Next {
  const type = walk.uint16(at);
  walk.at = at + 2;
  if (type >= FIRST_ETHER_TYPE) return ETHER_TYPE | type;
  if (type > MAX_LENGTH) return walk.stop(BAD_LENGTH);
  walk.limit(walk.at + type);
  return readLlc(walk);
}
