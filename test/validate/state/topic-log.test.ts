// The recent publications of a server as a ring of numbers: whatever comes and goes, each topic's are linked as in a list.

import { describe, expect, it } from 'vitest';
import { type Entry, Recent, TopicLog } from '../../../src/validate/state/topic-log.js';
import { Random } from '../../support/random.js';

class One implements Entry<One> {
  log: TopicLog<One> | undefined = undefined;
  isGone = false;

  constructor(
    readonly order: number,
    readonly length: number,
    readonly hash: number,
  ) {}
}

describe('the recent publications', () => {
  it.each([1, 7, 300, 2000])('are linked by topic, of %d at most', (limit) => {
    const random = new Random(limit);
    const recent = new Recent<One>(limit);
    const logs = Array.from({ length: 5 }, (_, n) => new TopicLog(`t/${n}`, Math.imul(n + 1, 0x85ebca6b), recent));
    const lists: One[][] = logs.map(() => []);
    for (let order = 1; order <= 3 * limit + 100; order++) {
      const oldest = recent.displaced(order);
      if (oldest !== undefined) {
        const at = logs.indexOf(oldest.log!);
        expect(lists[at]!.shift()).toBe(oldest);
        oldest.log!.shift(oldest);
        expect([oldest.isGone, oldest.log]).toEqual([true, undefined]);
      }
      const which = random.below(logs.length);
      const one = new One(order, random.below(3), random.below(4) - 2);
      logs[which]!.add(one);
      lists[which]!.push(one);
      if (order % 367 === 0 || limit < 10) for (const [n, log] of logs.entries()) same(log, lists[n]!);
    }
  });
});

function same(log: TopicLog<One>, list: readonly One[]): void {
  expect([log.first, log.last, log.isEmpty]).toEqual([list[0], list.at(-1), list.length === 0]);
  const { recent } = log;
  const forwards: (One | undefined)[] = [];
  for (let slot = log.start; slot >= 0 && forwards.length <= list.length; slot = recent.next(slot))
    forwards.push(recent.at(slot));
  const backwards: (One | undefined)[] = [];
  for (let slot = log.end; slot >= 0 && backwards.length <= list.length; slot = recent.before(slot))
    backwards.unshift(recent.at(slot));
  expect(forwards.length).toBe(list.length);
  expect(forwards.every((one, i) => one === list[i])).toBe(true);
  expect(backwards.every((one, i) => one === list[i]) && backwards.length === list.length).toBe(true);
  for (const { hash, length } of list) {
    // It may say yes too often, never no.
    expect(log.mayHave(hash)).toBe(true);
    const found = list.find((one) => one.hash === hash && one.length === length)!;
    expect(recent.is(recent.slotOf(found), length, hash)).toBe(true);
  }
}

describe('what is retained for a topic', () => {
  it('is known by its payload, and keeps the topic', () => {
    const log = new TopicLog<One>('t', 1, new Recent<One>(3));
    expect([log.isEmpty, log.isRetained(0, 0)]).toEqual([true, false]);
    log.retain(new One(1, 4, -9));
    expect([log.isEmpty, log.isRetained(4, -9), log.isRetained(4, 9)]).toEqual([false, true, false]);
    log.retain(undefined);
    expect([log.isEmpty, log.isRetained(4, -9)]).toEqual([true, false]);
  });
});
