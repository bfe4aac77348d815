import type { Chunk } from './chunk.js';
import type { TcpOptions } from './options.js';

/** Bytes that came twice with different contents. The first copy counts. */
export interface Conflict {
  /** Position in the stream, counted from its first byte. */
  readonly position: number;
  readonly length: number;
  readonly time: number;
  /** Capture frame that brought the second copy. */
  readonly origin: number;
}

export interface StreamContext {
  readonly options: TcpOptions;
}

export declare class TcpStream {
  constructor(context: StreamContext);
  forget(): void;
  push(): readonly Chunk[];
}
