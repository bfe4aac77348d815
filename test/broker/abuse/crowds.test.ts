// Crowds: a million retained topics, subscribers that stop reading, clients that come and go without end, floods. Memory
// stays under what the limits say, and who behaves is served meanwhile. On a virtual clock.

import { describe, expect, it } from 'vitest';
import { hex } from '../../support/hex.js';
import { Crowd, connect, memory, packet, publish, subscribe, text, word } from './crowd.js';

describe('a million retained topics', () => {
  const MILLION = 1_000_000;

  it('are brought in bursts as the client takes them, while others are served', () => {
    const crowd = new Crowd();
    const publisher = crowd.join('publisher');
    for (let n = 0; n < MILLION; n += 1000) {
      publisher.send(...Array.from({ length: 1000 }, (_, m) => publish(`r/${n / 1000}/${m}`, 'x', 0x31)));
    }
    expect(crowd.core.counters.retained).toBe(MILLION);
    const subscriber = crowd.join('subscriber').send(subscribe(0, ['#']));
    const burst = subscriber.bytes;
    expect(burst).toBeLessThan(1000 * 20);
    // It takes no more: nothing more comes, and nobody waits for it.
    subscriber.becomes('congested');
    crowd.wait(10);
    expect(subscriber.bytes).toBe(burst);
    expect(publisher.isServed()).toBe(true);
    subscriber.becomes('writable');
    crowd.wait(1, 100);
    expect(crowd.core.counters.publishSent).toBeGreaterThan(50_000);
    expect(crowd.core.counters.publishSent).toBeLessThan(110_000);
    expect(publisher.isServed()).toBe(true);
    // It goes in the middle, and what was to come is forgotten.
    subscriber.leave();
    crowd.wait(1);
    expect(crowd.core.deadline()).toBeGreaterThan(crowd.now);
  }, 60_000);

  it('are no more than the limit', () => {
    const crowd = new Crowd({ maximumRetained: 10_000 });
    const publisher = crowd.join('publisher');
    for (let n = 0; n < 20_000; n++) publisher.send(publish(`r/${n}`, 'x', 0x31));
    expect(crowd.core.counters).toMatchObject({ retained: 10_000, publishDropped: 10_000 });
    publisher.send(publish('r/0', '', 0x31), publish('new', 'x', 0x31));
    expect(crowd.core.counters.retained).toBe(10_000);
  });
});

describe('a subscriber that stops reading', () => {
  it.each([
    ['QoS 0 gets none of them later', 0, 0x30],
    ['QoS 1 has a bounded queue', 1, 0x32],
    ['QoS 2 has a bounded queue', 2, 0x34],
  ])('of %s', (_, qos, first) => {
    const crowd = new Crowd({ maximumQueuedMessages: 1000, maximumQueuedBytes: 5_000_000 });
    const [stopped, reading, publisher] = ['stopped', 'reading', 'publisher'].map((name) => crowd.join(name));
    stopped!.send(subscribe(qos, ['t']));
    reading!.send(subscribe(0, ['t']));
    stopped!.becomes('congested');
    const before = memory();
    const payload = new Uint8Array(10_000);
    for (let n = 0; n < 20_000; n++) {
      const id = (n % 1000) + 1;
      publisher!.send(publish('t', payload, first, id));
      if (first === 0x34) publisher!.send(packet(0x62, word(id)));
    }
    expect(crowd.core.counters.publishSent).toBe(20_000);
    expect(crowd.core.counters.storedBytes).toBeLessThanOrEqual(5_000_000);
    expect(memory() - before).toBeLessThan(5 + 10);
    expect(crowd.events.filter(({ name }) => name === 'dropping').length).toBeLessThanOrEqual(1);
    stopped!.becomes('writable');
    expect(stopped!.isServed()).toBe(true);
    if (qos > 0) expect(crowd.core.counters.publishSent).toBe(20_100);
  });

  it('one of a thousand, or all: the bytes of all together are bounded', () => {
    const crowd = new Crowd({ maximumQueuedTotal: 10_000_000 });
    const payload = new Uint8Array(1000);
    for (let n = 0; n < 1000; n++)
      crowd
        .join(`${n}`)
        .send(subscribe(1, ['t']))
        .becomes('congested');
    const publisher = crowd.join('publisher');
    for (let n = 0; n < 100; n++) publisher.send(publish('t', payload, 0x32, n + 1));
    expect(crowd.core.counters.storedBytes).toBeLessThanOrEqual(10_000_000);
    expect(crowd.core.counters.stored).toBeGreaterThan(8000);
    expect(publisher.isServed()).toBe(true);
  });

  it('that is away keeps no more either', () => {
    const crowd = new Crowd({ maximumQueuedMessages: 100 });
    for (let n = 0; n < 100; n++) crowd.join(`${n}`, { clean: false }).send(subscribe(1, ['t']), hex('e0 00'));
    const publisher = crowd.join('publisher');
    for (let n = 0; n < 1000; n++) publisher.send(publish('t', 'x', 0x32, n + 1));
    expect(crowd.core.counters.stored).toBe(100 * 100);
  });
});

