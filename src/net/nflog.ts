// Linux netfilter log (LINKTYPE 239): address family, version, resource, then attributes (length, type, value, padded to
// four bytes) in the byte order of the machine that captured; one of them is the packet.

import { ADDRESS_FAMILY, type Next, short, skip, type Walk } from './walk.js';

const HEADER = 4;
const ATTRIBUTE = 4;
const PAYLOAD = 9;
/** Two bits of the type are flags. */
const TYPE_BITS = 0x3fff;

const NFLOG = short('NFLOG header');
const BAD_ATTRIBUTE = skip('malformed', 'NFLOG attribute');
const NO_PAYLOAD = skip('not-ip', 'NFLOG without packet');

export function readNflog(walk: Walk): Next {
  const { bytes, at: start } = walk;
  if (walk.end - start < HEADER + ATTRIBUTE) return walk.stopShort(NFLOG);
  const swapped = isLittleEndian(walk, start + HEADER);
  const read = (at: number): number => (swapped ? bytes[at]! | (bytes[at + 1]! << 8) : walk.uint16(at));
  for (let at = start + HEADER; walk.wireEnd - at >= ATTRIBUTE; ) {
    if (walk.end - at < ATTRIBUTE) return walk.stopShort(NFLOG);
    const length = read(at);
    if (length < ATTRIBUTE || at + length > walk.wireEnd) return walk.stop(BAD_ATTRIBUTE);
    if ((read(at + 2) & TYPE_BITS) === PAYLOAD) {
      walk.at = at + ATTRIBUTE;
      walk.limit(at + length);
      return ADDRESS_FAMILY | bytes[start]!;
    }
    at += (length + 3) & ~3;
  }
  return walk.stop(NO_PAYLOAD);
}

/** The first attribute's length and type make sense in one order only: both are small. */
const isLittleEndian = (walk: Walk, at: number): boolean => walk.bytes[at + 1] === 0 || walk.bytes[at + 3] === 0;
