// The public captures, where they are at hand (next to the repository), as packets; and what tshark says about them.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** As readCapture, but nothing of what is no capture: not every file of the collection is one. */
export function readIfCapture(file: string): readonly CapturedPacket[] {
  try {
    return readCapture(file);
  } catch {
    return [];
  }
}

const FIELDS = ['frame.number', 'frame.protocols', 'tcp.srcport', 'tcp.dstport', 'tcp.seq_raw', 'tcp.len', 'tcp.flags'];

/** tshark's answer for each packet: "srcport dstport sequence length flags" of the innermost TCP in it, or undefined. */
export function tsharkSegments(packets: readonly CapturedPacket[]): readonly (string | undefined)[] {
  const fields = FIELDS.flatMap((field) => ['-e', field]);
  const folder = mkdtempSync(join(tmpdir(), 'packets-'));
  const file = join(folder, 'all.pcapng');
  writeFileSync(file, asPcapng(packets));
  const output = execFileSync('tshark', ['-r', file, '-T', 'fields', '-E', 'occurrence=l', ...fields], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 28,
  });
  rmSync(folder, { recursive: true });
  const segments = new Array<string | undefined>(packets.length).fill(undefined);
  for (const line of output.split('\n')) {
    const [frame, protocols, source, destination, sequence, length, flags] = line.split('\t');
    // ICMP quotes the packets it complains about.
    if (!source || /icmp.*:tcp/.test(protocols!)) continue;
    // Bits beyond the six of RFC 9293 are not ours to tell.
    const six = Number(flags) & 0x3f;
    segments[Number(frame) - 1] = [source, destination, sequence, length, six].join(' ');
  }
  return segments;
}

/** Packets of any captures as one pcapng file, with an interface for each link type. */
export function asPcapng(packets: readonly CapturedPacket[]): Buffer {
  const links = [...new Set(packets.map(({ link }) => link))];
  const section = words(0x1a2b3c4d, 0x00000001, 0xffffffff, 0xffffffff);
  const blocks = [block(0x0a0d0d0a, section), ...links.map((link) => block(1, words(link, 0)))];
  for (const { link, bytes, originalLength } of packets) {
    const header = words(links.indexOf(link), 0, 0, bytes.length, Math.max(originalLength, bytes.length));
    blocks.push(block(6, Buffer.concat([header, bytes, Buffer.alloc(-bytes.length & 3)])));
  }
  return Buffer.concat(blocks);
}

function block(type: number, body: Buffer): Buffer {
  const length = body.length + 12;
  return Buffer.concat([words(type, length), body, words(length)]);
}

const words = (...values: number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);
