// WebSocket frames: the examples of RFC 6455 and RFC 7692, and what another implementation sends, cut in every way.

import { describe, expect, it } from 'vitest';
import { WebSocketTransport } from '../../src/transport/websocket/websocket.js';
import { concat, hex, toHex, utf8 } from '../support/hex.js';
import { Random } from '../support/random.js';
import { data, innerOf, noticesOf, pieces, through } from './chunks.js';
import { CLIENT, opened, SERVER } from './websocket-opening.js';
import { framesOf, type Sent } from './websocket-sender.js';

const HOW = ['whole', 'byte by byte', 'two', 'random'];
const TAKEOVER = 'permessage-deflate';
const NO_TAKEOVER = 'permessage-deflate; client_no_context_takeover; server_no_context_takeover';

const codes = (deliveries: ReturnType<typeof through>): string[] =>
  noticesOf(deliveries)
    .map((notice) => notice.code)
    .filter((code) => code !== 'upgrade' && code !== 'counts');

function sent(side: 0 | 1, frames: Uint8Array, how = 'whole', extension?: string, seed = 1) {
  const chunks = pieces(frames, how, seed).map((one) => data(side, one));
  return through(new WebSocketTransport(CLIENT), [...opened(extension), ...chunks]);
}

describe.each([
  // RFC 6455, 5.7, with binary in place of text.
  ['one unmasked frame', SERVER, '82 05 48656c6c6f', '"Hello"', undefined],
  ['one masked frame', CLIENT, '82 85 37fa213d 7f9f4d5158', '"Hello"', undefined],
  ['two fragments', SERVER, '02 03 48656c 80 02 6c6f', '"Hello"', undefined],
  ['a ping and its masked pong', CLIENT, '8a 85 37fa213d 7f9f4d5158', '', undefined],
  ['256 bytes, 16 bits of length', SERVER, `82 7e 0100 ${'ab'.repeat(256)}`, 'ab'.repeat(256), undefined],
  [
    '65536 bytes, 64 bits of length',
    SERVER,
    `82 7f 0000000000010000 ${'cd'.repeat(65536)}`,
    'cd'.repeat(65536),
    undefined,
  ],
  ['fragments with a ping between them', SERVER, '02 03 48656c 89 01 41 80 02 6c6f', '"Hello"', undefined],
  ['an empty frame', SERVER, '82 00 82 01 41', '"A"', undefined],
  ['empty fragments', SERVER, '02 00 00 00 00 01 41 80 00', '"A"', undefined],
  // RFC 7692, 7.2.3, with binary in place of text.
  ['a compressed message', SERVER, 'c2 07 f248cdc9c90700', '"Hello"', TAKEOVER],
  ['a compressed message in two fragments', SERVER, '42 03 f248cd 80 04 c9c90700', '"Hello"', TAKEOVER],
  ['the second that refers to the first', SERVER, 'c2 07 f248cdc9c90700 c2 05 f200110000', '"HelloHello"', TAKEOVER],
  ['stored, not compressed', SERVER, 'c2 0b 000500faff48656c6c6f00', '"Hello"', NO_TAKEOVER],
  ['a block that says it is the last', SERVER, 'c2 08 f348cdc9c9070000', '"Hello"', TAKEOVER],
  ['two blocks in one message', SERVER, 'c2 0d f248050000 00ffff cac9c90700', '"Hello"', NO_TAKEOVER],
  ['an uncompressed message among others', SERVER, 'c2 07 f248cdc9c90700 82 01 41', '"HelloA"', TAKEOVER],
] as const)('%s', (_name, side, frames, content, extension) => {
  it.each(HOW)('%s', (how) => {
    const bytes = hex(frames);
    if (how === 'byte by byte' && bytes.length > 1000) return;
    const deliveries = sent(side, hex(frames), how, extension);
    expect(toHex(innerOf(deliveries, side))).toBe(toHex(hex(content)));
    expect(codes(deliveries)).toEqual([]);
  });
});

describe.each([
  ['no compression', undefined, undefined],
  ['context takeover', TAKEOVER, true],
  ['no context takeover', NO_TAKEOVER, false],
] as const)('what ws sends with %s', (_name, extension, takeover) => {
  it.each([
    ['a client', CLIENT],
    ['a server', SERVER],
  ] as const)('as %s gives the same bytes however it is cut', async (_who, side) => {
    for (let seed = 1; seed <= 12; seed++) {
      const random = new Random(seed);
      const list = messages(random);
      const options = { client: side === CLIENT, seed, ...(takeover === undefined ? {} : { takeover }) };
      const frames = await framesOf(list, options, { kind: 'ping', bytes: random.bytes(random.below(126)) });
      const expected = toHex(
        concat(...list.flatMap((one) => ('bytes' in one && one.kind === 'message' ? [one.bytes] : []))),
      );
      for (const how of HOW) {
        const deliveries = sent(side, frames, how, extension, seed);
        expect(codes(deliveries)).toEqual(['close']);
        expect(toHex(innerOf(deliveries, side))).toBe(expected);
      }
    }
  });
});

