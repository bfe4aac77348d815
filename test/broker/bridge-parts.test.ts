// What a bridge calls topics on either side, and how it takes packets out of bytes.

import { describe, expect, it } from 'vitest';
import { BridgeFrames } from '../../src/broker/bridge-frames.js';
import { BridgeTopics } from '../../src/broker/bridge-topics.js';
import type { BridgeTopic } from '../../src/broker/config/configuration.js';
import { parseConfiguration } from '../../src/broker/config/parse.js';
import { readBytes } from '../../src/validate/example.js';

describe('BridgeTopics', () => {
  const topics = `topic a/# both 0 l/ r/
       topic "" out 0 one/here there/one
       topic # in 0
       topic b/+ in 0 "" x/`;

  it.each([
    // Out: what matches no row stays.
    ['l/a/1', 'r/a/1', undefined],
    ['l/a', 'r/a', undefined],
    ['one/here', 'there/one', undefined],
    // In: a row with a prefix counts before one without.
    [undefined, 'r/a/1', 'l/a/1'],
    [undefined, 'x/b/1', 'b/1'],
    [undefined, 'x/b/1/2', 'x/b/1/2'],
    [undefined, '$SYS/broker/uptime', undefined],
  ])('here %s, there %s, here %s', (from, there, to) => {
    const mapped = new BridgeTopics(topicsOf(topics), 1);
    if (from !== undefined) for (const _ of [1, 2]) expect(mapped.outward(from)).toBe(there);
    else for (const _ of [1, 2]) expect(mapped.inward(there)).toBe(to);
    expect(mapped.outward('other')).toBe(undefined);
  });

  it('asks for each filter once, with the highest QoS', () => {
    const mapped = new BridgeTopics(topicsOf('topic a both 0\ntopic a in 2\ntopic b out 1\ntopic a out 1'), 1);
    expect(mapped.remote).toEqual([{ topicFilter: 'a', qos: 2 }]);
    expect(mapped.local).toEqual([
      { topicFilter: 'a', qos: 1 },
      { topicFilter: 'b', qos: 1 },
    ]);
    expect(mapped.notRemote).toEqual(['b']);
  });
});

describe('BridgeFrames', () => {
  it('reads packets however they were cut, and ends a connection at what cannot be one', () => {
    const stream = readBytes(`30 { "a" 'x' }  d0 00  32 { "b" 0001 'yy' }`, '3.1.1');
    for (let cut = 0; cut <= stream.length; cut++) {
      const frames = new BridgeFrames(100);
      const lengths: number[] = [];
      const take = (frame: Uint8Array): boolean => lengths.push(frame.length) > 0;
      frames.push(stream.subarray(0, cut), take);
      frames.push(stream.subarray(cut), take);
      expect(lengths).toEqual([6, 2, 9]);
    }
    const frames = new BridgeFrames(100);
    for (const one of [0x30, 0xff, 0xff, 0xff, 0xff]) frames.push(Uint8Array.of(one), () => true);
    expect(frames.fault).toContain('Remaining Length');
  });
});

function topicsOf(lines: string): readonly BridgeTopic[] {
  const text = `listener 1883\nconnection x\naddress other\n${lines}`;
  const surroundings = { include: () => ({ files: [], failures: [] }), hostName: 'host' };
  return parseConfiguration({ name: 'c', text }, surroundings).configuration!.bridges[0]!.topics;
}
