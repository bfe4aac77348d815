// The table of connections: who is who, how they close, the same addresses again, the bounds. See dialogue.ts.

import { describe, expect, it } from 'vitest';
import { Connections } from '../../src/tcp/connections.js';
import {
  ack,
  CLIENT,
  down,
  HANDSHAKE,
  opened,
  run,
  SECOND,
  SERVER,
  silent,
  syn,
  synAck,
  up,
  words,
} from './dialogue.js';
import { ACK, FIN, RST, type SegmentFields, SYN, segment, told } from './segments.js';

describe('open, talk, close', () => {
  it('follows both directions and closes with the second FIN', () => {
    const connections = run([
      ...opened,
      [up({ sequence: 100, acknowledgment: 500, payload: 'hello' }), 'hello'],
      [down({ sequence: 500, acknowledgment: 105, payload: 'world' }), 'world'],
      silent(up({ sequence: 105, acknowledgment: 505, flags: FIN | ACK })),
      [down({ sequence: 505, acknowledgment: 106, flags: FIN | ACK }), 'closed fin by 0'],
      silent(up({ sequence: 106, acknowledgment: 506 })),
      silent(up({ sequence: 100, acknowledgment: 500, payload: 'hello' })),
      silent(down({ sequence: 505, acknowledgment: 106, flags: FIN | ACK })),
    ]);
    expect(connections.count).toBe(1);
    expect(connections.end(99, 99)).toEqual([]);
  });

  it('knows who opened and both endpoints', () => {
    const connections = new Connections<string>();
    const { connection, direction } = connections.push(segment(synAck));
    expect([connection.openedBy, direction]).toEqual([1, 0]);
    expect([connection.endpoint(0), connection.endpoint(1)]).toEqual([SERVER, CLIENT]);
    const later = connections.push(segment(up({ sequence: 100, acknowledgment: 500, payload: 'x' })));
    expect(later.connection).toBe(connection);
    expect(later.direction).toBe(1);
  });

  it('does not know who opened when no SYN was seen', () => {
    const connections = new Connections<string>();
    const { connection } = connections.push(segment(up({ sequence: 7, acknowledgment: 9, payload: 'x' })));
    expect(connection.openedBy).toBeUndefined();
  });

  it('tells an IPv6 connection from another whose addresses differ in the last byte', () => {
    const connections = new Connections<string>();
    const ids = ['6.0.0.1:5', '6.0.0.2:5', '6.0.0.1:5', '6.0.0.1:6'].map(
      (source) => connections.push(segment({ source, destination: '6.0.0.9:1883' })).connection.id,
    );
    expect(ids).toEqual([0, 1, 0, 2]);
    expect(connections.push(segment({ source: '6.0.0.9:1883', destination: '6.0.0.2:5' })).connection.endpoint(0)).toBe(
      '[600:2::2]:5',
    );
  });

  it('a connection from an endpoint to itself has one direction', () => {
    const self = { source: SERVER, destination: SERVER };
    run([
      [{ ...self, sequence: 9, flags: SYN }, 'opened 0'],
      [{ ...self, sequence: 10, payload: 'abc' }, 'abc'],
    ]);
  });

  it('keeps what the layer above attached', () => {
    const connections = new Connections<string>();
    connections.push(segment(syn)).connection.user = 'mine';
    expect(connections.push(segment(synAck)).connection.user).toBe('mine');
  });

  it('begins a direction exactly though its SYN was lost', () => {
    run([[syn, 'opened 0'], silent(ack), [down({ sequence: 500, acknowledgment: 100, payload: 'abc' }), 'abc']]);
    run([
      [synAck, 'opened 0'],
      [up({ sequence: 100, acknowledgment: 500, payload: 'abc' }), 'abc'],
    ]);
  });
});

