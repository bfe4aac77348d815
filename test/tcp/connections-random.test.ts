// Any segments in any order: the table does not throw, keeps its bounds, tells each connection's end exactly once, and has
// let go of everything when the capture has ended. Seeded, so always the same runs.

import { expect, it } from 'vitest';
import type { TcpConnection } from '../../src/tcp/connection.js';
import { Connections } from '../../src/tcp/connections.js';
import { generator, segment } from './segments.js';

const ENDPOINTS = ['10.0.0.1:1883', '10.0.0.2:20000', '10.0.0.2:20001', '6.0.0.1:1883', '6.0.0.2:20000'];
const BOUNDS = { maxConnections: 6, maxClosed: 3, maxHeldBytes: 200, maxHeldSegments: 8, maxHeldTotal: 3000 };

it.each([1, 2, 3, 4])('random segments, seed %i', (seed) => {
  const random = generator(seed);
  const connections = new Connections<string>({ ...BOUNDS, maxJump: 50_000, recentBytes: 500, reuseAfter: 5000 });
  const open = new Set<TcpConnection<string>>();
  const close = (connection: TcpConnection<string>): void => {
    if (!open.delete(connection) || connection.closed === undefined) expect.unreachable(`end of ${connection.id}`);
  };
  for (let i = 0; i < 20_000; i++) {
    const family = random(2) === 0 ? ENDPOINTS.slice(0, 3) : ENDPOINTS.slice(3);
    const payload = new Uint8Array(random(3) === 0 ? 0 : random(30)).fill(random(256));
    const event = connections.push(
      segment({
        source: family[random(family.length)]!,
        destination: family[random(family.length)]!,
        sequence: random(20) === 0 ? random(2 ** 32) : 1000 + random(300),
        acknowledgment: random(20) === 0 ? random(2 ** 32) : 1000 + random(300),
        flags: random(6) === 0 ? random(64) : 16,
        payload,
        length: payload.length + (random(8) === 0 ? random(50) : 0),
        frame: i + 1,
        time: i * 10 + (random(500) === 0 ? 10_000 : 0),
      }),
    );
    // Bytes in flight after an RST may be told with the end of a connection that was closed before.
    for (const { connection } of event.ended) if (open.has(connection)) close(connection);
    if (event.opened) open.add(event.connection);
    if (event.closed) close(event.connection);
    if (random(200) === 0) event.connection.ignore();
    if (open.size > BOUNDS.maxConnections) expect.unreachable(`${open.size} open connections`);
    if (connections.held > BOUNDS.maxHeldTotal) expect.unreachable(`${connections.held} bytes held`);
  }
  for (const { connection } of connections.end(1e9, 1e5)) if (open.has(connection)) close(connection);
  expect(open.size).toBe(0);
  expect(connections.held).toBe(0);
});
