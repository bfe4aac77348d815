// pcapng, by our own reader (draft-ietf-opsawg-pcapng): as many sections as there are in either byte order, each with its own
// interfaces; packets from EPB, SPB and the obsolete PB. All other blocks are stepped over; those that Wireshark
// numbers as frames are counted. A section's length is not used: its blocks tell where it ends.

import { copyOf } from '../bytes/copy.js';
import { NoteList } from './notes.js';
import {
  type CapturedPacket,
  type CaptureNote,
  type CaptureReader,
  MAX_RECORD_LENGTH,
  type ReaderOptions,
} from './packet.js';
import { BLOCK, type Interface, OTHER_RECORDS, readInterface, TRAILER_LENGTH } from './pcapng-blocks.js';
import { type Block, BlockFramer } from './pcapng-framer.js';

interface Section {
  /** Interfaces of the sections before. */
  readonly firstInterface: number;
  /** undefined: described by a block that could not be read. */
  readonly interfaces: (Interface | undefined)[];
  /** Unknown interfaces that were noted. */
  readonly noted: Set<number>;
}

/** Where the packet's bytes begin in an enhanced (or obsolete) and in a simple packet block. */
const PACKET_AT = 28;
const SIMPLE_PACKET_AT = 12;
const SECRETS_AT = 16;
/** Secrets type of an NSS key log. */
const TLS_KEY_LOG = 0x544c534b;

/** A bound on what one section makes the reader remember; real ones have a handful. */
const MAX_INTERFACES = 65_536;

export class PcapngReader implements CaptureReader {
  readonly format = 'pcapng';
  readonly finished = false;
  readonly #notes = new NoteList();
  readonly #framer: BlockFramer;
  #section: Section = { firstInterface: 0, interfaces: [], noted: new Set() };
  #packets: CapturedPacket[] = [];
  #secrets: Uint8Array[] = [];
  #count = 0;
  #epoch: bigint | undefined;
  #lastTime = 0;

  constructor(options: ReaderOptions = {}) {
    const limit = options.maxRecordLength ?? MAX_RECORD_LENGTH;
    this.#framer = new BlockFramer(limit, this.#notes, (block) => this.#read(block));
    this.#epoch = options.epoch;
  }

  get epoch(): bigint | undefined {
    return this.#epoch;
  }

  push(bytes: Uint8Array): readonly CapturedPacket[] {
    this.#packets = [];
    this.#framer.push(bytes);
    return this.#packets;
  }

  end(): readonly CapturedPacket[] {
    this.#packets = [];
    this.#framer.end();
    return this.#packets;
  }

  takeSecrets(): readonly Uint8Array[] {
    const secrets = this.#secrets;
    this.#secrets = [];
    return secrets;
  }

  takeNotes(): readonly CaptureNote[] {
    return this.#notes.take();
  }