describe('reset', () => {
  it('closes and frees what is held in both directions; bytes in flight still come', () => {
    run([
      ...opened,
      silent(up({ sequence: 102, acknowledgment: 500, payload: 'cd' })),
      silent(down({ sequence: 501, acknowledgment: 100, payload: 'BC' })),
      [up({ sequence: 104, flags: RST }), '<2 lost>cd, released <1 lost>BC, closed rst by 0'],
      [down({ sequence: 503, acknowledgment: 104, payload: 'D' }), 'D'],
      silent(up({ sequence: 104, flags: RST })),
    ]);
  });

  it('is believed as the answer to a SYN, and the SYN may come again', () => {
    run([
      [syn, 'opened 0'],
      [down({ sequence: 0, acknowledgment: 100, flags: RST | ACK }), 'closed rst by 1'],
      [syn, 'opened 1'],
    ]);
  });

  // RFC 9293, 3.10.7.3: in SYN-SENT an RST is acceptable if it acknowledges the SYN.
  it.each([
    ['without an acknowledgment', { sequence: 0, flags: RST }],
    ['without the flag of its acknowledgment', { sequence: 0, acknowledgment: 100, flags: RST }],
    ['that acknowledges what was not sent', { sequence: 0, acknowledgment: 101, flags: RST | ACK }],
    ['that does not acknowledge the SYN', { sequence: 0, acknowledgment: 99, flags: RST | ACK }],
  ])('%s is not believed as the answer to a SYN', (_, rst) => {
    run([
      [syn, 'opened 0'],
      silent(down(rst)),
      silent(synAck),
      silent(ack),
      [up({ sequence: 100, acknowledgment: 500, payload: 'hello' }), 'hello'],
    ]);
  });

  it.each([100, 105])('is believed as the answer to a SYN with data, acknowledging up to %i', (acknowledgment) => {
    run([
      [up({ sequence: 99, flags: SYN, payload: 'hello' }), 'opened 0, hello'],
      [down({ sequence: 0, acknowledgment, flags: RST | ACK }), 'closed rst by 1'],
    ]);
  });

  it('of the client ends its own SYN, acknowledging nothing', () => {
    run([
      [syn, 'opened 0'],
      [up({ sequence: 100, flags: RST }), 'closed rst by 0'],
    ]);
  });

  it('is not believed from far outside the stream', () => {
    run([
      ...opened,
      [down({ sequence: 500, acknowledgment: 100, payload: 'abc' }), 'abc'],
      silent(down({ sequence: 0x40000000, flags: RST })),
      [down({ sequence: 503, acknowledgment: 100, payload: 'd' }), 'd'],
    ]);
  });
});

describe('the same addresses and ports again', () => {
  const closed: [SegmentFields, string][] = [
    ...opened,
    silent(up({ sequence: 100, acknowledgment: 500, flags: FIN | ACK })),
    [down({ sequence: 500, acknowledgment: 101, flags: FIN | ACK }), 'closed fin by 0'],
  ];

  it('a SYN after the close opens another', () => {
    run([...closed, [up({ sequence: 5000, flags: SYN }), 'opened 1'], [up({ sequence: 5001, payload: 'x' }), 'x']]);
  });

  it('a SYN with another number ends the one before', () => {
    run([
      ...opened,
      silent(up({ sequence: 102, payload: 'cd' })),
      [up({ sequence: 7000, flags: SYN }), 'ended 0 reused <2 lost>cd/, opened 1'],
    ]);
  });

  it('the same SYN again, or one inside the stream, opens nothing', () => {
    run([
      ...opened,
      silent(syn),
      silent(synAck),
      [up({ sequence: 100, acknowledgment: 500, payload: 'hello' }), 'hello'],
      silent(up({ sequence: 102, flags: SYN })),
      silent(syn),
    ]);
  });

  it('the SYN that comes late belongs to the data that came before it', () => {
    const connections = run([
      [up({ sequence: 100, acknowledgment: 500, payload: 'abc' }), 'opened 0, <? mid-stream>abc'],
      silent(syn),
    ]);
    expect(connections.end(9, 9)[0]?.connection.openedBy).toBe(0);
  });

  it('an empty segment after the close opens nothing, new bytes do', () => {
    run([
      ...closed,
      silent(up({ sequence: 101, acknowledgment: 501 })),
      silent(up({ sequence: 9000, acknowledgment: 501 })),
      silent(up({ sequence: 9000, flags: RST })),
      [up({ sequence: 9000, acknowledgment: 9500, payload: 'new' }), 'opened 1, <? mid-stream>new'],
    ]);
  });

  it('another numbering after a long silence is another connection', () => {
    const far = up({ sequence: 0x30000000, acknowledgment: 500, payload: 'new', time: 301 * SECOND });
    run([...opened, [far, 'ended 0 reused, opened 1, <? mid-stream>new']]);
  });
});

