// The recorded captures of fixtures/, read into memory once.

import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { copyOf } from '../../src/bytes/copy.js';
import { openCapture } from '../../src/capture/detect.js';
import type { CapturedPacket } from '../../src/capture/packet.js';

const FOLDER = new URL('../../fixtures/', import.meta.url);

export const FIXTURES: readonly string[] = readdirSync(FOLDER).filter((name) => /\.pcap(ng)?(\.gz)?$/.test(name));

export function fixtureBytes(name: string): Uint8Array {
  const bytes = readFileSync(new URL(name, FOLDER));
  return copyOf(name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
}

/** The packets of a capture held in memory, as far as they can be read. */
export function packetsOf(bytes: Uint8Array): CapturedPacket[] {
  const reader = openCapture(bytes);
  if (reader === 'gzip') throw new Error('gzip in gzip');
  return [...reader.push(bytes), ...reader.end()].map((packet) => ({ ...packet, bytes: copyOf(packet.bytes) }));
}
