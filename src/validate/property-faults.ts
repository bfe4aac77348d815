// What table 2-4 of 5.0 thinks of the properties of a packet: allowed there, repeated, out of range. One pass over the
// list answers for all rules and makes nothing; who, where and why is worked out only for what is wrong.

import type { Property } from '../codec/packet.js';
import type { ReadPacket } from '../dissect/item.js';
import { PROPERTY_BY_NAME, type PropertyName } from '../spec/properties.js';
import { PROPERTIES } from '../spec/property-table.js';

/** Bits of propertyFaultsIn; CHECKED says that there were properties at all. */
export const CHECKED = 1;
export const NOT_ALLOWED = 2;
export const REPEATED = 4;
export const REPEATED_UNSAID = 8;
export const OUT_OF_RANGE = 16;
export const FORMAT_UNKNOWN = 32;
/** There was a value with a range, or authentication data: what keeps the rule, as far as no fault says otherwise. */
export const RANGED = 64;
export const DATA_WITHOUT_METHOD = 128;
export const WITH_DATA = 256;
export const WITH_FORMAT = 512;

interface Facts {
  /** A bit of its own: 27 properties fit. */
  readonly bit: number;
  /** Fault when it comes twice. */
  readonly twice: number;
  readonly ranged: boolean;
  readonly min: number;
  readonly max: number;
  /** Fault when its value is out of range. */
  readonly beyond: number;
}

const METHOD = bitOf('authenticationMethod');
const DATA = bitOf('authenticationData');

/** By owner (a packet type, or WILL) and property name. */
const FACTS: ReadonlyMap<string, ReadonlyMap<string, Facts>> = new Map(
  [...new Set(PROPERTIES.flatMap(({ sections }) => Object.keys(sections)))].map((owner) => [
    owner,
    new Map(PROPERTIES.filter(({ sections }) => owner in sections).map(({ name }) => [name, factsOf(name, owner)])),
  ]),
);

function bitOf(name: PropertyName): number {
  return 1 << PROPERTIES.findIndex((row) => row.name === name);
}

function factsOf(name: PropertyName, owner: string): Facts {
  const row = PROPERTY_BY_NAME.get(name)!;
  const { repeatable } = row;
  const mayRepeat = typeof repeatable === 'boolean' ? repeatable : (repeatable as readonly string[]).includes(owner);
  // 3.3.2.3.2 and 3.3.2.3.3 do not say that a second one is an error, as they do for the Will.
  const unsaid = owner === 'PUBLISH' && (name === 'payloadFormatIndicator' || name === 'messageExpiryInterval');
  const [min, max] = 'min' in row ? [row.min, row.max] : [0, 0];
  return {
    bit: bitOf(name),
    twice: mayRepeat ? 0 : unsaid ? REPEATED_UNSAID : REPEATED,
    // 3.3.4: a Topic Alias of 0 has a statement and a Reason Code of its own.
    ranged: 'min' in row && name !== 'topicAlias' && !(min === 0 && max >= 0xffff),
    min,
    max,
    beyond: name === 'payloadFormatIndicator' ? FORMAT_UNKNOWN : OUT_OF_RANGE,
  };
}

let lastPacket: ReadPacket | undefined;
let lastFaults = 0;

/** What is wrong with the properties of a packet, those of its Will included. */
export function propertyFaultsIn(packet: ReadPacket): number {
  if (packet === lastPacket) return lastFaults;
  let faults = 'properties' in packet ? faultsIn(packet.properties, packet.type) : 0;
  if (packet.type === 'CONNECT' && packet.will !== undefined) faults |= faultsIn(packet.will.properties, 'WILL');
  lastPacket = packet;
  lastFaults = faults;
  return faults;
}

function faultsIn(properties: readonly Property[] | undefined, owner: string): number {
  if (properties === undefined || properties.length === 0) return 0;
  const facts = FACTS.get(owner);
  let faults = CHECKED;
  let seen = 0;
  for (let i = 0; i < properties.length; i++) {
    const { name, value } = properties[i]!;
    const its = facts?.get(name);
    if (its === undefined) {
      faults |= NOT_ALLOWED;
      continue;
    }
    if ((seen & its.bit) !== 0) faults |= its.twice;
    seen |= its.bit;
    if (!its.ranged) continue;
    faults |= its.beyond === FORMAT_UNKNOWN ? WITH_FORMAT : RANGED;
    if ((value as number) < its.min || (value as number) > its.max) faults |= its.beyond;
  }
  if (owner === 'CONNECT' && (seen & DATA) !== 0) faults |= (seen & METHOD) === 0 ? DATA_WITHOUT_METHOD : WITH_DATA;
  return faults;
}

export interface PropertyFault {
  /** One of the bits above. */
  readonly kind: number;
  /** Path of the property: connack.properties[2]. */
  readonly path: string;
  readonly owner: string;
  readonly property: Property;
  /** "Receive Maximum". */
  readonly label: string;
  /** "1 to 65535". */
  readonly range: string;
}

/** The faults one by one. */
export function listPropertyFaults(packet: ReadPacket): readonly PropertyFault[] {
  const type = packet.type.toLowerCase();
  const found = 'properties' in packet ? faultsOf(packet.properties ?? [], packet.type, type) : [];
  const will = packet.type === 'CONNECT' ? packet.will?.properties : undefined;
  return will === undefined ? found : [...found, ...faultsOf(will, 'WILL', `${type}.will`)];
}

function faultsOf(properties: readonly Property[], owner: string, parent: string): PropertyFault[] {
  const facts = FACTS.get(owner);
  const found: PropertyFault[] = [];
  const seen = new Set<string>();
  properties.forEach((property, i) => {
    const { name, value } = property;
    const its = facts?.get(name);
    const { label } = PROPERTY_BY_NAME.get(name)!;
    const range = its === undefined ? '' : its.max === 1 ? '0 or 1' : `${its.min} to ${its.max}`;
    const kinds: number[] = [];
    if (its === undefined) kinds.push(NOT_ALLOWED);
    else {
      if (seen.has(name) && its.twice !== 0) kinds.push(its.twice);
      if (its.ranged && ((value as number) < its.min || (value as number) > its.max)) kinds.push(its.beyond);
    }
    seen.add(name);
    for (const kind of kinds) found.push({ kind, path: `${parent}.properties[${i}]`, owner, property, label, range });
  });
  const data = properties.findIndex(({ name }) => name === 'authenticationData');
  if (owner === 'CONNECT' && data >= 0 && !seen.has('authenticationMethod')) {
    const path = `${parent}.properties[${data}]`;
    found.push({
      kind: DATA_WITHOUT_METHOD,
      path,
      owner,
      property: properties[data]!,
      label: 'Authentication Data',
      range: '',
    });
  }
  return found;
}
