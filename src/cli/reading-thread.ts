// Captures that are read in a thread of their own: what comes of it drives the sink just as `Reading` does in this thread.
// Only so much is on its way at once as there is memory that changes hands (batch.ts).

import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Batch, OWN } from '../dissect/batch.js';
import { BatchReader } from '../dissect/batch-reader.js';
import type { NamedFile } from '../io/byte-source.js';
import { NamedFileBytes } from '../io/file-bytes.js';
import { UserError } from '../user-error.js';
import type { ReadingIo } from './capture-reading.js';
import type { ReadingWorker } from './io.js';
import type { FromReading, ReadingSetup, ToReading } from './reading-messages.js';
import type { Sink } from './sink.js';

export class ReadingThread {
  private readonly worker: Worker;
  private readonly reader: BatchReader;
  private readonly messages: FromReading[] = [];
  /** The thread has ended by itself, which is a bug. */
  private failure: { readonly error: unknown } | undefined = undefined;
  private file: NamedFileBytes | undefined = undefined;
  private wake: (() => void) | undefined = undefined;
  private broken = false;

  constructor(
    { program, begun = new Worker(program) }: Pick<ReadingWorker, 'program' | 'begun'>,
    setup: ReadingSetup,
    private readonly io: ReadingIo,
  ) {
    this.reader = new BatchReader(setup.settings.limits.conversation.maxAliasCharacters);
    this.worker = begun;
    this.worker.postMessage(setup);
    this.worker.on('message', (message: FromReading) => {
      this.messages.push(message);
      this.wake?.();
    });
    this.worker.on('messageerror', (error) => this.fail(error));
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', (code) => this.fail(new Error(`the thread that reads captures ended with ${code}`)));
  }

  /** Until its program runs; or never will, which `run` tells. */
  begin(): Promise<void> {
    return this.awaited();
  }

  /** Until everything is read; false when an input could not be. */
  async run(sink: Sink): Promise<boolean> {
    const { interrupt } = this.io;
    const onInterrupt = (): void => this.tell({ kind: 'interrupt' });
    interrupt.addEventListener('abort', onInterrupt);
    if (interrupt.aborted) onInterrupt();
    try {
      for (;;) {
        const message = await this.next();
        this.noteBroken(sink);
        if (message.kind === 'done') return message.complete;
        await this.handle(message, sink);
      }
    } finally {
      interrupt.removeEventListener('abort', onInterrupt);
      await this.end();
    }
  }

  /** Also where it never ran. */
  async end(): Promise<void> {
    this.open(undefined);
    await this.worker.terminate();
  }

  /** What was sent before the thread failed still counts. */
  private async next(): Promise<FromReading> {
    for (;;) {
      const message = this.messages.shift();
      if (message !== undefined) return message;
      if (this.failure !== undefined) throw this.failure.error;
      await this.awaited();
    }
  }

  /** When there is a message, or there will be none. */
  private async awaited(): Promise<void> {
    if (this.messages.length > 0 || this.failure !== undefined) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
  }

  private async handle(message: Exclude<FromReading, { kind: 'done' }>, sink: Sink): Promise<void> {
    const { io } = this;
    switch (message.kind) {
      case 'begin':
        return sink.begin();
      case 'source':
        return sink.source(message.source);
      case 'file':
        return this.open(message.file);
      case 'batch':
        return this.read(message.batch, sink);
      case 'flush':
        return this.broken ? undefined : sink.flush();
      case 'say':
        io.progress.clear();
        io.stderr.write(message.text);
        return;
      case 'progress':
        return io.progress.update(message.bytesRead, message.size);
      case 'end':
        io.progress.clear();
        if (this.broken) return;
        return sink.end({ ...message.summary, problems: this.reader.problems }, message.last);
      case 'refused':
        throw new UserError(message.code, message.message);
    }
  }

  private open(file: NamedFile | undefined): void {
    this.file?.close();
    this.file = undefined;
    this.reader.file = this.file = file && new NamedFileBytes(file);
  }

  private async read(batch: Batch, sink: Sink): Promise<void> {
    this.reader.open(batch);
    while (!this.broken && this.feed(sink)) {
      await sink.pass();
      this.noteBroken(sink);
    }
    const length = batch.slot === OWN ? batch.memory!.bytes.length : 0;
    this.tell({ kind: 'back', done: { slot: batch.slot, length } });
    // Messages may come one behind the other without end; what else the event loop has, Ctrl-C for one, is to have its turn.
    await setImmediate();
  }

  /** Hands on items until a good deal is rendered; false at the end of the batch. Without awaiting: see Reading. */
  private feed(sink: Sink): boolean {
    const { reader } = this;
    const { glance } = sink;
    for (let item = reader.next(glance); item !== undefined; item = reader.next(glance))
      if (sink.add(item)) return true;
    return false;
  }

  private noteBroken(sink: Sink): void {
    if (this.broken || !sink.broken) return;
    this.broken = true;
    this.tell({ kind: 'broken' });
  }

  private tell(message: ToReading): void {
    this.worker.postMessage(message);
  }

  private fail(error: unknown): void {
    this.failure ??= { error };
    this.wake?.();
  }
}
