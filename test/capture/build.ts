// Builds captures for the reader tests: plain writing of numbers at offsets, independent of the readers' own tables.

export interface Order {
  readonly little: boolean;
}

export interface PcapRecord {
  readonly seconds: number;
  readonly fraction: number;
  readonly bytes: Uint8Array;
  readonly original?: number;
}

export interface PcapShape extends Order {
  readonly magic: number;
  readonly link?: number;
  readonly version?: readonly [number, number];
}

export const MICRO = 0xa1b2c3d4;
export const NANO = 0xa1b23c4d;
export const MODIFIED = 0xa1b2cd34;

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.split(/\s+/).filter(Boolean), (byte) => Number.parseInt(byte, 16));
}

export function u32(little: boolean, ...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    view.setUint32(4 * index, value, little);
  });
  return bytes;
}

export function u16(little: boolean, ...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(2 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    view.setUint16(2 * index, value, little);
  });
  return bytes;
}

/** n bytes that tell where they are: seed, seed + 1, … */
export function counted(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (seed + index) & 0xff);
}

export function pcapHeader({ magic, little, link = 1, version = [2, 4] }: PcapShape): Uint8Array {
  return concat(u32(little, magic), u16(little, ...version), u32(little, 0, 0, 262144, link));
}

export function pcapRecord(shape: PcapShape, record: PcapRecord): Uint8Array {
  const { seconds, fraction, bytes, original = bytes.length } = record;
  const header = u32(shape.little, seconds, fraction, bytes.length, original);
  const extra = shape.magic === MODIFIED ? concat(u32(shape.little, 2), u16(shape.little, 8), hex('04 00')) : hex('');
  return concat(header, extra, bytes);
}

export function pcapFile(shape: PcapShape, records: readonly PcapRecord[]): Uint8Array {
  return concat(pcapHeader(shape), ...records.map((record) => pcapRecord(shape, record)));
}

function padded(bytes: Uint8Array): Uint8Array {
  return concat(bytes, new Uint8Array(-bytes.length & 3));
}

export function block(little: boolean, type: number, ...body: readonly Uint8Array[]): Uint8Array {
  const content = padded(concat(...body));
  const total = content.length + 12;
  return concat(u32(little, type, total), content, u32(little, total));
}

export function option(little: boolean, code: number, value: Uint8Array): Uint8Array {
  return concat(u16(little, code, value.length), padded(value));
}

export function sectionHeader(little: boolean, version: readonly [number, number] = [1, 0]): Uint8Array {
  const unknownLength = u32(little, 0xffffffff, 0xffffffff);
  return block(little, 0x0a0d0d0a, u32(little, 0x1a2b3c4d), u16(little, ...version), unknownLength);
}

export function interfaceBlock(little: boolean, link = 1, snap = 0, ...options: readonly Uint8Array[]): Uint8Array {
  const end = options.length > 0 ? u32(little, 0) : hex('');
  return block(little, 1, u16(little, link, 0), u32(little, snap), ...options, end);
}

export function ticks(little: boolean, value: bigint): Uint8Array {
  return u32(little, Number(value >> 32n), Number(value & 0xffffffffn));
}

export function enhancedPacket(
  little: boolean,
  id: number,
  time: bigint,
  bytes: Uint8Array,
  original = bytes.length,
): Uint8Array {
  const lengths = u32(little, bytes.length, original);
  return block(little, 6, u32(little, id), ticks(little, time), lengths, padded(bytes));
}

export function obsoletePacket(
  little: boolean,
  id: number,
  time: bigint,
  bytes: Uint8Array,
  original = bytes.length,
): Uint8Array {
  const lengths = u32(little, bytes.length, original);
  return block(little, 2, u16(little, id, 7), ticks(little, time), lengths, padded(bytes));
}

export function simplePacket(little: boolean, original: number, bytes: Uint8Array): Uint8Array {
  return block(little, 3, u32(little, original), bytes);
}
