// The check of a rule about one kind of property fault: it holds where there is something to check, else it says which
// property is wrong, where.

import type { ReadPacket } from '../dissect/item.js';
import { accuse } from './doubt.js';
import type { PacketEvent } from './event.js';
import { listPropertyFaults, type PropertyFault, propertyFaultsIn } from './property-faults.js';
import type { Verdict } from './rule.js';

/** A check of one kind of fault; `exercised`: the bit that says that there was something to check. */
export function faultCheck(
  kind: number,
  exercised: number,
  say: (fault: PropertyFault) => { readonly message: string; readonly leaf?: string },
) {
  return (packet: ReadPacket, verdict: Verdict, event: PacketEvent): void => {
    const faults = propertyFaultsIn(packet);
    if ((faults & kind) === 0) {
      if ((faults & exercised) !== 0) verdict.hold();
      return;
    }
    for (const fault of listPropertyFaults(packet)) {
      if (fault.kind !== kind) continue;
      const { message, leaf } = say(fault);
      accuse(verdict, event, { message, path: leaf === undefined ? fault.path : `${fault.path}.${leaf}` });
    }
  };
}
