// The file header of classic pcap (draft-ietf-opsawg-pcap, 4): which variant of the record layout follows it.
// Six magics: micro- and nanoseconds and Kuznetzov's "modified" layout, each in both byte orders. Versions other than
// 2.4 are read as libpcap reads them, and said so where libpcap would refuse.

export const FILE_HEADER_LENGTH = 24;

export interface PcapVariant {
  readonly little: boolean;
  /** Nanoseconds in one unit of a record's time fraction. */
  readonly fractionUnit: 1 | 1000;
  /** 16, or 24 in modified pcap, which adds interface index, protocol and packet type. */
  readonly recordHeaderLength: 16 | 24;
  /** Before 2.3 captured and original length stood in the other order; in 2.3 some writers had it so. */
  readonly lengths: 'plain' | 'swapped' | 'swapped-if-larger';
  readonly version: string;
  /** False where libpcap refuses the version; it is read as 2.4 then. */
  readonly versionKnown: boolean;
}

type Layout = Pick<PcapVariant, 'fractionUnit' | 'recordHeaderLength'>;

const LAYOUTS: ReadonlyMap<number, Layout> = new Map<number, Layout>([
  [0xa1b2c3d4, { fractionUnit: 1000, recordHeaderLength: 16 }],
  [0xa1b23c4d, { fractionUnit: 1, recordHeaderLength: 16 }],
  [0xa1b2cd34, { fractionUnit: 1000, recordHeaderLength: 24 }],
]);

/** The byte order and layout that the first four bytes announce; undefined when they are not a pcap's. */
export function readPcapMagic(bytes: Uint8Array): (Layout & { readonly little: boolean }) | undefined {
  if (bytes.length < 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 4);
  for (const little of [true, false]) {
    const layout = LAYOUTS.get(view.getUint32(0, little));
    if (layout) return { ...layout, little };
  }
  return undefined;
}

/** Reads the 24 bytes of a file header; undefined when the magic is wrong. */
export function readFileHeader(bytes: Uint8Array): PcapVariant | undefined {
  const magic = readPcapMagic(bytes);
  if (!magic) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, FILE_HEADER_LENGTH);
  const major = view.getUint16(4, magic.little);
  const minor = view.getUint16(6, magic.little);
  const version = `${major}.${minor}`;
  // 543.0 is DG/UX's tcpdump; both facts are libpcap's (sf-pcap.c).
  if (major === 543 && minor === 0) return { ...magic, lengths: 'swapped', version, versionKnown: true };
  if (major !== 2 || minor > 4) return { ...magic, lengths: 'plain', version, versionKnown: false };
  const lengths = minor < 3 ? 'swapped' : minor === 3 ? 'swapped-if-larger' : 'plain';
  return { ...magic, lengths, version, versionKnown: true };
}

/** A copy of the file header with the magic and version that pcap-parser takes, in the same byte order. */
export function standardFileHeader(bytes: Uint8Array, variant: PcapVariant): Uint8Array {
  // Not slice: that of a Buffer does not copy.
  const header = new Uint8Array(bytes.subarray(0, FILE_HEADER_LENGTH));
  const view = new DataView(header.buffer);
  view.setUint32(0, 0xa1b2c3d4, variant.little);
  view.setUint16(4, 2, variant.little);
  view.setUint16(6, 4, variant.little);
  return header;
}
