// The packets of a fixture as far as its connections are open: without what the first FIN or RST begins.

import { readFileSync } from 'node:fs';
import type { CapturedPacket } from '../../src/capture/packet.js';
import { readCapture } from '../../src/io/input.js';
import { SegmentReader } from '../../src/net/index.js';
import { FIN, RST } from '../../src/net/segment.js';
import { FIXTURES } from './captures.js';

export async function openPackets(name: string): Promise<CapturedPacket[]> {
  const found: CapturedPacket[] = [];
  const reader = new SegmentReader();
  for await (const { packets } of readCapture(`${FIXTURES}${name}.pcap`)) {
    for (const packet of packets) {
      const segment = reader.read(packet);
      if (segment.kind === 'segment' && (segment.flags & (FIN | RST)) !== 0) return found;
      found.push({ ...packet, bytes: packet.bytes.slice() });
    }
  }
  return found;
}

export const keysOf = (name: string): string => readFileSync(`${FIXTURES}${name}.keylog`, 'utf8');
