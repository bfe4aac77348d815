// Captures in order as one, into a sink: one numbering, one summary. A file that cannot be read is said and the others are
// still read. It is the same wherever it runs, in the thread of the command or in one of its own.

import type { Readable } from 'node:stream';
import type { CapturedPacket } from '../capture/packet.js';
import { NO_FILE } from '../dissect/connection.js';
import { Dissector, type DissectorOptions } from '../dissect/dissector.js';
import type { LayerOptions } from '../dissect/limits.js';
import type { ByteSource, NamedFile } from '../io/byte-source.js';
import { readCapture } from '../io/input.js';
import type { Progress } from '../io/progress.js';
import { TlsSecretFiles, type TlsSecretSources } from '../io/tls-secrets.js';
import { UserError } from '../user-error.js';
import { say, type Teller, warn } from './io.js';
import type { PacketSource, ReadBatch, Sink } from './sink.js';

/** How captures are read: data that another thread can be given. */
export interface ReadingSettings extends Pick<DissectorOptions, 'ports' | 'version' | 'reassemble'> {
  readonly secrets: TlsSecretSources;
  readonly limits: LayerOptions;
}

/** What is around it. */
export interface ReadingIo {
  readonly stdin: Readable | undefined;
  readonly stderr: Teller;
  readonly interrupt: AbortSignal;
  readonly progress: Progress;
}

/** Milliseconds between two looks at the key logs while no packets come. */
const LOOK = 250;

type Input = string | ByteSource | PacketSource;

export class Reading {
  private readonly dissector: Dissector;
  private readonly tls: TlsSecretFiles;
  private readonly progress: Progress;
  private readonly warned = new Set<string>();
  private readonly stop = new AbortController();
  /** Ends what is read: whoever runs this asks for it, or there is no use in waiting for more. */
  readonly signal: AbortSignal;
  private epoch: bigint | undefined = undefined;
  private begun = false;
  /** Of those that can be read again. */
  private files = NO_FILE;

  constructor(
    /** The capture is still being made. */
    grows: boolean,
    { secrets: sources, ...settings }: ReadingSettings,
    private readonly sink: Sink,
    private readonly io: ReadingIo,
  ) {
    this.tls = new TlsSecretFiles(sources, grows, settings.limits.secrets);
    const { secrets } = this.tls;
    const { summaryOnly, writer: outcome, glance } = sink;
    this.dissector = new Dissector({ ...settings, secrets, summaryOnly, outcome, glance });
    this.progress = io.progress;
    this.signal = AbortSignal.any([io.interrupt, this.stop.signal]);
  }

  /** Nothing more need be read. */
  get isOver(): boolean {
    return this.signal.aborted || this.sink.broken || this.sink.isFull;
  }

  /** Reads them all and ends the sink. False when one could not be read. */
  async readAll(inputs: readonly Input[]): Promise<boolean> {
    let complete = true;
    for (const input of inputs) {
      // What runs already is read all the same: that is what ends it.
      if (this.isOver && typeof input === 'string') break;
      if (!(await this.read(input))) complete = false;
    }
    await this.end(!complete);
    return complete;
  }

  /** False when the file could not be read, or not to its end. */
  async read(input: Input): Promise<boolean> {
    const { io, sink } = this;
    const name = typeof input !== 'string' ? input.name : input === '-' ? 'standard input' : input;
    try {
      let sourced = false;
      for await (const batch of this.watched(input)) {
        await this.begin();
        if (!sourced) this.beginFile(batch.file);
        if (!sourced || (this.epoch === undefined && batch.epoch !== undefined)) {
          sink.source({ name, epoch: batch.epoch });
        }
        sourced = true;
        this.epoch ??= batch.epoch;
        await this.take(batch, name);
        if (sink.broken || sink.isFull) return true;
      }
      return true;
    } catch (error) {
      if (!(error instanceof UserError) || error.code === 'environment' || error.code === 'option') throw error;
      this.progress.clear();
      say(io, error.message);
      return false;
    }
  }

  private beginFile(file: NamedFile | undefined): void {
    const { sink, dissector } = this;
    if (sink.file === undefined) return;
    const number = file === undefined ? NO_FILE : ++this.files;
    dissector.beginFile(number);
    sink.file(file, number);
  }

