// Clients that send too little, too slowly, or packets made to be expensive: the core closes or answers them, keeps no more
// than its limits say, and goes on serving the others. On a virtual clock.

import { describe, expect, it } from 'vitest';
import { concat, hex } from '../../support/hex.js';
import { Crowd, connect, memory, packet, publish, subscribe, text, variable, word } from './crowd.js';

describe('a client without a CONNECT', () => {
  it('that sends nothing goes after connectTimeout', () => {
    const crowd = new Crowd();
    const peer = crowd.open();
    crowd.wait(9.9);
    expect(peer.closed).toBe(false);
    crowd.wait(0.2);
    expect(peer).toMatchObject({ closed: true, bytes: 0 });
  });

  it('that sends it byte by byte has no more time', () => {
    const crowd = new Crowd();
    const other = crowd.join('other');
    const peer = crowd.open();
    for (const byte of connect('slow', { keepAlive: 0 })) {
      if (peer.closed) break;
      peer.send(Uint8Array.of(byte));
      crowd.wait(0.9);
    }
    expect(peer.closed).toBe(true);
    expect(crowd.core.counters).toMatchObject({ partialBytes: 0, clientsConnected: 1 });
    expect(other.isServed()).toBe(true);
  });

  it.each([
    ['another packet', 'c0 00'],
    ['HTTP', '"GET / HTTP/1.1"'],
    ['TLS', '16 03 01 02 00 01'],
    ['a length of five bytes', '10 ff ff ff ff 01'],
  ])('but %s goes at once', (_, bytes) => {
    expect(new Crowd().open().send(hex(bytes))).toMatchObject({ closed: true, bytes: 0 });
  });

  it('a crowd of them is bounded, and gone when the time is up', () => {
    const crowd = new Crowd({ listener: { maximumConnections: 1000 } });
    for (let n = 0; n < 5000; n++) crowd.open();
    // Those that may be told why, and no more.
    expect(crowd.peers.size).toBe(1100);
    crowd.wait(11);
    expect(crowd.peers.size).toBe(0);
    expect(crowd.join('late').answer).toBe('20020000');
  });
});

describe('half packets', () => {
  it('keep no connection beyond its Keep Alive', () => {
    const crowd = new Crowd();
    const peer = crowd.join('half', { keepAlive: 10 }).send(hex('30 7f 00'));
    crowd.wait(16);
    expect(peer.closed).toBe(true);
    expect(crowd.core.counters.partialBytes).toBe(0);
  });

  it('that claim 256 MB are refused at their length', () => {
    const crowd = new Crowd();
    const peers = ['3.1.1', '5.0'].map((version) => crowd.join(version, { v5: version === '5.0' }));
    for (const peer of peers) peer.send(hex('30 ff ff ff 7f'));
    expect(peers.map(({ closed }) => closed)).toEqual([true, true]);
    expect(peers[0]!.answer).toBe('');
    expect(peers[1]!.answer).toMatch(/^e0..95/);
  });

  it('that may claim 256 MB take what has come', () => {
    const crowd = new Crowd({ listener: { maximumPacketSize: 268_435_460 } });
    const before = memory();
    for (let n = 0; n < 1000; n++) crowd.join(`${n}`).send(hex('30 ff ff ff 7f 00'));
    expect(crowd.core.counters.partialBytes).toBeLessThan(1000 * 100);
    expect(memory() - before).toBeLessThan(20);
  });

  it('that fill the memory for them go, the largest first; small ones of others stay', () => {
    const crowd = new Crowd({ maximumPartialBytes: 10_000_000 });
    const small = crowd.join('small').send(hex('30 04 00'));
    const large = concat(hex('30 80 80 80 04'), new Uint8Array(1_000_000));
    for (let n = 0; n < 50; n++) crowd.join(`${n}`).send(large);
    expect(crowd.core.counters.partialBytes).toBeLessThanOrEqual(10_000_000);
    expect(crowd.core.counters.clientsConnected).toBeLessThan(12);
    small.send(hex('01 "t" 78'));
    expect(small.isServed()).toBe(true);
  });
});

