// How much there is to read. A module of its own: main.ts asks before it loads anything else.

import { stat } from 'node:fs/promises';

export const STDIN = '-';

/** Bytes of all of them; undefined when one is no regular file. What cannot be looked at has none: reading it will tell. */
export async function filesSize(paths: readonly string[]): Promise<number | undefined> {
  let size = 0;
  for (const path of paths) {
    const stats = path === STDIN ? undefined : await stat(path).catch(() => 'unknown' as const);
    if (stats === 'unknown') continue;
    if (!stats?.isFile()) return undefined;
    size += stats.size;
  }
  return size;
}
