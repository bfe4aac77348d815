// Linux cooked capture v2 (LINKTYPE 276): protocol first, then interface index, ARPHRD type, packet type, address.
// https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html

import { cookedProtocol } from './linux-sll.js';
import { type Next, short, type Walk } from './walk.js';

const PROTOCOL = 0;
const HARDWARE = 8;
const HEADER = 20;
const SLL2 = short('Linux cooked v2 header');

export function readLinuxSll2(walk: Walk): Next {
  const { at } = walk;
  if (walk.end - at < HEADER) return walk.stopShort(SLL2);
  walk.at = at + HEADER;
  return cookedProtocol(walk, walk.uint16(at + HARDWARE), walk.uint16(at + PROTOCOL));
}
