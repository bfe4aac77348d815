// Cuts pcapng into whole blocks, in the byte order of the section they stand in (draft-ietf-opsawg-pcapng, 3.1). A
// block longer than the limit is stepped over without being held. A length that cannot be believed loses the place:
// then the next bytes that fit a block at both ends are looked for, and what lies between is noted as skipped.

import type { NoteList } from './notes.js';
import { BLOCK, BLOCK_HEAD_LENGTH, readByteOrder, SECTION_HEADER_LENGTH, TRAILER_LENGTH } from './pcapng-blocks.js';
import { Reframer, type Taken } from './reframer.js';

/** One whole block: `total` bytes from `at` on, lengths and all. */
export interface Block {
  type: number;
  little: boolean;
  bytes: Uint8Array;
  view: DataView;
  at: number;
  total: number;
  /** Where it begins in the file. */
  offset: number;
}

/** While the place is lost, only known types and lengths up to this are believed. */
const MAX_SEARCHED_LENGTH = 256 * 1024;
const SEARCHED_TYPES: ReadonlySet<number> = new Set(Object.values(BLOCK));

export class BlockFramer {
  readonly #limit: number;
  readonly #notes: NoteList;
  /** Given the same object every time, with other contents: to be read at once. */
  readonly #onBlock: (block: Block) => void;
  readonly #reframer = new Reframer(BLOCK_HEAD_LENGTH, (bytes) => this.#take(bytes));
  readonly #block: Block;
  #little: boolean | undefined;
  /** Offset in the file of the first byte of the bytes being taken. */
  #offset = 0;
  #needed = BLOCK_HEAD_LENGTH;
  /** Bytes left of a block that is stepped over, and where that begins. */
  #skip = 0;
  #skipFrom = 0;
  #lostAt: number | undefined;
  #ended = false;

  constructor(limit: number, notes: NoteList, onBlock: (block: Block) => void) {
    this.#limit = limit;
    this.#notes = notes;
    this.#onBlock = onBlock;
    const bytes = new Uint8Array(0);
    const view = new DataView(bytes.buffer);
    this.#block = { type: 0, little: true, bytes, view, at: 0, total: 0, offset: 0 };
  }

  push(bytes: Uint8Array): void {
    this.#reframer.push(bytes);
  }

  end(): void {
    this.#ended = true;
    if (this.#lostAt !== undefined) this.#take(this.#reframer.release());
    const { held, needed } = this.#reframer;
    if (this.#skip > 0) {
      this.#notes.add(
        'truncated',
        this.#skipFrom,
        `the file ends inside a block: ${this.#skip} bytes of it are missing`,
      );
    } else if (this.#lostAt !== undefined) {
      this.#notes.add('bad-block', this.#lostAt, 'no further block was found up to the end of the file');
    } else if (held > 0) {
      this.#notes.add('truncated', this.#offset, `the file ends inside a block: ${held} of ${needed} bytes are there`);
    }
  }

  #take(bytes: Uint8Array): Taken {
    const block = this.#block;
    block.bytes = bytes;
    block.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    for (let step = this.#step(at); step > 0; step = this.#step(at)) at += step;
    this.#offset += at;
    return { used: at, needed: this.#needed };
  }

  /** Reads what stands at `at`: answers how many bytes that was, or 0 when `#needed` bytes must be there first. */
  #step(at: number): number {
    const available = this.#block.bytes.length - at;
    if (this.#skip > 0 && available > 0) return this.#stepOver(available);
    this.#needed = BLOCK_HEAD_LENGTH;
    if (available < BLOCK_HEAD_LENGTH) return 0;
    if (this.#lostAt !== undefined) return this.#search(at, available);
    const total = this.#believe(at);
    if (total === 0) return 1;
    if (total > this.#limit) {
      const message = `a block claims ${total} bytes: it is stepped over`;
      this.#notes.add('record-too-long', this.#offset + at, message);
      this.#skip = total;
      this.#skipFrom = this.#offset + at;
      return this.#stepOver(available);
    }
    return this.#deliver(at, total, available);
  }

  #stepOver(available: number): number {
    const count = Math.min(this.#skip, available);
    this.#skip -= count;
    return count;
  }

  #deliver(at: number, total: number, available: number): number {
    if (total > available) {
      this.#needed = total;
      return 0;
    }
    const block = this.#block;
    const trailing = block.view.getUint32(at + total - TRAILER_LENGTH, block.little);
    block.at = at;
    block.total = total;
    block.offset = this.#offset + at;
    if (trailing !== total) {
      const message = `a block's length is ${total} at its begin and ${trailing} at its end: the first is used`;
      this.#notes.add('bad-block', block.offset, message);
    }
    this.#onBlock(block);
    return total;
  }

  /** The length of the block at `at`; 0 when it cannot be one, and then the place is lost. */
  #believe(at: number): number {
    const type = this.#readHead(at);
    const { view, little } = this.#block;
    if (this.#little === undefined) {
      const section = type === BLOCK.section;
      return this.#lose(at, section ? 'a section header without a byte order' : 'a block before any section header');
    }
    const total = view.getUint32(at + 4, little);
    const least = type === BLOCK.section ? SECTION_HEADER_LENGTH : BLOCK_HEAD_LENGTH;
    return total >= least && total % 4 === 0 ? total : this.#lose(at, `a block length of ${total}`);
  }

  /** Reads the type; a section header sets the byte order, and without a valid one there is none. */
  #readHead(at: number): number {
    const { view } = this.#block;
    // The section header's type reads the same in both orders.
    const type = view.getUint32(at, this.#little ?? true);
    if (type === BLOCK.section) this.#little = readByteOrder(view, at);
    this.#block.type = type;
    this.#block.little = this.#little ?? true;
    return type;
  }

  #lose(at: number, what: string): 0 {
    this.#lostAt = this.#offset + at;
    this.#notes.add('bad-block', this.#lostAt, `${what} makes no sense: looking for the next block`);
    return 0;
  }

  #search(at: number, available: number): number {
    const { view } = this.#block;
    const type = view.getUint32(at, this.#little ?? true);
    if (!SEARCHED_TYPES.has(type)) return 1;
    const little = type === BLOCK.section ? readByteOrder(view, at) : this.#little;
    if (little === undefined) return 1;
    const total = view.getUint32(at + 4, little);
    const least = type === BLOCK.section ? SECTION_HEADER_LENGTH : BLOCK_HEAD_LENGTH;
    if (total < least || total % 4 !== 0 || total > Math.min(MAX_SEARCHED_LENGTH, this.#limit)) return 1;
    if (total > available) {
      this.#needed = total;
      return this.#ended ? 1 : 0;
    }
    if (view.getUint32(at + total - TRAILER_LENGTH, little) !== total) return 1;
    const offset = this.#offset + at;
    this.#notes.add('bad-block', offset, `${offset - this.#lostAt!} bytes were skipped: reading goes on here`);
    this.#lostAt = undefined;
    this.#readHead(at);
    return this.#deliver(at, total, available);
  }
}
