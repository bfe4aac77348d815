// The first two pages of a database: each says what it looked like after every other transaction, the newer one counts. LMDB
// believes them when it opens the file, so they are looked at before. The layout is that of its data version 2, 64 bits.

const PAGE_HEADER = 24;
const META = 0x08;
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const ADDRESS = PAGE_HEADER + 8;
const MAP_SIZE = PAGE_HEADER + 16;
const FREE_TREE = PAGE_HEADER + 24;
const TREE_LENGTH = 48;
const MAIN_TREE = FREE_TREE + TREE_LENGTH;
const LAST_PAGE = MAIN_TREE + TREE_LENGTH;
const TRANSACTION = LAST_PAGE + 8;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
const DEEPEST = 32;
/** Of the tree of free pages: keys are numbers. With it stands how the file was opened: that it is no folder. */
const FREE_FLAGS: readonly number[] = [0x0008, 0x4008];
/** The map grows ahead of the file, by far less than this. */
const WIDEST_MAP = 64;
const SMALL_MAP = 256 * 1024 * 1024;

export interface Tree {
  readonly depth: number;
  readonly entries: number;
  /** undefined: it is empty. */
  readonly root: number | undefined;
}

export interface FirstPage {
  readonly free: Tree;
  readonly main: Tree;
  readonly lastPage: number;
  readonly transaction: number;
}

/** Whether a file that begins so says that it is a database of LMDB, with pages of this size. */
export function isDatabase(start: Buffer, pageSize: number): boolean {
  if (start.length < TRANSACTION + 8 || start.readUInt16LE(18) !== META) return false;
  const [magic, version] = [start.readUInt32LE(PAGE_HEADER), start.readUInt32LE(PAGE_HEADER + 4)];
  return magic === MAGIC && version === DATA_VERSION && start.readUInt32LE(FREE_TREE) === pageSize;
}

/** The one that counts; undefined: one of them is not sound. `start` are both. */
export function newestFirstPage(start: Buffer, pageSize: number, fileSize: number): FirstPage | undefined {
  const [even, odd] = [start.subarray(0, pageSize), start.subarray(pageSize, 2 * pageSize)];
  if (!isSound(even, pageSize, fileSize) || !isSound(odd, pageSize, fileSize)) return undefined;
  const [first, second] = [read(even), read(odd)];
  if (Math.abs(first.transaction - second.transaction) > 1) return undefined;
  return first.transaction > second.transaction ? first : second;
}

function isSound(page: Buffer, pageSize: number, fileSize: number): boolean {
  if (!isDatabase(page, pageSize) || number(page, ADDRESS) !== 0) return false;
  if (!FREE_FLAGS.includes(page.readUInt16LE(FREE_TREE + 4)) || page.readUInt16LE(MAIN_TREE + 4) !== 0) return false;
  const mapSize = number(page, MAP_SIZE);
  const { free, main, lastPage } = read(page);
  if (mapSize > Math.max(SMALL_MAP, fileSize * WIDEST_MAP) || (lastPage + 1) * pageSize > mapSize) return false;
  return [free, main].every(({ root, depth }) => depth <= DEEPEST && (root === undefined) === (depth === 0));
}

function read(page: Buffer): FirstPage {
  return {
    free: readTree(page, FREE_TREE),
    main: readTree(page, MAIN_TREE),
    lastPage: number(page, LAST_PAGE),
    transaction: number(page, TRANSACTION),
  };
}

function readTree(page: Buffer, at: number): Tree {
  const root = page.readBigUInt64LE(at + 40);
  return {
    depth: page.readUInt16LE(at + 6),
    entries: number(page, at + 32),
    root: root === NO_PAGE ? undefined : Number(root),
  };
}

/** Beyond 2^53 it is none that could be right, exact or not. */
function number(page: Buffer, at: number): number {
  return Number(page.readBigUInt64LE(at));
}
