// The whole path from captured packets to items, as dialogues: what was sent, and the lines that must come out.

import { describe, expect, it } from 'vitest';
import type { DissectorOptions } from '../../src/dissect/dissector.js';
import { dissected } from '../support/dissected.js';
import { concat, hex } from '../support/hex.js';
import { CLIENT, merged, SERVER, Wire } from '../support/wire.js';

const CONNECT = '10 0e 0004 "MQTT" 04 02 003c 0002 "c1"';
const CONNECT5 = '10 0f 0004 "MQTT" 05 02 003c 00 0002 "c1"';
const CONNACK = '20 02 00 00';
const CONNACK5 = '20 03 00 00 00';
const PUBLISH = '32 0a 0003 "a/b" 0007 "21." ';
const PUBACK = '40 02 0007';

const CONNECT_LINES = ['C 3.1.1 CONNECT c1 length 16', 'S 3.1.1 CONNACK length 4'];
const CONNECT5_LINES = ['C 5.0 CONNECT c1 length 17', 'S 5.0 CONNACK length 5'];
const PUBLISH_LINES = ['C 3.1.1 PUBLISH a/b id 7 length 12', 'S 3.1.1 PUBACK id 7 length 4'];

const opened = (options = {}) => new Wire(options).open().send(CLIENT, CONNECT).send(SERVER, CONNACK);
const opened5 = (options = {}) => new Wire(options).open().send(CLIENT, CONNECT5).send(SERVER, CONNACK5);

interface Row {
  readonly name: string;
  readonly wire: Wire;
  readonly lines: readonly string[];
  readonly options?: Partial<DissectorOptions>;
}

const framing: readonly Row[] = [
  {
    name: 'a session and its end',
    wire: opened().send(CLIENT, PUBLISH).send(SERVER, PUBACK).send(CLIENT, 'e0 00').fin(CLIENT).fin(SERVER),
    lines: [
      ...CONNECT_LINES,
      ...PUBLISH_LINES,
      'C 3.1.1 DISCONNECT length 2',
      'connection-closed C: closed by the client (FIN)',
    ],
  },
  {
    name: 'the server resets the connection',
    wire: opened().send(CLIENT, PUBLISH).rst(SERVER),
    lines: [...CONNECT_LINES, PUBLISH_LINES[0]!, 'connection-closed S: reset by the server (RST)'],
  },
  {
    name: 'the Remaining Length is split over two segments',
    wire: opened()
      .send(CLIENT, `30 85`)
      .send(CLIENT, concat(hex('01 0003 "a/b"'), new Uint8Array(128).fill(65))),
    lines: [...CONNECT_LINES, 'C 3.1.1 PUBLISH a/b length 136'],
  },
  {
    name: 'several packets in one segment, the last one going on in the next',
    wire: opened().send(CLIENT, `${PUBLISH} c0 00 32`).send(CLIENT, '0a 0003 "a/b" 0008 "21."'),
    lines: [...CONNECT_LINES, PUBLISH_LINES[0]!, 'C 3.1.1 PINGREQ length 2', 'C 3.1.1 PUBLISH a/b id 8 length 12'],
  },
  {
    name: 'one packet over hundreds of segments',
    wire: opened()
      .sendInPieces(CLIENT, concat(hex('30 a5 9c 01 0003 "a/b"'), new Uint8Array(20000).fill(66)), 50)
      .send(CLIENT, 'c0 00'),
    lines: [...CONNECT_LINES, 'C 3.1.1 PUBLISH a/b length 20009', 'C 3.1.1 PINGREQ length 2'],
  },
  {
    name: 'a 5.0 CONNECT refused by a server that only knows 3.1.1',
    wire: new Wire().open().send(CLIENT, CONNECT5).send(SERVER, '20 02 00 01').fin(SERVER).fin(CLIENT),
    lines: [CONNECT5_LINES[0]!, 'S 3.1.1 CONNACK length 4', 'connection-closed S: closed by the server (FIN)'],
  },
  {
    name: 'the connection ends in the middle of a packet',
    wire: opened().send(CLIENT, '32 0a 0003 "a/"').fin(CLIENT).fin(SERVER),
    lines: [
      ...CONNECT_LINES,
      'C 3.1.1 PUBLISH ? length 12 [incomplete]',
      'incomplete C: the connection ended in the middle of a packet: 6 of 12 bytes',
      'connection-closed C: closed by the client (FIN)',
    ],
  },
];

