// Who closed, and was it right: one sentence for each way in which a connection ends.

import { describe, expect, it } from 'vitest';
import type { Moment } from '../../src/bytes/chunk.js';
import { Dissector } from '../../src/dissect/dissector.js';
import type { Item } from '../../src/dissect/item.js';
import type { Version } from '../../src/spec/versions.js';
import type { Ending } from '../../src/validate/ending.js';
import { Judge } from '../../src/validate/judge.js';
import { CLIENT, SERVER, Wire } from '../support/wire.js';
import { judged, packetsOf } from './judged.js';
import { upgraded } from './websocket.js';

const OPENED = '> 10 { proto 02 003c p "a" }\n< 20 { 00 00 p }\n';
const OTHER = '\n2> 10 { proto 02 003c p "b" }\n2< 20 { 00 00 p }\n2> e0 00\nfin 2>\nfin 2<';

function endingOf(transcript: string, version: Version): Ending {
  return judged(packetsOf(transcript, version), version).report.connections.find(
    ({ connection }) => connection.id === 0,
  )!.ending;
}

type Row = readonly [
  transcript: string,
  version: Version,
  by: Ending['by'],
  verdict: Ending['verdict'],
  message: string,
  due?: number,
];

const ROWS: readonly Row[] = [
  [`${OPENED}> e0 00\nfin >\nfin <`, '3.1.1', 'client', 'asked', 'the client closed after its DISCONNECT'],
  [
    `${OPENED}> e0 00\nfin <\nfin >`,
    '5.0',
    'server',
    'asked',
    "the server closed after the client's DISCONNECT 0x00 (Normal disconnection)",
  ],
  [`${OPENED}fin >\nfin <`, '3.1', 'client', 'allowed', 'the client closed without DISCONNECT'],
  [`${OPENED}rst >`, '3.1.1', 'client', 'allowed', 'the client reset the connection without DISCONNECT'],
  [
    '> 10 { proto 0e 003c p p "a" "w" "x" }\n< 20 { 00 00 p }\nfin >\nfin <',
    '3.1.1',
    'client',
    'allowed',
    'the client closed without DISCONNECT, so its Will Message is due',
  ],
  [
    `${OPENED}wait 90100ms\nfin <`,
    '3.1.1',
    'server',
    'asked',
    "the server closed 90.1 s after the client's last packet: Keep Alive 60 × 1.5 was over",
  ],
  [
    `${OPENED}wait 91s\n< e0 { 8d }\nfin <`,
    '5.0',
    'server',
    'asked',
    "the server closed after its DISCONNECT 0x8D (Keep Alive timeout) 91 s after the client's last packet: Keep Alive 60 × 1.5 was over",
    0x8d,
  ],
  [
    `${OPENED}wait 30s\nfin <\nfin >`,
    '3.1.1',
    'server',
    'unexplained',
    "the server closed 30 s after the client's last packet (CONNECT), well within Keep Alive 60 × 1.5, and nothing that was seen explains it",
  ],
  [
    `${OPENED}lost >\n> c0 00\nwait 30s\nfin <\nfin >`,
    '3.1.1',
    'server',
    'unseen',
    "the server closed 30 s after the client's last packet (PINGREQ); the reason may be in what was not seen: 10 bytes not in the capture",
  ],
  [
    `${OPENED}> 36 { "t" 0001 p }\nfin <\nfin >`,
    '5.0',
    'server',
    'asked',
    'the server closed right after packet #3 (PUBLISH): both QoS bits are 1: there is no QoS 3 (5.0:MQTT-3.3.1-4), which asks for the close; 0x81 (Malformed Packet) was due, and no DISCONNECT came',
    0x81,
  ],
  [
    `${OPENED}> 00 00\nfin <\nfin >`,
    '3.1.1',
    'server',
    'asked',
    'the server closed right after a byte that begins no packet: packet type 0 is reserved (§2.2.1), which asks for the close',
  ],
  [
    'upgrade > "mqtt" < "mqtt"\n> 10 { proto 02 003c p "a" }\n< 20 { 00 00 p }\n> text c0 00\nfin <\nfin >',
    '3.1.1',
    'server',
    'asked',
    'the server closed right after a WebSocket frame: a text frame of 2 bytes: MQTT is sent in binary frames (3.1.1:MQTT-6.0.0-1), which asks for the close',
  ],
  [
    '> 10 { proto 02 003c p "a" }\n< 20 { 00 4:05 5:87 p }\nfin <\nfin >',
    '3.1.1',
    'server',
    'asked',
    'the server closed after CONNACK 0x05 (not authorized) had refused the client',
  ],
  [
    '> 10 { proto 02 003c p "a" }\nfin <\nfin >',
    '3.1.1',
    'server',
    'allowed',
    'the server closed without CONNACK, 1 µs after CONNECT',
  ],
  [
    `${OPENED}2> 10 { proto 02 003c p "a" }\nfin <\nfin >\n2< 20 { 00 00 p }`,
    '5.0',
    'server',
    'asked',
    'the server closed because the same client connected again (packet #3); 0x8E (Session taken over) was due, and no DISCONNECT came',
    0x8e,
  ],
  [
    `${OPENED}> c0 00\nwait 20s\nfin >\nfin <`,
    '3.1.1',
    'client',
    'asked',
    'the client closed when no PINGRESP had come in 20 s to its PINGREQ',
  ],
  [
    `${OPENED}< e0 { 8b }\nfin <\nfin >`,
    '5.0',
    'server',
    'allowed',
    'the server closed after its DISCONNECT 0x8B (Server shutting down)',
  ],
  [OPENED, '3.1.1', undefined, 'open', 'it was still open when the capture ended'],
  [
    `${OPENED}wait 200s${OTHER}`,
    '3.1.1',
    undefined,
    'open',
    "it was still open when the capture ended, 200 s after the client's last packet: Keep Alive 60 × 1.5 was over",
  ],
];

