// A recording of packets in pcapng: they are gathered, and written by one write per MiB or per quarter of a second, so
// while the disk keeps up a crash takes that at most, and no block is torn. Files may follow each other by size and by
// time, each of them complete on its own. Whoever records never waits and never fails: what a slow disk does not take
// within the bound is lost, counted and told; when nothing can be written any more the recording ends, is told once, and
// all calls do nothing.

import { UserError } from '../../user-error.js';
import { cannotWrite } from '../output.js';
import {
  type CapturedInterface,
  interfaceBlock,
  optionText,
  packetBlockLength,
  secretsBlock,
  sectionBlock,
  statisticsBlock,
  type Texts,
} from '../watch/pcapng-writer.js';
import { BlockWriter } from './block-writer.js';
import { Disk } from './disk.js';
import { numberedPath } from './file-names.js';
import { KnownSecrets } from './known-secrets.js';
import { PendingComments } from './pending-comments.js';

/** Bytes that may wait for the disk. */
const QUEUE = 64 * 1024 * 1024;
/** Bytes of secrets that are repeated in further files, and what part of a file they may be. */
const SECRETS = 4 * 1024 * 1024;
const SECRETS_PART = 1 / 4;
const MILLION = 1_000_000n;

export interface RecorderOptions {
  /** Of the only file; with files that follow each other, numbers and times are added: name_00001_20261123051500.pcapng. */
  readonly path: string;
  readonly interfaces: readonly CapturedInterface[];
  /** Name and version of the program. */
  readonly program: string;
  /** Of the whole. */
  readonly comment?: string | undefined;
  /** A file that would become longer is followed by another; each has one packet at least. */
  readonly maximumBytes?: number | undefined;
  /** The first packet that comes so long after the start of a file begins another. */
  readonly maximumSeconds?: number | undefined;
  /** With either: files of this recording that there may be; the oldest are deleted. */
  readonly keep?: number | undefined;
  /** Bytes that may wait for a slow disk: default 64 MiB. */
  readonly queueBytes?: number | undefined;
  /** Milliseconds since 1970, for names and for maximumSeconds. */
  readonly clock?: (() => number) | undefined;
  /** Nothing more is recorded. */
  readonly onFailure?: ((error: UserError) => void) | undefined;
  /** So many packets in a row were lost because the disk was too slow; told when it goes on. */
  readonly onLoss?: ((packets: number) => void) | undefined;
}

export class Recorder {
  private readonly options: RecorderOptions;
  private readonly disk: Disk;
  private readonly writer: BlockWriter;
  private readonly secretsKnown: KnownSecrets;
  private readonly pending = new PendingComments();
  private readonly counts: { received: number; dropped: number }[];
  /** Section and interfaces, which each file starts with. */
  private readonly head: Uint8Array;
  /** Bytes that each file ends with. */
  private readonly tail: number;
  private readonly queueBytes: number;
  private readonly clock: () => number;
  private files = 0;
  private file = NO_FILE;
  private lastTime: bigint;
  /** Packets lost since the last that was not. */
  private burst = 0;

  constructor(options: RecorderOptions) {
    const { program, comment, interfaces, maximumBytes = Number.POSITIVE_INFINITY, keep, queueBytes = QUEUE } = options;
    this.options = options;
    this.disk = new Disk(keep);
    this.writer = new BlockWriter(this.disk, (path, error) => this.fail(path, error));
    this.secretsKnown = new KnownSecrets(Math.min(SECRETS, maximumBytes * SECRETS_PART));
    this.counts = interfaces.map(() => ({ received: 0, dropped: 0 }));
    this.head = Buffer.concat([sectionBlock(program, comment), ...interfaces.map(interfaceBlock)]);
    this.queueBytes = queueBytes;
    this.clock = options.clock ?? Date.now;
    this.lastTime = BigInt(Math.round(this.clock())) * MILLION;
    this.tail = this.statistics([]).length;
  }

  /** Packets that were lost to a slow disk. */
  get lost(): number {
    return this.counts.reduce((sum, { dropped }) => sum + dropped, 0);
  }

  /** Creates the file, or writes it anew; before that nothing is recorded. UserError when it cannot be written. */
  async open(): Promise<void> {
    const path = this.nextPath();
    const start = this.start();
    try {
      await this.writer.open(path, start);
    } catch (error) {
      throw cannotWrite(path, error as NodeJS.ErrnoException);
    }
  }

