// Every packet's number, time and lengths agree with tshark, over files made by other programs: text2pcap writes one,
// editcap turns it into every format and cuts it up.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectFormat, openCapture } from '../../src/capture/detect.js';
import { hasProgram } from '../support/programs.js';
import { readWhole } from './read.js';

const available = ['tshark', 'editcap', 'text2pcap'].map(hasProgram).every(Boolean);

/** Source of the others: 40 frames of growing length at odd nanoseconds. */
function hexDump(): string {
  const frames = Array.from({ length: 40 }, (_, index) => {
    const bytes = Array.from({ length: 14 + 37 * index }, (_, at) =>
      ((at * 7 + index) & 0xff).toString(16).padStart(2, '0'),
    );
    const seconds = 1_700_000_000 + 3600 * index;
    return `${seconds}.${String((index * 123_456_789) % 1_000_000_000).padStart(9, '0')}\n000000 ${bytes.join(' ')}\n`;
  });
  return frames.join('\n');
}

const VARIANTS: readonly { readonly name: string; readonly format: string; readonly options: readonly string[] }[] = [
  { name: 'pcap', format: 'pcap', options: ['-F', 'pcap'] },
  { name: 'pcap of nanoseconds', format: 'pcap', options: ['-F', 'nsecpcap'] },
  { name: 'modified pcap', format: 'pcap', options: ['-F', 'modpcap'] },
  { name: 'pcapng', format: 'pcapng', options: ['-F', 'pcapng'] },
  { name: 'pcap cut to 64 bytes a packet', format: 'pcap', options: ['-F', 'pcap', '-s', '64'] },
  { name: 'pcapng cut to 64 bytes a packet', format: 'pcapng', options: ['-F', 'pcapng', '-s', '64'] },
  { name: 'pcapng moved back by a half second', format: 'pcapng', options: ['-F', 'pcapng', '-t', '-0.5'] },
  { name: 'pcapng of another link type', format: 'pcapng', options: ['-F', 'pcapng', '-T', 'rawip'] },
];

describe.skipIf(!available)('tshark sees the same in', () => {
  let folder = '';
  let source = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mqtt-dissect-'));
    source = join(folder, 'source');
    writeFileSync(join(folder, 'dump.txt'), hexDump());
    run('text2pcap', ['-q', '-F', 'nsecpcap', '-t', '%s.%f', join(folder, 'dump.txt'), source]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(VARIANTS)('$name', ({ format, options }) => {
    const file = join(folder, 'converted');
    run('editcap', [...options, source, file]);
    const bytes = readFileSync(file);
    expect(detectFormat(bytes)).toBe(format);
    const packets = ours(bytes);
    expect(packets).toHaveLength(40);
    expect(packets).toEqual(theirs(file));
  });
});

function run(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

function theirs(file: string): string[] {
  const fields = ['frame.number', 'frame.time_epoch', 'frame.len', 'frame.cap_len'];
  const output = run('tshark', ['-r', file, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])]);
  return output.trimEnd().split('\n');
}

function ours(bytes: Uint8Array): string[] {
  const reader = openCapture(bytes);
  if (reader === 'gzip') throw new Error('not zipped');
  const { packets, notes, epoch = 0n } = readWhole(reader, bytes);
  expect(notes).toEqual([]);
  return packets.map(({ number, time, originalLength, bytes: { length } }) => {
    const nanos = epoch + BigInt(time);
    const fraction = String(nanos % 1_000_000_000n).padStart(9, '0');
    return [number, `${nanos / 1_000_000_000n}.${fraction}`, originalLength, length].join('\t');
  });
}
