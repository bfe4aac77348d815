// Recorded WebSocket and PROXY protocol: what is inside equals what the same capture has in plain TCP, or reads as MQTT
// without a problem.

import { describe, expect, it } from 'vitest';
import type { Side } from '../../src/bytes/chunk.js';
import { decode } from '../../src/codec/frame.js';
import { Framer } from '../../src/codec/framer.js';
import type { Version } from '../../src/spec/versions.js';
import { ProxyProtocolTransport } from '../../src/transport/proxy-protocol.js';
import type { Delivery } from '../../src/transport/transport.js';
import { judgeUpgrade, startsLikeWebSocket } from '../../src/transport/websocket/detect.js';
import { WebSocketTransport } from '../../src/transport/websocket/websocket.js';
import { toHex } from '../support/hex.js';
import { type Captured, connectionsOf } from './captured.js';
import { innerOf, noticesOf, through } from './chunks.js';

const WEB_SOCKET = 8080;
const SIDES = [0, 1] as const;

const at = (name: string, port: number): Captured[] => connectionsOf(name).filter(({ ports }) => ports[1] === port);
const opened = (name: string): Delivery[] =>
  at(name, WEB_SOCKET).flatMap(({ fed }) => through(new WebSocketTransport(0), fed));
const plain = ({ fed }: Captured, side: Side): string =>
  toHex(
    innerOf(
      fed.map((one) => ({ side: one.side, chunk: one.chunk })),
      side,
    ),
  );

/** The types of the packets of one direction; a problem in one is named with it. */
function packets(deliveries: readonly Delivery[], side: Side, version: Version): string[] {
  const framer = new Framer(side === 0 ? 'client-to-server' : 'server-to-client');
  framer.version = version;
  const framed = [...framer.data(innerOf(deliveries, side), 0, 0), ...framer.end(0, 0)];
  return framed.map((one) => {
    if (one.kind === 'lost-sync') return 'lost-sync';
    const { packet, problems } = decode(one.bytes, version);
    return [packet.type, ...problems.map((problem) => problem.code)].join(' ');
  });
}

const CLIENT_STORY = 'CONNECT SUBSCRIBE PUBLISH PUBLISH PUBLISH PUBLISH DISCONNECT'.split(' ');
const counts = (types: readonly string[], wanted: readonly string[]): string[] =>
  types.filter((type) => wanted.includes(type));

describe.each([
  ['websocket-v31.pcap', '3.1', 'mqttv3.1', 4],
  ['websocket-v311.pcap', '3.1.1', 'mqtt', 5],
  ['websocket-v5.pcap', '5.0', 'mqtt', 4],
  ['websocket-deflate-v5.pcap', '5.0', 'mqtt', 4],
  ['websocket-deflate-no-takeover-v311.pcap', '3.1.1', 'mqtt', 4],
] as const)('%s', (name, version, subprotocol, published) => {
  const deliveries = opened(name);

  it('is recognised and told', () => {
    const first = at(name, WEB_SOCKET)[0]!.fed.find((one) => one.side === 0)!.chunk;
    expect(first.kind === 'data' && judgeUpgrade(first.bytes)).toBe('websocket');
    const [notice, ...others] = noticesOf(deliveries);
    expect(notice).toMatchObject({ code: 'upgrade', details: { target: '/mqtt', subprotocol, accept: 'right' } });
    const expected = ['close', 'counts'];
    expect(others.filter((one) => !expected.includes(one.code))).toEqual([]);
  });

  it('holds MQTT without a problem', () => {
    const client = packets(deliveries, 0, version);
    expect(counts(client, CLIENT_STORY)).toEqual([
      ...['CONNECT', 'SUBSCRIBE'],
      ...Array.from({ length: published }, () => 'PUBLISH'),
      'DISCONNECT',
    ]);
    const server = packets(deliveries, 1, version);
    expect(server.filter((type) => type === 'PUBLISH').length).toBe(published);
    expect([...client, ...server].filter((type) => !/^[A-Z]+$/.test(type))).toEqual([]);
  });
});

