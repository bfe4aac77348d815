// However a random byte string is cut up, reordered, repeated and overlapped, the string comes back; whatever is lost on
// the way, bytes and gaps add up to it exactly; and what is held never exceeds its bounds. Seeded, so always the same runs.

import { expect, it } from 'vitest';
import { createContext } from '../../src/tcp/context.js';
import { TCP_DEFAULTS } from '../../src/tcp/options.js';
import { TcpStream } from '../../src/tcp/stream.js';
import { ACK, FIN, generator, SYN, segment } from './segments.js';

type Random = (below: number) => number;
/** expect() a hundred thousand times takes seconds. */
function must(holds: boolean, what: string): void {
  if (!holds) expect.unreachable(what);
}

interface Cut {
  readonly from: number;
  readonly to: number;
}

const RUNS = 3000;

function startOf(random: Random): number {
  const near = [0, 0x80000000, 0x100000000][random(3)]!;
  return random(4) === 0 ? random(2 ** 32) : (near + random(400) - 200) >>> 0;
}

const bytesOf = (random: Random, length: number): Uint8Array => Uint8Array.from({ length }, () => random(256));

/** The string in order, cut at random. */
function cutUp(random: Random, length: number): Cut[] {
  const cuts: Cut[] = [];
  for (let from = 0; from < length; ) {
    const to = Math.min(length, from + 1 + random(20));
    cuts.push({ from, to });
    from = to;
  }
  return cuts;
}

/** Repetitions and overlaps thrown in, then everything moved about by a few places. */
function disturb(random: Random, cuts: readonly Cut[], length: number): Cut[] {
  const more = cuts.flatMap((cut) => {
    if (random(4) > 0) return [cut];
    const from = Math.max(0, cut.from - random(15));
    return [cut, random(2) === 0 ? cut : { from, to: Math.min(length, cut.to + random(15)) }];
  });
  return more
    .map((cut, i) => ({ cut, place: i + random(8) }))
    .sort((a, b) => a.place - b.place)
    .map(({ cut }) => cut);
}

it(`gives back the string over ${RUNS} runs`, () => {
  const random = generator(1);
  for (let run = 0; run < RUNS; run++) {
    const isn = startOf(random);
    const bytes = bytesOf(random, 1 + random(400));
    const stream = new TcpStream(createContext(TCP_DEFAULTS));
    stream.push(segment({ sequence: isn, flags: SYN }));
    const got: number[] = [];
    const cuts = disturb(random, cutUp(random, bytes.length), bytes.length);
    for (const { from, to } of cuts) {
      const payload = bytes.subarray(from, to);
      const flags = ACK | (to === bytes.length ? FIN : 0);
      for (const chunk of stream.push(segment({ sequence: isn + 1 + from, payload, flags }))) {
        if (chunk.kind === 'data') got.push(...chunk.bytes);
        must(chunk.kind === 'data', `a gap in run ${run}`);
      }
    }
    must(stream.takeConflicts().length === 0 && stream.end(0, 0).length === 0, `remains of run ${run}`);
    must(stream.finished, `the end of run ${run}`);
    must(Buffer.compare(Uint8Array.from(got), bytes) === 0, `other bytes in run ${run}`);
  }
});

it(`gives bytes and gaps that add up, within the bounds, over ${RUNS} runs with losses`, () => {
  const random = generator(2);
  for (let run = 0; run < RUNS; run++) {
    const isn = startOf(random);
    const bytes = bytesOf(random, 1 + random(600));
    const options = { ...TCP_DEFAULTS, maxHeldBytes: 20 + random(200), maxHeldSegments: 1 + random(12) };
    const context = createContext(options);
    const stream = new TcpStream(context);
    stream.push(segment({ sequence: isn, flags: SYN }));
    let position = 0;
    const check = (chunks: ReturnType<TcpStream['push']>): void => {
      for (const chunk of chunks) {
        const length = chunk.kind === 'data' ? chunk.bytes.length : chunk.length!;
        const sent = bytes.subarray(position, position + length);
        must(chunk.kind === 'gap' || Buffer.compare(chunk.bytes, sent) === 0, `other bytes in run ${run}`);
        position += length;
      }
      must(stream.position === position, `position in run ${run}`);
      must(stream.heldBytes <= options.maxHeldBytes, `bytes held in run ${run}`);
      must(stream.heldSegments <= options.maxHeldSegments, `segments held in run ${run}`);
    };
    let furthest = 0;
    for (const { from, to } of disturb(random, cutUp(random, bytes.length), bytes.length)) {
      if (random(5) === 0) continue;
      furthest = Math.max(furthest, to);
      const payload = bytes.subarray(from, to - (random(6) === 0 ? random(to - from + 1) : 0));
      check(stream.push(segment({ sequence: isn + 1 + from, payload, length: to - from })));
      if (random(3) === 0) stream.acknowledge(isn + 1 + furthest, false);
      check(stream.settle(run, 0));
    }
    check(stream.end(0, 0));
    must(position === furthest, `the sum in run ${run}`);
    must(context.budget.held === 0, `held at the end of run ${run}`);
  }
});

it('holds no more than its bounds whatever the numbers are', () => {
  const random = generator(3);
  const options = { ...TCP_DEFAULTS, maxHeldBytes: 300, maxHeldSegments: 10, maxHeldTotal: 2500, maxJump: 100_000 };
  const context = createContext(options);
  const streams = Array.from({ length: 8 }, () => new TcpStream(context));
  let expected = 0;
  let got = 0;
  for (let i = 0; i < 100_000; i++) {
    const stream = streams[random(streams.length)]!;
    const sequence = random(50) === 0 ? random(2 ** 32) : 5000 + random(4000);
    const payload = new Uint8Array(random(40));
    const length = payload.length + (random(10) === 0 ? random(100) : 0);
    const flags = random(40) === 0 ? random(64) : ACK;
    const before = stream.position;
    for (const chunk of stream.push(segment({ sequence, payload, length, flags }))) {
      expected += chunk.kind === 'data' ? chunk.bytes.length : (chunk.length ?? 0);
    }
    got += stream.position - before;
    if (random(5) === 0) stream.acknowledge(random(2 ** 32), false);
    if (random(300) === 0) stream.forget();
    must(stream.heldBytes <= options.maxHeldBytes, `bytes held after ${i}`);
    must(stream.heldSegments <= options.maxHeldSegments, `segments held after ${i}`);
    must(context.budget.held <= options.maxHeldTotal, `held by all after ${i}`);
  }
  expect(got).toBe(expected);
  for (const stream of streams) stream.forget();
  expect(context.budget.held).toBe(0);
});
