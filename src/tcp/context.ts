// What all streams of one table share: the options, the count of what is held, the bytes delivered last.

import type { Chunk } from '../bytes/chunk.js';
import type { Budget } from './held.js';
import type { TcpOptions } from './options.js';
import { RecentBytes } from './recent.js';
import { UsualChunk } from './usual.js';

export interface StreamContext {
  readonly options: TcpOptions;
  readonly budget: Budget;
  readonly recent: RecentBytes | undefined;
  readonly usual: UsualChunk;
}

export const createContext = (options: TcpOptions): StreamContext => ({
  options,
  budget: { held: 0 },
  recent: options.recentBytes > 0 ? new RecentBytes(options.recentBytes) : undefined,
  usual: new UsualChunk(),
});

export const NO_CHUNKS: readonly Chunk[] = [];
