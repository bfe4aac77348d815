// Whether a packet may have been read wrongly: a version that is a guess, a boundary found again after bytes were
// missing. A rule about one packet says so instead of accusing somebody: a late start never makes a false violation. And
// how a rule says so, whatever its doubt.

import type { ConnectionInfo } from '../dissect/item.js';
import type { PacketEvent } from './event.js';
import type { Fault, Verdict } from './rule.js';

/** So many packets in a row after a late start are no accident: the boundaries are right. */
const IN_STEP = 8;

/** Why packets may have been read by the layout of another version; undefined when they were not. */
export function doubtOfVersion({ versionFrom }: ConnectionInfo): string | undefined {
  const isKnown = versionFrom === 'connect' || versionFrom === 'option';
  return isKnown ? undefined : 'no CONNECT was seen, so the version is a guess';
}

/** Why the packet may not be what its sender sent; undefined when it is. */
export function doubtOf({ item, sender }: PacketEvent): string | undefined {
  const version = doubtOfVersion(item.connection);
  if (version !== undefined) return version;
  const { evidence, firstPacket, packets } = sender;
  if (evidence.isWhole) return undefined;
  return evidence.hole(firstPacket !== undefined && packets >= IN_STEP ? firstPacket.time + 1 : undefined);
}

/** A violation, unless the packet may have been read wrongly. */
export function accuse(verdict: Verdict, event: PacketEvent, fault: Fault): void {
  blame(verdict, doubtOf(event), fault);
}

/** A violation, unless something that it rests on is in doubt. */
export function blame(verdict: Verdict, doubt: string | undefined, fault: Fault): void {
  if (doubt === undefined) verdict.violate(fault);
  else verdict.inconclusive(doubt, fault);
}
