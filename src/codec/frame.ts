// One MQTT Control Packet: bytes to values and problems, bytes to the annotated field tree, values to bytes, all from
// the same layout. Decoding is total: all bytes give an answer, nothing throws (DESIGN laws 2 to 4).

import { VARIABLE_BYTE_INTEGER_MAX, variableByteInteger, variableByteIntegerWidth } from '../bytes/cursor.js';
import { Sink } from '../bytes/sink.js';
import { PACKET_BY_CODE, PACKET_TYPES } from '../spec/packets.js';
import type { Version } from '../spec/versions.js';
import type { Field, Problem } from './field.js';
import { Begun, bitsOf, type Draft, readBits, readItems, takeBits } from './layout.js';
import type { Packet, ReadPacket } from './packet.js';
import { connectVersion } from './packets/connect.js';
import { LAYOUTS, type Layout } from './packets/index.js';
import { isPlain, plainPacket } from './plain.js';
import { Reader, type Spec } from './reader.js';
import { readVarint, reportOverlong } from './values.js';

export interface Decoded {
  readonly packet: ReadPacket;
  readonly problems: readonly Problem[];
  /** The version it was read by: for a CONNECT the one that it announces, else as given. */
  readonly version: Version;
}

const NO_PROBLEMS: readonly Problem[] = Object.freeze([]);
const PACKET_TYPE: Spec = {
  name: 'packetType',
  label: 'Packet Type',
  section: ['2.2.1', '2.1.2'],
  meaning: (_code: number, reader) => reader.type,
};
const HEADER_FLAGS: Spec = { name: 'headerFlags', label: 'Flags', section: ['2.2.2', '2.1.3'], meaning: flagsMeaning };
const REMAINING_LENGTH: Spec = { name: 'remainingLength', label: 'Remaining Length', section: ['2.2.3', '2.1.4'] };

interface Row extends Required<Layout> {
  readonly type: string;
  /** Where the paths of its fields begin. */
  readonly path: string;
  readonly section: string;
  readonly headerFlags: number;
}

// All rows have the same members in the same order, so that one way to read them serves for all.
const rowOf = (
  type: string,
  section: string,
  headerFlags = 0,
  { header = [], items }: Layout = { items: [] },
): Row => ({
  type,
  path: type.toLowerCase(),
  section,
  headerFlags,
  header,
  items,
});

const RESERVED: Row = rowOf('RESERVED', '2.2.1');
const ROWS: readonly Row[] = PACKET_BY_CODE.map((row) =>
  row === undefined
    ? RESERVED
    : rowOf(row.type, row.section, row.headerFlags, LAYOUTS[row.type as keyof typeof LAYOUTS]),
);
const CODE_BY_TYPE: ReadonlyMap<string, number> = new Map(PACKET_TYPES.map((row) => [row.type, row.code]));

// One reader serves all calls: reading never calls back into decode.
const reader = new Reader();

/** A packet as far as its first byte tells. */
function begin(row: Row, first: number): Draft {
  const packet = new Begun(row.type);
  if (row === RESERVED) packet.typeCode = first >> 4;
  for (const part of row.header) takeBits(reader, packet, first, part);
  if (row.header.length === 0 && (first & 0x0f) !== row.headerFlags) packet.headerFlags = first & 0x0f;
  return packet;
}

// The same by its value; behind them, what 15 tells where it is reserved. A survey, which keeps nothing, reads into these.
const SAID: readonly Draft[] = Array.from({ length: 256 + 16 }, (_, byte) =>
  byte < 256 ? begin(ROWS[byte >> 4]!, byte) : begin(RESERVED, byte - 16),
);

function flagsMeaning(flags: number, of: Reader): string {
  const row = ROWS.find((one) => one.type === of.type) ?? RESERVED;
  if (of.version === '3.1') return `DUP ${flags >> 3}, QoS ${(flags >> 1) & 3}, RETAIN ${flags & 1}`;
  const fixed = `reserved, 0b${row.headerFlags.toString(2).padStart(4, '0')}`;
  return flags === row.headerFlags ? fixed : `${fixed} expected`;
}

/** Values and problems of the packet that begins at bytes[0]. */
export function decode(bytes: Uint8Array, version: Version): Decoded {
  const plain = plainPacket(bytes, version);
  if (plain !== undefined) return { packet: plain, problems: NO_PROBLEMS, version };
  return decodeByLayout(bytes, version);
}

/** The same for any packet: what `decode` is held to. */
export function decodeByLayout(bytes: Uint8Array, version: Version): Decoded {
  reader.reset(bytes, version, 'values');
  const packet = readPacket();
  return { packet: packet as ReadPacket, problems: reader.problems ?? NO_PROBLEMS, version: reader.version };
}