describe.each([
  ['websocket-deflate-v5.pcap', 'permessage-deflate'],
  [
    'websocket-deflate-no-takeover-v311.pcap',
    'permessage-deflate; server_no_context_takeover; client_no_context_takeover',
  ],
])('%s', (name, extensions) => {
  it('inflates to the bytes that went on in plain TCP', () => {
    const [behind] = at(name, 1883);
    const deliveries = opened(name);
    expect(noticesOf(deliveries)[0]!.details!.extensions).toBe(extensions);
    for (const side of SIDES) expect(toHex(innerOf(deliveries, side))).toBe(plain(behind!, side));
  });
});

it('websocket-small-frames-v311.pcap: each byte of the client is a fragment', () => {
  const deliveries = opened('websocket-small-frames-v311.pcap');
  expect(packets(deliveries, 0, '3.1.1')).toEqual(['CONNECT', 'PUBLISH', 'DISCONNECT']);
  expect(packets(deliveries, 1, '3.1.1')).toEqual(['CONNACK', 'PUBACK']);
  expect(noticesOf(deliveries).at(-1)!.details).toMatchObject({ messages: 5, pings: 8, irregular: 0 });
});

it('websocket-mistakes-v311.pcap: each is told', () => {
  const name = 'websocket-mistakes-v311.pcap';
  const told = at(name, WEB_SOCKET).map(({ fed }) =>
    noticesOf(through(new WebSocketTransport(0), fed)).map((one) => one.code),
  );
  expect(told.map((codes) => codes.filter((code) => code !== 'counts'))).toEqual([
    ['upgrade', 'subprotocol-not-requested', 'subprotocol-not-chosen'],
    ['upgrade-unanswered'],
    ['upgrade', 'text-frame'],
    ['upgrade', 'unmasked-frame'],
  ]);
});

it('websocket-mid-stream-v5.pcap: begins after the upgrade', () => {
  const [connection] = at('websocket-mid-stream-v5.pcap', WEB_SOCKET).concat(
    connectionsOf('websocket-mid-stream-v5.pcap').filter(({ ports }) => ports[0] === WEB_SOCKET),
  );
  const client: Side = connection!.ports[0] === WEB_SOCKET ? 1 : 0;
  const likely = connection!.fed.filter((one) => one.chunk.kind === 'data' && startsLikeWebSocket(one.chunk.bytes));
  expect(likely.length).toBeGreaterThan(10);
  const deliveries = through(new WebSocketTransport(client), connection!.fed);
  expect(noticesOf(deliveries).map((one) => one.code)).not.toContain('bad-frame');
  const inner =
    client === 0 ? deliveries : deliveries.map((one) => ({ ...one, side: one.side === 0 ? 1 : 0 }) as Delivery);
  expect(packets(inner, 0, '5.0').at(-1)).toBe('DISCONNECT');
  expect(packets(inner, 1, '5.0').filter((type) => !/^(PUB[A-Z]+)$/.test(type))).toEqual([]);
});

describe.each([
  ['proxy-protocol-1-v311.pcap', 1],
  ['proxy-protocol-2-v5.pcap', 2],
])('%s', (name, version) => {
  it('is the connection before and after it, and names its endpoints', () => {
    const before = at(name, 1883);
    const after = at(name, 1885);
    const between = at(name, 1884);
    expect(between.length).toBe(2);
    for (const [n, { fed }] of between.entries()) {
      const deliveries = through(new ProxyProtocolTransport(0), fed);
      const [source, destination] = before[n]!.endpoints;
      expect(noticesOf(deliveries)).toMatchObject([{ code: 'address', details: { version, source, destination } }]);
      if (version === 2) {
        expect(noticesOf(deliveries)[0]!.details).toMatchObject({
          checksum: 'right',
          uniqueId: expect.stringMatching(/^site3-/),
        });
      }
      for (const side of SIDES) {
        expect(toHex(innerOf(deliveries, side))).toBe(plain(before[n]!, side));
        expect(toHex(innerOf(deliveries, side))).toBe(plain(after[n]!, side));
      }
    }
  });
});
