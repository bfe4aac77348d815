// One property of a packet by its name, without making anything: packets that carry none pay nothing.

import type { Property } from '../../codec/packet.js';

export type NumberProperty = Extract<Property, { readonly value: number }>['name'];

/** The first of that name. */
export function numberOf(properties: readonly Property[] | undefined, name: NumberProperty): number | undefined {
  if (properties === undefined) return undefined;
  for (let i = 0; i < properties.length; i++) {
    const one = properties[i]!;
    if (one.name === name) return one.value as number;
  }
  return undefined;
}
