// The connections of a recorded capture as chunks, in the order in which they became known, for tests of single layers.

import { readFileSync } from 'node:fs';
import type { Side } from '../../src/bytes/chunk.js';
import { copyOf } from '../../src/bytes/copy.js';
import { openCapture } from '../../src/capture/detect.js';
import { SegmentReader } from '../../src/net/index.js';
import { Connections } from '../../src/tcp/connections.js';
import { FIXTURES } from '../support/captures.js';
import type { Fed } from './chunks.js';

export interface Captured {
  /** Of endpoint 0 and 1; endpoint 0 opened the connection where the capture shows that. */
  readonly ports: readonly [number, number];
  readonly endpoints: readonly [string, string];
  readonly fed: readonly Fed[];
}

export function connectionsOf(name: string): readonly Captured[] {
  const bytes = copyOf(readFileSync(FIXTURES + name));
  const reader = openCapture(bytes);
  if (reader === 'gzip') throw new Error(`${name} is compressed`);
  const segments = new SegmentReader();
  const connections = new Connections<Fed[]>();
  const found: Captured[] = [];
  for (const packet of [...reader.push(bytes), ...reader.end()]) {
    const segment = segments.read({ ...packet, bytes: copyOf(packet.bytes) });
    if (segment.kind === 'skipped') continue;
    const { connection, direction, chunks, released } = connections.push(segment);
    if (connection.user === undefined) {
      connection.user = [];
      const endpoints = [connection.endpoint(0), connection.endpoint(1)] as const;
      found.push({ ports: connection.ports, endpoints, fed: connection.user });
    }
    const other: Side = direction === 0 ? 1 : 0;
    for (const chunk of released) connection.user.push({ side: other, chunk });
    // The usual one is used again.
    for (const chunk of chunks) connection.user.push({ side: direction, chunk: { ...chunk } });
  }
  return found;
}