describe('one packet', () => {
  const filters = (count: number) => Array.from({ length: count }, (_, n) => `f/${n}`);

  it('with 10,000 subscriptions is answered by as many codes', () => {
    const crowd = new Crowd();
    const other = crowd.join('other');
    const peer = crowd.join('many').send(subscribe(1, filters(10_000)));
    expect(peer.bytes).toBe(4 + 1 + 2 + 2 + 10_000);
    expect(crowd.core.counters.subscriptions).toBe(10_000);
    other.send(publish('f/9999', 'x'));
    expect(peer.answer).toContain(Buffer.from('f/9999x').toString('hex'));
    peer.send(packet(0xa2, word(2), ...filters(10_000).map(text)));
    expect(crowd.core.counters.subscriptions).toBe(0);
    expect(other.isServed()).toBe(true);
  });

  it('with more than the limits refuses the rest', () => {
    const crowd = new Crowd({ maximumSubscriptions: 5000 });
    const peer = crowd.join('many').send(subscribe(0, filters(10_000)));
    expect(peer.answer.endsWith('80'.repeat(5000))).toBe(true);
    expect(crowd.core.counters.subscriptions).toBe(5000);
  });

  it('with the same subscription more often than there may be subscriptions refuses the rest', () => {
    const crowd = new Crowd({ maximumSubscriptions: 100 });
    const peer = crowd.join('many').send(subscribe(0, Array<string>(100_000).fill('t')));
    expect(peer.answer.slice(-2 * 100_000)).toBe('00'.repeat(100) + '80'.repeat(99_900));
    expect(crowd.core.counters.subscriptions).toBe(1);
  });

  it('with 100,000 subscriptions that all bring retained messages brings a burst', () => {
    const crowd = new Crowd({ retainedBurst: 100 });
    const other = crowd.join('other');
    for (let n = 0; n < 200; n++) other.send(publish(`r/${n}`, 'x', 0x31));
    const wild = Array.from({ length: 100_000 }, (_, n) => (n % 2 === 0 ? `r/${n / 2}` : `+/${n}/#`));
    const peer = crowd.join('many').send(subscribe(0, ['r/#', ...wild]));
    // SUBACK, and 100 messages of at most 11 bytes.
    expect(peer.bytes).toBeLessThan(100_020 + 1100);
    crowd.wait(0);
    expect(crowd.core.deadline()).not.toBe(crowd.now);
    // Once for r/#, once for its own filter, and those with odd numbers for +/number/#.
    expect(crowd.core.counters.publishSent).toBe(200 + 200 + 100);
  });

  it('after another brings no more than a burst in one go', () => {
    const crowd = new Crowd({ retainedBurst: 100 });
    const other = crowd.join('other');
    for (let n = 0; n < 90; n++) other.send(publish(`r/${n}`, 'x', 0x31));
    const peer = crowd.join('many');
    peer.send(...Array.from({ length: 1000 }, () => subscribe(0, ['r/#'])));
    expect(crowd.core.counters.publishSent).toBeLessThanOrEqual(100);
    expect(peer.closed).toBe(false);
  });

  it('with a million user properties costs a bounded multiple of its size', () => {
    const crowd = new Crowd();
    const peer = crowd.join('v5', { v5: true });
    const properties = new Uint8Array(1_000_000 * 5);
    for (let at = 0; at < properties.length; at += 5) properties[at] = 0x26;
    const before = memory();
    const retained = packet(0x31, text('t'), variable(properties.length), properties, hex('"x"'));
    peer.send(retained);
    expect(peer.isServed()).toBe(true);
    expect(memory() - before).toBeLessThan(3 * (properties.length / 1e6) + 5);
  });
});

describe('topics and filters', () => {
  const deep = (levels: number, name = 'a') => Array.from({ length: levels }, () => name).join('/');

  it('of too many levels are refused', () => {
    const crowd = new Crowd();
    const peer = crowd.join('deep', { v5: true });
    peer.send(packet(0x82, word(1), hex('00'), text(deep(201, '+')), hex('00'), text(deep(30_000, '')), hex('00')));
    expect(peer.answer).toBe('90050001008f8f');
    peer.send(packet(0x32, text(deep(30_000, '')), word(1), hex('00 78')));
    expect(peer.answer).toMatch(/^40..000190/);
  });

  it('with every mixture of wildcards match once', () => {
    const crowd = new Crowd();
    const LEVELS = 14;
    const mixtures = Array.from({ length: 2 ** LEVELS }, (_, bits) =>
      Array.from({ length: LEVELS }, (_, level) => ((bits >> level) & 1 ? '+' : 'a')).join('/'),
    );
    const peer = crowd.join('wild').send(subscribe(0, mixtures));
    const other = crowd.join('other');
    for (let n = 0; n < 100; n++) other.send(publish(deep(LEVELS), 'x'));
    expect(crowd.core.counters.publishSent).toBe(100);
    expect(peer.closed).toBe(false);
  });

  it('that are deep count by what their tree takes', () => {
    const crowd = new Crowd({ maximumRetainedBytes: 20_000_000, maximumSubscriptionsMemory: 10_000_000 });
    const peer = crowd.join('deep');
    const before = memory();
    for (let n = 0; n < 1000; n++) peer.send(publish(`${n}/${deep(199)}`, 'x', 0x31));
    expect(crowd.core.counters.retained).toBeLessThan(500);
    for (let n = 0; n < 1000; n++) peer.send(subscribe(0, [`s${n}/${deep(199, '+')}`]));
    expect(crowd.core.counters.subscriptions).toBeLessThan(500);
    expect(memory() - before).toBeLessThan(60);
    expect(peer.isServed()).toBe(true);
  });

  it('that are long do not fill the memory of what matched', () => {
    const crowd = new Crowd({ matchCacheEntries: 10_000 });
    const peer = crowd.join('long');
    const before = memory();
    const long = 'x'.repeat(60_000);
    for (let n = 0; n < 2000; n++) peer.send(publish(`${n}${long}`, 'x'));
    expect(memory() - before).toBeLessThan(20);
  });

  it('that come and go leave nothing', () => {
    const crowd = new Crowd();
    const peer = crowd.join('churn');
    const churn = (round: number) => {
      for (let n = 0; n < 20_000; n++) {
        const topic = `${round}/${n}/x`;
        peer.send(subscribe(1, [topic]), packet(0xa2, word(1), text(topic)));
        peer.send(publish(topic, 'x', 0x31), publish(topic, '', 0x31));
      }
    };
    churn(0);
    const before = memory();
    churn(1);
    expect(memory() - before).toBeLessThan(10);
    expect(crowd.core.counters).toMatchObject({ subscriptions: 0, retained: 0, retainedBytes: 0 });
  });
});