  #read(block: Block): void {
    switch (block.type) {
      case BLOCK.enhancedPacket:
        this.#readPacket(block, block.view.getUint32(block.at + 8, block.little));
        break;
      case BLOCK.packet:
        this.#readPacket(block, block.view.getUint16(block.at + 8, block.little));
        break;
      case BLOCK.simplePacket:
        this.#readSimplePacket(block);
        break;
      case BLOCK.interface:
        this.#addInterface(block);
        break;
      case BLOCK.secrets:
        this.#readSecrets(block);
        break;
      case BLOCK.section:
        this.#startSection(block);
        break;
      default:
        if (OTHER_RECORDS.has(block.type)) this.#count++;
    }
  }

  #startSection({ view, at, little, offset }: Block): void {
    const major = view.getUint16(at + 12, little);
    if (major !== 1) this.#notes.add('bad-header', offset, `pcapng version ${major} is unknown: read as version 1`);
    const { firstInterface, interfaces } = this.#section;
    this.#section = { firstInterface: firstInterface + interfaces.length, interfaces: [], noted: new Set() };
  }

  #addInterface({ view, at, total, little, offset }: Block): void {
    const { interfaces } = this.#section;
    if (interfaces.length === MAX_INTERFACES) {
      this.#notes.add('bad-block', offset, `more than ${MAX_INTERFACES} interfaces: this one is not known`);
      return;
    }
    const added = readInterface(view, at, total, little);
    if (!added)
      this.#notes.add('bad-block', offset, `interface ${interfaces.length}: its block of ${total} bytes is too short`);
    if (added?.doubt) this.#notes.add('bad-time', offset, `interface ${interfaces.length} has ${added.doubt}`);
    interfaces.push(added);
  }

  /** draft-ietf-opsawg-pcapng, 4.7: type and length of the secrets, then the secrets themselves. */
  #readSecrets({ view, bytes, at, total, little }: Block): void {
    const room = total - SECRETS_AT - TRAILER_LENGTH;
    if (room < 0 || view.getUint32(at + 8, little) !== TLS_KEY_LOG) return;
    const length = Math.min(room, view.getUint32(at + 12, little));
    this.#secrets.push(copyOf(bytes, at + SECRETS_AT, at + SECRETS_AT + length));
  }

  #readPacket(block: Block, id: number): void {
    this.#count++;
    const { view, bytes, at, total, little } = block;
    const room = total - PACKET_AT - TRAILER_LENGTH;
    const source = this.#sourceOf(block, id, room);
    if (!source) return;
    const high = view.getUint32(at + 12, little);
    const low = view.getUint32(at + 16, little);
    const claimed = view.getUint32(at + 20, little);
    const captured = claimed > room ? this.#cut(block, claimed, room) : claimed;
    this.#epoch ??= source.clock.absolute(high, low);
    this.#lastTime = source.clock.since(this.#epoch, high, low);
    const packet = new Uint8Array(bytes.buffer, bytes.byteOffset + at + PACKET_AT, captured);
    this.#add(source, id, packet, block.offset + PACKET_AT, view.getUint32(at + 24, little));
  }

  /** It has no time of its own, and is always of interface 0 (draft-ietf-opsawg-pcapng, 4.4). */
  #readSimplePacket(block: Block): void {
    this.#count++;
    const { view, bytes, at, total, little } = block;
    const room = total - SIMPLE_PACKET_AT - TRAILER_LENGTH;
    const source = this.#sourceOf(block, 0, room);
    if (!source) return;
    const original = view.getUint32(at + 8, little);
    const wanted = Math.min(original, source.snapLength || original);
    const captured = wanted > room ? this.#cut(block, wanted, room) : wanted;
    const packet = new Uint8Array(bytes.buffer, bytes.byteOffset + at + SIMPLE_PACKET_AT, captured);
    this.#add(source, 0, packet, block.offset + SIMPLE_PACKET_AT, original);
  }

  #add(source: Interface, id: number, bytes: Uint8Array, offset: number, original: number): void {
    this.#packets.push({
      number: this.#count,
      time: this.#lastTime,
      link: source.link,
      bytes,
      offset,
      originalLength: Math.max(original, bytes.length),
      interfaceId: this.#section.firstInterface + id,
    });
  }

  #cut(block: Block, claimed: number, room: number): number {
    const message = `packet ${this.#count} claims ${claimed} captured bytes in a block with room for ${room}: cut to that`;
    this.#notes.add('bad-block', block.offset, message);
    return room;
  }

  /** The interface of a packet block; undefined, with a note, when the packet cannot be read. */
  #sourceOf(block: Block, id: number, room: number): Interface | undefined {
    if (room < 0) {
      const message = `packet ${this.#count}: its block of ${block.total} bytes is too short: skipped`;
      this.#notes.add('bad-block', block.offset, message);
      return undefined;
    }
    const source = this.#section.interfaces[id];
    if (!source) this.#noteUnknown(id, block.offset);
    return source;
  }

  #noteUnknown(id: number, offset: number): void {
    const { noted } = this.#section;
    if (noted.has(id) || noted.size === MAX_INTERFACES) return;
    noted.add(id);
    const message = `packet ${this.#count} is of interface ${id}, which is not described: all of its packets are skipped`;
    this.#notes.add('unknown-interface', offset, message);
  }
}
