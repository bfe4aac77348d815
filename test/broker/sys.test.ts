// $SYS: mosquitto's names, what has changed only, retained.

import { expect, it } from 'vitest';
import { BrokerCore } from '../../src/broker/core.js';
import { decode } from '../../src/codec/frame.js';
import { readBytes } from '../../src/validate/example.js';

it('publishes counts every interval', () => {
  const heaps = [5000, 3000];
  const core = new BrokerCore(
    { sysInterval: 10, version: 'v 1' },
    { nextId: () => 'x', heapBytes: () => heaps.shift()! },
  );
  const said = new Map<string, string>();
  const at = (seconds: number, input: Parameters<BrokerCore['handle']>[0]): void => {
    for (const output of core.handle(input, seconds * 1e9)) {
      if (output.kind !== 'send') continue;
      for (let from = 0; from < output.bytes.length; ) {
        let end = from + 2;
        for (let length = output.bytes[from + 1]! & 0x7f; ; ) {
          if (output.bytes[from + 1]! >= 0x80) length += output.bytes[end++]! * 128;
          end += length;
          break;
        }
        const { packet } = decode(output.bytes.subarray(from, end), '3.1.1');
        if (packet.type === 'PUBLISH') said.set(packet.topic!, new TextDecoder().decode(packet.payload));
        from = end;
      }
    }
  };
  const send = (seconds: number, text: string): void =>
    at(seconds, { kind: 'received', connection: 1, bytes: readBytes(text, '3.1.1') });
  at(0, { kind: 'opened', connection: 1, listener: 0, remote: '' });
  send(0, '10 { proto 02 0000 "a" }');
  send(1, '82 { 0001 "$SYS/#" 00 }');
  expect(said.get('$SYS/broker/version')).toBe('v 1');
  expect(core.deadline()).toBe(10e9);
  said.clear();
  at(10, { kind: 'time' });
  expect(Object.fromEntries([...said].filter(([topic]) => !topic.includes('/load/')))).toMatchObject({
    '$SYS/broker/uptime': '10 seconds',
    '$SYS/broker/clients/connected': '1',
    '$SYS/broker/clients/total': '1',
    '$SYS/broker/subscriptions/count': '1',
    '$SYS/broker/messages/received': '2',
    '$SYS/broker/heap/current': '3000',
  });
  expect(said.get('$SYS/broker/load/connections/1min')).toBe('0.92');
  expect(said.has('$SYS/broker/version')).toBe(false);
  // It has not changed.
  expect(said.has('$SYS/broker/heap/maximum')).toBe(false);
});
