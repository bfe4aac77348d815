// Whether the pages of a database are sound. LMDB trusts what it maps into memory: a file that was cut or overwritten ends
// the process, or worse. So before anything is read, every page that is in use is looked at here: that it is there, that it
// is the one that is meant, that nothing in it points out of it. The layout is that of LMDB's data version 2, 64 bits.

import { readSync } from 'node:fs';

const PAGE_HEADER = 24;
const NODE_HEADER = 8;
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const [BRANCH, LEAF, OVERFLOW, META] = [0x01, 0x02, 0x04, 0x08];
/** Behind magic, version, address and size of the map; the tree of what is kept follows it. */
const FREE_TREE = PAGE_HEADER + 24;
const TREE_LENGTH = 48;
const BIG_DATA = 0x01;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
const DEEPEST = 32;

interface Tree {
  readonly depth: number;
  readonly entries: number;
  /** undefined: it is empty. */
  readonly root: number | undefined;
}

interface Meta {
  readonly pageSize: number;
  readonly free: Tree;
  readonly main: Tree;
  readonly lastPage: number;
  readonly transaction: number;
}

/** Whether a page says that it is one of the first two of a database of LMDB, as it is known here. */
export function isFirstPage(page: Buffer, pageSize: number): boolean {
  if (page.length < pageSize || (page.readUInt16LE(18) & META) === 0) return false;
  const [magic, version] = [page.readUInt32LE(PAGE_HEADER), page.readUInt32LE(PAGE_HEADER + 4)];
  return magic === MAGIC && version === DATA_VERSION && page.readUInt32LE(FREE_TREE) === pageSize;
}

/** What is wrong; undefined: nothing. Nobody may be writing to it. */
export function damageOf(file: number, size: number, pageSize: number): string | undefined {
  try {
    const meta = newestMeta(file, pageSize);
    new Walk(file, size, meta).walk();
    return undefined;
  } catch (error) {
    if (error instanceof Damage) return error.message;
    throw error;
  }
}

class Damage extends Error {}

function newestMeta(file: number, pageSize: number): Meta {
  const metas = [0, 1].map((page) => readMeta(pageOf(file, page, pageSize), pageSize));
  const [first, second] = metas as [Meta | undefined, Meta | undefined];
  const newest =
    second === undefined || (first !== undefined && first.transaction > second.transaction) ? first : second;
  if (newest === undefined) throw new Damage('neither of its first pages is sound');
  return newest;
}

function pageOf(file: number, page: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  if (readSync(file, bytes, 0, length, page * length) < length) throw new Damage(`it ends before page ${page}`);
  return bytes;
}

function readMeta(page: Buffer, pageSize: number): Meta | undefined {
  if (!isFirstPage(page, pageSize)) return undefined;
  const behind = FREE_TREE + 2 * TREE_LENGTH;
  return {
    pageSize,
    free: readTree(page, FREE_TREE),
    main: readTree(page, FREE_TREE + TREE_LENGTH),
    lastPage: number(page, behind),
    transaction: number(page, behind + 8),
  };
}

function readTree(bytes: Buffer, at: number): Tree {
  const root = bytes.readBigUInt64LE(at + 40);
  return {
    depth: bytes.readUInt16LE(at + 6),
    entries: number(bytes, at + 32),
    root: root === NO_PAGE ? undefined : Number(root),
  };
}

function number(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

class Walk {
  private readonly pages: number;
  private entries = 0;
  /** A page that is in use twice would make this endless. */
  private readonly seen = new Set<number>();

  constructor(
    private readonly file: number,
    size: number,
    private readonly meta: Meta,
  ) {
    this.pages = Math.min(Math.floor(size / meta.pageSize), meta.lastPage + 1);
  }

  walk(): void {
    for (const { root, depth, entries } of [this.meta.free, this.meta.main]) {
      this.entries = 0;
      if (depth > DEEPEST) throw new Damage('a tree is too deep');
      if (root !== undefined) this.page(root, depth);
      if (this.entries !== entries) throw new Damage(`it has ${this.entries} entries in place of ${entries}`);
    }
  }

  private claim(page: number, what: string): void {
    if (page < 2 || page >= this.pages) throw new Damage(`${what} ${page} is missing`);
    if (this.seen.has(page)) throw new Damage(`${what} ${page} is used twice`);
    this.seen.add(page);
  }

  /** `depth` counts it: 1 is a leaf. */
  private page(page: number, depth: number): void {
    this.claim(page, 'page');
    const bytes = pageOf(this.file, page, this.meta.pageSize);
    const isLeaf = depth === 1;
    const wrong = () => new Damage(`page ${page} is not what it was`);
    if (number(bytes, 0) !== page || (bytes.readUInt16LE(18) & 0xff) !== (isLeaf ? LEAF : BRANCH)) throw wrong();
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
    this.claim(page, 'page');
    const { pageSize } = this.meta;
    const header = Buffer.allocUnsafe(PAGE_HEADER);
    const count = Math.ceil((PAGE_HEADER + length) / pageSize);
    const read = readSync(this.file, header, 0, PAGE_HEADER, page * pageSize);
    if (read < PAGE_HEADER || page + count > this.pages) throw new Damage(`page ${page} is cut`);
    const isWhole = header.readUInt32LE(20) >= count && (header.readUInt16LE(18) & 0xff) === OVERFLOW;
    if (number(header, 0) !== page || !isWhole) throw new Damage(`page ${page} is not what it was`);
  }
}
