// MACsec (IEEE 802.1AE): integrity without encryption leaves the frame readable, behind 6 or 14 bytes and before a check
// value that the IP length leaves out.

import { readTypeOrLength } from './ethernet.js';
import { type Next, short, skip, type Walk } from './walk.js';

const TAG = 6;
const CHANNEL_ID = 8;
const HAS_CHANNEL_ID = 0x20;
const ENCRYPTION_BITS = 0x0c;
const TYPE = 2;

const MACSEC = short('MACsec tag');
const ENCRYPTED = skip('encrypted', 'MACsec');

export function readMacsec(walk: Walk): Next {
  const { bytes, at } = walk;
  if (walk.end - at < TAG) return walk.stopShort(MACSEC);
  if ((bytes[at]! & ENCRYPTION_BITS) !== 0) return walk.stop(ENCRYPTED);
  const length = TAG + ((bytes[at]! & HAS_CHANNEL_ID) !== 0 ? CHANNEL_ID : 0);
  if (walk.end - at < length + TYPE) return walk.stopShort(MACSEC);
  return readTypeOrLength(walk, at + length);
}
