// IEEE 802.1Q and 802.1ad tags, stacked as deep as they come (one row of the table for each EtherType that means one):
// two bytes of tag, then the type or length field that an untagged frame would have. An E-Tag (802.1BR) has six bytes,
// the tag of HSR (IEC 62439-3) four.

import { readTypeOrLength } from './ethernet.js';
import { type Next, short, type Walk } from './walk.js';

const VLAN_TAG = 2;
const E_TAG = 6;
const HSR_TAG = 4;
const TYPE = 2;
const SHORT = short('VLAN tag');

export const readVlan = (walk: Walk): Next => readTag(walk, VLAN_TAG);
export const readETag = (walk: Walk): Next => readTag(walk, E_TAG);
export const readHsrTag = (walk: Walk): Next => readTag(walk, HSR_TAG);

function readTag(walk: Walk, length: number): Next {
  if (walk.end - walk.at < length + TYPE) return walk.stopShort(SHORT);
  return readTypeOrLength(walk, walk.at + length);
}