describe('bounds', () => {
  const from = (port: number, more: SegmentFields = {}): SegmentFields =>
    up({ source: `10.0.0.2:${port}`, sequence: 99, flags: SYN, ...more });

  it('the least recently used connection is ended', () => {
    const connections = run(
      [
        [from(1), 'opened 0'],
        [from(2), 'opened 1'],
        silent(from(1, { time: 2 * SECOND })),
        silent(from(2, { sequence: 102, flags: ACK, payload: 'cd', time: 3 * SECOND })),
        silent(from(1, { time: 4 * SECOND })),
        [from(3, { time: 5 * SECOND }), 'ended 1 evicted <2 lost>cd/, opened 2'],
        silent(from(1, { time: 6 * SECOND })),
      ],
      { maxConnections: 2 },
    );
    expect(connections.end(9 * SECOND, 9).map(({ connection }) => [connection.id, connection.closed?.how])).toEqual([
      [0, 'end'],
      [2, 'end'],
    ]);
  });

  it('one that was used since is not the one, however short that was after it began', () => {
    run(
      [
        [from(1), 'opened 0'],
        [from(2, { time: 0.1 * SECOND }), 'opened 1'],
        [from(3, { time: 0.2 * SECOND }), 'opened 2'],
        silent(from(1, { time: 0.3 * SECOND })),
        [from(4, { time: 0.4 * SECOND }), 'ended 1 evicted, opened 3'],
        [from(5, { time: 0.5 * SECOND }), 'ended 2 evicted, opened 4'],
        [from(6, { time: 0.6 * SECOND }), 'ended 0 evicted, opened 5'],
      ],
      { maxConnections: 3 },
    );
  });

  it('a connection that was idle too long is ended, whoever sends next', () => {
    run(
      [
        [from(1), 'opened 0'],
        [from(2, { time: 50 * SECOND }), 'opened 1'],
        silent(from(2, { sequence: 100, flags: ACK, time: 100 * SECOND })),
        [from(2, { sequence: 100, flags: ACK, time: 101 * SECOND }), 'ended 0 idle'],
        silent(from(2, { sequence: 100, flags: ACK, time: 150 * SECOND })),
      ],
      { idleAfter: 100 * SECOND },
    );
  });

  it('the oldest closed connection is forgotten', () => {
    const rst = { flags: RST | ACK };
    run(
      [
        [from(1), 'opened 0'],
        [from(1, rst), 'closed rst by 0'],
        [from(2), 'opened 1'],
        silent(from(1, { flags: ACK })),
        [from(2, rst), 'closed rst by 0'],
        [from(1, { flags: ACK }), 'opened 2'],
      ],
      { maxClosed: 1 },
    );
  });

  it('an ignored connection keeps nothing, yields nothing, and still closes', () => {
    const connections = new Connections<string>();
    for (const fields of HANDSHAKE) connections.push(segment(fields));
    const early = connections.push(segment(up({ sequence: 105, payload: 'held' })));
    expect(connections.held).toBeGreaterThan(0);
    early.connection.ignore();
    expect(connections.held).toBe(0);
    const tell = (fields: SegmentFields): string => words(connections.push(segment(fields)));
    expect(tell(up({ sequence: 100, payload: 'hello' }))).toBe('');
    expect(tell(up({ sequence: 300, payload: 'more', flags: FIN | ACK }))).toBe('');
    expect(tell(down({ sequence: 500, flags: FIN | ACK }))).toBe('closed fin by 0');
    expect(tell(up({ sequence: 301, acknowledgment: 501 }))).toBe('');
    expect(tell(up({ sequence: 8000, flags: SYN }))).toBe('opened 1');
  });
});

it('notes a conflict once, with where it is', () => {
  const connections = new Connections<string>();
  for (const fields of HANDSHAKE) connections.push(segment(fields));
  connections.push(segment(up({ sequence: 100, payload: 'publish' })));
  const event = connections.push(segment(up({ sequence: 102, payload: 'XXish!', frame: 5, time: 50 })));
  expect(told(event.chunks)).toBe('!');
  expect(event.conflicts).toEqual([{ position: 2, length: 2, time: 50, origin: 5 }]);
  expect(connections.push(segment(up({ sequence: 107, payload: '!' }))).conflicts).toEqual([]);
});

it('a packet captured twice costs nothing', () => {
  const twice = <R>(row: R): R[] => [row, row];
  run([
    [syn, 'opened 0'],
    silent(syn),
    ...twice(silent(synAck)),
    [up({ sequence: 100, acknowledgment: 500, payload: 'hello' }), 'hello'],
    silent(up({ sequence: 100, acknowledgment: 500, payload: 'hello' })),
    ...twice(silent(up({ sequence: 107, acknowledgment: 500, payload: 'x' }))),
    [up({ sequence: 105, acknowledgment: 500, payload: '..' }), '..x'],
    ...twice(silent(up({ sequence: 108, acknowledgment: 500, flags: FIN | ACK }))),
    [down({ sequence: 500, acknowledgment: 109, flags: FIN | ACK }), 'closed fin by 0'],
    ...twice(silent(down({ sequence: 500, acknowledgment: 109, flags: FIN | ACK }))),
  ]);
});
