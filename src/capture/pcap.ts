// Classic pcap through the npm package pcap-parser, cured of what it lacks: nanosecond and modified files, versions
// other than 2.4, a last record that is cut, lengths no packet has, chunks cut anywhere. The package is given nothing
// but a file header it understands and whole records, through a window that answers its reads in the file's own
// layout; what it would get wrong never reaches it. This is the hottest loop of the tool: keep it free of needless work.

import { type GlobalHeader, type PacketEvent, parse, type RecordBuffer } from 'pcap-parser';
import { NoteList } from './notes.js';
import {
  type CapturedPacket,
  type CaptureNote,
  type CaptureReader,
  MAX_RECORD_LENGTH,
  PacketInPlace,
  type ReaderOptions,
} from './packet.js';
import { FILE_HEADER_LENGTH, type PcapVariant, readFileHeader, standardFileHeader } from './pcap-header.js';
import { RecordWindow } from './record-window.js';
import { Reframer, type Taken } from './reframer.js';

const SECOND = 1_000_000_000;
/** draft-ietf-opsawg-pcap, 4: the upper half of the link-type field tells of frame check sequences. */
const LINK_TYPE_MASK = 0xffff;

export class PcapReader implements CaptureReader {
  readonly format = 'pcap';
  readonly #limit: number;
  readonly #inPlace: boolean;
  readonly #notes = new NoteList();
  readonly #reframer = new Reframer(FILE_HEADER_LENGTH, (bytes) => this.#take(bytes));
  #variant: PcapVariant | undefined;
  #window: RecordWindow | undefined;
  #feed: (window: RecordWindow) => void = () => {};
  #packets: CapturedPacket[] = [];
  /** Read in place: as many as one push has had, of which `#used` are in use. */
  readonly #pool: PacketInPlace[] = [];
  #used = 0;
  #link = 0;
  #count = 0;
  #epoch: bigint | undefined;
  #epochSeconds = Number.NaN;
  #epochFraction = Number.NaN;
  /** Offset in the file of the first byte not yet read. */
  #offset = 0;
  #finished = false;

  constructor(options: ReaderOptions = {}) {
    this.#limit = options.maxRecordLength ?? MAX_RECORD_LENGTH;
    this.#inPlace = options.inPlace === true;
    if (options.epoch !== undefined) this.#setEpoch(options.epoch);
  }

  get epoch(): bigint | undefined {
    return this.#epoch;
  }

  get finished(): boolean {
    return this.#finished;
  }

