// The segments of all public captures, frame by frame, as tshark sees them: ports, sequence number, payload length and flags
// of the innermost TCP. Where the two differ, a row says why; a row that no longer holds fails, too.

import { beforeAll, describe, expect, it } from 'vitest';
import type { CapturedPacket } from '../../src/capture/packet.js';
import { SegmentReader } from '../../src/net/index.js';
import { hasProgram } from '../support/programs.js';
import { captureFiles, hasCaptures, readIfCapture, tsharkSegments } from './captures.js';

/** file, ours and tshark's, frames concerned, why. */
const DIFFERENCES: readonly (readonly [file: string, what: string, frames: number, why: string])[] = [
  [
    'link/peafowl__L3__truncated_tcp.pcap',
    'malformed: TCP data offset | 1093 80 1889941130  2',
    1,
    'tshark shows what it has of a header of 48 bytes in a packet of 28',
  ],
  [
    'link/suricata-verify__bug-6875-01__fuzz.pcap',
    'malformed: TCP data offset | 256 0 0 154 0',
    1,
    'tshark shows the ports and the length of a packet whose header claims 0 bytes',
  ],
  [
    'link/tcpdump__bgp-bgp_capabilities_print-oobr-1.pcap',
    'cut: IPv4 fragment | 179 100 347537408  42',
    1,
    'tshark reads TCP in a first fragment that the capture cut; the rest can never come',
  ],
  [
    'link/pcpp__tcp-reassembly.pcap',
    'not-tcp: UDP | 1060 1731 3956534493  16',
    1,
    'the beginnings of packets, sampled by sFlow: no stream can be made of them',
  ],
  [
    'link/tcpdump__bigtcp-ipv4-geneve-ipv4.pcap',
    '35663 38005 341409049 80000 24 | nothing',
    1,
    'tshark 4.0 takes a UDP length of 0 in IPv4 for an error; it is segmentation offload',
  ],
  ['link/tcpdump__bigtcp-ipv4-vxlan-ipv4.pcap', '36875 36449 497210414 80000 24 | nothing', 1, 'the same'],
];

interface Frames {
  readonly packets: readonly CapturedPacket[];
  readonly ours: readonly string[];
  /** Fragments meet others of the same datagram only: such a file is read by itself. */
  readonly hasFragments: boolean;
}

function read(file: string): Frames {
  const reader = new SegmentReader();
  const packets = readIfCapture(file);
  const ours = packets.map((packet) => {
    const result = reader.read(packet);
    if (result.kind === 'skipped') return `${result.reason}: ${result.what}`;
    const { sourcePort, destinationPort, sequence, payloadLength, flags } = result;
    return [sourcePort, destinationPort, sequence, payloadLength, flags].join(' ');
  });
  return { packets, ours, hasFragments: ours.some((what) => what.startsWith('held: ')) };
}

const isSegment = (what: string): boolean => /^\d/.test(what);

/** What differs -> in how many frames. */
function differences({ ours }: Frames, theirs: readonly (string | undefined)[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [i, what] of ours.entries()) {
    if ((isSegment(what) ? what : undefined) === theirs[i]) continue;
    const both = `${what} | ${theirs[i] ?? 'nothing'}`;
    found[both] = (found[both] ?? 0) + 1;
  }
  return found;
}

describe.skipIf(!hasCaptures || !hasProgram('tshark'))('as tshark sees it', { timeout: 120_000 }, () => {
  const found = new Map<string, Record<string, number>>();
  let segments = 0;

  beforeAll(() => {
    const files = captureFiles.map((file) => [file, read(file)] as const);
    for (const [, { ours }] of files) segments += ours.filter(isSegment).length;
    const together = files.filter(([, { hasFragments }]) => !hasFragments);
    const theirs = tsharkSegments(together.flatMap(([, { packets }]) => packets));
    let at = 0;
    for (const [file, frames] of together) {
      found.set(file, differences(frames, theirs.slice(at, at + frames.packets.length)));
      at += frames.packets.length;
    }
    for (const [file, frames] of files) {
      if (frames.hasFragments) found.set(file, differences(frames, tsharkSegments(frames.packets)));
    }
  }, 120_000);

  it('reads thousands of segments', () => expect(segments).toBeGreaterThan(4600));

  it.each(captureFiles)('%s', (file) => {
    const rows = DIFFERENCES.filter((row) => row[0] === file).map(([, what, frames]) => [what, frames]);
    expect(found.get(file)).toEqual(Object.fromEntries(rows));
  });
});
