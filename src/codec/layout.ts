// The vocabulary of layouts. A packet type is one constant made of these items; reading, writing and the annotated
// tree all walk it, so they cannot drift apart (DESIGN law 2).

import type { Sink } from '../bytes/sink.js';
import type { Version } from '../spec/versions.js';
import type { Reader, Section, Spec } from './reader.js';
import type { Value } from './values.js';

/** Values by name while a packet is being read or written; typed as Packet at the codec's edge. */
export type Draft = Record<string, unknown>;

/** A plain object. What is made by `new` has room in it for the fields that follow; behind a literal they stand elsewhere. */
export const Begun = function (this: Draft, type: string): void {
  this.type = type;
} as unknown as new (
  type: string,
) => Draft;
Begun.prototype = Object.prototype;

export interface Item {
  readonly name: string;
  readonly label: string;
  read(reader: Reader, out: Draft): void;
  write(sink: Sink, source: Draft, version: Version): void;
}

export type Condition = (packet: Draft, version: Version) => boolean;

export interface ItemOptions {
  readonly section?: Section;
  /** Present only when this holds. */
  readonly when?: Condition;
  /** May be left out at the end of the packet, and everything after it: always, or in one version. */
  readonly optional?: boolean | Version;
  /** What the value changes for the rest of the packet: the version, for one. */
  readonly after?: (out: Draft, reader: Reader) => void;
  readonly secret?: boolean;
  readonly meaning?: (value: never, reader: Reader) => string | undefined;
}

type Put = (out: Draft, value: unknown) => void;

// A store under a name that is only known as the program runs is looked up each time. What nearly every packet has is stored
// by functions of its own.
const PUTS: Readonly<Record<string, Put>> = {
  dup: (out, value) => {
    out.dup = value;
  },
  qos: (out, value) => {
    out.qos = value;
  },
  retain: (out, value) => {
    out.retain = value;
  },
  topic: (out, value) => {
    out.topic = value;
  },
  packetId: (out, value) => {
    out.packetId = value;
  },
  payload: (out, value) => {
    out.payload = value;
  },
};

function putting(name: string): Put {
  return (
    PUTS[name] ??
    ((out, value) => {
      out[name] = value;
    })
  );
}

export const v5: Condition = (_packet, version) => version === '5.0';
export const before5: Condition = (_packet, version) => version !== '5.0';

function isOptional(optional: ItemOptions['optional'], version: Version): boolean {
  return optional === true || optional === version;
}

function isLeftOut(reader: Reader, optional: ItemOptions['optional']): boolean {
  return isOptional(optional, reader.version) && reader.at >= reader.wireEnd;
}

function absent(reader: Reader, out: Draft, { when, optional }: ItemOptions): boolean {
  return (when !== undefined && !when(out, reader.version)) || isLeftOut(reader, optional);
}

/**
 * Whether to write it. A value that the layout needs and the packet lacks is a RangeError, and so is one behind another
 * that was left out at the end (5.0: 3.4.2.2.1, 3.14.2.2.1).
 */
export function present(
  sink: Sink,
  source: Draft,
  item: { name: string; label: string },
  options: ItemOptions,
  version: Version,
): boolean {
  if (options.when !== undefined && !options.when(source, version)) return false;
  if (source[item.name] !== undefined) {
    if (sink.ended === undefined) return true;
    throw new RangeError(`${item.label} cannot stand without the ${sink.ended} before it`);
  }
  if (isOptional(options.optional, version)) {
    sink.ended ??= item.label;
    return false;
  }
  throw new RangeError(`${item.label} (${item.name}) is missing`);
}

/** One value. */
export function field<T>(name: string, label: string, value: Value<T>, options: ItemOptions = {}): Item {
  const spec: Spec = { name, label, section: options.section, secret: options.secret, meaning: options.meaning };
  // Taken apart once: options have many shapes, and looking into them for each field of each packet takes its time.
  const { when, optional, after } = options;
  const put = putting(name);
  return {
    name,
    label,
    read(reader, out) {
      if (when !== undefined && !when(out, reader.version)) return;
      if (optional !== undefined && isLeftOut(reader, optional)) return;
      const read = value.read(reader, spec);
      if (reader.failed || reader.surveys) return;
      put(out, read);
      if (after !== undefined) after(out, reader);
    },
    write(sink, source, version) {
      if (present(sink, source, spec, options, version)) value.write(sink, source[name] as T, spec);
    },
  };
}

/** A part of a byte: one bit is a boolean, several are a number. */
export interface Bits {
  readonly name: string;
  readonly label: string;
  readonly high: number;
  readonly low: number;
  readonly when: Condition | undefined;
  readonly put: Put;
  readonly options: ItemOptions;
}

export function bit(position: number, name: string, label: string, options: ItemOptions = {}): Bits {
  return bitField(position, position, name, label, options);
}

