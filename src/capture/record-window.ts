// A window over whole pcap records that answers what pcap-parser asks of a Buffer, in the file's own byte order and
// layout: so one parser reads every variant, and a packet costs one view instead of three Buffers. The parser's calls
// come in a fixed turn: readUInt32 at 0, 4, 8 and 12, slice(16), slice(0, captured), slice(captured).

import type { PcapVariant } from './pcap-header.js';

const NO_BYTES: Uint8Array = new Uint8Array(0);
const CAPTURED_AT = 8;
const ORIGINAL_AT = 12;

export class RecordWindow {
  /** Bytes left to the parser, from where it stands. */
  length = 0;
  readonly #little: boolean;
  readonly #headerLength: number;
  readonly #lengths: PcapVariant['lengths'];
  /** What is looked at, in the terms of its buffer: asking an array for its buffer is a slow call. */
  #buffer: ArrayBufferLike = new ArrayBuffer(0);
  #base = 0;
  #view: DataView = new DataView(this.#buffer);
  #memory = NO_BYTES;
  #at = 0;
  #inRecord = false;

  /** `inPlace`: the parser gets no views of packets. */
  constructor(
    variant: PcapVariant,
    private readonly inPlace: boolean,
  ) {
    this.#little = variant.little;
    this.#headerLength = variant.recordHeaderLength;
    this.#lengths = variant.lengths;
  }

  /** Looks at these bytes; the parser sees none of them before `open`. */
  show(bytes: Uint8Array): void {
    this.#buffer = bytes.buffer;
    this.#base = bytes.byteOffset;
    this.#view = new DataView(this.#buffer, this.#base, bytes.length);
    // Of no class of its own: a Buffer makes its views with more ado.
    this.#memory = new Uint8Array(this.#buffer, this.#base, bytes.length);
  }

  /** Lets the parser at a run of whole records. */
  open(from: number, end: number): void {
    this.#at = from;
    this.length = end - from;
    this.#inRecord = false;
  }

  /** The bytes shown. */
  get memory(): Uint8Array {
    return this.#memory;
  }

  /** Where the parser stands in the bytes shown; while it tells of a packet, where that one's bytes begin. */
  get position(): number {
    return this.#at;
  }

  /** The captured length of the record that begins at `at`. */
  capturedLength(at: number): number {
    return this.#lengths === 'plain'
      ? this.#view.getUint32(at + CAPTURED_AT, this.#little)
      : this.#swappedLength(at, CAPTURED_AT);
  }

  readUInt32(offset: number): number {
    if (offset < CAPTURED_AT || this.#lengths === 'plain') return this.#view.getUint32(this.#at + offset, this.#little);
    return this.#swappedLength(this.#at, offset);
  }

  slice(from: number): this;
  slice(from: number, to: number): Uint8Array;
  slice(from: number, to?: number): this | Uint8Array {
    if (to !== undefined && this.inPlace) return NO_BYTES;
    if (to !== undefined) return new Uint8Array(this.#buffer, this.#base + this.#at + from, to - from);
    // Behind the 16 bytes of a header, modified pcap has 8 more that the parser does not know.
    const step = this.#inRecord ? from : this.#headerLength;
    this.#inRecord = !this.#inRecord;
    this.#at += step;
    this.length -= step;
    return this;
  }

  #swappedLength(record: number, offset: number): number {
    const first = this.#view.getUint32(record + CAPTURED_AT, this.#little);
    const second = this.#view.getUint32(record + ORIGINAL_AT, this.#little);
    const swapped = this.#lengths === 'swapped' || first > second;
    return swapped === (offset === CAPTURED_AT) ? second : first;
  }
}