/** The problems of the packet that begins at bytes[0] and nothing else, for who only counts. Not for CONNECT, which may change the version. */
export function survey(bytes: Uint8Array, version: Version): readonly Problem[] {
  if (isPlain(bytes, version)) return NO_PROBLEMS;
  reader.reset(bytes, version, 'problems');
  readPacket();
  return reader.problems ?? NO_PROBLEMS;
}

/** The field tree of the packet that begins at bytes[0]; its leaves cover every bit of `bytes` once. */
export function annotate(bytes: Uint8Array, version: Version): Field {
  reader.reset(bytes, version, 'fields');
  readPacket();
  const children = reader.trace?.fields ?? [];
  reader.trace = undefined;
  const { type } = reader;
  return { path: type.toLowerCase(), label: type, at: 0, length: bytes.length, children };
}

function readPacket(): Draft {
  const first = reader.bytes.length > 0 ? reader.bytes[0]! : 0;
  const code = first >> 4;
  const row = code === 15 && reader.version !== '5.0' ? RESERVED : ROWS[code]!;
  reader.type = row.type;
  reader.section = row.section;
  reader.enter(row.path);
  const packet = reader.surveys ? SAID[row === RESERVED && code === 15 ? first + 16 : first]! : begin(row, first);
  readHeader(packet, row, first);
  if (!reader.failed && row === RESERVED) reader.failed = reader.left > 0;
  else if (!reader.failed) readItems(reader, packet, row.items);
  reader.unread();
  finish();
  return packet;
}

function readHeader(packet: Draft, row: Row, first: number): void {
  const { bytes } = reader;
  if (bytes.length === 0) {
    reader.cut(PACKET_TYPE, 1);
    return;
  }
  reader.at = 1;
  if (reader.trace !== undefined) {
    reader.leaf(PACKET_TYPE, 0, 1, first >> 4, [7, 4]);
    for (const part of row.header) readBits(reader, packet, 0, first, part);
    if (row.header.length === 0) reader.leaf(HEADER_FLAGS, 0, 1, first & 0x0f, [3, 0]);
  }
  if (row === RESERVED) {
    reader.problem('reserved-type', `packet type ${first >> 4} is reserved`, PACKET_TYPE.name, 0, 1);
  }
  const length = readVarint(reader, REMAINING_LENGTH);
  if (reader.failed) return;
  const width = reader.at - 1;
  if (width > variableByteIntegerWidth(length)) {
    reader.overlong = width;
    if (!reader.surveys) packet.remainingLengthWidth = width;
  }
  reader.wireEnd = reader.at + length;
  if (reader.wireEnd <= reader.end) reader.end = reader.wireEnd;
}

/** What only the end tells: bytes beyond the packet, bytes of it that are not here, the version of a CONNECT. */
function finish(): void {
  const { bytes, end, wireEnd, overlong } = reader;
  if (overlong > 0 && reader.version === '5.0') {
    reportOverlong(reader, REMAINING_LENGTH, 1, overlong, wireEnd - 1 - overlong);
  }
  if (wireEnd > bytes.length && !(reader.problems ?? NO_PROBLEMS).some((one) => one.code === 'incomplete')) {
    const missing = wireEnd - bytes.length;
    const message = `${missing} of ${wireEnd} bytes missing`;
    reader.problem('incomplete', message, '', end, 0);
  }
  if (end < bytes.length) {
    reader.end = bytes.length;
    reader.failed = false;
    reader.at = end;
    reader.unread();
  }
}

/**
 * The bytes of a packet in a version. RangeError for a value that the format cannot hold, or that it needs and the
 * packet lacks. `headerFlags` and `remainingLengthWidth` default to what the specification fixes.
 */
export function encode(packet: Packet, version: Version): Uint8Array {
  const code = packet.type === 'RESERVED' ? packet.typeCode : CODE_BY_TYPE.get(packet.type)!;
  const row = packet.type === 'RESERVED' ? RESERVED : ROWS[code]!;
  const source = packet as unknown as Draft;
  if (packet.type === 'AUTH' && version !== '5.0') throw new RangeError(`MQTT ${version} has no AUTH`);
  const by = packet.type === 'CONNECT' ? connectVersion(packet.protocolName, packet.protocolLevel) : version;
  const sink = new Sink();
  for (const item of row.items) item.write(sink, source, by);
  if (sink.length > VARIABLE_BYTE_INTEGER_MAX) throw new RangeError(`a packet of ${sink.length} bytes is too long`);
  let flags = packet.headerFlags ?? row.headerFlags;
  for (const part of row.header) flags |= bitsOf(source, part, by);
  const first = (code << 4) | flags;
  if (!(first >= 0 && first <= 0xff && flags <= 0x0f)) throw new RangeError(`type ${code}, flags ${flags}: not a byte`);
  sink.prepend(variableByteInteger(sink.length, packet.remainingLengthWidth));
  sink.prepend(Uint8Array.of(first));
  return sink.take();
}