/** Messages that repeat themselves as readings do, of any size, in any number of fragments. */
function messages(random: Random): Sent[] {
  const list: Sent[] = [];
  for (let count = random.between(3, 20); count > 0; count--) {
    const text = utf8(`{"site":${random.below(9)},"temp":${random.below(400) / 10}}`.repeat(random.between(1, 12)));
    const size = random.pick([0, 2, 125, 126, 300]);
    const bytes = random.chance(3) ? random.bytes(size) : text;
    list.push({ kind: 'message', bytes, fragments: random.between(1, 4) });
    if (random.chance(4)) list.push({ kind: random.chance(2) ? 'ping' : 'pong', bytes: random.bytes(4) });
  }
  return [...list, { kind: 'close', code: 1000, reason: 'done' }];
}

it('with a window of 512 bytes', async () => {
  const random = new Random(5);
  const list = Array.from(
    { length: 40 },
    () => ({ kind: 'message', bytes: utf8(`x${random.below(50)}y`.repeat(90)) }) as const,
  );
  const frames = await framesOf(list, { client: false, takeover: true, windowBits: 9 });
  const deliveries = sent(SERVER, frames, 'random', `${TAKEOVER}; server_max_window_bits=9`);
  expect(toHex(innerOf(deliveries, SERVER))).toBe(toHex(concat(...list.map((one) => one.bytes))));
});

it('passes on what is there of an uncompressed message before it ends, with the time and origin that brought it', () => {
  const transport = new WebSocketTransport(CLIENT);
  for (const { side, chunk } of opened()) transport.push(side, chunk);
  const push = (bytes: string, time: number) =>
    transport.push(CLIENT, { kind: 'data', bytes: hex(bytes), time, origin: time + 1 });
  expect(push('02 fe 0100 00000000 1002', 7)).toMatchObject([{ chunk: { bytes: hex('1002'), time: 7, origin: 8 } }]);
  expect(push('aa', 8)).toMatchObject([{ chunk: { bytes: hex('aa'), time: 8, origin: 9 } }]);
});

it('gives a compressed message the time and origin of its end', () => {
  const transport = new WebSocketTransport(CLIENT);
  for (const { side, chunk } of opened(TAKEOVER)) transport.push(side, chunk);
  const push = (bytes: string, time: number) =>
    transport.push(SERVER, { kind: 'data', bytes: hex(bytes), time, origin: time });
  expect(push('c2 07 f248cd', 7)).toEqual([]);
  expect(push('c9c90700', 8)).toMatchObject([{ chunk: { bytes: utf8('Hello'), time: 8, origin: 8 } }]);
});

describe('notices', () => {
  it.each([
    ['a text frame', SERVER, '81 02 c0 00', ['text-frame'], { looksLikeMqtt: true }],
    ['a text frame with text', SERVER, '81 05 48656c6c6f', ['text-frame'], { looksLikeMqtt: false }],
    ['a text message in fragments', SERVER, '01 02 c0 00 89 00 80 01 41', ['text-frame'], {}],
    ['an unmasked client frame, once', CLIENT, '82 00 82 00', ['unmasked-frame'], {}],
    ['a masked server frame', SERVER, '82 80 01020304', ['masked-frame'], {}],
    ['a longer length than needed', SERVER, '82 7e 0000', ['long-length'], {}],
    ['a continuation of nothing', SERVER, '80 00', ['unexpected-continuation'], {}],
    ['a message within a message', SERVER, '02 00 82 00', ['unfinished-message'], {}],
    ['close with code and reason', SERVER, '88 06 03e9 "away"', ['close'], { status: 1001, reason: 'away' }],
    ['close without a code', SERVER, '88 00', ['close'], {}],
    ['close with half a code', SERVER, '88 01 03', ['close'], {}],
    ['a reason that would move a cursor', SERVER, '88 05 03e8 1b5b41', ['close'], { reason: '\ufffd[A' }],
  ] as const)('%s', (_name, side, frames, expected, details) => {
    for (const how of ['whole', 'byte by byte']) {
      const deliveries = sent(side, hex(frames), how);
      expect(codes(deliveries)).toEqual(expected);
      expect(noticesOf(deliveries).find((one) => one.code === expected[0])).toMatchObject({ details });
    }
  });

  it('what irregular frames and text carry is passed on', () => {
    expect(innerOf(sent(SERVER, hex('01 01 c0 80 01 00')), SERVER)).toEqual(hex('c000'));
    expect(innerOf(sent(CLIENT, hex('82 02 c000')), CLIENT)).toEqual(hex('c000'));
    expect(innerOf(sent(SERVER, hex('82 82 01020304 c102')), SERVER)).toEqual(hex('c000'));
    expect(innerOf(sent(SERVER, hex('80 02 c000')), SERVER)).toEqual(hex('c000'));
    expect(innerOf(sent(SERVER, hex('02 02 c000 82 02 d000')), SERVER)).toEqual(hex('c000 d000'));
  });

  it('counts frames at the end', () => {
    const deliveries = sent(SERVER, hex('02 01 41 89 00 80 01 42 8a 00 8a 00 82 00 88 00'));
    expect(noticesOf(deliveries).at(-1)).toMatchObject({
      code: 'counts',
      details: { frames: 7, messages: 2, pings: 1, pongs: 2, irregular: 0 },
    });
  });

  it('a compressed text message is told with its inflated length, and its context is kept', () => {
    const deliveries = sent(SERVER, hex('c1 07 f248cdc9c90700 c2 05 f200110000'), 'whole', TAKEOVER);
    expect(noticesOf(deliveries).find((one) => one.code === 'text-frame')).toMatchObject({ length: 5 });
    expect(innerOf(deliveries, SERVER)).toEqual(utf8('HelloHello'));
  });
});
