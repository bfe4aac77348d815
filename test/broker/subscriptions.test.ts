// The tree of subscriptions and the walks over retained messages find what a plain comparison of levels finds.

import { describe, expect, it } from 'vitest';
import { Message, packetOf } from '../../src/broker/message.js';
import { Retained } from '../../src/broker/retained.js';
import { Session, Subscription } from '../../src/broker/session.js';
import { LISTENER_DEFAULTS } from '../../src/broker/settings.js';
import { Subscriptions } from '../../src/broker/subscriptions.js';
import { matchesTopic, topicFilter } from '../../src/spec/topic-filter.js';
import { Random } from '../support/random.js';

const NAMES = ['a', 'b', 'c', '', '$d'];

function randomTopic(random: Random): string {
  return Array.from({ length: random.between(1, 4) }, () => random.pick(NAMES)).join('/') || 'a';
}

function randomFilter(random: Random): string {
  const levels = Array.from({ length: random.between(1, 4) }, () => (random.chance(3) ? '+' : random.pick(NAMES)));
  if (random.chance(4)) levels[levels.length - 1] = '#';
  return levels.join('/') || '+';
}

const sessionOf = (clientId: string): Session =>
  new Session(clientId, { clientId, userName: undefined, version: '5.0', listener: 0, remote: '' }, LISTENER_DEFAULTS);

describe.each([0, 5, 1000])('with %d entries of cache', (cacheEntries) => {
  it('finds the subscribers of a topic', () => {
    const random = new Random(7 + cacheEntries);
    const tree = new Subscriptions(cacheEntries, () => true);
    const sessions = Array.from({ length: 6 }, (_, i) => sessionOf(String(i)));
    const all = new Map<string, Subscription>();
    for (let round = 0; round < 3000; round++) {
      const session = random.pick(sessions);
      const filter = randomFilter(random);
      const key = `${session.clientId} ${filter}`;
      const known = all.get(key);
      if (known !== undefined) {
        tree.remove(known);
        all.delete(key);
      } else {
        const made = new Subscription(
          session,
          filter,
          random.below(3),
          random.chance(2),
          false,
          0,
          random.below(9) + 1,
        );
        tree.add(made);
        all.set(key, made);
      }
      const topic = randomTopic(random);
      const expected = new Map<string, { qos: number; identifiers: number[] }>();
      for (const one of all.values()) {
        if (!matchesTopic(topicFilter(one.topicFilter), topic)) continue;
        const entry = expected.get(one.session.clientId) ?? { qos: 0, identifiers: [] };
        entry.qos = Math.max(entry.qos, one.qos);
        entry.identifiers.push(one.identifier!);
        expected.set(one.session.clientId, entry);
      }
      const found = tree.match(topic).receivers.map(({ session: { clientId }, qos, identifiers = [] }) => ({
        clientId,
        qos,
        identifiers: [...identifiers].sort(),
      }));
      const wanted = [...expected].map(([clientId, { qos, identifiers }]) => ({
        clientId,
        qos,
        identifiers: identifiers.sort(),
      }));
      const byClient = (a: { clientId: string }, b: { clientId: string }): number =>
        a.clientId.localeCompare(b.clientId);
      expect(found.sort(byClient), topic).toEqual(wanted.sort(byClient));
    }
    for (const one of all.values()) tree.remove(one);
    expect({ count: tree.count, memory: tree.memory }).toEqual({ count: 0, memory: 0 });
  });
});

it('walks over what is retained', () => {
  const random = new Random(3);
  const store = new Retained();
  const all = new Map<string, Message>();
  for (let round = 0; round < 3000; round++) {
    const topic = randomTopic(random);
    if (all.has(topic) && random.chance(2)) {
      store.delete(topic);
      all.delete(topic);
    } else {
      const message = new Message(packetOf(topic, [], new Uint8Array(1)), false, topic, 0, true, '', 0);
      store.set(topic, message);
      all.set(topic, message);
    }
    const filter = randomFilter(random);
    const walk = store.walk(filter);
    const found: string[] = [];
    while (!walk.isDone) {
      const message = walk.next({ left: random.between(1, 3) });
      if (message !== undefined) found.push(message.topic);
    }
    const expected = [...all.keys()].filter((one) => matchesTopic(topicFilter(filter), one));
    expect(found.sort(), filter).toEqual(expected.sort());
  }
  expect(store.count).toBe(all.size);
  for (const topic of all.keys()) store.delete(topic);
  expect({ count: store.count, bytes: store.bytes }).toEqual({ count: 0, bytes: 0 });
});
