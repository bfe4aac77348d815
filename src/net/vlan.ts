// IEEE 802.1Q and 802.1ad tags, stacked as deep as they come (one row of the table for each EtherType that means one):
// two bytes of tag, then the type or length field that an untagged frame would have.

import { readTypeOrLength } from './ethernet.js';
import { type Next, short, type Walk } from './walk.js';

const TAG = 2;
const VLAN = short('VLAN tag');

export function readVlan(walk: Walk): Next {
  if (walk.end - walk.at < TAG + 2) return walk.stopShort(VLAN);
  return readTypeOrLength(walk, walk.at + TAG);
}
