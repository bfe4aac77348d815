// The upgrade: what is recognised, what is told of it, and HTTP that is not, not yet, or not quite one.

import { describe, expect, it } from 'vitest';
import {
  frameDirection,
  judgeUpgrade,
  startsLikeWebSocket,
  tellingFrames,
} from '../../src/transport/websocket/detect.js';
import { WebSocketTransport } from '../../src/transport/websocket/websocket.js';
import { concat, hex, utf8 } from '../support/hex.js';
import { data, type Fed, gap, innerOf, noticesOf, pieces, through } from './chunks.js';
import { CLIENT, opened, request, response, SERVER } from './websocket-opening.js';

const PING = hex('82 82 00000000 c000');
const PONG = hex('82 02 d000');
const OTHER_REQUEST = utf8('GET /status HTTP/1.1\r\nHost: broker.example\r\n\r\n');

const run = (fed: readonly Fed[]) => through(new WebSocketTransport(CLIENT), fed);
const codes = (fed: readonly Fed[]) =>
  noticesOf(run(fed))
    .map((notice) => notice.code)
    .filter((code) => code !== 'counts');

describe('judgeUpgrade', () => {
  it.each([
    ['an upgrade', request(), 'websocket'],
    ['without a subprotocol', request([]), 'websocket'],
    ['with bare line feeds', utf8('GET / HTTP/1.1\nupgrade: h2c, WebSocket\n\n'), 'websocket'],
    ['its first bytes', utf8('GE'), 'more'],
    ['a header that goes on', request().subarray(0, -2), 'more'],
    ['another request', OTHER_REQUEST, 'other'],
    ['another upgrade', utf8('GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n'), 'other'],
    ['another method', utf8('POST / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n'), 'other'],
    ['MQTT', hex('10 0c 00 04 "MQTT" 04 02 00 3c 00 00'), 'other'],
    ['TLS', hex('16 03 01'), 'other'],
    ['a header without an end', utf8(`GET / HTTP/1.1\r\nX: ${'x'.repeat(17_000)}`), 'other'],
  ] as const)('%s', (_name, bytes, verdict) => {
    expect(judgeUpgrade(bytes)).toBe(verdict);
  });
});

it.each(['whole', 'byte by byte', 'random'])('is told with what it says, %s', (how) => {
  const ask = request([
    'Sec-WebSocket-Protocol: mqtt, mqttv3.1',
    'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
  ]);
  const answer = response(['sec-websocket-protocol: mqtt', 'Sec-WebSocket-Extensions: permessage-deflate']);
  const deliveries = run([
    ...pieces(concat(ask, PING), how).map((one) => data(CLIENT, one)),
    ...pieces(concat(answer, PONG), how).map((one) => data(SERVER, one)),
  ]);
  expect(noticesOf(deliveries)[0]).toEqual({
    layer: 'websocket',
    code: 'upgrade',
    message: 'WebSocket upgrade of /mqtt, subprotocol mqtt, permessage-deflate',
    time: 0,
    origin: 0,
    details: {
      target: '/mqtt',
      host: 'broker.example:8080',
      webSocketVersion: '13',
      requestedSubprotocols: 'mqtt, mqttv3.1',
      requestedExtensions: 'permessage-deflate; client_max_window_bits',
      status: 101,
      reason: 'Switching Protocols',
      subprotocol: 'mqtt',
      extensions: 'permessage-deflate',
      accept: 'right',
    },
  });
  expect(innerOf(deliveries, CLIENT)).toEqual(hex('c000'));
  expect(innerOf(deliveries, SERVER)).toEqual(hex('d000'));
});

