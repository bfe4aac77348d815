// What the judge keeps of a server's messages is bounded, and what it lets go holds on to nothing.

import { describe, expect, it } from 'vitest';
import type { FrameRef } from '../../../src/validate/finding.js';
import { JUDGE_LIMITS } from '../../../src/validate/limits.js';
import { Evidence } from '../../../src/validate/state/evidence.js';
import { NOTHING_FORWARDED } from '../../../src/validate/state/forwarded.js';
import { Messages } from '../../../src/validate/state/messages.js';
import { hashOf } from '../../../src/validate/state/payload.js';
import { type Message, type Publication, Publisher } from '../../../src/validate/state/publication.js';

const frame = { number: 1 } as unknown as FrameRef;
const publisher = new Publisher(new Evidence('client'));

const message = (topic: string, hash: number, retain = false): Message => ({
  ...{ topic, qos: 1, retain, length: 1, hash, forwarded: NOTHING_FORWARDED, expiry: undefined, frame },
});

const limited = (publications: number, retained = 100): Messages =>
  new Messages({ ...JUDGE_LIMITS, publications, retained });

describe('Messages', () => {
  it('lets the oldest publication go, and unlinks it', () => {
    const messages = limited(3);
    const all = [1, 2, 3, 4, 5].map((hash) => messages.published(message('t', hash), publisher, hash, false));
    expect(all.map(({ isGone }) => isGone)).toEqual([true, true, false, false, false]);
    expect([all[0]!.next, all[1]!.next, all[2]!.before]).toEqual([undefined, undefined, undefined]);
    expect(all[2]!.next).toBe(all[3]);
  });

  it('forgets topics with their last publication', () => {
    const messages = limited(2);
    for (const topic of ['a', 'b', 'c']) messages.published(message(topic, 1), publisher, 7, false);
    expect(['a', 'b', 'c'].map((topic) => messages.lastPublished(topic))).toEqual([Number.NEGATIVE_INFINITY, 7, 7]);
  });

  it('keeps what is retained beyond the recent publications, up to its own bound', () => {
    const messages = limited(1, 2);
    const kept = ['a', 'b', 'c'].map((topic) => messages.published(message(topic, 1, true), publisher, 1, false));
    const retained = (topic: string): Publication | undefined => messages.retained(topic);
    expect(['a', 'b', 'c'].map(retained)).toEqual([undefined, kept[1], kept[2]]);
  });

  it('knows that a retained message was replaced', () => {
    const messages = limited(10);
    const first = messages.published(message('t', 1, true), publisher, 1, false);
    const second = messages.published(message('t', 2, true), publisher, 2, false);
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
