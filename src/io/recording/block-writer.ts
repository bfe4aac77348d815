// Blocks on their way into files that follow each other. One write at a time; while it lasts the next piece is gathered,
// and it goes when it is full, or when something in it has waited long enough, or when it is asked for. The first error
// is the end.

import { BlockGatherer } from '../watch/block-gatherer.js';
import type { Texts } from '../watch/pcapng-writer.js';
import type { Disk } from './disk.js';

/** Bytes of a write, when there is enough to write: each takes its time, however short it is. */
const PIECE = 1024 * 1024;
/** Milliseconds that something may wait for its write. */
const WRITE_AFTER = 250;

interface NextFile {
  readonly path: string;
  readonly blocks: BlockGatherer;
}

export class BlockWriter {
  isOpen = false;
  /** Bytes that the disk has not taken yet. */
  waiting = 0;
  /** The first is the one on the disk, the last the one that grows. */
  private files: NextFile[] = [];
  private isWriting = false;
  private isDue = false;
  private flushed: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined = undefined;

  constructor(
    private readonly disk: Disk,
    private readonly onFailure: (path: string, error: unknown) => void,
  ) {}

  /** The first file, with what it starts with. Rejects with the error of the system. */
  async open(path: string, start: Uint8Array): Promise<void> {
    try {
      await this.disk.begin(path);
      await this.disk.write(start);
    } catch (error) {
      await this.disk.end().catch(() => {});
      throw error;
    }
    this.files = [{ path, blocks: new BlockGatherer(PIECE) }];
    this.isOpen = true;
  }

  /** What comes now goes into another file. */
  begin(path: string): void {
    this.files.at(-1)?.blocks.end();
    this.files.push({ path, blocks: new BlockGatherer(PIECE) });
    this.start();
  }

  packet(index: number, time: bigint, bytes: Uint8Array, comments: Texts): void {
    const { blocks } = this.files.at(-1)!;
    const before = blocks.length;
    blocks.packet(index, time, bytes, comments);
    this.gathered(blocks, before);
  }

  add(block: Uint8Array): void {
    const { blocks } = this.files.at(-1)!;
    const before = blocks.length;
    blocks.add(block);
    this.gathered(blocks, before);
  }

  /** Resolves when all that has come is written, or never will be. */
  flush(): Promise<void> {
    if (!this.isOpen) return Promise.resolve();
    return new Promise((resolve) => {
      this.flushed.push(resolve);
      this.due();
    });
  }

  async end(): Promise<void> {
    await this.flush();
    if (!this.isOpen) return;
    this.isOpen = false;
    clearTimeout(this.timer);
    try {
      await this.disk.end();
    } catch (error) {
      this.fail(error);
    }
  }

  private gathered(blocks: BlockGatherer, before: number): void {
    this.waiting += blocks.length - before;
    this.timer ??= setTimeout(this.due, WRITE_AFTER).unref();
    if (blocks.isFull) this.start();
  }

  private readonly due = () => {
    this.isDue = true;
    this.start();
  };

  private start(): void {
    if (this.isOpen && !this.isWriting) void this.write();
  }

  private async write(): Promise<void> {
    this.isWriting = true;
    while (this.isOpen && this.hasWork) await this.writeNext();
    this.isWriting = false;
  }

  private get hasWork(): boolean {
    return this.isDue || this.files.length > 1 || this.files[0]!.blocks.isFull;
  }

  /** A piece, or the next file when the one on the disk is complete. */
  private async writeNext(): Promise<void> {
    const [file, following] = this.files;
    const isLast = !file!.blocks.isFull && following === undefined;
    const piece = file!.blocks.take();
    const flushed = isLast ? this.allTaken() : [];
    try {
      if (piece !== undefined) {
        await this.disk.write(piece);
        this.waiting -= piece.length;
      } else if (following !== undefined) {
        this.files.shift();
        await this.disk.begin(following.path);
      }
    } catch (error) {
      this.fail(error);
    }
    for (const resolve of flushed) resolve();
  }

  /** Who waits until what has come is written waits for the piece that was just taken, and nothing is due. */
  private allTaken(): readonly (() => void)[] {
    const { flushed } = this;
    this.flushed = [];
    this.isDue = false;
    clearTimeout(this.timer);
    this.timer = undefined;
    return flushed;
  }

  private fail(error: unknown): void {
    const { path } = this.files[0]!;
    this.isOpen = false;
    this.waiting = 0;
    this.files = [];
    for (const resolve of this.allTaken()) resolve();
    void this.disk.end().catch(() => {});
    this.onFailure(path, error);
  }
}
