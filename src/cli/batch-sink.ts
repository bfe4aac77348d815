// The sink of the thread that reads: everything becomes messages, packets in batches. What is told between packets comes
// behind those before it, so a batch that is not full is sent first.

import type { Moment } from '../bytes/chunk.js';
import { BATCH_SIZES } from '../dissect/batch.js';
import { BatchWriter } from '../dissect/batch-writer.js';
import type { Summary } from '../dissect/item.js';
import type { NamedFile } from '../io/byte-source.js';
import type { Progress } from '../io/progress.js';
import type { Source } from '../report/renderer.js';
import type { FromReading, ToReading } from './reading-messages.js';
import type { Sink } from './sink.js';

type Post = (message: FromReading) => void;

export class BatchSink implements Sink {
  readonly summaryOnly = false;
  readonly hasLimit = false;
  readonly isFull = false;
  broken = false;
  readonly writer: BatchWriter;
  readonly progress: Progress;
  private begun = false;
  private wake: (() => void) | undefined = undefined;

  constructor(
    readonly isVisible: boolean,
    glances: boolean,
    private readonly post: Post,
  ) {
    this.writer = new BatchWriter((batch) => post({ kind: 'batch', batch }), BATCH_SIZES, glances);
    this.progress = { update: (bytesRead, size) => post({ kind: 'progress', bytesRead, size }), clear() {} };
  }

  hear(message: ToReading): void {
    if (message.kind === 'back') this.writer.giveBack(message.done);
    else this.broken ||= message.kind === 'broken';
    if (!this.isWaiting) this.wake?.();
  }

  say(text: string): void {
    this.tell({ kind: 'say', text });
  }

  async begin(): Promise<void> {
    if (!this.begun) this.tell({ kind: 'begin' });
    this.begun = true;
  }

  source(source: Source): void {
    this.tell({ kind: 'source', source });
  }

  file(file: NamedFile | undefined, number: number): void {
    this.tell({ kind: 'file', file });
    this.writer.file = number;
  }

  /** The writer takes them. */
  add(): boolean {
    return false;
  }

  /** Until enough of what was sent has been read. */
  async pass(): Promise<void> {
    while (this.isWaiting) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  async flush(): Promise<void> {
    this.tell({ kind: 'flush' });
  }

  async end(summary: Summary, last: Moment): Promise<void> {
    this.tell({ kind: 'end', summary, last });
  }

  private get isWaiting(): boolean {
    return this.writer.isFull && !this.broken;
  }

  private tell(message: FromReading): void {
    this.writer.flush();
    this.post(message);
  }
}
