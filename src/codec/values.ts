// The data representations of MQTT (1.5): how each is read into a value and written back. `read` never throws; when a
// value does not fit it reports why, sets the reader's `failed` and returns an empty one. `write` throws RangeError
// for what the format cannot hold.

import { variableByteInteger, variableByteIntegerWidth } from '../bytes/cursor.js';
import type { Sink } from '../bytes/sink.js';
import { encodeUtf8, illFormedAt, lenientUtf8, wellFormedUtf8 } from '../bytes/utf8.js';
import type { Reader, Spec } from './reader.js';

export interface Value<T> {
  read(reader: Reader, spec: Spec): T;
  write(sink: Sink, value: T, spec: Spec): void;
}

const NO_BYTES = new Uint8Array(0);
const LONE_SURROGATE = /\p{Surrogate}/u;

function writeUint(sink: Sink, value: number, width: number, spec: Spec): void {
  if (!Number.isInteger(value) || value < 0 || value >= 256 ** width) {
    throw new RangeError(`${spec.label}: ${value} does not fit into ${width} ${width === 1 ? 'byte' : 'bytes'}`);
  }
  sink.uint(value, width);
}

function uint(width: 1 | 2 | 4, take: (reader: Reader) => number): Value<number> {
  return {
    read(reader, spec) {
      const at = reader.at;
      const value = take(reader);
      if (reader.failed) reader.cut(spec, width);
      else if (reader.trace !== undefined) reader.leaf(spec, at, width, value);
      return value;
    },
    write: (sink, value, spec) => writeUint(sink, value, width, spec),
  };
}

export const byte = uint(1, (reader) => reader.u8());
export const u16 = uint(2, (reader) => reader.u16());
export const u32 = uint(4, (reader) => reader.u32());

/** A Variable Byte Integer of any width, as the Remaining Length may have before 5.0. */
export function readVarint(reader: Reader, spec: Spec): number {
  const at = reader.at;
  const value = reader.variableByteInteger();
  if (!reader.failed) {
    if (reader.trace !== undefined) reader.leaf(spec, at, reader.at - at, value);
  } else if (reader.left < 4) reader.cut(spec, reader.left + 1);
  else reader.problem('variable-byte-integer', `${spec.label} goes on after its fourth byte`, spec.name, at, 4);
  return value;
}

/** 5.0: 1.5.5: the encoded value must use the minimum number of bytes. */
export function reportOverlong(reader: Reader, spec: Spec, at: number, width: number, value: number): void {
  const needed = variableByteIntegerWidth(value);
  if (width <= needed) return;
  const message = `${spec.label} takes ${width} bytes for ${value}, ${needed} ${needed === 1 ? 'is' : 'are'} enough`;
  reader.problem('overlong', message, spec.name, at, width);
}

/** Variable Byte Integer (5.0: 1.5.5). */
export const varint: Value<number> = {
  read(reader, spec) {
    const at = reader.at;
    const value = readVarint(reader, spec);
    if (!reader.failed && reader.at > at + 1) reportOverlong(reader, spec, at, reader.at - at, value);
    return value;
  },
  write: (sink, value) => sink.bytes(variableByteInteger(value)),
};

/** Reads the two bytes of a length and returns it when so many bytes follow, else -1. */
function readLength(reader: Reader, spec: Spec): number {
  const at = reader.at;
  const length = reader.u16();
  if (reader.failed) {
    reader.cut({ ...spec, name: `${spec.name}Length`, label: `${spec.label} Length` }, 2);
    return -1;
  }
  if (reader.trace !== undefined) {
    reader.leaf({ name: `${spec.name}Length`, label: `${spec.label} Length`, section: spec.section }, at, 2, length);
  }
  if (length > reader.end - reader.at) {
    reader.overrun(spec, length);
    return -1;
  }
  return length;
}

function writeCounted(sink: Sink, bytes: Uint8Array, spec: Spec): void {
  if (bytes.length > 0xffff) throw new RangeError(`${spec.label} has ${bytes.length} bytes, at most 65535 fit`);
  sink.uint(bytes.length, 2);
  sink.bytes(bytes);
}

/** UTF-8 Encoded String (1.5.3; 5.0: 1.5.4). */
export const utf8: Value<string> = {
  read(reader, spec) {
    const length = readLength(reader, spec);
    if (length < 0) return '';
    const { at, bytes } = reader;
    const end = at + length;
    if (reader.surveys && illFormedAt(bytes, at, end) < 0) {
      reader.at = end;
      return '';
    }
    let text = wellFormedUtf8(bytes, at, end);
    if (text === undefined) {
      text = lenientUtf8(bytes, at, end);
      const wrong = illFormedAt(bytes, at, end);
      const message = `${spec.label} is not well-formed UTF-8 from its byte ${wrong - at} on`;
      reader.problem('utf8', message, spec.name, wrong, end - wrong);
    }
    reader.at = end;
    if (reader.trace !== undefined) reader.leaf(spec, at, length, text);
    return text;
  },
  write(sink, value, spec) {
    if (LONE_SURROGATE.test(value)) throw new RangeError(`${spec.label} has a surrogate without its other half`);
    writeCounted(sink, encodeUtf8(value), spec);
  },
};

/** Binary Data (5.0: 1.5.6), and the length-prefixed payloads of 3.1 and 3.1.1. A view. */
export const binary: Value<Uint8Array> = {
  read(reader, spec) {
    const length = readLength(reader, spec);
    if (length < 0) return NO_BYTES;
    const at = reader.at;
    reader.at += length;
    if (reader.surveys) return NO_BYTES;
    const value = reader.bytes.subarray(at, reader.at);
    if (reader.trace !== undefined) reader.leaf(spec, at, length, value);
    return value;
  },
  write: (sink, value, spec) => writeCounted(sink, value, spec),
};

const PAIR_NAME: Spec = { name: 'name', label: 'Name' };
const PAIR_VALUE: Spec = { name: 'value', label: 'Value' };

/** UTF-8 String Pair (5.0: 1.5.7). */
export const utf8pair: Value<{ readonly name: string; readonly value: string }> = {
  read(reader, spec) {
    const at = reader.at;
    reader.enter(spec.name);
    const name = utf8.read(reader, PAIR_NAME);
    const value = reader.failed ? '' : utf8.read(reader, PAIR_VALUE);
    reader.leave(spec.label, at, spec.section);
    return { name, value };
  },
  write(sink, pair) {
    utf8.write(sink, pair.name, PAIR_NAME);
    utf8.write(sink, pair.value, PAIR_VALUE);
  },
};

/** Everything up to the end of the packet: an Application Message. A view. */
export const rest: Value<Uint8Array> = {
  read(reader, spec) {
    const { at, end } = reader;
    reader.at = end;
    if (reader.surveys) return NO_BYTES;
    const value = reader.bytes.subarray(at, end);
    if (reader.trace !== undefined) reader.leaf(spec, at, end - at, value);
    return value;
  },
  write: (sink, value) => sink.bytes(value),
};
