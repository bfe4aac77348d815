// Packets are counted, and so are their problems: nobody looks at items.

import { type Decoded, survey } from '../codec/frame.js';
import type { FramedPacket } from '../codec/framed.js';
import type { Version } from '../spec/versions.js';
import type { Item } from './item.js';
import { NO_ITEMS, type Outcome, type Sender } from './outcome.js';

export class Counts implements Outcome {
  readonly locates = false;

  packet(_sender: Sender, version: Version, { bytes }: FramedPacket, read: Decoded | undefined): number {
    return (read?.problems ?? survey(bytes, version)).length;
  }

  event(): void {}

  changed(): void {}

  allChanged(): void {}

  take(): readonly Item[] {
    return NO_ITEMS;
  }
}
