// Where what was read goes: a command's affair. And what may be read beside files.

import type { Moment } from '../bytes/chunk.js';
import type { BatchWriter } from '../dissect/batch-writer.js';
import type { TakesGlanced } from '../dissect/glanced.js';
import type { Item, Summary } from '../dissect/item.js';
import type { NamedFile } from '../io/byte-source.js';
import type { CaptureBatch } from '../io/input.js';
import type { Source } from '../report/renderer.js';
import type { ShownEvent } from '../report/shown.js';

/** What a command does with what was read. */
export interface Sink {
  /** Only the summary is wanted: no items need be made. */
  readonly summaryOnly: boolean;
  /** Nobody takes the results any more. */
  readonly broken: boolean;
  /** There have been enough: the rest is not read. */
  readonly isFull: boolean;
  /** It may be full one day: the summary is then of what was read by that moment. */
  readonly hasLimit: boolean;
  /** Whether lines of results appear on the terminal as they come. */
  readonly isVisible: boolean;
  /** Takes packets as they are framed: no items are made here. `pass` is due when it is full. */
  readonly writer?: BatchWriter;
  /** Before the first of everything; called again, it does nothing. */
  begin(): Promise<void>;
  source(source: Source): void;
  /** What follows stands in this file, by this number (Dissector.beginFile); in none that can be read again, if undefined. */
  file?(file: NamedFile | undefined, number: number): void;
  /** True when it is time for `pass`. */
  add(item: Item): boolean;
  /** Takes usual packets, where it can do without their items. */
  readonly glance?: TakesGlanced | undefined;
  /** What is no part of the capture, but happened while it was made. */
  event?(event: ShownEvent): void;
  pass(): Promise<void>;
  flush(): Promise<void>;
  /** `last`: the last captured packet. */
  end(summary: Summary, last: Moment): Promise<void>;
}

/** Packets as they come, of something that is no file. */
export interface PacketSource {
  readonly name: string;
  batches(): AsyncGenerator<ReadBatch, void, void>;
}

export interface ReadBatch extends CaptureBatch {
  /** They come after the packets. */
  readonly events?: readonly ShownEvent[];
}
