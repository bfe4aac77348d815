// What holds for any rules and any bytes, however they were cut.

import { describe, expect, it } from 'vitest';
import type { Side } from '../../src/bytes/chunk.js';
import { Faults } from '../../src/faults/faults.js';
import type { FaultOutput, Gate } from '../../src/faults/gate.js';
import type { FaultRule } from '../../src/faults/rule.js';
import { VERSIONS } from '../../src/spec/versions.js';
import { concat, toHex } from '../support/hex.js';
import { Random } from '../support/random.js';
import { chunks, damaged, randomRule, randomSession } from './random-rules.js';

const SIDES = [0, 1] as const;
const ROUNDS = 150;
/** Where a relay would stop reading. */
const STOP = 100_000;

/** Takes what comes as a relay does, and looks whether it may come. */
class Receiver {
  readonly parts: [Uint8Array[], Uint8Array[]] = [[], []];
  readonly ended = [false, false];
  readonly faults: string[] = [];
  closed: string | undefined = undefined;

  take(outputs: readonly FaultOutput[]): void {
    for (const output of outputs) {
      if (this.closed !== undefined) expect.fail('something after close');
      if (output.kind === 'close') this.closed = output.how;
      else if (output.kind === 'fault') this.faults.push(`${output.fault.rule} ${output.fault.message}`);
      else {
        if (this.ended[output.from]) expect.fail('something after an end');
        if (output.kind === 'end') this.ended[output.from] = true;
        else this.parts[output.from].push(Uint8Array.from(output.bytes));
      }
    }
  }

  of(from: Side): Uint8Array {
    return concat(...this.parts[from]);
  }

  /** All that can be told from outside. */
  get all(): unknown {
    const { faults, ended, closed } = this;
    return { faults, ended, closed, bytes: SIDES.map((from) => toHex(this.of(from))) };
  }
}

/** Lets time pass until nothing waits, or until it is as late as this. */
function wait(gate: Gate, receiver: Receiver, now: number, until = Number.POSITIVE_INFINITY): number {
  let time = now;
  for (let rounds = 0; ; rounds++) {
    const deadline = gate.deadline();
    if (deadline === undefined || deadline > until) return until === Number.POSITIVE_INFINITY ? time : until;
    if (rounds > 200_000) expect.fail('deadlines without end');
    time = Math.max(time, deadline);
    receiver.take(gate.advance(time));
  }
}

function send(gate: Gate, receiver: Receiver, from: Side, bytes: Uint8Array, now: number): void {
  const lent = Uint8Array.from(bytes);
  receiver.take(gate.push(from, lent, now));
  lent.fill(0xee);
}

/** The client's bytes, then the server's, at one time; then the ends, and all the time that is needed. */
function run(rules: readonly FaultRule[], session: readonly [Uint8Array, Uint8Array], random: Random): Receiver {
  const receiver = new Receiver();
  const gate = new Faults(rules).gate();
  for (const from of SIDES) for (const chunk of chunks(random, session[from])) send(gate, receiver, from, chunk, 5);
  for (const from of SIDES) receiver.take(gate.end(from, 5));
  wait(gate, receiver, 5);
  return receiver;
}

const seeds = (count: number) => Array.from({ length: count }, (_, seed) => seed);
const someBytes = (random: Random) => {
  const session = randomSession(random, random.pick(VERSIONS));
  if (random.chance(4)) return [random.bytes(random.below(200)), random.bytes(random.below(200))] as const;
  return random.chance(2) ? session : ([damaged(random, session[0]), damaged(random, session[1])] as const);
};

describe('no rule matches', () => {
  it('without rules each chunk passes at once, as the view that it was', () => {
    for (const seed of seeds(ROUNDS)) {
      const random = new Random(seed);
      const gate = new Faults().gate();
      const queues = someBytes(random).map((bytes) => [...chunks(random, bytes)]);
      while (queues.some((queue) => queue.length > 0)) {
        const from = random.below(2) as Side;
        const chunk = queues[from]!.shift();
        if (chunk === undefined) continue;
        const [output, ...more] = gate.push(from, chunk, 1);
        if (output?.kind !== 'send' || output.from !== from || output.bytes !== chunk || more.length > 0) {
          expect.fail(`seed ${seed}: ${toHex(chunk)}`);
        }
      }
    }
  });

  it.each([
    ['of another client', ['drop client zzz', 'limit 1B/s client zzz', 'duplicate PUBLISH,PUBACK client zzz']],
    ['of another topic', ['drop topic zzz', 'drop PUBACK topic zzz/#', 'cut PUBLISH topic zzz after byte 3']],
    ['not yet', ['drop PUBLISH skip 100000', 'drop after 100h', 'cut nth 100000', 'delay 1s probability 1e-300']],
  ])('%s', (_, rules) => {
    for (const seed of seeds(ROUNDS)) {
      const random = new Random(seed);
      const session = someBytes(random);
      const receiver = new Receiver();
      const gate = new Faults(rules).gate();
      const queues = session.map((bytes) => [...chunks(random, bytes)]);
      while (queues.some((queue) => queue.length > 0)) {
        const from = random.below(2) as Side;
        const chunk = queues[from]!.shift();
        if (chunk !== undefined) send(gate, receiver, from, chunk, 1);
      }
      for (const from of SIDES) receiver.take(gate.end(from, 1));
      for (const from of SIDES) expect(toHex(receiver.of(from)), `seed ${seed}`).toBe(toHex(session[from]));
      expect(receiver.ended).toEqual([true, true]);
      expect(receiver.faults.filter((one) => !one.includes('no faults from here on'))).toEqual([]);
    }
  });
});

