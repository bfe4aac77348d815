// When a gate is asked again, on a virtual clock.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Gated, GateRunner } from '../../../src/io/proxy/gate-runner.js';
import { Holding, passing } from './gates.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function started(time: number | undefined) {
  const done: string[] = [];
  const gated: Gated & { isOpen: boolean } = {
    isOpen: true,
    send: (from, bytes) => void done.push(`send ${from} ${Buffer.from(bytes)}`),
    sendEnd: (from) => void done.push(`end ${from}`),
    close: (how) => void done.push(how),
    fault: ({ message }) => void done.push(message),
    released: () => void done.push('released'),
  };
  const gate = new Holding(0);
  gate.time = time;
  const start = Date.now();
  return { done, gated, gate, runner: new GateRunner(gate, () => Date.now() - start, gated) };
}

it('when its time has come, not before', () => {
  const { done, runner } = started(40_000);
  runner.push(0, Buffer.from('a'));
  runner.push(1, Buffer.from('b'));
  runner.end(0);
  vi.advanceTimersByTime(39_999);
  expect(done).toEqual(['send 1 b']);
  vi.advanceTimersByTime(1);
  expect(done).toEqual(['send 1 b', 'send 0 a', 'end 0', 'released']);
  expect(vi.getTimerCount()).toBe(0);
});

it('later than a timer can wait', () => {
  const month = 31 * 24 * 3_600_000;
  const { done, runner } = started(month);
  runner.push(0, Buffer.from('a'));
  vi.advanceTimersByTime(month - 1);
  expect(done.filter((one) => one !== 'released')).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(done).toContain('send 0 a');
});

it('not when nothing is due, nor after its stop, nor once it is closed', () => {
  const never = started(undefined);
  never.runner.push(0, Buffer.from('a'));
  expect(vi.getTimerCount()).toBe(0);
  const stopped = started(10);
  stopped.runner.push(0, Buffer.from('a'));
  stopped.runner.stop();
  expect(vi.getTimerCount()).toBe(0);
  const closed = started(10);
  closed.gated.isOpen = false;
  closed.runner.push(1, Buffer.from('b'));
  expect(closed.done).toEqual([]);
});

it('a view of what came is passed as it is, memory of the gate is copied', () => {
  const own = Buffer.alloc(4, 'x');
  const got: Uint8Array[] = [];
  const gate = passing({
    push: (from, bytes) => [
      { kind: 'send', from, bytes: bytes.subarray(1) },
      { kind: 'send', from, bytes: own },
    ],
  });
  const { gated } = started(undefined);
  const runner = new GateRunner(gate, () => 0, { ...gated, send: (_, bytes) => void got.push(bytes) });
  const input = Uint8Array.from([1, 2, 3]);
  runner.push(0, input);
  own.fill('y');
  expect(got[0]!.buffer).toBe(input.buffer);
  expect(Buffer.from(got[1]!).toString()).toBe('xxxx');
});
