// Properties of what a client sends against table 2-4 of 5.0: which may stand where, how often, and with what values.
// One row a property, from the specification's own table.

import type { Property } from '../codec/packet.js';
import { PROPERTY_BY_NAME, type PropertyName, type PropertyValue } from '../spec/properties.js';
import { PROPERTIES } from '../spec/property-table.js';
import { type Fault, fault, malformed, protocolError } from './faults.js';

const TOPIC_ALIAS_INVALID = 0x94;

interface Row {
  /** One bit for each property. */
  readonly bit: number;
  readonly once: boolean;
  readonly lowest: number;
  readonly highest: number;
  readonly label: string;
}

const ROWS: ReadonlyMap<string, ReadonlyMap<string, Row>> = new Map(
  [...new Set(PROPERTIES.flatMap(({ sections }) => Object.keys(sections)))].map((owner) => [
    owner,
    new Map(PROPERTIES.filter(({ sections }) => owner in sections).map((row) => [row.name, rowOf(row.name)])),
  ]),
);

function rowOf(name: PropertyName): Row {
  const row = PROPERTY_BY_NAME.get(name)!;
  const [lowest, highest] = 'min' in row ? [row.min, row.max] : [0, 0];
  const bit = 1 << PROPERTIES.findIndex((one) => one.name === name);
  // A client sends at most one Subscription Identifier, in SUBSCRIBE (3.8.2.1.2).
  return { bit, once: row.repeatable !== true, lowest, highest, label: row.label };
}

/** `owner`: the packet type, or WILL. */
export function propertiesFault(list: readonly Property[], owner: string): Fault | undefined {
  const rows = ROWS.get(owner)!;
  let seen = 0;
  for (let i = 0; i < list.length; i++) {
    const { name, value } = list[i]!;
    const row = rows.get(name);
    if (row === undefined) return malformed(`${owner} has no ${PROPERTY_BY_NAME.get(name)!.label}`);
    if (row.once && (seen & row.bit) !== 0) return protocolError(`${row.label} twice`);
    seen |= row.bit;
    const wrong = valueFault(row, name, value);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function valueFault(row: Row, name: PropertyName, value: Property['value']): Fault | undefined {
  if (typeof value === 'number') {
    if (value >= row.lowest && value <= row.highest) return undefined;
    return fault(name === 'topicAlias' ? TOPIC_ALIAS_INVALID : 0x82, `${row.label} ${value}`);
  }
  if (typeof value === 'string') return value.includes('\0') ? malformed(`U+0000 in ${row.label}`) : undefined;
  if (!('name' in value)) return undefined;
  return value.name.includes('\0') || value.value.includes('\0') ? malformed(`U+0000 in ${row.label}`) : undefined;
}

/** The value of the first property of that name. */
export function propertyOf<N extends PropertyName>(
  list: readonly Property[] | undefined,
  name: N,
): PropertyValue<N> | undefined {
  if (list === undefined) return undefined;
  for (let i = 0; i < list.length; i++) {
    const one: Property = list[i]!;
    if (one.name === name) return one.value as never;
  }
  return undefined;
}
