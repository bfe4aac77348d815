// User Properties of a message before and after a server passed it on (5.0: 3.3.2.3.7): the server may add its own.

import type { Property } from '../codec/packet.js';
import type { UserProperty } from './state/forwarded.js';

function isSame(a: UserProperty, b: UserProperty): boolean {
  return a.name === b.name && a.value === b.value;
}

/** kept: all are there in their order; changed: all are there; missing: some are not. */
export function orderOf(was: readonly UserProperty[], is: readonly Property[]): 'kept' | 'changed' | 'missing' {
  let next = 0;
  for (let i = 0; i < is.length && next < was.length; i++) {
    const one = is[i]!;
    if (one.name === 'userProperty' && isSame(one.value, was[next]!)) next++;
  }
  if (next === was.length) return 'kept';
  const left: UserProperty[] = [];
  for (const one of is) if (one.name === 'userProperty') left.push(one.value);
  for (const one of was) {
    const at = left.findIndex((other) => isSame(one, other));
    if (at < 0) return 'missing';
    left.splice(at, 1);
  }
  return 'changed';
}
