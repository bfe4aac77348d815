// Captures that are read in a thread of their own: what comes of it drives the sink just as `Reading` does in this thread.
// Only so much is on its way at once as there is memory that changes hands (batch.ts).

import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Batch, OWN } from '../dissect/batch.js';
import { BatchReader } from '../dissect/batch-reader.js';
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
  private wake: (() => void) | undefined = undefined;
  private broken = false;

  constructor(
    { program, begun = new Worker(program) }: Pick<ReadingWorker, 'program' | 'begun'>,
    { paths, settings }: Pick<ReadingSetup, 'paths' | 'settings'>,
    private readonly sink: Sink,
    private readonly io: ReadingIo,
  ) {
    const setup: ReadingSetup = { paths, settings, isVisible: sink.isVisible, glances: sink.glance !== undefined };
    this.reader = new BatchReader(settings.limits.conversation.maxAliasCharacters);
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
  async run(): Promise<boolean> {
    const { interrupt } = this.io;
    const onInterrupt = (): void => this.tell({ kind: 'interrupt' });
    interrupt.addEventListener('abort', onInterrupt);
    if (interrupt.aborted) onInterrupt();
    try {
      for (;;) {
        const message = await this.next();
        this.noteBroken();
        if (message.kind === 'done') return message.complete;
        await this.handle(message);
      }
    } finally {
      interrupt.removeEventListener('abort', onInterrupt);
      await this.worker.terminate();
    }
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

  private async handle(message: Exclude<FromReading, { kind: 'done' }>): Promise<void> {
    const { sink, io } = this;
    switch (message.kind) {
      case 'begin':
        return sink.begin();
      case 'source':
        return sink.source(message.source);
      case 'batch':
        return this.read(message.batch);
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

  private async read(batch: Batch): Promise<void> {
    const { sink, reader } = this;
    reader.open(batch);
    while (!this.broken && this.feed()) {
      await sink.pass();
      this.noteBroken();
    }
    const length = batch.slot === OWN ? batch.memory!.bytes.length : 0;
    this.tell({ kind: 'back', done: { slot: batch.slot, length } });
    // Messages may come one behind the other without end; what else the event loop has, Ctrl-C for one, is to have its turn.
    await setImmediate();
  }

  /** Hands on items until a good deal is rendered; false at the end of the batch. Without awaiting: see Reading. */
  private feed(): boolean {
    const { sink, reader } = this;
    const { glance } = sink;
    for (let item = reader.next(glance); item !== undefined; item = reader.next(glance))
      if (sink.add(item)) return true;
    return false;
  }

  private noteBroken(): void {
    if (this.broken || !this.sink.broken) return;
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
