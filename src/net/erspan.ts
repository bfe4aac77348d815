// ERSPAN (draft-foschiano-erspan), mirrored Ethernet frames in GRE: type II with 8 bytes, type III with 12 and perhaps 8
// more. Type I has none of them: GRE reads it.

import { LINK, type Next, short, skip, type Walk } from './walk.js';

const TYPE_II = 8;
const TYPE_III = 12;
/** In the last byte of type III's header: a platform specific subheader follows. */
const OPTIONAL = 0x01;
const OPTIONAL_LENGTH = 8;
/** Bits 15 to 11 of type III's last four bytes but two: the kind of frame. */
const FRAME_TYPE = 10;
const ETHERNET_FRAME = 0;
const IP_FRAME = 2;

const ERSPAN = short('ERSPAN header');
const BAD_VERSION = skip('malformed', 'ERSPAN version');
const OTHER_FRAME = skip('not-ip', 'ERSPAN frame that is neither Ethernet nor IP');

export function readErspan(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < TYPE_II) return walk.stopShort(ERSPAN);
  const version = bytes[at]! >> 4;
  if (version === 1) {
    walk.at = at + TYPE_II;
    return LINK | 1;
  }
  return version === 2 ? readTypeIii(walk) : walk.stop(BAD_VERSION);
}

function readTypeIii(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < TYPE_III) return walk.stopShort(ERSPAN);
  const optional = (bytes[at + TYPE_III - 1]! & OPTIONAL) !== 0;
  const length = TYPE_III + (optional ? OPTIONAL_LENGTH : 0);
  if (walk.end - at < length) return walk.stopShort(ERSPAN);
  walk.at = at + length;
  const frame = (bytes[at + FRAME_TYPE]! >> 2) & 0x1f;
  if (frame === IP_FRAME) return LINK | 101;
  return frame === ETHERNET_FRAME ? LINK | 1 : walk.stop(OTHER_FRAME);
}
