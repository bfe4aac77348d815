// What every capture reader yields: captured packets in file order, and notes on what could not be read.
// Readers are sans-IO: bytes are pushed in any chunking and packets come back; nothing is kept but one unfinished record.

/** One record of a capture file (libpcap: packet; pcapng: EPB, SPB or PB). */
export interface CapturedPacket {
  /** 1-based position in its file, as Wireshark numbers frames. */
  readonly number: number;
  /** Nanoseconds since the reader's epoch. Exact for 104 days around it. */
  readonly time: number;
  /** Link type, LINKTYPE_ value (https://www.tcpdump.org/linktypes.html). */
  readonly link: number;
  /** The captured bytes: a view, valid until the next push; whoever keeps it longer copies. */
  readonly bytes: Uint8Array;
  /** Length on the wire; more than bytes.length when the capture cut the packet (snaplen). */
  readonly originalLength: number;
  readonly interfaceId?: number;
}

/** Something a reader could not read, or had to step over. */
export interface CaptureNote {
  readonly code: 'truncated' | 'record-too-long' | 'bad-block' | 'unknown-interface' | 'bad-time';
  /** Plain words, complete: what, and what was done about it. Names no file: the edge adds that. */
  readonly message: string;
  /** Byte offset in the (uncompressed) file. */
  readonly offset: number;
}

export type CaptureFormat = 'pcap' | 'pcapng';

export interface CaptureReader {
  readonly format: CaptureFormat;
  /** Nanoseconds since 1970 that `time` counts from: as given, else the time of the first packet; undefined before it. */
  readonly epoch: bigint | undefined;
  /** True when nothing more can be read (a record too long in classic pcap): the rest of the file need not be pushed. */
  readonly finished: boolean;
  /** Takes the next bytes of the file; the reader may keep views of them until its next push. */
  push(bytes: Uint8Array): readonly CapturedPacket[];
  /** The file has ended. */
  end(): readonly CapturedPacket[];
  /** Notes since the last call. */
  takeNotes(): readonly CaptureNote[];
}