describe('clients that come and go', () => {
  it('take nothing with them that they do not give back', () => {
    const crowd = new Crowd();
    const other = crowd.join('other').send(subscribe(0, ['#']));
    const storm = () => {
      for (let n = 0; n < 20_000; n++) {
        const peer = crowd.join(`c${n}`);
        peer.send(subscribe(1, [`c/${n}`]), publish('storm', 'x', 0x32));
        peer.leave();
        crowd.peers.delete(peer.id);
      }
    };
    storm();
    const before = memory();
    storm();
    expect(memory() - before).toBeLessThan(5);
    expect(crowd.core.counters).toMatchObject({ sessions: 1, clientsConnected: 1, subscriptions: 1, stored: 0 });
    expect(other.isServed()).toBe(true);
  });

  it('under one name take over from each other', () => {
    const crowd = new Crowd();
    for (let n = 0; n < 20_000; n++) crowd.join('same', { clean: n % 2 === 0 });
    expect(crowd.peers.size).toBe(1);
    expect(crowd.core.counters).toMatchObject({ sessions: 1, clientsConnected: 1 });
  });

  it('and leave sessions: the oldest make room', () => {
    const crowd = new Crowd({ maximumSessions: 1000 });
    const other = crowd.join('other');
    for (let n = 0; n < 10_000; n++) crowd.join(`${n}`, { clean: false }).send(subscribe(1, ['t']), hex('e0 00'));
    expect(crowd.core.counters).toMatchObject({ sessions: 1000, subscriptions: 999 });
    expect(crowd.join('9999', { clean: false }).answer).toBe('20020100');
    expect(crowd.join('0', { clean: false }).answer).toBe('20020000');
    expect(other.isServed()).toBe(true);
  });

  it('all in one moment with wills tell each other within bounds', () => {
    const crowd = new Crowd({ maximumQueuedMessages: 100 });
    const will = (name: string) => packet(0x10, hex('00 04 "MQTT" 04 0e 00 3c'), text(name), text('w'), text('gone'));
    const peers = Array.from({ length: 1000 }, (_, n) => crowd.open().send(will(`${n}`), subscribe(1, ['w'])));
    for (const peer of peers) peer.becomes('congested');
    for (const peer of peers) peer.leave();
    expect(crowd.core.counters).toMatchObject({ clientsConnected: 0, sessions: 0, stored: 0, storedBytes: 0 });
  });
});

describe('wills', () => {
  const NOTHING = new Uint8Array(0);
  const will = (name: string, payload: Uint8Array) =>
    packet(0x10, hex('00 04 "MQTT" 04 06 00 3c'), text(name), text('w'), word(payload.length), payload);

  it('have room for so many bytes, and give it back', () => {
    const crowd = new Crowd({ maximumWillBytes: 1_000_000 });
    const payload = new Uint8Array(50_000);
    const peers = Array.from({ length: 100 }, (_, n) => crowd.open().send(will(`${n}`, payload)));
    const [here, refused] = [peers.filter(({ closed }) => !closed), peers.filter(({ closed }) => closed)];
    expect([here.length, refused.length]).toEqual([20, 80]);
    expect(refused.at(-1)!.bytes).toBe(4);
    expect(crowd.join('without').isServed()).toBe(true);
    // One is published, one is taken away, one is replaced.
    here[0]!.leave();
    here[1]!.send(hex('e0 00'));
    crowd.open().send(will('2', NOTHING));
    const again = Array.from({ length: 10 }, (_, n) => crowd.open().send(will(`again ${n}`, payload)));
    expect(again.filter(({ closed }) => !closed).length).toBe(3);
  });
});

describe('a flood', () => {
  it('of QoS 2 messages without PUBREL is bounded by Receive Maximum', () => {
    const crowd = new Crowd({ listener: { receiveMaximum: 100 } });
    const peer = crowd.join('v5', { v5: true });
    for (let n = 1; n <= 100; n++) peer.send(packet(0x34, text('t'), word(n), hex('00')));
    expect(peer.closed).toBe(false);
    expect(peer.send(packet(0x34, text('t'), word(101), hex('00'))).answer).toMatch(/^e0..93/);
    expect(peer.closed).toBe(true);
  });

  it('of topic aliases stays within their maximum', () => {
    const crowd = new Crowd({ matchCacheEntries: 0, listener: { topicAliasMaximum: 10 } });
    const peer = crowd.join('v5', { v5: true });
    const before = memory();
    for (let n = 0; n < 1000; n++) {
      peer.send(packet(0x30, text(`${n}${'t'.repeat(50_000)}`), hex('03 23'), word((n % 10) + 1)));
    }
    expect(memory() - before).toBeLessThan(10);
    expect(peer.send(packet(0x30, text('t'), hex('03 23 00 0b'))).answer).toMatch(/^e0..94/);
  });

  it('of messages beyond the rate ends who sends it, and nobody else', () => {
    const crowd = new Crowd({ listener: { maximumMessageRate: 100 } });
    const [calm, wild] = [crowd.join('calm'), crowd.join('wild', { v5: true })];
    for (let n = 0; n < 200 && !wild.closed; n++) wild.send(packet(0x30, text('t'), hex('00')));
    expect(wild.answer).toMatch(/^e0..96/);
    calm.send(...Array.from({ length: 99 }, () => publish('t', 'x')));
    expect(calm.isServed()).toBe(true);
  });

  it('of new connections beside many idle ones costs no more for their number', () => {
    const crowd = new Crowd();
    const before = memory();
    for (let n = 0; n < 50_000; n++) crowd.open().send(connect(`idle-${n}`, { keepAlive: 0 }));
    // Some kilobytes each, what this test keeps of them included.
    expect(memory() - before).toBeLessThan(50_000 * 0.004);
    expect(crowd.join('late').isServed()).toBe(true);
  });
});
