// Whatever the bytes are: no exception, and no offset outside of the captured bytes. Seeded, so always the same runs.

import { expect, it } from 'vitest';
import { HEADERS } from '../../src/net/headers.js';
import { SegmentReader } from '../../src/net/index.js';
import type { Segment, Skipped } from '../../src/net/segment.js';
import { LINK, type PacketBytes } from '../../src/net/walk.js';
import { generator } from '../tcp/segments.js';
import { captureFiles, readIfCapture } from './captures.js';
import { ETHERNET_IPV6, ipv4, ipv6, MACS, packet, TCP_HELLO } from './frames.js';
import { WRAPPINGS } from './wrap.js';

const RUNS = 100_000;
const LINKS = HEADERS.filter(({ space }) => space === LINK).flatMap(({ numbers }) => [...numbers]);

/** Bytes that remember the farthest index that was read. */
function watched(bytes: Uint8Array): { bytes: Uint8Array; outside: () => boolean } {
  let outside = false;
  const get = (target: Uint8Array, key: string | symbol): unknown => {
    if (typeof key === 'string' && /^-?\d+$/.test(key) && !(Number(key) >= 0 && Number(key) < target.length))
      outside = true;
    const value: unknown = Reflect.get(target, key, target);
    return typeof value === 'function' ? value.bind(target) : value;
  };
  return { bytes: new Proxy(bytes, { get }), outside: () => outside };
}

function mustBeInside(result: Segment | Skipped, what: string): void {
  if (result.kind === 'skipped') return;
  const { length } = result.bytes;
  const { addressLength, sourceAt, destinationAt, payloadAt, payloadEnd, payloadLength } = result;
  const inside =
    sourceAt + addressLength <= length &&
    destinationAt + addressLength <= length &&
    payloadAt <= payloadEnd &&
    payloadEnd <= length &&
    payloadEnd - payloadAt <= payloadLength;
  if (!inside) expect.unreachable(what);
}

const IP = packet(101, ipv4(TCP_HELLO)).bytes;

/** Every wrapping, fragments among them, and what else has lengths that can lie. */
const SAMPLES: readonly (readonly [link: number, bytes: Uint8Array])[] = [
  ...WRAPPINGS.flatMap(({ link, wrap }) => wrap(IP, 7).map((bytes): [number, Uint8Array] => [link, bytes])),
  [1, packet(1, `${ETHERNET_IPV6} ${ipv6(`06 00 01 04 00 00 00 00 ${TCP_HELLO}`, 0)}`).bytes],
  [1, packet(1, `${MACS} | 81 00 00 01 | 00 35 | aa aa 03 00 00 00 08 00 ${ipv4(TCP_HELLO)}`).bytes],
  [9, packet(9, `ff 03 00 21 ${ipv4(TCP_HELLO, { options: '94 04 00 00' })}`).bytes],
];

it(`reads ${RUNS} random and mutated packets inside their bytes`, () => {
  const random = generator(1);
  const reader = new SegmentReader();
  const segments = { found: 0 };
  for (let run = 0; run < RUNS; run++) {
    const [link, sample] = SAMPLES[random(SAMPLES.length)]!;
    const mutated = run % 2 === 0;
    let bytes = mutated ? Uint8Array.from(sample) : Uint8Array.from({ length: random(120) }, () => random(256));
    if (mutated) for (let i = random(4); i >= 0; i--) bytes[random(bytes.length)] = random(256);
    if (random(3) === 0) bytes = bytes.subarray(0, random(bytes.length + 1));
    const originalLength = random(3) === 0 ? random(2000) : bytes.length;
    const on = mutated ? link : LINKS[random(LINKS.length)]!;
    const result = reader.read({ number: run, time: run, link: on, bytes, originalLength });
    mustBeInside(result, `run ${run}`);
    if (result.kind === 'segment') segments.found++;
  }
  expect(segments.found).toBeGreaterThan(RUNS / 10);
});

it('never reads an index outside', () => {
  const random = generator(2);
  const reader = new SegmentReader();
  for (let run = 0; run < 20_000; run++) {
    const [link, sample] = SAMPLES[run % SAMPLES.length]!;
    const whole = Uint8Array.from(sample);
    for (let i = random(3); i > 0; i--) whole[random(whole.length)] = random(256);
    const { bytes, outside } = watched(whole.subarray(0, random(whole.length + 1)));
    reader.read({ number: run, time: run, link, bytes, originalLength: random(2) === 0 ? 0 : 2000 });
    if (outside()) expect.unreachable(`run ${run}`);
  }
});

/** The same packet as it lies among others: what is read beyond it looks like anything. */
function lyingIn(packet: PacketBytes, random: (below: number) => number): PacketBytes {
  const { length } = packet.bytes;
  const start = random(100);
  const memory = Uint8Array.from({ length: start + length + random(100) }, () => random(256));
  memory.set(packet.bytes, start);
  return { ...packet, memory, start, capturedLength: length };
}

/** What is found, with offsets into the packet's own bytes. */
function found(reader: SegmentReader, packet: PacketBytes): object {
  const result = reader.read(packet);
  if (result.kind === 'skipped') return { ...result };
  const { bytes, sourceAt, destinationAt, payloadAt, payloadEnd } = result;
  const start = bytes === packet.memory ? packet.start! : 0;
  const offsets = [sourceAt, destinationAt, payloadAt, payloadEnd].map((at) => at - start);
  const { addressLength, sourcePort, destinationPort, sequence, acknowledgment, flags, payloadLength } = result;
  const numbers = [addressLength, sourcePort, destinationPort, sequence, acknowledgment, flags, payloadLength];
  return { numbers, offsets, payload: [...bytes.subarray(payloadAt, payloadEnd)] };
}

it('finds the same in a packet that lies among others', () => {
  const random = generator(3);
  const [alone, among] = [new SegmentReader(), new SegmentReader()];
  for (let run = 0; run < 20_000; run++) {
    const [link, sample] = SAMPLES[run % SAMPLES.length]!;
    const bytes = Uint8Array.from(sample);
    for (let i = random(3); i > 0; i--) bytes[random(bytes.length)] = random(256);
    const cut = bytes.subarray(0, random(3) === 0 ? random(bytes.length + 1) : bytes.length);
    const packet = { number: run, time: run, link, bytes: cut, originalLength: random(2) === 0 ? cut.length : 2000 };
    expect(found(among, lyingIn(packet, random)), `run ${run}`).toEqual(found(alone, packet));
  }
});

it.skipIf(captureFiles.length === 0)('reads every public capture inside its bytes', () => {
  const reader = new SegmentReader();
  for (const file of captureFiles) {
    for (const each of readIfCapture(file)) mustBeInside(reader.read(each), `${file} frame ${each.number}`);
  }
});