  push(bytes: Uint8Array): readonly CapturedPacket[] {
    if (!this.#inPlace) this.#packets = [];
    this.#used = 0;
    if (!this.#finished) this.#reframer.push(bytes);
    if (this.#inPlace) this.#packets.length = this.#used;
    return this.#packets;
  }

  end(): readonly CapturedPacket[] {
    const { held, needed } = this.#reframer;
    if (!this.#finished && (held > 0 || !this.#variant)) {
      const what = this.#variant ? `packet ${this.#count + 1}` : 'its header';
      this.#notes.add('truncated', this.#offset, `the file ends inside ${what}: ${held} of ${needed} bytes are there`);
    }
    this.#finished = true;
    return [];
  }

  takeSecrets(): readonly Uint8Array[] {
    return [];
  }

  takeNotes(): readonly CaptureNote[] {
    return this.#notes.take();
  }

  #take(bytes: Uint8Array): Taken {
    let from = 0;
    // Stopped in the bytes held, it is still shown the rest of that push.
    if (this.#finished) return { used: bytes.length, needed: 0 };
    if (!this.#variant) {
      if (bytes.length < FILE_HEADER_LENGTH) return { used: 0, needed: FILE_HEADER_LENGTH };
      this.#open(bytes);
      from = FILE_HEADER_LENGTH;
    }
    if (!this.#variant || !this.#window) return { used: bytes.length, needed: 0 };
    this.#window.show(bytes);
    const taken = this.#wholeRecords(this.#variant, this.#window, bytes.length, from);
    this.#window.open(from, taken.used);
    this.#feed(this.#window);
    this.#offset += taken.used;
    return this.#finished ? { used: bytes.length, needed: 0 } : taken;
  }

  /** Finds where the last whole record ends, and how much the one behind it needs. */
  #wholeRecords(variant: PcapVariant, window: RecordWindow, length: number, from: number): Taken {
    const header = variant.recordHeaderLength;
    let at = from;
    while (length - at >= header) {
      const captured = window.capturedLength(at);
      if (captured > this.#limit) {
        this.#stop('record-too-long', at, `a record claims ${captured} captured bytes: nothing behind it can be read`);
        return { used: at, needed: 0 };
      }
      if (length - at < header + captured) return { used: at, needed: header + captured };
      at += header + captured;
    }
    return { used: at, needed: header };
  }

  /** Reads the file header and starts the parser for what follows. */
  #open(bytes: Uint8Array): void {
    const variant = readFileHeader(bytes);
    if (!variant) {
      this.#stop('bad-header', 0, 'the file does not begin with a pcap magic: nothing can be read');
      return;
    }
    if (!variant.versionKnown) {
      this.#notes.add('bad-header', 4, `pcap version ${variant.version} is unknown: read as version 2.4`);
    }
    this.#variant = variant;
    this.#window = new RecordWindow(variant, this.#inPlace);
    this.#startParser(standardFileHeader(bytes, variant), variant.fractionUnit);
  }

  #startParser(fileHeader: Uint8Array, fractionUnit: number): void {
    let onData: (data: Uint8Array | RecordBuffer) => void = () => {};
    const parser = parse({
      pause() {},
      resume() {},
      on: (event, handler) => {
        if (event === 'data') onData = handler;
      },
    });
    // Three events a record: without the emitter's ways they cost next to nothing.
    parser.emit = (event, what) => {
      if (event === 'packet') this.#add(what as PacketEvent, fractionUnit);
      else if (event === 'globalHeader') this.#link = (what as GlobalHeader).linkLayerType & LINK_TYPE_MASK;
      return true;
    };
    // pcap-parser reads by methods that only a Buffer has.
    onData(Buffer.from(fileHeader));
    // It reads by a method named after the byte order; the window has one name for both, which is much faster to find.
    parser.endianness = '';
    this.#feed = (window) => {
      // Whatever it holds is used up. Anything but null would make it copy.
      parser.buffer = null;
      onData(window);
    };
  }

  #add({ header, data }: PacketEvent, fractionUnit: number): void {
    const seconds = header.timestampSeconds;
    const fraction = header.timestampMicroseconds * fractionUnit;
    if (this.#epoch === undefined) this.#setEpoch(BigInt(seconds) * BigInt(SECOND) + BigInt(fraction));
    const number = ++this.#count;
    const time = (seconds - this.#epochSeconds) * SECOND + (fraction - this.#epochFraction);
    const link = this.#link;
    const { memory, position } = this.#window!;
    const offset = this.#offset + position;
    const { capturedLength } = header;
    // Some writers left it 0; a packet is never shorter than what was captured of it.
    const originalLength = Math.max(header.originalLength, capturedLength);
    if (!this.#inPlace) {
      this.#packets.push({ number, time, link, bytes: data, offset, originalLength });
      return;
    }
    const packet = (this.#pool[this.#used] ??= new PacketInPlace());
    this.#packets[this.#used++] = packet;
    packet.number = number;
    packet.time = time;
    packet.link = link;
    packet.memory = memory;
    packet.start = position;
    packet.capturedLength = capturedLength;
    packet.offset = offset;
    packet.originalLength = originalLength;
  }

  #setEpoch(epoch: bigint): void {
    this.#epoch = epoch;
    this.#epochSeconds = Number(epoch / BigInt(SECOND));
    this.#epochFraction = Number(epoch % BigInt(SECOND));
  }

  #stop(code: 'bad-header' | 'record-too-long', at: number, message: string): void {
    this.#notes.add(code, this.#offset + at, message);
    this.#finished = true;
  }
}