const damage: readonly Row[] = [
  {
    name: 'a fifth length byte; the next packet is found',
    wire: opened().send(CLIENT, `30 ff ff ff ff 01 00 03 ${PUBLISH}`).send(CLIENT, 'c0 00'),
    lines: [
      ...CONNECT_LINES,
      'lost-sync C: 8 bytes skipped: Remaining Length goes on after its fourth byte',
      PUBLISH_LINES[0]!,
      'C 3.1.1 PINGREQ length 2',
    ],
  },
  {
    name: 'a fifth length byte over two segments',
    wire: opened().send(CLIENT, '30 ff ff').send(CLIENT, `ff ff ${PUBLISH} c0 00`),
    lines: [
      ...CONNECT_LINES,
      'lost-sync C: 5 bytes skipped: Remaining Length goes on after its fourth byte',
      PUBLISH_LINES[0]!,
      'C 3.1.1 PINGREQ length 2',
    ],
  },
  {
    name: 'packet type 0',
    wire: opened().send(CLIENT, `00 00 00 ${PUBLISH}`),
    lines: [...CONNECT_LINES, 'lost-sync C: 3 bytes skipped: packet type 0 is reserved', PUBLISH_LINES[0]!],
  },
  {
    name: 'a Remaining Length one too short: one byte is left over',
    wire: opened().send(CLIENT, '32 09 0003 "a/b" 0007 "21." c0 00'),
    lines: [
      ...CONNECT_LINES,
      'C 3.1.1 PUBLISH a/b id 7 length 11',
      'lost-sync C: 1 byte skipped: 0x2e and what follows cannot be a packet',
      'C 3.1.1 PINGREQ length 2',
    ],
  },
  {
    name: 'a Remaining Length one too long: the next packet pays, the one after it is read',
    wire: opened().send(CLIENT, `32 0b 0003 "a/b" 0007 "21." c0 00 ${PUBLISH}`),
    lines: [
      ...CONNECT_LINES,
      'C 3.1.1 PUBLISH a/b id 7 length 13',
      'lost-sync C: 1 byte skipped: packet type 0 is reserved',
      PUBLISH_LINES[0]!,
    ],
  },
  {
    name: 'a left-over byte that could itself begin a PUBLISH',
    wire: opened().send(CLIENT, '32 09 0003 "a/b" 0007 "215" c0 00'),
    lines: [
      ...CONNECT_LINES,
      'C 3.1.1 PUBLISH a/b id 7 length 11',
      'lost-sync C: 1 byte skipped: 0x35 and what follows cannot be a packet',
      'C 3.1.1 PINGREQ length 2',
    ],
  },
  {
    name: 'the stream ends in what cannot be a packet',
    wire: opened().send(CLIENT, '42 42 42 42'),
    lines: [...CONNECT_LINES, 'lost-sync C: 4 bytes skipped: 0x42 and what follows cannot be a packet'],
  },
  {
    name: 'SUBSCRIBE with the wrong flags is still a packet',
    wire: opened().send(CLIENT, '80 08 0001 0003 "a/b" 00').send(SERVER, '90 03 0001 00'),
    lines: [...CONNECT_LINES, 'C 3.1.1 SUBSCRIBE id 1 length 10', 'S 3.1.1 SUBACK id 1 length 5'],
  },
  {
    name: 'a topic length that runs past the packet; the next packet is read',
    wire: opened().send(CLIENT, `30 05 0063 "a/b" c0 00`),
    lines: [...CONNECT_LINES, 'C 3.1.1 PUBLISH ? length 7 [length-overrun]', 'C 3.1.1 PINGREQ length 2'],
  },
  {
    name: 'an unknown property; the payload and the next packet are read',
    wire: opened5().send(CLIENT, `30 0c 0003 "a/b" 02 7f 00 "21.5" c0 00`),
    lines: [...CONNECT5_LINES, 'C 5.0 PUBLISH a/b length 14 [unknown-property]', 'C 5.0 PINGREQ length 2'],
  },
];

