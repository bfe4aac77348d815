// The blocks of a pcapng file as bytes, little-endian, with times in nanoseconds. The seldom ones are made one by one; that
// of a packet is written where it is to stand. (draft-ietf-opsawg-pcapng 4.1, 4.2, 4.3, 4.6, 4.7)

/** Packets that begin with their IP header. */
export const LINKTYPE_RAW = 101;

const TYPE = { section: 0x0a0d0d0a, interface: 1, statistics: 5, packet: 6, secrets: 10 } as const;
const OPTION = { comment: 1, name: 2, description: 3, application: 4, received: 4, dropped: 5, resolution: 9 } as const;
const NANOSECONDS = 9;
const TLS_KEY_LOG = 0x544c534b;
/** Of an option: its length has 16 bits. */
const LONGEST_OPTION = 65_535;
const PACKET_HEAD = 28;
const TRAILER = 4;
const OPTION_HEAD = 4;

export interface CapturedInterface {
  readonly name: string;
  readonly description?: string;
  /** Default LINKTYPE_RAW. */
  readonly linkType?: number;
}

export interface Counts {
  /** Packets that came, with those that were lost. */
  readonly received: number;
  readonly dropped: number;
}

/** Section Header Block: the program, and what there is to say of the whole. */
export function sectionBlock(program: string, comment?: string): Uint8Array {
  const noLength = new Uint8Array(8).fill(0xff);
  const options = [...texts(OPTION.comment, comment), ...texts(OPTION.application, program)];
  return block(TYPE.section, [word(0x1a2b3c4d), halves(1, 0), noLength], options);
}

/** Interface Description Block. They count from 0 in each section. */
export function interfaceBlock({ name, description, linkType = LINKTYPE_RAW }: CapturedInterface): Uint8Array {
  const resolution = option(OPTION.resolution, Uint8Array.of(NANOSECONDS));
  const options = [...texts(OPTION.name, name), ...texts(OPTION.description, description), resolution];
  return block(TYPE.interface, [halves(linkType, 0), word(0)], options);
}

/** Decryption Secrets Block with lines of an NSS key log, for the packets behind it. */
export function secretsBlock(lines: Uint8Array): Uint8Array {
  return block(TYPE.secrets, [word(TLS_KEY_LOG), word(lines.length), padded(lines)], []);
}

/** Interface Statistics Block; `time` in nanoseconds since 1970. */
export function statisticsBlock(
  index: number,
  time: bigint,
  { received, dropped }: Counts,
  comments: Texts,
): Uint8Array {
  const counts = [option(OPTION.received, doubleWord(received)), option(OPTION.dropped, doubleWord(dropped))];
  const body = [word(index), word(highOf(time)), word(lowOf(time))];
  return block(TYPE.statistics, body, [...comments.map((text) => option(OPTION.comment, text)), ...counts]);
}

/** Texts of options, encoded. */
export type Texts = readonly Uint8Array[];

/** As UTF-8, as far as it fits into an option, in whole characters. */
export function optionText(text: string): Uint8Array {
  // A UTF-16 unit makes three bytes at most.
  if (text.length * 3 <= LONGEST_OPTION) return encoder.encode(text);
  const room = new Uint8Array(LONGEST_OPTION);
  return room.subarray(0, encoder.encodeInto(text, room).written);
}

/** Of the block of a packet of so many bytes. */
export function packetBlockLength(length: number, comments: Texts): number {
  let whole = PACKET_HEAD + roundUp(length) + TRAILER;
  for (const text of comments) whole += OPTION_HEAD + roundUp(text.length);
  return comments.length === 0 ? whole : whole + END.length;
}

/** What of a file is written into: both of the same memory. */
export interface Room {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Enhanced Packet Block at a place with room for `packetBlockLength` bytes; `time` in nanoseconds since 1970. */
export function writePacketBlock(
  { bytes, view }: Room,
  at: number,
  index: number,
  time: bigint,
  packet: Uint8Array,
  comments: Texts,
): void {
  const length = packetBlockLength(packet.length, comments);
  const end = at + length - TRAILER;
  view.setUint32(at, TYPE.packet, true);
  view.setUint32(at + 4, length, true);
  view.setUint32(at + 8, index, true);
  view.setUint32(at + 12, highOf(time), true);
  view.setUint32(at + 16, lowOf(time), true);
  view.setUint32(at + 20, packet.length, true);
  view.setUint32(at + 24, packet.length, true);
  let next = put(bytes, at + PACKET_HEAD, packet);
  for (const text of comments) {
    view.setUint16(next, OPTION.comment, true);
    view.setUint16(next + 2, text.length, true);
    next = put(bytes, next + OPTION_HEAD, text);
  }
  bytes.fill(0, next, end);
  view.setUint32(end, length, true);
}

/** Where the last whole block before `end` ends, and how many packets there are up to there. */
export function wholeBlocks(
  { bytes, view }: Room,
  end = bytes.length,
): { readonly end: number; readonly packets: number } {
  let at = 0;
  let packets = 0;
  while (at + 8 <= end) {
    const next = at + view.getUint32(at + 4, true);
    if (next > end) break;
    if (view.getUint32(at, true) === TYPE.packet) packets++;
    at = next;
  }
  return { end: at, packets };
}

const encoder = new TextEncoder();
const END = new Uint8Array(4);

// Halves of a time without making numbers of 64 bits, for each packet.
const time64 = new BigUint64Array(1);
const time32 = new DataView(time64.buffer);

function highOf(time: bigint): number {
  time32.setBigUint64(0, time);
  return time32.getUint32(0);
}

function lowOf(time: bigint): number {
  time32.setBigUint64(0, time);
  return time32.getUint32(4);
}

/** With zeros up to a whole word; where that ends. */
function put(bytes: Uint8Array, at: number, value: Uint8Array): number {
  bytes.set(value, at);
  const end = at + roundUp(value.length);
  for (let next = at + value.length; next < end; next++) bytes[next] = 0;
  return end;
}

function roundUp(length: number): number {
  return (length + 3) & ~3;
}

function block(type: number, body: readonly Uint8Array[], options: readonly Uint8Array[]): Uint8Array {
  const inner = Buffer.concat([...body, ...options, ...(options.length === 0 ? [] : [END])]);
  const length = word(inner.length + 12);
  return Buffer.concat([word(type), length, inner, length]);
}

function texts(code: number, text: string | undefined): Uint8Array[] {
  return text === undefined ? [] : [option(code, optionText(text))];
}

function option(code: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([halves(code, value.length), padded(value)]);
}

function padded(value: Uint8Array): Uint8Array {
  return Buffer.concat([value, new Uint8Array(-value.length & 3)]);
}

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function doubleWord(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

function halves(first: number, second: number): Uint8Array {
  return word(first + second * 65_536);
}
