// What is kept of messages under way: bounded, whatever passes by, and each packet where the diagrams of 4.3 have it.

import { describe, expect, it } from 'vitest';
import type { ReadPacket } from '../../src/codec/packet.js';
import { flowOf } from '../../src/validate/state/flow-fact.js';
import { Flows } from '../../src/validate/state/flows.js';
import { Sight } from './sight.js';

const MESSAGE = new Uint8Array([1, 2, 3]);

/** One side's messages, and the packets that concern them. */
class Line {
  readonly flows = new Flows('client');

  constructor(private number = 0) {}

  /** What the packet means, before it takes effect. */
  see(fromClient: boolean, packet: ReadPacket): string | undefined {
    this.number++;
    const frame = {
      version: '5.0',
      time: this.number * 1000,
      packet,
      bytes: MESSAGE,
      length: MESSAGE.length,
      origins: [this.number],
      problems: [],
    };
    const seen = new Sight(fromClient, frame, this.number);
    const fact = flowOf(this.flows, seen);
    const kind = fact?.kind;
    this.flows.apply(seen, fact);
    return kind;
  }

  publish(packetId: number, qos: number, dup = false): string | undefined {
    return this.see(true, { type: 'PUBLISH', qos, dup, retain: false, topic: 'a', packetId, payload: MESSAGE });
  }

  step(type: 'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP', packetId: number, reasonCode = 0): string | undefined {
    return this.see(type === 'PUBREL', { type, packetId, reasonCode });
  }
}

describe('what is kept of message flows', () => {
  it('is nothing of QoS 0', () => {
    expect(new Line().see(true, { type: 'PUBLISH', qos: 0, dup: false, topic: 'a', payload: MESSAGE })).toBe(undefined);
  });

  it('is bounded by what is under way', () => {
    const line = new Line();
    for (let round = 0; round < 2; round++) {
      for (let id = 1; id <= 65535; id++) {
        line.publish(id, 1);
        line.step('PUBACK', id);
      }
    }
    expect([...line.flows.open()]).toEqual([]);
    expect(line.flows.inFlight).toBe(0);
    const remembered = Array.from({ length: 65535 }, (_, i) => line.flows.get(i + 1)).filter(
      (one) => one !== undefined,
    );
    expect(remembered.map(({ packetId }) => packetId)).toEqual(Array.from({ length: 32 }, (_, i) => 65504 + i));
  });

  it('is at most one exchange an identifier, all of them under way', () => {
    const line = new Line();
    for (let id = 1; id <= 65535; id++) line.publish(id, 2);
    for (let id = 1; id <= 65535; id++) line.publish(id, 1);
    expect([...line.flows.open()].length).toBe(65535);
    expect(line.flows.inFlight).toBe(65535);
  });

  it('goes over to the connection that resumes the session', () => {
    const line = new Line();
    line.publish(1, 1);
    line.publish(2, 2);
    line.step('PUBREC', 2);
    line.publish(3, 1);
    line.step('PUBACK', 3);
    const next = new Line(100);
    next.flows.resume(line.flows, 0);
    expect([...line.flows.open()]).toEqual([]);
    expect(next.flows.inFlight).toBe(0);
    expect(next.publish(1, 1, true)).toBe('resumed');
    expect(next.step('PUBREL', 2)).toBe('answers');
    expect(next.step('PUBREC', 2)).toBe('carried');
    expect(next.publish(3, 1, true)).toBe('late');
    expect(next.flows.inFlight).toBe(2);
    expect(next.step('PUBACK', 1)).toBe('answers');
    expect(next.step('PUBCOMP', 2)).toBe('answers');
    expect(next.flows.inFlight).toBe(1);
  });
});

describe('what a packet means', () => {
  const steps = {
    'QoS 1': [[1], ['PUBACK', 'answers'], ['PUBACK', 'again'], ['PUBREC', 'unasked']],
    'QoS 1, wrong': [[1], ['PUBREC', 'wrong-type'], ['PUBREL', 'wrong-type'], ['PUBCOMP', 'wrong-type']],
    'QoS 2': [[2], ['PUBREC', 'answers'], ['PUBREL', 'answers'], ['PUBCOMP', 'answers'], ['PUBCOMP', 'again']],
    'QoS 2, wrong': [[2], ['PUBACK', 'wrong-type'], ['PUBCOMP', 'early'], ['PUBREL', 'early'], ['PUBCOMP', 'answers']],
    'QoS 2, twice': [[2], ['PUBREC', 'answers'], ['PUBREC', 'again'], ['PUBREL', 'answers'], ['PUBREL', 'again']],
    'nothing sent': [[], ['PUBACK', 'unasked'], ['PUBREC', 'unasked'], ['PUBCOMP', 'unasked'], ['PUBREL', 'unasked']],
  } as const;

  it.each(Object.entries(steps))('%s', (_title, [[qos], ...rest]) => {
    const line = new Line();
    if (qos !== undefined) line.publish(7, qos);
    const got = rest.map(([type]) => [type, line.step(type, 7)]);
    expect(got).toEqual(rest);
  });

  it('what was refused is over', () => {
    const line = new Line();
    line.publish(7, 2);
    expect(line.step('PUBREC', 7, 0x97)).toBe('answers');
    expect(line.flows.inFlight).toBe(0);
    expect(line.step('PUBREL', 7)).toBe('refused');
    expect(line.publish(8, 1)).toBe('new');
    expect(line.step('PUBACK', 8, 0x87)).toBe('answers');
    expect(line.publish(8, 1, true)).toBe('late');
  });
});