describe('any rules', () => {
  it('do the same however the bytes were cut', () => {
    let injected = 0;
    for (const seed of seeds(ROUNDS)) {
      const random = new Random(seed);
      const rules = seeds(random.between(1, 4)).map(() => randomRule(random, { without: ['after'] }));
      const session = someBytes(random);
      const noLimit = rules.filter(({ action }) => action !== 'limit');
      const first = run(noLimit, session, new Random(1));
      injected += first.faults.length;
      for (const other of [2, 3, 4]) expect(run(noLimit, session, new Random(other)).all).toEqual(first.all);
    }
    expect(injected).toBeGreaterThan(ROUNDS);
  });

  it('may come and go, never throw, and hold no more than is read', () => {
    for (const seed of seeds(ROUNDS)) {
      const random = new Random(seed);
      const receiver = new Receiver();
      const faults = new Faults(seeds(random.below(4)).map(() => randomRule(random)));
      const gate = faults.gate();
      const queues = someBytes(random).map((bytes) => [...chunks(random, bytes)]);
      let now = 1;
      for (let steps = 0; steps < 500 && receiver.closed === undefined; steps++) {
        const from = random.below(2) as Side;
        const chunk = gate.held(from) > STOP ? undefined : queues[from]!.shift();
        if (chunk !== undefined) {
          send(gate, receiver, from, chunk, now);
          // A packet may become several, each with what it costs; no rule here makes more than 64 times of it.
          expect(gate.held(from)).toBeLessThan(STOP + 100_000 * 64);
        }
        if (random.chance(20)) faults.add(randomRule(random));
        if (random.chance(20)) faults.remove(random.between(1, 8));
        if (random.chance(3)) now = wait(gate, receiver, now, now + random.below(2000));
      }
      for (const { number } of faults.list()) faults.remove(number);
      for (const from of SIDES) receiver.take(gate.end(from, now));
      wait(gate, receiver, now);
      if (receiver.closed === undefined) expect(receiver.ended).toEqual([true, true]);
      expect(SIDES.map((from) => gate.held(from))).toEqual([0, 0]);
      if (receiver.closed !== undefined) expect(gate.push(0, Uint8Array.of(0xc0, 0), now)).toEqual([]);
    }
  });

  it('that only delay and limit keep all bytes and their order', () => {
    for (const seed of seeds(ROUNDS)) {
      const random = new Random(seed);
      const shape = { actions: ['delay', 'limit'] };
      const rules = seeds(3).map(() => ({ ...randomRule(random, shape), overtake: undefined }) as unknown as FaultRule);
      const session = someBytes(random);
      const receiver = new Receiver();
      const gate = new Faults(rules).gate();
      let now = 1;
      for (const from of SIDES) {
        for (const chunk of chunks(random, session[from])) {
          send(gate, receiver, from, chunk, now);
          if (random.chance(3)) now = wait(gate, receiver, now, now + random.below(500));
        }
        receiver.take(gate.end(from, now));
      }
      wait(gate, receiver, now);
      for (const from of SIDES) expect(toHex(receiver.of(from))).toBe(toHex(session[from]));
      expect(receiver.ended).toEqual([true, true]);
    }
  });

  it('that overtake put whole packets in another order, and lose none', () => {
    for (const seed of seeds(ROUNDS)) {
      const random = new Random(seed);
      const session = randomSession(random, random.pick(VERSIONS));
      const receiver = new Receiver();
      const gate = new Faults(['delay PUBLISH 40ms overtake probability 0.5', 'delay 7ms overtake every 3']).gate();
      let now = 1;
      for (const from of SIDES) {
        for (const chunk of chunks(random, session[from])) {
          send(gate, receiver, from, chunk, now);
          now = wait(gate, receiver, now, now + random.below(3));
        }
        receiver.take(gate.end(from, now));
      }
      wait(gate, receiver, now);
      for (const from of SIDES) expect(packets(receiver.of(from)).sort()).toEqual(packets(session[from]).sort());
    }
  });
});

/** Written without the code that it tests. */
function packets(bytes: Uint8Array): string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    let length = 0;
    let body = at + 1;
    for (let unit = 1; ; unit *= 128) {
      const byte = bytes[body++]!;
      length += (byte & 0x7f) * unit;
      if (byte < 0x80) break;
    }
    found.push(toHex(bytes.subarray(at, body + length)));
    at = body + length;
  }
  return found;
}
