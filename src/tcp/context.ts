// What all streams of one table share: the options, the count of what is held, the bytes delivered last.

import type { Chunk } from '../bytes/chunk.js';
import { Views } from '../bytes/views.js';
import type { Budget } from './held.js';
import type { TcpOptions } from './options.js';
import { RecentBytes } from './recent.js';

export interface StreamContext {
  readonly options: TcpOptions;
  readonly budget: Budget;
  readonly recent: RecentBytes | undefined;
  readonly views: Views;
  /** What push returns for the usual segment: one array for all, its one chunk replaced each time. */
  readonly single: Chunk[];
}

export const createContext = (options: TcpOptions): StreamContext => ({
  options,
  budget: { held: 0 },
  recent: options.recentBytes > 0 ? new RecentBytes(options.recentBytes) : undefined,
  views: new Views(),
  single: [],
});

export const NO_CHUNKS: readonly Chunk[] = [];
