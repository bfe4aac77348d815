// The subscriptions of a session through SUBSCRIBE, SUBACK, UNSUBSCRIBE and UNSUBACK: which match, since when, how much.

import { describe, expect, it } from 'vitest';
import type { FrameRef } from '../../../src/validate/finding.js';
import type { Seen } from '../../../src/validate/seen.js';
import type { PendingRequest } from '../../../src/validate/state/requests.js';
import { Subscriptions } from '../../../src/validate/state/subscriptions.js';

let time = 0;

function request(type: PendingRequest['type'], filters: readonly string[], qos = 1): PendingRequest {
  const frame = { number: ++time, time: time * 1e9, type } as unknown as FrameRef;
  const options = { qos, noLocal: false, retainAsPublished: false, retainHandling: 0 };
  const all = filters.map((filter) => ({ filter, ...options }));
  return { type, packetId: 1, filters: all, frame, isWhole: true, isAmbiguous: false, times: 1 };
}

const seen = (): Seen => ({ time: ++time * 1e9, ref: () => ({ number: time }) }) as unknown as Seen;

function ask(subscriptions: Subscriptions, one: PendingRequest): PendingRequest {
  subscriptions.apply(seen(), { kind: 'new', request: one });
  return one;
}

function subscribe(subscriptions: Subscriptions, filter: string, qos: number, code: number): void {
  const one = ask(subscriptions, request('SUBSCRIBE', [filter], qos));
  subscriptions.apply(seen(), { kind: 'answer', request: one, codes: [code] });
}

describe('Subscriptions', () => {
  it('counts what is asked for until the answer says less', () => {
    const subscriptions = new Subscriptions(10_000);
    const one = ask(subscriptions, request('SUBSCRIBE', ['a/+'], 2));
    expect(subscriptions.route('a/b').most).toBe(2);
    subscriptions.apply(seen(), { kind: 'answer', request: one, codes: [0] });
    expect(subscriptions.route('a/b').most).toBe(0);
  });

  it('takes the highest of those that match', () => {
    const subscriptions = new Subscriptions(10_000);
    subscribe(subscriptions, 'a/b', 0, 0);
    subscribe(subscriptions, '#', 2, 2);
    const { matching, most } = subscriptions.route('a/b');
    expect([matching.length, most]).toEqual([2, 2]);
  });

  it('puts back what stood when a request to replace it is refused', () => {
    const subscriptions = new Subscriptions(10_000);
    subscribe(subscriptions, 't', 1, 1);
    subscribe(subscriptions, 't', 2, 0x80);
    const { matching, former } = subscriptions.route('t');
    expect(matching.map(({ granted }) => granted)).toEqual([1]);
    expect(former.map(({ refusal }) => refusal)).toEqual([0x80]);
  });

  it('forgets a filter that was refused', () => {
    const subscriptions = new Subscriptions(10_000);
    subscribe(subscriptions, 't', 1, 0x80);
    expect(subscriptions.route('t').matching).toEqual([]);
    expect(subscriptions.size).toBe(0);
  });

  it('ends a subscription surely with UNSUBACK, and not when that says no', () => {
    const subscriptions = new Subscriptions(10_000);
    subscribe(subscriptions, 't', 1, 1);
    const refused = ask(subscriptions, request('UNSUBSCRIBE', ['t']));
    expect(subscriptions.route('t').matching).toHaveLength(1);
    subscriptions.apply(seen(), { kind: 'answer', request: refused, codes: [0x87] });
    expect(subscriptions.get('t')?.ended).toBe(Number.POSITIVE_INFINITY);
    const granted = ask(subscriptions, request('UNSUBSCRIBE', ['t']));
    subscriptions.apply(seen(), { kind: 'answer', request: granted });
    const { matching, former } = subscriptions.route('t');
    expect([matching.length, former.length]).toEqual([0, 1]);
  });

  it('compares the filters of UNSUBSCRIBE character by character', () => {
    const subscriptions = new Subscriptions(10_000);
    subscribe(subscriptions, 'a/+', 1, 1);
    const other = ask(subscriptions, request('UNSUBSCRIBE', ['a/b']));
    subscriptions.apply(seen(), { kind: 'answer', request: other });
    expect(subscriptions.route('a/b').matching).toHaveLength(1);
  });

  it('keeps a subscription made anew while the old one was being taken back', () => {
    const subscriptions = new Subscriptions(10_000);
    subscribe(subscriptions, 't', 1, 1);
    const end = ask(subscriptions, request('UNSUBSCRIBE', ['t']));
    const again = ask(subscriptions, request('SUBSCRIBE', ['t'], 2));
    subscriptions.apply(seen(), { kind: 'answer', request: end });
    subscriptions.apply(seen(), { kind: 'answer', request: again, codes: [2] });
    const { only } = subscriptions.route('t');
    expect([only?.granted, only?.isNew]).toEqual([2, true]);
  });

  it('remembers that one replaced another, one step back', () => {
    const subscriptions = new Subscriptions(10_000);
    for (const qos of [0, 1, 2]) subscribe(subscriptions, 't', qos, qos);
    const { only } = subscriptions.route('t');
    expect([only?.most, only?.replaces?.most, only?.replaces?.replaces]).toEqual([2, 1, undefined]);
  });

  it('matches shared subscriptions by their filter, without the name', () => {
    const subscriptions = new Subscriptions(10_000);
    subscribe(subscriptions, '$share/g/a/#', 1, 1);
    expect(subscriptions.route('a/b').only?.isShared).toBe(true);
  });

  it.each([
    ['$SYS/x', '#', 'dollar'],
    ['$SYS/x', '+/x', 'dollar'],
    ['A/b', 'a/+', 'normalised'],
    ['/a', 'a', 'normalised'],
    ['a//b', 'a/b', 'normalised'],
    ['e\u0301', '\u00e9', 'normalised'],
    ['b', 'a', undefined],
  ])('tells by which wrong comparison %s would match %s', (topic, filter, why) => {
    const subscriptions = new Subscriptions(10_000);
    subscribe(subscriptions, filter, 0, 0);
    expect(subscriptions.route(topic).almost?.why).toBe(why);
  });
});
