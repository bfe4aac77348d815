// Whole captures as tshark sees them: how many TCP connections there are, and the bytes of the first of them in both
// directions, as `follow` shows them. tshark has these captures in order; how disorder is put right is tested by hand.

import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { SegmentReader } from '../../src/net/index.js';
import { Connections } from '../../src/tcp/connections.js';
import { captureFiles, captureFolder, hasCaptures, readCapture } from '../net/captures.js';
import { hasProgram } from '../support/programs.js';

const FILES: readonly string[] = [
  ...captureFiles.filter((file) => file.startsWith('mqtt/')),
  'link/pcpp__one_http_stream_fin.pcap',
  'link/gopacket__pcap__test_loopback.pcap',
  'link/peafowl__http-segmented.pcap',
  'link/zeek__redis__bulk-loading.pcap',
  'link/zeek__rfb__vnc-mac-to-linux.pcap',
  'link/zeek__ftp__ipv6.pcap',
];

function tshark(file: string, ...options: string[]): string {
  const stdio: ('ignore' | 'pipe')[] = ['ignore', 'pipe', 'ignore'];
  return execFileSync('tshark', ['-r', captureFolder + file, ...options], {
    encoding: 'utf8',
    stdio,
    maxBuffer: 1 << 28,
  });
}

/** The bytes of both directions of the first connection; the lines of its second endpoint are indented. */
function follow(file: string): [string, string] {
  const directions: [string, string] = ['', ''];
  for (const line of tshark(file, '-q', '-z', 'follow,tcp,raw,0').split('\n')) {
    const [, indent, hex] = /^(\t?)([0-9a-f]+)$/.exec(line) ?? [];
    if (hex !== undefined) directions[indent === '' ? 0 : 1] += hex;
  }
  return directions;
}

function reassemble(file: string): { count: number; first: [string, string] } {
  const reader = new SegmentReader();
  const connections = new Connections<undefined>();
  const first: [string, string] = ['', ''];
  for (const packet of readCapture(file)) {
    const segment = reader.read(packet);
    if (segment.kind === 'skipped') continue;
    const { connection, direction, chunks, released } = connections.push(segment);
    if (connection.id !== 0) continue;
    for (const chunk of chunks) if (chunk.kind === 'data') first[direction] += Buffer.from(chunk.bytes).toString('hex');
    for (const chunk of released) {
      if (chunk.kind === 'data') first[direction === 0 ? 1 : 0] += Buffer.from(chunk.bytes).toString('hex');
    }
  }
  return { count: connections.count, first };
}

describe.skipIf(!hasCaptures || !hasProgram('tshark'))('as tshark sees it', { timeout: 60_000 }, () => {
  it.each(FILES)('%s', (file) => {
    const streams = tshark(file, '-T', 'fields', '-e', 'tcp.stream').split('\n').filter(Boolean);
    const ours = reassemble(file);
    expect(ours.count).toBe(Math.max(...streams.map(Number)) + 1);
    expect(ours.first).toEqual(follow(file));
  });
});
