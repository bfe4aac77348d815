// One packet as bytes and as values. The bytes are written by hand from the specification's figures; the values are
// what decode must give for them, and what encode must turn back into the very bytes.

import type { Packet, Property } from '../../../src/codec/packet.js';
import type { Version } from '../../../src/spec/versions.js';

export interface Case {
  readonly name: string;
  readonly version: Version;
  /** See support/hex.ts. */
  readonly bytes: string;
  readonly packet: Packet;
}

export function rows(version: Version, list: readonly (readonly [name: string, bytes: string, packet: Packet])[]) {
  return list.map(([name, bytes, packet]): Case => ({ name, version, bytes, packet }));
}

export function property<N extends Property['name']>(
  name: N,
  value: Extract<Property, { name: N }>['value'],
): Extract<Property, { name: N }> {
  return { name, value } as Extract<Property, { name: N }>;
}

/** The connect flags of a packet without a will or credentials. */
export const NO_FLAGS = {
  userName: false,
  password: false,
  willRetain: false,
  willQos: 0,
  will: false,
  reserved: false,
} as const;