const gaps: readonly Row[] = [
  {
    name: 'a hole inside a packet keeps the step',
    wire: opened().send(CLIENT, '30 1e 0003 "a/b"').lose(CLIENT, 20).send(CLIENT, '41 41 41 41 41 c0 00'),
    lines: [...CONNECT_LINES, 'C 3.1.1 PUBLISH a/b length 32 [incomplete]', 'C 3.1.1 PINGREQ length 2'],
  },
  {
    name: 'a hole that swallows whole packets',
    wire: opened().lose(CLIENT, 34).send(CLIENT, PUBLISH),
    lines: [...CONNECT_LINES, 'gap C: 34 bytes not in the capture', PUBLISH_LINES[0]!],
  },
  {
    name: 'a hole that ends inside a packet: its rest is lost, the next one is found',
    wire: opened().lose(CLIENT, 34).send(CLIENT, `"rest of a text" ${PUBLISH}`),
    lines: [
      ...CONNECT_LINES,
      'gap C: 34 bytes not in the capture',
      'lost-sync C: 14 bytes skipped: after a gap, in the middle of a packet',
      PUBLISH_LINES[0]!,
    ],
  },
  {
    name: 'packets cut by the snap length',
    wire: opened({ snaplen: 60 })
      .send(CLIENT, concat(hex('30 85 01 0003 "a/b"'), new Uint8Array(128).fill(65)))
      .send(CLIENT, 'c0 00'),
    lines: [...CONNECT_LINES, 'C 3.1.1 PUBLISH a/b length 136 [incomplete]', 'C 3.1.1 PINGREQ length 2'],
  },
];

const versions: readonly Row[] = [
  {
    name: 'starts late: 3.1.1 by a payload that cannot be properties',
    wire: new Wire().send(CLIENT, '30 09 0003 "a/b" "21.5"').send(SERVER, 'd0 00'),
    lines: [
      'mid-stream: the capture starts in the middle of this connection',
      'C 3.1.1 PUBLISH a/b length 11',
      'S 3.1.1 PINGRESP length 2',
    ],
  },
  {
    name: 'starts late: 5.0 by a SUBACK that comes after a PUBLISH in doubt',
    wire: new Wire().send(CLIENT, '30 0a 0003 "a/b" 00 "21.5"').send(SERVER, 'b0 04 0001 00 11'),
    lines: [
      'mid-stream: the capture starts in the middle of this connection',
      'C 5.0 PUBLISH a/b length 12',
      'S 5.0 UNSUBACK id 1 length 6',
    ],
  },
  {
    name: 'starts late with nothing that tells: what the option says',
    wire: new Wire().send(CLIENT, '40 02 0001').send(CLIENT, '40 02 0002').send(SERVER, 'd0 00'),
    options: { version: '5.0' },
    lines: [
      'mid-stream: the capture starts in the middle of this connection',
      'C 5.0 PUBACK id 1 length 4',
      'C 5.0 PUBACK id 2 length 4',
      'S 5.0 PINGRESP length 2',
    ],
  },
  {
    name: 'topic aliases are those of their direction and of their moment',
    wire: opened5()
      .send(CLIENT, '30 09 0003 "c/1" 03 23 0001')
      .send(SERVER, '30 09 0003 "s/1" 03 23 0001')
      .send(CLIENT, '30 06 0000 03 23 0001')
      .send(SERVER, '30 06 0000 03 23 0001')
      .send(CLIENT, '30 09 0003 "c/2" 03 23 0001')
      .send(CLIENT, '30 06 0000 03 23 0001')
      .send(CLIENT, '30 06 0000 03 23 0002'),
    lines: [
      ...CONNECT5_LINES,
      'C 5.0 PUBLISH c/1 length 11',
      'S 5.0 PUBLISH s/1 length 11',
      'C 5.0 PUBLISH (c/1) length 8',
      'S 5.0 PUBLISH (s/1) length 8',
      'C 5.0 PUBLISH c/2 length 11',
      'C 5.0 PUBLISH (c/2) length 8',
      'C 5.0 PUBLISH  length 8',
    ],
  },
];

const recognition: readonly Row[] = [
  { name: 'any port, by its CONNECT', wire: opened({ port: 31337 }), lines: CONNECT_LINES },
  {
    name: 'a CONNECT that comes byte by byte',
    wire: new Wire({ port: 31337 }).open().sendInPieces(CLIENT, hex(CONNECT), 1),
    lines: [CONNECT_LINES[0]!],
  },
  {
    name: 'HTTP is not MQTT',
    wire: new Wire({ port: 8080 }).open().send(CLIENT, '"GET / HTTP/1.1" 0d0a0d0a').send(SERVER, '"HTTP/1.1 200 OK"'),
    lines: [],
  },
  {
    name: 'a text protocol whose server speaks first is not MQTT',
    wire: new Wire({ port: 21 }).open().send(SERVER, '"220 ready" 0d0a').send(CLIENT, '"USER me" 0d0a'),
    lines: [],
  },
  {
    name: 'a forced port is read whatever it carries',
    wire: new Wire({ port: 8080 }).open().send(CLIENT, 'c0 00').send(SERVER, 'd0 00'),
    options: { ports: [8080] },
    lines: ['C 3.1.1 PINGREQ length 2', 'S 3.1.1 PINGRESP length 2'],
  },
  {
    name: 'on 1883 a client that does not begin with CONNECT is shown',
    wire: new Wire().open().send(CLIENT, PUBLISH).rst(SERVER),
    lines: [PUBLISH_LINES[0]!, 'connection-closed S: reset by the server (RST)'],
  },
];

