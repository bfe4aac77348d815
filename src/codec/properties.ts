// Property Length and properties (5.0: 2.2.2), the same for every packet and for the Will. The section ends where its
// length says, so that what follows is still read when a property is unknown or cut.

import { variableByteInteger } from '../bytes/cursor.js';
import { Interned } from '../bytes/interned.js';
import { PROPERTY_BY_ID, PROPERTY_BY_NAME, type PropertyRow } from '../spec/properties.js';
import { type Item, present } from './layout.js';
import type { Property } from './packet.js';
import type { Reader, Section, Spec } from './reader.js';
import { binary, byte, u16, u32, utf8, utf8pair, type Value, varint } from './values.js';

interface PropertiesOptions {
  readonly section: Section;
  /** The Property Length may be left out at the end of the packet. */
  readonly optional?: boolean;
}

const LENGTH: Spec = { name: 'propertyLength', label: 'Property Length' };
const IDENTIFIER: Spec = {
  name: 'identifier',
  label: 'Property Identifier',
  section: '2.2.2.2',
  meaning: (id: number) => PROPERTY_BY_ID[id]?.label ?? 'not defined',
};

const BY_TYPE = { byte, u16, u32, varint, utf8, binary, utf8pair } as const;

/** How properties are read and written, by identifier. Owners are few: a list is searched faster than a Map. */
const FIELDS: readonly (PropertyField | undefined)[] = PROPERTY_BY_ID.map(
  (row) => row && { row, value: BY_TYPE[row.type] as Value<unknown>, owners: [], specs: [] },
);

interface PropertyField {
  readonly row: PropertyRow;
  readonly value: Value<unknown>;
  readonly owners: string[];
  readonly specs: Spec[];
}

function specFor({ row, owners, specs }: PropertyField, owner: string): Spec {
  let at = owners.indexOf(owner);
  if (at < 0) {
    at = owners.push(owner) - 1;
    specs.push(specOf(row, owner));
  }
  return specs[at]!;
}

function specOf(row: PropertyRow, owner: string): Spec {
  const section = (row.sections as Readonly<Record<string, string>>)[owner] ?? '2.2.2.2';
  return {
    name: row.name,
    label: row.label,
    section,
    secret: row.name === 'authenticationData',
    meaning: (value: unknown) => meaningOf(row, value),
  };
}

function meaningOf(row: PropertyRow, value: unknown): string | undefined {
  if (row.name === 'payloadFormatIndicator')
    return value === 1 ? 'UTF-8 text' : value === 0 ? 'unspecified bytes' : undefined;
  if (row.name === 'sessionExpiryInterval' && value === 0xffffffff) return 'does not expire';
  return 'unit' in row ? `${value} ${row.unit}` : undefined;
}

/** Property Length and Properties of `owner`; present in 5.0 only. */
export function properties(owner: string, options: PropertiesOptions): Item {
  const label = owner === 'WILL' ? 'Will Properties' : 'Properties';
  const lengthSpec = { ...LENGTH, section: options.section };
  return {
    name: 'properties',
    label,
    read(reader, out) {
      if (reader.version !== '5.0') return;
      if (options.optional === true && reader.at >= reader.wireEnd) return;
      const lengthAt = reader.at;
      const length = varint.read(reader, lengthSpec);
      if (reader.failed) return;
      if (reader.at + length > reader.wireEnd) {
        const left = reader.wireEnd - reader.at;
        const message = `${label} Length says ${length} bytes, ${left} are left`.replace('Properties', 'Property');
        reader.problem('length-overrun', message, LENGTH.name, lengthAt, reader.at - lengthAt);
      }
      const list = readSection(reader, owner, length, label, options.section);
      if (!reader.surveys) out.properties = list;
    },
    write(sink, source, version) {
      if (version !== '5.0') return;
      if (source.properties === undefined && options.optional !== true) source = { ...source, properties: [] };
      if (!present(sink, source, { name: 'properties', label }, options, version)) return;
      const list = source.properties as readonly Property[];
      const start = sink.at;
      for (const property of list) writeProperty(sink, property, owner);
      sink.insert(start, variableByteInteger(sink.at - start));
    },
  };
}

const NONE: readonly Property[] = Object.freeze([]);
/** Sections of PUBLISH that were read without a problem: most messages of a sender have the same. */
const sections = new Interned<readonly Property[]>(256);

/** The properties in bytes[at, end) of a PUBLISH, when the same bytes were read before; they have no problem then. */
export function knownProperties(
  bytes: Uint8Array,
  at: number,
  end: number,
  view: DataView,
): readonly Property[] | undefined {
  return at === end ? NONE : sections.find(bytes, at, end, view);
}

/** Views of bytes do not last. */
function lasts({ value }: Property): boolean {
  return !(value instanceof Uint8Array);
}

function readSection(
  reader: Reader,
  owner: string,
  length: number,
  label: string,
  section: Section,
): readonly Property[] {
  if (length === 0) return NONE;
  const { end, wireEnd, at } = reader;
  reader.end = Math.min(end, at + length);
  reader.wireEnd = Math.min(wireEnd, at + length);
  reader.enter('properties');
  const list: Property[] = [];
  while (!reader.failed && reader.at < reader.end) readProperty(reader, owner, list);
  const whole = reader.end === reader.wireEnd;
  if (reader.failed) reader.unread();
  reader.leave(label, at, section);
  if (owner === 'PUBLISH' && whole && !reader.failed && reader.problems === undefined && list.every(lasts)) {
    if (!reader.surveys) sections.keep(reader.bytes, at, at + length, list);
  }
  // What follows the section starts where its length says: a failure inside does not reach beyond, unless bytes are missing.
  reader.failed = !whole || (reader.failed && at + length > wireEnd);
  reader.end = end;
  reader.wireEnd = wireEnd;
  return list;
}

function readProperty(reader: Reader, owner: string, list: Property[]): void {
  const at = reader.at;
  reader.enter(list.length);
  const id = varint.read(reader, IDENTIFIER);
  const field = reader.failed ? undefined : FIELDS[id];
  if (field !== undefined) {
    const read = field.value.read(reader, specFor(field, owner));
    if (!reader.failed) list.push({ name: field.row.name, value: read } as Property);
  } else if (!reader.failed) {
    reader.failed = true;
    const message = `property identifier ${id} (0x${id.toString(16).padStart(2, '0')}) is not defined`;
    reader.problem('unknown-property', message, IDENTIFIER.name, at, reader.at - at);
  }
  reader.leave(field === undefined ? 'Unknown Property' : field.row.label, at, '2.2.2.2');
}

function writeProperty(sink: Parameters<Item['write']>[0], property: Property, owner: string): void {
  const row = PROPERTY_BY_NAME.get(property.name);
  if (row === undefined) throw new RangeError(`${property.name} is not a property of MQTT 5.0`);
  const field = FIELDS[row.id]!;
  sink.bytes(variableByteInteger(row.id));
  field.value.write(sink, property.value, specFor(field, owner));
}