  /** `time` in nanoseconds since 1970. The bytes are copied. Comments of more than 65,535 bytes are cut. */
  packet(index: number, time: bigint, bytes: Uint8Array, comments: readonly string[] = NO_COMMENTS): void {
    if (!this.writer.isOpen) return;
    const counts = this.counts[index]!;
    counts.received++;
    this.lastTime = time;
    const texts = this.textsOf(comments);
    const length = packetBlockLength(bytes.length, texts);
    if (this.isTooMuch(length)) {
      counts.dropped++;
      this.burst++;
      return;
    }
    this.makeRoom(length);
    this.writer.packet(index, time, bytes, texts);
    this.file.length += length;
    this.file.packets++;
    this.pending.clear();
    this.endBurst();
  }

  /**
   * Something that belongs to no packet: a comment of the next one. If none comes any more, it is a comment of the last
   * file's interface statistics.
   */
  event(text: string): void {
    if (this.writer.isOpen) this.pending.add(text);
  }

  /** Lines of an NSS key log, before the packets that need them. */
  secrets(lines: string): void {
    if (this.writer.isOpen) this.secretsKnown.add(lines);
  }

  /** Resolves when the system has all that came so far. */
  flush(): Promise<void> {
    return this.writer.flush();
  }

  /** Writes what waits, and the statistics. */
  async close(): Promise<void> {
    if (!this.writer.isOpen) return;
    this.endFile(this.textsOf(NO_COMMENTS));
    this.endBurst();
    await this.writer.end();
  }

  /** Once something was lost, half of what may wait has to be written before it goes on: few holes are better than many. */
  private isTooMuch(length: number): boolean {
    const most = this.burst === 0 ? this.queueBytes : this.queueBytes / 2;
    return this.writer.waiting + length > most;
  }

  private endBurst(): void {
    const { burst } = this;
    if (burst === 0) return;
    this.burst = 0;
    this.options.onLoss?.(burst);
  }

  private textsOf(comments: readonly string[]): Texts {
    const texts = this.pending.with(comments);
    if (this.burst === 0) return texts;
    return [optionText(`packets not recorded before this one, because the disk was too slow: ${this.burst}`), ...texts];
  }

  /** For a packet: in this file, behind the secrets that it may need, or in the next. */
  private makeRoom(length: number): void {
    const { fresh } = this.secretsKnown;
    const block = fresh === undefined ? NOTHING : secretsBlock(fresh);
    if (this.isFull(length + block.length)) {
      this.endFile([]);
      this.writer.begin(this.nextPath());
      this.writer.add(this.start());
    } else if (fresh !== undefined) {
      this.writer.add(block);
      this.file.length += block.length;
      this.secretsKnown.written();
    }
  }

  private isFull(length: number): boolean {
    const { maximumBytes, maximumSeconds } = this.options;
    if (this.file.packets === 0) return false;
    if (maximumSeconds !== undefined && this.clock() - this.file.startedAt >= maximumSeconds * 1000) return true;
    return maximumBytes !== undefined && this.file.length + length + this.tail > maximumBytes;
  }

  private nextPath(): string {
    const { path, maximumBytes, maximumSeconds } = this.options;
    this.files++;
    const startedAt = this.clock();
    this.file = { length: 0, packets: 0, startedAt };
    const isOnly = maximumBytes === undefined && maximumSeconds === undefined;
    return isOnly ? path : numberedPath(path, this.files, startedAt);
  }

  /** What a file starts with: nothing of what it needs stands in another. */
  private start(): Uint8Array {
    const { all } = this.secretsKnown;
    const start = all === undefined ? this.head : Buffer.concat([this.head, secretsBlock(all)]);
    this.secretsKnown.written();
    this.file.length = start.length;
    return start;
  }

  private endFile(comments: Texts): void {
    this.writer.add(this.statistics(comments));
  }

  private statistics(comments: Texts): Uint8Array {
    const { counts, lastTime } = this;
    return Buffer.concat(
      counts.map((count, index) => statisticsBlock(index, lastTime, count, index === 0 ? comments : [])),
    );
  }

  private fail(path: string, error: unknown): void {
    const { message } = cannotWrite(path, error as NodeJS.ErrnoException);
    const saved = `the recording has ended, packets saved: ${this.disk.packets}`;
    this.options.onFailure?.(new UserError('environment', `${message}; ${saved}`));
  }
}

/** Of the file that grows. */
interface FileSoFar {
  length: number;
  packets: number;
  readonly startedAt: number;
}

const NO_FILE: FileSoFar = { length: 0, packets: 0, startedAt: 0 };
const NO_COMMENTS: readonly string[] = [];
const NOTHING = new Uint8Array(0);
