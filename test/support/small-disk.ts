// A folder that is a disk of its own, so that a test can fill it.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `size` in MiB. False where nobody may mount one. */
export async function onSmallDisk(size: number, test: (folder: string) => Promise<void>): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m`, 'none', folder]).status === 0;
  try {
    if (isMounted) await test(folder);
  } finally {
    if (isMounted) spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  }
  return isMounted;
}