describe('what is not right about it', () => {
  const protocol = (...names: string[]) => names.map((name) => `Sec-WebSocket-Protocol: ${name}`);
  it.each([
    ['nothing', request(), response(), []],
    ['nothing with the old subprotocol', request(protocol('mqttv3.1')), response(protocol('mqttv3.1')), []],
    ['nothing with two lines', request(protocol('mqttv3.1', 'mqtt')), response(), []],
    ['no subprotocol', request([]), response([]), ['subprotocol-not-requested', 'subprotocol-not-chosen']],
    ['another requested', request(protocol('chat')), response(), ['subprotocol-not-requested', 'subprotocol-mismatch']],
    ['chosen without being requested', request(protocol('mqttv3.1')), response(), ['subprotocol-mismatch']],
    ['none chosen', request(), response([]), ['subprotocol-not-chosen']],
    ['another chosen', request(protocol('chat', 'mqtt')), response(protocol('chat')), ['subprotocol-not-chosen']],
    ['its accept', request(), response(undefined, 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='), ['wrong-accept']],
    ['no accept', request(), utf8('HTTP/1.1 101 OK\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n'), ['wrong-accept']],
  ] as const)('%s', (_name, ask, answer, expected) => {
    const fed = [data(CLIENT, ask), data(SERVER, answer), data(CLIENT, PING), data(SERVER, PONG)];
    expect(codes(fed)).toEqual(['upgrade', ...expected]);
    expect(innerOf(run(fed), SERVER)).toEqual(hex('d000'));
  });
});

describe('refused', () => {
  const DENIED = utf8('HTTP/1.1 401 Unauthorized\r\nContent-Length: 14\r\n\r\nHTTP/1.1 101 -');
  const CHUNKED = utf8('HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nno!\r\n0\r\n\r\n');

  it('is told', () => {
    const notices = noticesOf(run([data(CLIENT, request()), data(SERVER, DENIED)]));
    expect(notices).toMatchObject([
      {
        code: 'upgrade-refused',
        message: 'the WebSocket upgrade is refused: 401 Unauthorized',
        details: { status: 401, target: '/mqtt', requestedSubprotocols: 'mqtt' },
      },
    ]);
  });

  it.each(['whole', 'byte by byte', 'random'])('may be followed by one that is not, %s', (how) => {
    const each = (side: 0 | 1, bytes: Uint8Array) => pieces(bytes, how).map((one) => data(side, one));
    const fed = [
      ...[...each(CLIENT, OTHER_REQUEST), ...each(SERVER, utf8('HTTP/1.1 204 No Content\r\n\r\n'))],
      ...[...each(CLIENT, request()), ...each(SERVER, DENIED)],
      ...[...each(CLIENT, concat(request(), PING)), ...each(SERVER, utf8('HTTP/1.1 103 Early Hints\r\n\r\n'))],
      ...each(SERVER, concat(response(), PONG)),
    ];
    expect(codes(fed)).toEqual(['upgrade-refused', 'upgrade']);
    expect(innerOf(run(fed), CLIENT)).toEqual(hex('c000'));
    expect(innerOf(run(fed), SERVER)).toEqual(hex('d000'));
  });

  it('a body of unknown length ends where a segment begins a response', () => {
    const ask = data(CLIENT, request());
    expect(codes([ask, data(SERVER, CHUNKED), ask, data(SERVER, response())])).toEqual(['upgrade-refused', 'upgrade']);
  });

  it('a body may have a gap', () => {
    const ask = data(CLIENT, request());
    const cut = [data(SERVER, DENIED.subarray(0, -10)), gap(SERVER, 10)];
    expect(codes([ask, ...cut, ask, data(SERVER, response())])).toEqual(['upgrade-refused', 'upgrade']);
  });

  it('a response to another request is not told', () => {
    expect(codes([data(CLIENT, OTHER_REQUEST), data(SERVER, DENIED)])).toEqual([]);
  });
});

describe('incomplete', () => {
  it('no answer', () => {
    expect(codes([data(CLIENT, request())])).toEqual(['upgrade-unanswered']);
  });

  it.each([
    ['the request', CLIENT, request(), 'request'],
    ['the response', SERVER, response(), 'response'],
  ] as const)('%s with a gap: its frames are found behind it', (_name, side, bytes, word) => {
    const frame = side === CLIENT ? PING : PONG;
    const deliveries = run([
      data(side, bytes.subarray(0, 60)),
      gap(side, 40),
      data(side, bytes.subarray(100)),
      data(side, frame),
    ]);
    const bad = noticesOf(deliveries).find((one) => one.code === 'bad-upgrade');
    expect(bad).toMatchObject({ length: 60 });
    expect(bad!.message).toContain(word);
    expect(noticesOf(deliveries).find((one) => one.code === 'lost-sync')).toMatchObject({ length: bytes.length - 100 });
    expect(innerOf(deliveries, side).length).toBe(2);
  });

  it('longer than the bound', () => {
    const long = data(SERVER, utf8(`HTTP/1.1 101 OK\r\nX: ${'x'.repeat(40_000)}`));
    const deliveries = run([data(CLIENT, request()), long, data(SERVER, PONG)]);
    expect(noticesOf(deliveries)).toMatchObject([
      { code: 'bad-upgrade', length: 16_384 },
      { code: 'lost-sync' },
      { code: 'upgrade-unanswered' },
      { code: 'counts' },
    ]);
    expect(innerOf(deliveries, SERVER)).toEqual(hex('d000'));
  });

  it('many requests in one segment are all stepped over', () => {
    const many = utf8('GET / HTTP/1.1\n\n'.repeat(60_000));
    const deliveries = run([data(CLIENT, concat(many, request(), PING)), data(SERVER, response())]);
    expect(innerOf(deliveries, CLIENT)).toEqual(hex('c000'));
  });
});

describe('after the upgrade', () => {
  const PUBLISH = hex('30 0b 00 06 "site/3" "abc"');
  const masked = hex('82 8d 01020304 31 09 03 02 72 6b 77 61 2e 31 62 66 62');

  it('frames are told from their content', () => {
    expect(tellingFrames(concat(hex('82 0d'), PUBLISH))).toBeGreaterThanOrEqual(3);
    expect(tellingFrames(PONG)).toBeGreaterThan(0);
    expect(
      tellingFrames(concat(hex('02 04'), PUBLISH.subarray(0, 4), hex('80 09'), PUBLISH.subarray(4))),
    ).toBeGreaterThanOrEqual(3);
    expect(
      tellingFrames(concat(hex('89 00 82 7e 0fff 30 f4 1f 00 06 "site/3"'), new Uint8Array(50))),
    ).toBeGreaterThanOrEqual(3);
    // PINGRESP, deflated.
    expect(tellingFrames(hex('c2 04 ba c0 00 00'))).toBeGreaterThan(0);
  });

  it.each([
    ['text', utf8('{"temp":21.5}')],
    ['plain MQTT', PUBLISH],
    ['TLS', hex('17 03 03 00 20 "abcdefghijklmnopqrstuvwxyz"')],
    ['a frame with something else', hex('82 05 "Hello"')],
    ['a text frame', hex('81 02 d000')],
    ['a reserved opcode', hex('83 02 d000')],
    ['frames of both kinds', concat(PONG, PING)],
    ['nothing', new Uint8Array(0)],
    ['one byte', hex('82')],
    ['a header only', hex('82 02')],
  ])('%s is none', (_name, bytes) => {
    expect(tellingFrames(bytes)).toBe(0);
    expect(startsLikeWebSocket(bytes)).toBe(false);
  });

  it('the mask tells who sends', () => {
    expect(frameDirection(masked)).toBe('client-to-server');
    expect(frameDirection(PONG)).toBe('server-to-client');
    expect(startsLikeWebSocket(PONG, 'server-to-client')).toBe(true);
    expect(startsLikeWebSocket(PONG, 'client-to-server')).toBe(false);
  });

  it('a capture that begins there is read from the first segment that begins with frames', () => {
    const deliveries = run([
      gap(SERVER, undefined, 'mid-stream'),
      data(SERVER, utf8('the end of something')),
      data(SERVER, concat(PONG, PONG)),
      gap(CLIENT, undefined, 'mid-stream'),
      data(CLIENT, PING),
    ]);
    expect(deliveries[0]).toMatchObject({ side: SERVER, chunk: { kind: 'gap', reason: 'mid-stream' } });
    expect(noticesOf(deliveries).map((one) => [one.code, one.length])).toEqual([
      ['lost-sync', 20],
      ['counts', undefined],
    ]);
    expect(innerOf(deliveries, SERVER)).toEqual(hex('d000 d000'));
    expect(innerOf(deliveries, CLIENT)).toEqual(hex('c000'));
  });
});

it('says nothing of a connection without bytes', () => {
  expect(run([])).toEqual([]);
  expect(run(opened()).length).toBe(1);
});
