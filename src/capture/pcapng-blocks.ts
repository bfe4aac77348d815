// The pcapng blocks that carry facts for later ones (draft-ietf-opsawg-pcapng, 4.1 and 4.2), and what a block's first
// bytes must look like. Views begin at the file's bytes; `at` is where the block begins, `total` its length.

import { DEFAULT_RESOLUTION, InterfaceClock, isPlausibleResolution } from './pcapng-time.js';

export const BLOCK = {
  section: 0x0a0d0d0a,
  interface: 1,
  packet: 2,
  simplePacket: 3,
  names: 4,
  statistics: 5,
  enhancedPacket: 6,
  secrets: 10,
} as const;

/** Records that are no packets, yet Wireshark numbers them among its frames: custom, systemd journal, Sysdig events. */
export const OTHER_RECORDS: ReadonlySet<number> = new Set([0xbad, 0x40000bad, 9, 0x204, 0x216, 0x221]);

/** Type and length, and the byte-order magic of a section header: enough to know any block's extent. */
export const BLOCK_HEAD_LENGTH = 12;
/** A section header without options. */
export const SECTION_HEADER_LENGTH = 28;
/** Every block ends with its length once more. */
export const TRAILER_LENGTH = 4;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const OPTION = { end: 0, timeResolution: 9, timeOffset: 14 } as const;
const OPTIONS_AT = 16;

export interface Interface {
  readonly link: number;
  /** 0: no limit. */
  readonly snapLength: number;
  readonly clock: InterfaceClock;
  /** What is wrong with its times; undefined when nothing is. */
  readonly doubt?: string;
}

/** The byte order a section header declares: true for little endian, undefined when it declares none. */
export function readByteOrder(view: DataView, at: number): boolean | undefined {
  if (view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC) return true;
  if (view.getUint32(at + 8, false) === BYTE_ORDER_MAGIC) return false;
  return undefined;
}

export function readInterface(view: DataView, at: number, total: number, little: boolean): Interface | undefined {
  if (total < OPTIONS_AT + TRAILER_LENGTH) return undefined;
  const options = readTimeOptions(view, at + OPTIONS_AT, at + total - TRAILER_LENGTH, little);
  const plausible = isPlausibleResolution(options.resolution);
  return {
    link: view.getUint16(at + 8, little),
    snapLength: view.getUint32(at + 12, little),
    clock: new InterfaceClock(options.resolution, options.offset),
    ...(plausible
      ? {}
      : { doubt: `a time resolution of ${describe(options.resolution)} seconds: its times mean little` }),
  };
}

function readTimeOptions(view: DataView, from: number, end: number, little: boolean) {
  let resolution = DEFAULT_RESOLUTION;
  let offset = 0n;
  for (let at = from; at + 4 <= end; ) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    const value = at + 4;
    if (code === OPTION.end || value + length > end) break;
    if (code === OPTION.timeResolution && length >= 1) resolution = view.getUint8(value);
    if (code === OPTION.timeOffset && length >= 8) offset = view.getBigInt64(value, little);
    at = value + ((length + 3) & ~3);
  }
  return { resolution, offset };
}

function describe(resolution: number): string {
  return `${resolution & 0x80 ? 2 : 10}^-${resolution & 0x7f}`;
}
