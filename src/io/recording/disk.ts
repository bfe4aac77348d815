// The files of a recording on the disk, one after the other. Each write is one of whole blocks; when one fails in the middle,
// what is there of its last block is cut off again, so that the file stays whole.

import { type FileHandle, open, rm } from 'node:fs/promises';
import { wholeBlocks } from '../watch/pcapng-writer.js';

/** What passes may be secret: of nobody else, as dumpcap does it. */
export const PRIVATE = 0o600;

export class Disk {
  /** Packets in all files that were written. */
  packets = 0;
  private readonly paths: string[] = [];
  private handle: FileHandle | undefined = undefined;
  private length = 0;

  /** `keep`: files of this recording that there may be at once. */
  constructor(private readonly keep = Number.POSITIVE_INFINITY) {}

  /** Begins a file, in place of one that has the name. Removes the oldest when there would be too many. */
  async begin(path: string): Promise<void> {
    await this.end();
    while (this.paths.length >= this.keep) await rm(this.paths.shift()!, { force: true });
    this.handle = await open(path, 'w', PRIVATE);
    this.length = 0;
    this.paths.push(path);
  }

  async write(blocks: Uint8Array): Promise<void> {
    const { handle } = this;
    if (handle === undefined) return;
    const room = { bytes: blocks, view: new DataView(blocks.buffer, blocks.byteOffset, blocks.length) };
    let at = 0;
    try {
      while (at < blocks.length) at += (await handle.write(blocks, at, blocks.length - at)).bytesWritten;
    } finally {
      const whole = wholeBlocks(room, at);
      this.length += whole.end;
      this.packets += whole.packets;
      // A pipe has nothing that could be cut off.
      if (whole.end < at) await handle.truncate(this.length).catch(() => {});
    }
  }

  async end(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    await handle?.close();
  }
}
