// What every capture reader yields: captured packets in file order, and notes on what could not be read.
// Readers are sans-IO: bytes are pushed in any chunking and the same packets come back; nothing is kept but one
// unfinished record. No bytes make a reader throw.

const NO_BYTES: Uint8Array = new Uint8Array(0);

/** One record of a capture file (libpcap: packet; pcapng: EPB, SPB or PB). */
export interface CapturedPacket {
  /** 1-based position in its file, as Wireshark numbers frames. */
  readonly number: number;
  /** Nanoseconds since the reader's epoch. Exact for 104 days around it; always finite. */
  readonly time: number;
  /** Link type, LINKTYPE_ value (https://www.tcpdump.org/linktypes.html). */
  readonly link: number;
  /** The captured bytes: a view, valid until the next push; whoever keeps it longer copies. */
  readonly bytes: Uint8Array;
  /** What `bytes` is a view of, and where in it they begin: of packets that are read in place. */
  readonly memory?: Uint8Array;
  readonly start?: number;
  readonly capturedLength?: number;
  /** Where they stand in the (uncompressed) file, from its first byte; absent when nobody knows. */
  readonly offset?: number;
  /** Length on the wire, never less than bytes.length; more when the capture cut the packet (snaplen). */
  readonly originalLength: number;
  /** pcapng only: 0-based over all interfaces of the file, every section's counted on. */
  readonly interfaceId?: number;
}

/**
 * A packet told by where it lies: most are read without a view of their own, and to make one takes as long as to read them.
 * The object is used again after the next push.
 */
export class PacketInPlace implements CapturedPacket {
  number = 0;
  time = Number.NaN;
  link = 0;
  memory: Uint8Array = NO_BYTES;
  start = 0;
  capturedLength = 0;
  offset = 0;
  originalLength = 0;

  get bytes(): Uint8Array {
    return this.memory.subarray(this.start, this.start + this.capturedLength);
  }
}

export type CaptureNoteCode =
  | 'bad-header'
  | 'truncated'
  | 'record-too-long'
  | 'bad-block'
  | 'unknown-interface'
  | 'bad-time'
  | 'bad-gzip';

/** Something a reader could not read, or had to step over. */
export interface CaptureNote {
  readonly code: CaptureNoteCode;
  /** Plain words, complete: what, and what was done about it. Names no file: the edge adds that. */
  readonly message: string;
  /** Byte offset in the (uncompressed) file. */
  readonly offset: number;
}

export type CaptureFormat = 'pcap' | 'pcapng';

/** Records and blocks longer than this are not read: no real packet is, and a damaged length field easily is. */
export const MAX_RECORD_LENGTH = 64 * 1024 * 1024;

export interface ReaderOptions {
  /** Nanoseconds since 1970 that times count from: the first file's epoch, when several are read in order. */
  readonly epoch?: bigint | undefined;
  /** Default MAX_RECORD_LENGTH. */
  readonly maxRecordLength?: number | undefined;
  /** Packets of classic pcap come as PacketInPlace. */
  readonly inPlace?: boolean | undefined;
}

export interface CaptureReader {
  readonly format: CaptureFormat;
  /** Nanoseconds since 1970 that `time` counts from: as given, else the time of the first packet that has one. */
  readonly epoch: bigint | undefined;
  /** True when nothing more can be read (a record too long in classic pcap): the rest of the file need not be pushed. */
  readonly finished: boolean;
  /** Takes the next bytes of the file. The packets are views of them: the bytes must stay as they are until the next push. */
  push(bytes: Uint8Array): readonly CapturedPacket[];
  /** The file has ended. */
  end(): readonly CapturedPacket[];
  /** Key logs that came with the capture since the last call (pcapng: Decryption Secrets Block), as text. */
  takeSecrets(): readonly Uint8Array[];
  /** Notes since the last call. */
  takeNotes(): readonly CaptureNote[];
}
