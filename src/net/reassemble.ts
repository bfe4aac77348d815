// What a fragment does to a walk, the same for IPv4 and IPv6: it ends here, or goes on in the datagram that it completes.
// A fragment that the capture cut cannot take part: what is missing of it will not come.

import type { Fragment } from './fragments.js';
import type { Skipped } from './segment.js';
import { IP_PROTOCOL, type Next, skip, type Walk } from './walk.js';

/** The 16 bits of a datagram's length; offset and length of a fragment can claim more ("ping of death"). */
const LONGEST = 0xffff;

export interface FragmentNames {
  readonly held: Skipped;
  readonly cut: Skipped;
  readonly tooLong: Skipped;
  readonly lost: Skipped;
  readonly late: Skipped;
}

const namesOf = (fragment: string): FragmentNames => ({
  held: skip('held', fragment),
  cut: skip('cut', fragment),
  tooLong: skip('malformed', `${fragment} that ends beyond ${LONGEST} bytes`),
  lost: skip('fragment', `${fragment} of a datagram never completed`),
  late: skip('fragment', `${fragment} of a datagram completed before`),
});

export const IPV4_FRAGMENT: FragmentNames = namesOf('IPv4 fragment');
export const IPV6_FRAGMENT: FragmentNames = namesOf('IPv6 fragment');

/** `walk.at` is where the fragment's part of the datagram begins; its addresses are known. */
export function readFragment(walk: Walk, names: FragmentNames, fragment: Fragment): Next {
  const { bytes, at, end, sourceAt, addressLength } = walk;
  if (walk.wireEnd > end) return walk.stop(names.cut);
  if (fragment.offset + end - at > LONGEST) return walk.stop(names.tooLong);
  // In both headers the destination follows the source.
  const addresses = bytes.subarray(sourceAt, sourceAt + 2 * addressLength);
  const datagram = walk.fragments.add(addresses, fragment, bytes.subarray(at, end), walk.time);
  if (datagram === undefined) return walk.stop(names.held);
  walk.continueIn(datagram.bytes);
  return IP_PROTOCOL | datagram.protocol;
}
