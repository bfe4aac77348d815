// Whether the pages of a database are sound. LMDB trusts what it maps into memory: a file that was cut or overwritten ends
// the process, or worse. So before anything is read, every page that is in use is looked at here: that it is there, that it
// is the one that is meant, that nothing in it points out of it. The layout is that of LMDB's data version 2, 64 bits.

import { readSync } from 'node:fs';
import { type FirstPage, newestFirstPage } from './first-pages.js';

const PAGE_HEADER = 24;
const NODE_HEADER = 8;
const [BRANCH, LEAF, OVERFLOW] = [0x01, 0x02, 0x04];
const BIG_DATA = 0x01;

/** What is wrong; undefined: nothing. Nobody may be writing to it. */
export function damageOf(file: number, size: number, pageSize: number): string | undefined {
  try {
    new Walk(file, size, pageSize).walk();
    return undefined;
  } catch (error) {
    if (error instanceof Damage) return error.message;
    throw error;
  }
}

class Damage extends Error {}

function number(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

class Walk {
  private readonly pages: number;
  private readonly first: FirstPage;
  private entries = 0;
  /** A page that is in use twice would make this endless. */
  private readonly seen = new Set<number>();

  constructor(
    private readonly file: number,
    size: number,
    private readonly pageSize: number,
  ) {
    const first = newestFirstPage(this.read(0, 2 * pageSize), pageSize, size);
    if (first === undefined) throw new Damage('its first pages are not sound');
    this.first = first;
    this.pages = Math.min(Math.floor(size / pageSize), first.lastPage + 1);
  }

  walk(): void {
    for (const { root, depth, entries } of [this.first.free, this.first.main]) {
      this.entries = 0;
      if (root !== undefined) this.page(root, depth);
      if (this.entries !== entries) throw new Damage(`it has ${this.entries} entries in place of ${entries}`);
    }
  }

  private read(page: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    const count = readSync(this.file, bytes, 0, length, page * this.pageSize);
    if (count < length) throw new Damage(`it ends before page ${page}`);
    return bytes;
  }

  private claim(page: number): void {
    if (page < 2 || page >= this.pages) throw new Damage(`page ${page} is missing`);
    if (this.seen.has(page)) throw new Damage(`page ${page} is used twice`);
    this.seen.add(page);
  }

  /** `depth` counts it: 1 is a leaf. */
  private page(page: number, depth: number): void {
    this.claim(page);
    const bytes = this.read(page, this.pageSize);
    const isLeaf = depth === 1;
    const wrong = () => new Damage(`page ${page} is not what it was`);
    if (number(bytes, 0) !== page || bytes.readUInt16LE(18) !== (isLeaf ? LEAF : BRANCH)) throw wrong();
    const [lower, upper] = [bytes.readUInt16LE(20), bytes.readUInt16LE(22)];
    const room = bytes.length - PAGE_HEADER;
    if (lower > upper || upper > room || lower % 2 !== 0 || lower === 0) throw wrong();
    for (let at = 0; at < lower; at += 2) {
      const node = bytes.readUInt16LE(PAGE_HEADER + at);
      if (node < upper || node + NODE_HEADER > room) throw wrong();
      const end = isLeaf ? this.leafEnd(bytes, node + PAGE_HEADER) : this.branchEnd(bytes, node + PAGE_HEADER, depth);
      if (end > bytes.length) throw wrong();
    }
    if (isLeaf) this.entries += lower / 2;
  }

  /** A node of a branch: page in 48 bits, length of the key, key. */
  private branchEnd(bytes: Buffer, at: number, depth: number): number {
    const end = at + NODE_HEADER + bytes.readUInt16LE(at + 6);
    this.page(bytes.readUIntLE(at, 6), depth - 1);
    return end;
  }

  /** A node of a leaf: length of the value, flags, length of the key, key, value or the page where it begins. */
  private leafEnd(bytes: Buffer, at: number): number {
    const length = bytes.readUInt32LE(at);
    const value = at + NODE_HEADER + bytes.readUInt16LE(at + 6);
    if ((bytes.readUInt16LE(at + 4) & BIG_DATA) === 0) return value + length;
    if (value + 8 <= bytes.length) this.overflow(number(bytes, value), length);
    return value + 8;
  }

  private overflow(page: number, length: number): void {
    this.claim(page);
    const count = Math.ceil((PAGE_HEADER + length) / this.pageSize);
    if (page + count > this.pages) throw new Damage(`page ${page} is cut`);
    const header = this.read(page, PAGE_HEADER);
    const isWhole = header.readUInt32LE(20) >= count && header.readUInt16LE(18) === OVERFLOW;
    if (number(header, 0) !== page || !isWhole) throw new Damage(`page ${page} is not what it was`);
  }
}
