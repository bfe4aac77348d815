// The same session in every wrapping gives the same segments.

import { expect, it } from 'vitest';
import type { CapturedPacket } from '../../src/capture/packet.js';
import { formatEndpoint, SegmentReader } from '../../src/net/index.js';
import type { Segment, Skipped } from '../../src/net/segment.js';
import { openFixture } from './fixture.js';
import { WRAPPINGS, wrapCapture } from './wrap.js';

function textOf(segment: Segment): string {
  const { bytes, addressLength, sourceAt, destinationAt, sourcePort, destinationPort, payloadAt, payloadEnd } = segment;
  const from = formatEndpoint(bytes, sourceAt, addressLength, sourcePort);
  const to = formatEndpoint(bytes, destinationAt, addressLength, destinationPort);
  const { time, sequence, acknowledgment, flags, payloadLength } = segment;
  const payload = Buffer.from(bytes.subarray(payloadAt, payloadEnd)).toString('hex');
  return [time, from, to, sequence, acknowledgment, flags, payloadLength, payload].join(' ');
}

/** The segments, and what else there was. */
function segmentsOf(packets: readonly CapturedPacket[]): { segments: readonly string[]; skipped: Set<string> } {
  const reader = new SegmentReader();
  const segments: string[] = [];
  const skipped = new Set<string>();
  for (const packet of packets) {
    const result = reader.read(packet);
    if (result.kind === 'segment') segments.push(textOf(result));
    else if (result.reason !== 'held') skipped.add(`${result.reason}: ${result.what}`);
  }
  for (const lost of reader.lost()) skipped.add(lost.skipped.what);
  return { segments, skipped };
}

const packets = openFixture('qos-mosquitto-v5.pcap');
const plain = segmentsOf(packets);

it('has a session to wrap', () => expect(plain.segments.length).toBeGreaterThan(20));

it('has at least 40 wrappings, each with a name of its own', () => {
  expect(new Set(WRAPPINGS.map(({ name }) => name)).size).toBe(WRAPPINGS.length);
  expect(WRAPPINGS.length).toBeGreaterThanOrEqual(40);
});

it.each(WRAPPINGS)('$name', (wrapping) => {
  expect(segmentsOf(wrapCapture(packets, wrapping))).toEqual({ segments: plain.segments, skipped: new Set() });
});

const withPayload = packets.filter(({ bytes }) => bytes.length > 80).slice(0, 1);

it.each(WRAPPINGS.filter(({ wrap }) => wrap(new Uint8Array(60), 1).length === 1))(
  '$name, cut at every length',
  (wrapping) => {
    const [whole] = wrapCapture(withPayload, wrapping);
    const { bytes } = whole!;
    const reader = new SegmentReader();
    const read = (length: number): Segment | Skipped => reader.read({ ...whole!, bytes: bytes.subarray(0, length) });
    const complete = read(bytes.length);
    const payloadLength = complete.kind === 'segment' ? complete.payloadLength : Number.NaN;
    for (let length = 0; length < bytes.length; length++) {
      const result = read(length);
      const found = result.kind === 'segment' ? result.payloadLength : result.reason;
      expect([payloadLength, 'cut'], `${length} bytes: ${JSON.stringify(found)}`).toContain(found);
    }
  },
);
