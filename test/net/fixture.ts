// The packets of a recorded session of this repository.

import { readFileSync } from 'node:fs';
import { openCapture } from '../../src/capture/detect.js';
import type { CapturedPacket } from '../../src/capture/packet.js';

export function openFixture(name: string): readonly CapturedPacket[] {
  const bytes = readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));
  const reader = openCapture(bytes.subarray(0, 16));
  if (reader === 'gzip') throw new Error(`${name} is compressed`);
  return [...reader.push(bytes), ...reader.end()];
}
