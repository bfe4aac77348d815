// The properties of MQTT 5.0 by identifier and by name, and the types of their values.

import { PROPERTIES } from './property-table.js';

/** Data representations of 1.5 that a property value can have. */
export interface PropertyTypes {
  readonly byte: number;
  readonly u16: number;
  readonly u32: number;
  readonly varint: number;
  readonly utf8: string;
  readonly binary: Uint8Array;
  readonly utf8pair: { readonly name: string; readonly value: string };
}

export type PropertyRow = (typeof PROPERTIES)[number];
export type PropertyName = PropertyRow['name'];
export type PropertyValue<N extends PropertyName> = PropertyTypes[Extract<PropertyRow, { name: N }>['type']];

/** Rows by property identifier; holes are identifiers that 5.0 does not define. */
export const PROPERTY_BY_ID: readonly (PropertyRow | undefined)[] = Array.from({ length: 128 }, (_, id) =>
  PROPERTIES.find((row) => row.id === id),
);

export const PROPERTY_BY_NAME: ReadonlyMap<string, PropertyRow> = new Map(PROPERTIES.map((row) => [row.name, row]));
