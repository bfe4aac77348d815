// What the judge keeps of a server's messages is bounded, and what it lets go holds on to nothing.

import { describe, expect, it } from 'vitest';
import { hashOf } from '../../../src/bytes/sample-hash.js';
import { JUDGE_LIMITS } from '../../../src/validate/limits.js';
import { Evidence } from '../../../src/validate/state/evidence.js';
import { Messages } from '../../../src/validate/state/messages.js';
import { type Publication, Publisher } from '../../../src/validate/state/publication.js';
import { Route } from '../../../src/validate/state/route.js';
import { Sight } from '../sight.js';

const publisher = new Publisher(new Evidence('client'));

/** A client's PUBLISH of one byte, as far as Messages looks at it; `byte` is also its Packet Identifier. */
function published(messages: Messages, topic: string, byte: number, time: number, retain = false): Publication {
  const content = { topic, packetId: byte, payload: Uint8Array.of(byte) };
  const packet = { type: 'PUBLISH', dup: false, qos: 1, retain, ...content };
  const frame = { packet, time, origins: [1], version: '3.1.1', bytes: new Uint8Array(10), length: 10, problems: [] };
  const seen = new Sight(true, frame);
  messages.follow(seen, undefined, publisher, undefined, undefined, undefined);
  return publisher.own!;
}

const limited = (publications: number, retained = 100): Messages =>
  new Messages({ ...JUDGE_LIMITS, publications, retained });

describe('Messages', () => {
  it('lets the oldest publication go, and unlinks it', () => {
    const messages = limited(3);
    const all = [1, 2, 3, 4, 5].map((hash) => published(messages, 't', hash, hash));
    expect(all.map(({ isGone }) => isGone)).toEqual([true, true, false, false, false]);
    expect([all[0]!.next, all[1]!.next, all[2]!.before]).toEqual([undefined, undefined, undefined]);
    expect(all[2]!.next).toBe(all[3]);
  });

  it('forgets topics with their last publication', () => {
    const messages = limited(2);
    for (const topic of ['a', 'b', 'c']) published(messages, topic, 1, 7);
    expect(['a', 'b', 'c'].map((topic) => messages.latest(topic)?.time)).toEqual([undefined, 7, 7]);
  });

  it('keeps what is retained beyond the recent publications, up to its own bound', () => {
    const messages = limited(1, 2);
    const kept = ['a', 'b', 'c'].map((topic) => published(messages, topic, 1, 1, true));
    const retained = (topic: string): Publication | undefined => messages.retained(topic);
    expect(['a', 'b', 'c'].map(retained)).toEqual([undefined, kept[1], kept[2]]);
  });

  it('makes another one of what was delivered, once no route has it as its latest', () => {
    const messages = limited(2);
    const route = new Route('t');
    const next = (byte: number): Publication => {
      publisher.pending.clear();
      return published(messages, 't', byte, byte);
    };
    const first = next(1);
    route.deliver(first, 1);
    const second = next(2);
    const third = next(3);
    expect([third === first, first.isGone]).toEqual([false, true]);
    route.deliver(second, 3);
    route.deliver(third, 3);
    const fourth = next(4);
    expect(fourth).toBe(second);
    expect([fourth.isDelivered, fourth.holders, fourth.hash === third.hash]).toEqual([false, 0, false]);
    const other = new Route('t');
    other.deliver(third, 4);
    route.deliver(fourth, 4);
    expect(next(5)).not.toBe(third);
    expect([route.latest, other.latest]).toEqual([fourth, third]);
  });

  it('makes no other one of what was passed over, nor of what passed it', () => {
    const messages = limited(3);
    const route = new Route('t');
    const all: Publication[] = [];
    for (let byte = 1; byte <= 6; byte++) {
      publisher.pending.clear();
      all.push(published(messages, 't', byte, byte));
      if (byte === 1) route.deliver(all[0]!, 1);
      if (byte === 3) route.deliver(all[2]!, 3);
      if (byte === 4) route.deliver(all[3]!, 4);
    }
    expect(route.skipped?.map(({ publication }) => publication)).toEqual([all[1]]);
    expect(all.slice(3)).not.toContain(all[1]);
    expect(all.slice(3)).not.toContain(all[2]);
  });

  it('knows that a retained message was replaced', () => {
    const messages = limited(10);
    const first = published(messages, 't', 1, 1, true);
    const second = published(messages, 't', 2, 2, true);
    expect([first.isReplaced, second.isReplaced]).toEqual([true, false]);
  });
});

describe('hashOf', () => {
  const bytes = (length: number, at = -1): Uint8Array => Uint8Array.from({ length }, (_, i) => (i === at ? 1 : 0));

  it.each([0, 63, 64, 79, 80, 999])(
    'tells a payload of 1000 bytes that differs at %d, at the head or the tail',
    (at) => {
      const isRead = at < 64 || at >= 1000 - 16;
      expect(hashOf(bytes(1000, at)) !== hashOf(bytes(1000))).toBe(isRead);
    },
  );

  it('tells lengths apart', () => {
    expect(new Set([0, 1, 2, 63, 64, 65, 100].map((length) => hashOf(bytes(length)))).size).toBe(7);
  });
});
