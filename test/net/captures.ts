// The public captures, where they are at hand (next to the repository), as packets; and what tshark says about them.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { openCapture } from '../../src/capture/detect.js';
import type { CapturedPacket } from '../../src/capture/packet.js';

export const captureFolder: string = fileURLToPath(new URL('../../../shared/captures/', import.meta.url));

export const hasCaptures: boolean = existsSync(captureFolder);
if (!hasCaptures) console.warn(`skipped: no captures in ${captureFolder}`);

/** "mqtt/a.pcap", "link/b.pcapng", … */
export const captureFiles: readonly string[] = hasCaptures
  ? ['mqtt', 'link'].flatMap((folder) =>
      readdirSync(captureFolder + folder)
        .filter((name) => /\.(pcap|pcapng|cap|gz)$/.test(name))
        .map((name) => `${folder}/${name}`),
    )
  : [];

export function readCapture(file: string): readonly CapturedPacket[] {
  const stored = readFileSync(captureFolder + file);
  const bytes = stored[0] === 0x1f && stored[1] === 0x8b ? gunzipSync(stored) : stored;
  const reader = openCapture(bytes.subarray(0, 16));
  if (reader === 'gzip') return [];
  return [...reader.push(bytes), ...reader.end()];
}

const FIELDS = ['frame.number', 'tcp.srcport', 'tcp.dstport', 'tcp.seq_raw', 'tcp.len', 'tcp.flags'];

/** tshark's answer for each frame that holds TCP: "srcport dstport sequence length flags", by frame number. */
export function tsharkSegments(file: string): ReadonlyMap<number, string> {
  const options = ['-o', 'ip.defragment:FALSE', '-o', 'ipv6.defragment:FALSE', '-T', 'fields', '-E', 'occurrence=l'];
  const fields = FIELDS.flatMap((field) => ['-e', field]);
  const output = execFileSync('tshark', ['-r', captureFolder + file, ...options, ...fields], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 28,
  });
  const segments = new Map<number, string>();
  for (const line of output.split('\n')) {
    const [frame, source, destination, sequence, length, flags] = line.split('\t');
    if (!source) continue;
    // Bits beyond the six of RFC 9293 are not ours to tell.
    const six = Number(flags) & 0x3f;
    segments.set(Number(frame), [source, destination, sequence, length, six].join(' '));
  }
  return segments;
}
