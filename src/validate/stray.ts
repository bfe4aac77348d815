// Bytes that were stepped over because no packet begins with them: what is wrong with them. The framer loses its step over
// them; that is the sender's fault only where nothing was missing before.

import { DAMAGED, NEEDS_MORE, packetLength } from '../codec/plausible.js';

export type Stray = 'reserved-type' | 'remaining-length' | 'not-a-packet';

/** Undefined when it cannot be told: too few bytes. */
export function strayOf(bytes: Uint8Array | undefined): Stray | undefined {
  if (bytes === undefined || bytes.length === 0) return undefined;
  if (bytes[0]! < 0x10) return 'reserved-type';
  const length = packetLength(bytes, 0);
  if (length === DAMAGED) return 'remaining-length';
  return length === NEEDS_MORE ? undefined : 'not-a-packet';
}