describe('who closed', () => {
  it.each(ROWS.map((row) => [row[4], row] as const))('%s', (_message, row) => {
    const [transcript, version, by, verdict, message, due] = row;
    const ending = endingOf(transcript, version);
    expect({ by: ending.by, verdict: ending.verdict, message: ending.message, due: ending.due }).toEqual({
      by,
      verdict,
      message,
      due,
    });
  });

  it('is who sent the first FIN, though the other side answers with a reset', () => {
    const { by, how } = endingOf(`${OPENED}wait 91s\nfin <\nwait 5s\nrst >`, '3.1.1');
    expect([by, how]).toEqual(['server', 'fin']);
  });

  it('is who sent the WebSocket Close, whoever sends FIN first', () => {
    const wire = new Wire().open();
    upgraded(wire, { kind: 'upgrade', connection: 1, offered: 'mqtt', chosen: 'mqtt' });
    wire.send(CLIENT, '82 8f 00000000 10 0d 0004 "MQTT" 04 02 003c 0001 "a"').send(SERVER, '82 04 20 02 00 00');
    wire.send(CLIENT, '88 82 00000000 03e8').send(SERVER, '88 02 03e8').fin(SERVER).fin(CLIENT);
    const { ending } = judged(wire.packets).report.connections[0]!;
    expect(ending).toMatchObject({ by: 'client', verdict: 'allowed', message: 'the client closed without DISCONNECT' });
  });
});

describe('what was not judged', () => {
  it('says why', () => {
    const wire = new Wire({ port: 8883 }).open();
    const hello = `16 03 01 00 2f 01 00 00 2b 03 03 ${'00 '.repeat(32)}00 00 02 13 01 01 00 00 00`;
    wire.send(CLIENT, hello);
    wire.fin(CLIENT).fin(SERVER);
    const [connection] = judged(wire.packets).report.connections;
    expect(connection?.unjudged).toBe(
      'no MQTT packet was read inside its TLS: its secrets are not known, or it carried none',
    );
    expect(connection?.ending).toMatchObject({ by: 'client', verdict: 'unseen' });
  });
});

describe('the end of the capture', () => {
  const items: Item[] = [];
  const dissector = new Dissector({ ports: [1883] });
  for (const packet of packetsOf(`${OPENED}wait 300s${OTHER}`, '3.1.1')) items.push(...dissector.push(packet));
  const silent = (last?: Moment, ...more: readonly Item[]) => {
    const judge = new Judge();
    for (const item of [...items, ...more]) judge.push(item);
    return judge.end(last).filter(({ rule }) => rule === 'keep-alive-not-enforced').length;
  };
  const { connection } = items.at(-1)!;
  const late: Item = {
    kind: 'event',
    event: 'gap',
    connection,
    time: 1e9,
    origins: [5],
    message: '9 bytes are missing',
  };

  it('is that of the last packet, though a gap before it is told behind it', () => {
    expect(silent()).toBe(1);
    expect(silent(dissector.last, late)).toBe(1);
  });

  it('is earlier where the clock was set back: nothing is late by that', () => {
    expect(silent({ time: 5e9, origin: 99 })).toBe(0);
  });
});