describe.each([
  ['framing', framing],
  ['damage', damage],
  ['gaps', gaps],
  ['versions', versions],
  ['recognition', recognition],
])('%s', (_title, rows) => {
  it.each(rows.map((row) => [row.name, row] as const))('%s', (_name, { wire, lines, options = {} }) => {
    expect(dissected(wire.packets, options).lines).toEqual(lines);
    expect(dissected(wire.packets, options, true).lines).toEqual(lines);
  });
});

describe('a server that spoke MQTT', () => {
  const before = opened({ port: 5000 });
  const lost = (options = {}) => new Wire({ clientPort: 20001, ...options }).wait(1).open().lose(CLIENT, 16);
  const lines = (...wires: readonly Wire[]) => dissected(merged(...wires)).lines.slice(CONNECT_LINES.length);
  // What the client sends waits behind the hole.
  const LATER = [
    'S 3.1.1 CONNACK length 4',
    'S 3.1.1 PINGRESP length 2',
    'gap C: 16 bytes not in the capture',
    'C 3.1.1 PINGREQ length 2',
  ];
  const answered = (wire: Wire) => wire.send(SERVER, CONNACK).send(CLIENT, 'c0 00').send(SERVER, 'd0 00');

  it('is read on later though CONNECT is missing', () => {
    expect(lines(before, answered(lost({ port: 5000 })))).toEqual(LATER);
  });

  it('is another on another port', () => {
    expect(lines(before, answered(lost({ port: 5001 })))).toEqual([]);
  });

  it('may speak other things, too', () => {
    const other = new Wire({ port: 5000, clientPort: 20001 }).wait(1).open().send(CLIENT, '"GET / HTTP/1.1" 0d0a 0d0a');
    expect(lines(before, other.send(SERVER, '"HTTP/1.1 200 OK" 0d0a 0d0a'))).toEqual([]);
  });
});

describe('without reassembly', () => {
  it('takes segments as they come', () => {
    const wire = opened().send(CLIENT, PUBLISH).lose(CLIENT, 500).send(CLIENT, 'c0 00');
    expect(dissected(wire.packets, { reassemble: false }).lines).toEqual([
      ...CONNECT_LINES,
      PUBLISH_LINES[0],
      'C 3.1.1 PINGREQ length 2',
    ]);
  });
});

describe('summary', () => {
  it('is the same when no items are made', () => {
    for (const { wire, options = {} } of [...framing, ...damage, ...gaps, ...versions, ...recognition]) {
      const { summary } = dissected(wire.packets, options);
      expect(dissected(wire.packets, { ...options, summaryOnly: true })).toEqual({ lines: [], summary });
    }
  });

  it('counts what was there, MQTT or not', () => {
    const http = new Wire({ port: 80, clientPort: 20001 }).open().send(CLIENT, '"GET /" 0d0a');
    const silent = new Wire({ port: 80, clientPort: 20002 }).open();
    const { summary } = dissected(merged(opened(), http, silent));
    expect(summary).toMatchObject({
      captureFrames: 9,
      packets: 2,
      connections: 1,
      byType: { CONNECT: 1, CONNACK: 1 },
      byVersion: { '3.1.1': 1 },
      otherConnections: 2,
      otherPorts: [{ port: 80, count: 2 }],
    });
  });

  it('counts what was stepped over by kind', () => {
    const arp = { number: 1, time: 0, link: 1, bytes: hex(`${'ff'.repeat(12)} 0806 0001`), originalLength: 16 };
    const odd = { number: 2, time: 0, link: 195, bytes: hex('00'), originalLength: 1 };
    expect(dissected([arp, odd, odd]).summary.skipped).toEqual([
      { reason: 'not-ip', what: 'ARP', count: 1 },
      { reason: 'unknown-link', what: expect.stringContaining('195'), count: 2 },
    ]);
  });
});
