// Whole connections as dialogues: each row of a script is one segment, from the client (`up`) or the server (`down`), and
// what its event tells. Client numbers begin at 100, server numbers at 500.

import { expect } from 'vitest';
import { Connections, type TcpEvent } from '../../src/tcp/connections.js';
import type { TcpOptions } from '../../src/tcp/options.js';
import { ACK, type SegmentFields, SYN, segment, told } from './segments.js';

export const CLIENT = '10.0.0.2:20000';
export const SERVER = '10.0.0.1:1883';
export const SECOND = 1e9;

export const up = (fields: SegmentFields): SegmentFields => ({ source: CLIENT, destination: SERVER, ...fields });
export const down = (fields: SegmentFields): SegmentFields => ({ source: SERVER, destination: CLIENT, ...fields });

export const syn = up({ sequence: 99, flags: SYN });
export const synAck = down({ sequence: 499, acknowledgment: 100, flags: SYN | ACK });
export const ack = up({ sequence: 100, acknowledgment: 500 });
export const HANDSHAKE = [syn, synAck, ack];

/** One event as a word or two: chunks before the comma are the sender's. */
export function words<T>(event: TcpEvent<T>): string {
  const parts = [
    ...event.ended.map(({ connection, chunks }) => {
      const last = chunks.map(told).join('/');
      return `ended ${connection.id} ${connection.closed?.how}${last === '/' ? '' : ` ${last}`}`;
    }),
    event.opened ? `opened ${event.connection.id}` : '',
    told(event.chunks),
    event.released.length > 0 ? `released ${told(event.released)}` : '',
    event.conflicts.length > 0 ? `conflicts ${event.conflicts.length}` : '',
    event.closed ? `closed ${event.connection.closed?.how} by ${event.connection.closed?.by}` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

export function run(script: readonly (readonly [SegmentFields, string])[], options: Partial<TcpOptions> = {}) {
  const connections = new Connections<string>(options);
  script.forEach(([fields, expected], i) => {
    const event = connections.push(segment({ frame: i + 1, time: i, ...fields }));
    expect(words(event), `row ${i}`).toBe(expected);
  });
  return connections;
}

export const silent = (fields: SegmentFields): [SegmentFields, string] => [fields, ''];
export const opened: [SegmentFields, string][] = [[syn, 'opened 0'], silent(synAck), silent(ack)];