  private batches(input: Input): AsyncGenerator<ReadBatch, void, void> {
    if (typeof input === 'object' && 'batches' in input) return input.batches();
    const { io, epoch, signal } = this;
    return readCapture(input, { epoch, signal, stdin: io.stdin, inPlace: true });
  }

  /** While a source that lives gives nothing, its key logs may grow nevertheless. */
  private async *watched(input: Input): AsyncGenerator<ReadBatch, void, void> {
    const batches = this.batches(input);
    if (!this.tls.secrets.mayGrow || (typeof input === 'string' && input !== '-')) return yield* batches;
    try {
      for (;;) {
        const next = await this.polling(batches.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await batches.return();
    }
  }

  /** Polls now and then until what is awaited is there, and is done with that by then. */
  private async polling<T>(awaited: Promise<T>): Promise<T> {
    let polled: Promise<void> | undefined;
    let failure: { readonly error: unknown } | undefined;
    const look = async (): Promise<void> => {
      try {
        await this.look();
      } catch (error) {
        failure = { error };
      }
      polled = undefined;
      if (failure !== undefined || this.sink.broken || this.sink.isFull) this.stop.abort();
    };
    const timer = setInterval(() => {
      polled ??= Promise.resolve().then(look);
    }, LOOK).unref();
    await awaited.catch(() => {});
    clearInterval(timer);
    await polled;
    if (failure !== undefined) throw failure.error;
    return awaited;
  }

  private async look(): Promise<void> {
    if (this.isOver || !this.tls.refresh()) return;
    await this.poll();
    if (this.begun) await this.sink.flush();
  }

  /** What waited for secrets that have come. */
  private async poll(): Promise<void> {
    const { dissector, sink } = this;
    for (const item of dissector.poll()) {
      if (sink.add(item)) await sink.pass();
      if (sink.broken || sink.isFull) break;
    }
  }

  private async begin(): Promise<void> {
    await this.sink.begin();
    this.begun = true;
  }

  private async take(batch: ReadBatch, name: string): Promise<void> {
    const { packets, notes, secrets, bytesRead, size } = batch;
    for (const text of secrets) this.tls.add(text);
    const { dissector, sink } = this;
    if (this.tls.refresh()) await this.poll();
    for (let at = 0; at < packets.length && !this.isOver; ) {
      at = this.feed(packets, at);
      if (at < packets.length || sink.writer?.isFull === true) await sink.pass();
    }
    for (const event of batch.events ?? []) sink.event?.(event);
    if (sink.isVisible || size === undefined) await sink.flush();
    for (const { message, offset } of notes) this.warn(`${name}: ${message} (offset ${offset})`);
    for (const { reason, what } of dissector.skips) {
      if (reason !== 'unknown-link' || this.warned.has(what)) continue;
      this.warned.add(what);
      this.warn(`${name}: ${what}: a link type that is not known, its packets are skipped`);
    }
    this.progress.update(bytesRead, size);
  }

  /**
   * Dissects packets from the one at `from` on until a good deal is rendered; returns how far it came. A loop of its own,
   * without awaiting: inside the asynchronous method above it runs at a fraction of the speed.
   */
  private feed(packets: readonly CapturedPacket[], from: number): number {
    const { dissector, sink } = this;
    const { writer } = sink;
    for (let at = from; at < packets.length; at++) {
      const items = dissector.push(packets[at]!);
      if (writer?.isFull === true) return at + 1;
      if (items.length === 0) continue;
      let full = false;
      for (let i = 0; i < items.length; i++) full = sink.add(items[i]!) || full;
      if (full || sink.isFull) return at + 1;
    }
    return packets.length;
  }

  private warn(message: string): void {
    this.progress.clear();
    warn(this.io, message);
  }

  private endSecrets(): void {
    this.tls.refresh();
    this.tls.close();
    const { ignoredLines: count } = this.tls;
    if (count > 0) this.warn(`key logs: ${count} ${count === 1 ? 'line that gives' : 'lines that give'} no secret`);
  }

  /** What is held, and the summary; nothing when there was nothing to read. */
  async end(failed: boolean): Promise<void> {
    const { sink, dissector } = this;
    this.progress.clear();
    this.endSecrets();
    if (sink.broken || (!this.begun && failed)) return;
    await this.begin();
    // At the limit the capture has not ended, and what is held has not come.
    for (const item of sink.isFull ? [] : dissector.end()) if (sink.add(item)) await sink.pass();
    await sink.end(dissector.summary(), dissector.last);
  }
}
