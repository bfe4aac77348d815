// What comes of the usual segment: the one chunk that it carries. One object serves for all of them.

import type { DataChunk } from '../bytes/chunk.js';
import { Views } from '../bytes/views.js';
import type { Segment } from '../net/segment.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export class UsualChunk {
  readonly #views = new Views();
  readonly #single: readonly [Writable<DataChunk>] = [
    { kind: 'data', bytes: new Uint8Array(0), time: Number.NaN, origin: 0 },
  ];

  /** The payload of a segment; it becomes another one's with the next call. */
  of({ bytes, payloadAt, payloadEnd, time, frame }: Segment): readonly [DataChunk] {
    const single = this.#single;
    const chunk = single[0];
    chunk.bytes = this.#views.of(bytes, payloadAt, payloadEnd);
    chunk.time = time;
    chunk.origin = frame;
    return single;
  }
}
