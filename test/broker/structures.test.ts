// Timers, queues and the memory of kept messages, against the plainest thing that does the same.

import { expect, it } from 'vitest';
import { Fifo } from '../../src/broker/fifo.js';
import { Keeper } from '../../src/broker/keeper.js';
import { Message, packetOf } from '../../src/broker/message.js';
import { Timer, Timers } from '../../src/broker/timers.js';
import { Random } from '../support/random.js';

it('timers come when they are due, whatever was set, moved and cleared', () => {
  const random = new Random(1);
  const timers = new Timers<Timer<number>>();
  const all = Array.from({ length: 50 }, (_, i) => new Timer('session', i));
  const due = new Map<number, number>();
  for (let now = 0; now < 3000; now++) {
    const timer = random.pick(all);
    if (random.chance(4)) {
      timers.clear(timer);
      due.delete(timer.owner);
    } else {
      const at = now + random.below(40);
      timers.set(timer, at);
      due.set(timer.owner, at);
    }
    expect(timers.next).toBe(due.size === 0 ? undefined : Math.min(...due.values()));
    if (!random.chance(5)) continue;
    for (let one = timers.take(now); one !== undefined; one = timers.take(now)) {
      expect(due.get(one.owner)).toBe(one.at);
      due.delete(one.owner);
    }
    expect([...due.values()].filter((at) => at <= now)).toEqual([]);
  }
});

it('a queue gives back what was put in, in order', () => {
  const random = new Random(2);
  const queue = new Fifo<number>();
  const plain: number[] = [];
  for (let i = 0; i < 5000; i++) {
    if (random.below(5) < (i < 2500 ? 3 : 2)) {
      queue.push(i);
      plain.push(i);
    } else expect(queue.shift()).toBe(plain.shift());
    expect(queue.length).toBe(plain.length);
    expect(queue.first).toBe(plain[0]);
    const index = random.below(10);
    expect(queue.at(index)).toBe(plain[index]);
  }
});

it('kept messages stay as they were, and hold on to little memory', () => {
  const random = new Random(3);
  const keeper = new Keeper();
  const kept: [Message, Uint8Array][] = [];
  for (let i = 0; i < 3000; i++) {
    const packet = packetOf('t', [], random.bytes(random.between(1, 100)));
    const lent = Uint8Array.from(packet);
    const message = new Message(lent, false, 't', 1, false, '', 0);
    keeper.keep(message);
    lent.fill(0);
    if (!random.chance(20)) continue;
    message.holders = 1;
    kept.push([message, packet]);
  }
  for (const [message, packet] of kept) expect(message.packet).toEqual(packet);
  const memory = new Set(kept.map(([{ packet }]) => packet.buffer));
  expect([...memory].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(100_000);
});