export function bitField(high: number, low: number, name: string, label: string, options: ItemOptions = {}): Bits {
  return { name, label, high, low, when: options.when, put: putting(name), options };
}

/** Takes one part out of a byte; undefined when it is not there. */
export function takeBits(reader: Reader, out: Draft, byte: number, part: Bits): number | boolean | undefined {
  const { when, high, low, put } = part;
  if (when !== undefined && !when(out, reader.version)) return undefined;
  const number = (byte >> low) & ((1 << (high - low + 1)) - 1);
  const value = high === low ? number === 1 : number;
  put(out, value);
  return value;
}

/** Takes one part out of a byte, and traces it. */
export function readBits(reader: Reader, out: Draft, at: number, byte: number, part: Bits): void {
  const value = takeBits(reader, out, byte, part);
  if (value !== undefined && reader.trace !== undefined) {
    const { section, meaning } = part.options;
    reader.leaf({ name: part.name, label: part.label, section, meaning }, at, 1, value, [part.high, part.low]);
  }
}

/** The bits of one part, in place. */
export function bitsOf(source: Draft, part: Bits, version: Version): number {
  if (part.when !== undefined && !part.when(source, version)) return 0;
  const number = Number(source[part.name] ?? 0);
  if (!(Number.isInteger(number) && number >= 0 && number < 1 << (part.high - part.low + 1))) {
    throw new RangeError(`${part.label}: ${number} does not fit into its bits`);
  }
  return number << part.low;
}

/** One byte of flags, as a group. */
export function flags(name: string, label: string, parts: readonly Bits[], options: ItemOptions = {}): Item {
  const spec: Spec = { name, label, section: options.section };
  return {
    name,
    label,
    read(reader, out) {
      if (absent(reader, out, options)) return;
      const at = reader.at;
      const byte = reader.u8();
      if (reader.failed) {
        reader.cut(spec, 1);
        return;
      }
      const group: Draft = {};
      reader.enter(name);
      for (const part of parts) readBits(reader, group, at, byte, part);
      reader.leave(label, at, options.section);
      if (!reader.surveys) out[name] = group;
    },
    write(sink, source, version) {
      if (!present(sink, source, spec, options, version)) return;
      const group = source[name] as Draft;
      let byte = 0;
      for (const part of parts) byte |= bitsOf(group, part, version);
      sink.u8(byte);
    },
  };
}

/** Several items under one name. */
export function group(name: string, label: string, items: readonly Item[], options: ItemOptions = {}): Item {
  return {
    name,
    label,
    read(reader, out) {
      if (absent(reader, out, options)) return;
      const at = reader.at;
      const values: Draft = {};
      reader.enter(name);
      readItems(reader, values, items);
      reader.leave(label, at, options.section);
      if (!reader.failed && !reader.surveys) out[name] = values;
    },
    write(sink, source, version) {
      if (!present(sink, source, { name, label }, options, version)) return;
      for (const item of items) item.write(sink, source[name] as Draft, version);
    },
  };
}

/** Groups up to the end of the packet: the subscriptions of SUBSCRIBE. */
export function listOfGroups(name: string, label: string, items: readonly Item[], section?: Section): Item {
  return {
    name,
    label,
    read(reader, out) {
      const values: Draft[] = [];
      reader.enter(name);
      const start = reader.at;
      while (!reader.failed && reader.at < reader.end) {
        const at = reader.at;
        const value: Draft = {};
        reader.enter(values.length);
        readItems(reader, value, items);
        reader.leave(`${label} ${values.length + 1}`, at, section);
        if (!reader.failed) values.push(value);
      }
      reader.leave(`${label}s`, start, section);
      if (!reader.surveys) out[name] = values;
    },
    write(sink, source, version) {
      if (!present(sink, source, { name, label }, {}, version)) return;
      for (const value of source[name] as readonly Draft[]) for (const item of items) item.write(sink, value, version);
    },
  };
}

/** Values up to the end of the packet: topic filters of UNSUBSCRIBE, codes of SUBACK. */
export function listOf<T>(name: string, label: string, value: Value<T>, options: ItemOptions = {}): Item {
  const { section, meaning } = options;
  return {
    name,
    label,
    read(reader, out) {
      if (absent(reader, out, options)) return;
      const values: T[] = [];
      const start = reader.at;
      reader.enter(name);
      while (!reader.failed && reader.at < reader.end) {
        const read = value.read(reader, { name: `[${values.length}]`, label, section, meaning });
        if (!reader.failed) values.push(read);
      }
      reader.leave(`${label}s`, start, section);
      if (!reader.surveys) out[name] = values;
    },
    write(sink, source, version) {
      if (!present(sink, source, { name, label }, options, version)) return;
      for (const one of source[name] as readonly T[]) value.write(sink, one, { name, label });
    },
  };
}

export function readItems(reader: Reader, out: Draft, items: readonly Item[]): void {
  for (const item of items) {
    item.read(reader, out);
    if (reader.failed) return;
  }
}
