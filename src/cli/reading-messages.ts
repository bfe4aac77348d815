// What the thread that reads captures and the one that judges them tell each other, in order.

import type { Moment } from '../bytes/chunk.js';
import type { Batch, Done } from '../dissect/batch.js';
import type { Summary } from '../dissect/item.js';
import type { NamedFile } from '../io/byte-source.js';
import type { Source } from '../report/renderer.js';
import type { UserErrorCode } from '../user-error.js';
import type { ReadingSettings } from './capture-reading.js';

export interface ReadingSetup {
  readonly paths: readonly string[];
  readonly settings: ReadingSettings;
  /** See Sink. */
  readonly isVisible: boolean;
  readonly glances: boolean;
}

/** From the thread that reads: what it does to its sink, and what it would say. */
export type FromReading =
  | { readonly kind: 'begin' }
  | { readonly kind: 'source'; readonly source: Source }
  | { readonly kind: 'file'; readonly file: NamedFile | undefined }
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'flush' }
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'progress'; readonly bytesRead: number; readonly size: number | undefined }
  | { readonly kind: 'end'; readonly summary: Summary; readonly last: Moment }
  /** The last one: whether all inputs could be read, or the wrong use that ended it. */
  | { readonly kind: 'done'; readonly complete: boolean }
  | { readonly kind: 'refused'; readonly code: UserErrorCode; readonly message: string };

export type ToReading =
  /** A batch was read. */
  | { readonly kind: 'back'; readonly done: Done }
  /** Ctrl-C: the input ends here. */
  | { readonly kind: 'interrupt' }
  /** Nobody takes the results any more. */
  | { readonly kind: 'broken' };
