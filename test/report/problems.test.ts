// How events are told: what is the normal course of things quietly, all else as something to look at.

import { describe, expect, it } from 'vitest';
import { eventText } from '../../src/report/problems.js';
import type { ShownEvent } from '../../src/report/shown.js';
import { paletteOf } from '../../src/report/terminal.js';

const PLAIN = paletteOf(false);

describe('events', () => {
  it.each([
    [{ event: 'connection-closed', message: 'closed by the client (FIN)' }, '-- closed by the client (FIN)'],
    [{ event: 'tls', code: 'handshake', message: 'TLS 1.3 to broker.example' }, '-- TLS 1.3 to broker.example'],
    [{ event: 'tls', code: 'bad-record', message: 'record 7 cannot be read' }, '!! tls: record 7 cannot be read'],
    [{ event: 'websocket', code: 'text-frame', message: 'a text frame' }, '!! websocket: a text frame'],
    [{ event: 'proxy-protocol', code: 'address', message: 'client 10.0.0.2:1' }, '-- client 10.0.0.2:1'],
    [
      { event: 'lost-sync', message: '3 bytes skipped', bytes: Uint8Array.of(0, 1, 2), length: 3 },
      '!! lost sync: 3 bytes skipped (00 01 02)',
    ],
    [{ event: 'gap', message: 'evil \u001b[2J' }, '!! gap: evil \\x1b[2J'],
  ] satisfies [Partial<ShownEvent>, string][])('%j', (event, text) => {
    expect(eventText({ kind: 'event', time: 0, origins: [1], ...event }, PLAIN)).toBe(text);
  });
});
