// Whatever the bytes are: no exception, and no offset outside of the captured bytes. Seeded, so always the same runs.

import { expect, it } from 'vitest';
import { HEADERS } from '../../src/net/headers.js';
import { SegmentReader } from '../../src/net/index.js';
import type { Segment, Skipped } from '../../src/net/segment.js';
import { LINK } from '../../src/net/walk.js';
import { generator } from '../tcp/segments.js';
import { captureFiles, readCapture } from './captures.js';
import { ETHERNET_IPV4, ETHERNET_IPV6, ipv4, ipv6, MACS, packet, TCP_HELLO } from './frames.js';

const RUNS = 100_000;
const LINKS = HEADERS.filter(({ space }) => space === LINK).flatMap(({ numbers }) => [...numbers]);

/** Bytes that remember the farthest index that was read. */
function watched(bytes: Uint8Array): { bytes: Uint8Array; outside: () => boolean } {
  let outside = false;
  const get = (target: Uint8Array, key: string | symbol): unknown => {
    if (typeof key === 'string' && /^-?\d+$/.test(key) && !(Number(key) >= 0 && Number(key) < target.length))
      outside = true;
    return Reflect.get(target, key, target);
  };
  return { bytes: new Proxy(bytes, { get }), outside: () => outside };
}

function mustBeInside(result: Segment | Skipped, length: number, what: string): void {
  if (result.kind === 'skipped') return;
  const { addressLength, sourceAt, destinationAt, payloadAt, payloadEnd, payloadLength } = result;
  const inside =
    sourceAt + addressLength <= length &&
    destinationAt + addressLength <= length &&
    payloadAt <= payloadEnd &&
    payloadEnd <= length &&
    payloadEnd - payloadAt <= payloadLength;
  if (!inside) expect.unreachable(what);
}

const SAMPLES = [
  [1, `${ETHERNET_IPV4} ${ipv4(TCP_HELLO)}`],
  [1, `${ETHERNET_IPV6} ${ipv6(`06 00 01 04 00 00 00 00 ${TCP_HELLO}`, 0)}`],
  [1, `${MACS} | 81 00 00 01 | 00 35 | aa aa 03 00 00 00 08 00 ${ipv4(TCP_HELLO)}`],
  [9, `ff 03 00 21 ${ipv4(TCP_HELLO, { options: '94 04 00 00' })}`],
  [258, `10 00 00 00 01 00 00 00 01 00 00 00 ff ff ff ff ${ETHERNET_IPV4} ${ipv4(TCP_HELLO)}`],
] as const;

it(`reads ${RUNS} random and mutated packets inside their bytes`, () => {
  const random = generator(1);
  const reader = new SegmentReader();
  const segments = { found: 0 };
  for (let run = 0; run < RUNS; run++) {
    const [link, hex] = SAMPLES[random(SAMPLES.length)]!;
    const mutated = run % 2 === 0;
    let bytes = mutated ? packet(link, hex).bytes : Uint8Array.from({ length: random(120) }, () => random(256));
    if (mutated) for (let i = random(4); i >= 0; i--) bytes[random(bytes.length)] = random(256);
    if (random(3) === 0) bytes = bytes.subarray(0, random(bytes.length + 1));
    const originalLength = random(3) === 0 ? random(2000) : bytes.length;
    const on = mutated ? link : LINKS[random(LINKS.length)]!;
    const result = reader.read({ number: run, time: run, link: on, bytes, originalLength });
    mustBeInside(result, bytes.length, `run ${run}`);
    if (result.kind === 'segment') segments.found++;
  }
  expect(segments.found).toBeGreaterThan(RUNS / 10);
});

it('never reads an index outside', () => {
  const random = generator(2);
  const reader = new SegmentReader();
  for (let run = 0; run < 5000; run++) {
    const [link, hex] = SAMPLES[run % SAMPLES.length]!;
    const whole = packet(link, hex).bytes;
    for (let i = random(3); i > 0; i--) whole[random(whole.length)] = random(256);
    const { bytes, outside } = watched(whole.subarray(0, random(whole.length + 1)));
    reader.read({ number: run, time: run, link, bytes, originalLength: random(2) === 0 ? 0 : 2000 });
    if (outside()) expect.unreachable(`run ${run}`);
  }
});

it.skipIf(captureFiles.length === 0)('reads every public capture inside its bytes', () => {
  const reader = new SegmentReader();
  for (const file of captureFiles) {
    for (const each of packetsOf(file))
      mustBeInside(reader.read(each), each.bytes.length, `${file} frame ${each.number}`);
  }
});

/** Not every file of the collection is a capture. */
function packetsOf(file: string): ReturnType<typeof readCapture> {
  try {
    return readCapture(file);
  } catch {
    return [];
  }
}
