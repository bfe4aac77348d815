// WebSocket with what breaks it: bytes that are lost, frames that are none, streams that do not inflate or inflate to too
// much, and random damage. What is delivered is always a part of what was sent.

import { constants, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/transport/transport.js';
import type { WebSocketOptions } from '../../src/transport/websocket/options.js';
import { WebSocketTransport } from '../../src/transport/websocket/websocket.js';
import { concat, hex, toHex, utf8 } from '../support/hex.js';
import { Random } from '../support/random.js';
import { data, type Fed, gap, innerOf, noticesOf, pieces, through } from './chunks.js';
import { CLIENT, opened, request, response, SERVER } from './websocket-opening.js';
import { framesOf, framesOfEach } from './websocket-sender.js';

const TAKEOVER = 'permessage-deflate';
const NO_TAKEOVER = 'permessage-deflate; client_no_context_takeover; server_no_context_takeover';

function run(fed: readonly Fed[], extension?: string, options: Partial<WebSocketOptions> = {}): Delivery[] {
  return through(new WebSocketTransport(CLIENT, options), [...opened(extension), ...fed]);
}

const codes = (deliveries: readonly Delivery[]): string[] =>
  noticesOf(deliveries)
    .map((notice) => notice.code)
    .filter((code) => code !== 'upgrade' && code !== 'counts');

/** "data 3", "gap 2", "gap ?", "notice bad-frame", without what is told of every connection. */
function story(deliveries: readonly Delivery[]): string[] {
  return deliveries.flatMap((one) => {
    if ('notice' in one) {
      const { code, length } = one.notice;
      return code === 'upgrade' || code === 'counts' ? [] : [`${code}${length === undefined ? '' : ` ${length}`}`];
    }
    const { chunk } = one;
    return [chunk.kind === 'data' ? `data ${toHex(chunk.bytes)}` : `gap ${chunk.length ?? '?'}`];
  });
}

const server = (bytes: string): Fed => data(SERVER, hex(bytes));
const NEXT = server('82 02 d000');

describe('lost bytes', () => {
  it.each([
    [
      'in a payload',
      [server('82 04 30'), gap(SERVER, 2), server('44 82 01 55')],
      ['data 30', 'gap 2', 'data 44', 'data 55'],
    ],
    [
      'to the end of a payload',
      [server('82 04 30'), gap(SERVER, 3), server('82 01 55')],
      ['data 30', 'gap 3', 'data 55'],
    ],
    [
      'over the end of a payload',
      [server('82 04 30'), gap(SERVER, 4), server('01 55'), NEXT],
      ['data 30', 'gap ?', 'lost-sync 2', 'data d0 00'],
    ],
    ['in a header', [server('82'), gap(SERVER, 1), NEXT], ['gap ?', 'lost-sync 1', 'data d0 00']],
    ['whole frames', [server('82 01 30'), gap(SERVER, 3), NEXT], ['data 30', 'gap ?', 'data d0 00']],
    ['nobody knows how many', [server('82 04 30'), gap(SERVER, undefined), NEXT], ['data 30', 'gap ?', 'data d0 00']],
    ['twice', [gap(SERVER, 1), server('30'), gap(SERVER, 9), NEXT], ['gap ?', 'lost-sync 1', 'data d0 00']],
    ['in a ping', [server('89 04 30'), gap(SERVER, 3), NEXT], ['data d0 00']],
    ['in a close', [server('88 04 03'), gap(SERVER, 3), NEXT], ['close', 'data d0 00']],
    ['in a text', [server('81 04 30'), gap(SERVER, 3), NEXT], ['data 30', 'gap 3', 'text-frame 4', 'data d0 00']],
    ['the first fragment', [gap(SERVER, 9), server('80 02 3130'), NEXT], ['gap ?', 'data 31 30', 'data d0 00']],
    ['and no frame after it', [gap(SERVER, 9), server('3130')], ['gap ?', 'lost-sync 2']],
  ] as const)('%s', (_name, fed, expected) => {
    expect(story(run(fed))).toEqual(expected);
  });

  it('of a masked payload: the rest is unmasked in phase', () => {
    const deliveries = run([data(CLIENT, hex('82 86 01020304 31 30')), gap(CLIENT, 3), data(CLIENT, hex('42'))]);
    expect(story(deliveries)).toEqual(['data 30 32', 'gap 3', 'data 40']);
  });

  it('of frames in segments of their own: all others are delivered', async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = new Random(seed);
      const client = random.chance(2);
      const side = client ? CLIENT : SERVER;
      const fed: Fed[] = [];
      const kept: Uint8Array[] = [];
      for (let count = 30; count > 0; count--) {
        const bytes = random.bytes(random.between(1, 200));
        const frames = await framesOf([{ kind: 'message', bytes }], { client, seed: random.u32() });
        const lost = random.chance(4);
        fed.push(lost ? gap(side, random.chance(2) ? frames.length : undefined) : data(side, frames));
        if (!lost) kept.push(bytes);
      }
      const deliveries = run(fed);
      expect(codes(deliveries)).toEqual([]);
      expect(toHex(innerOf(deliveries, side))).toBe(toHex(concat(...kept)));
    }
  });
});

describe('lost bytes of compressed messages', () => {
  const HELLO = 'c2 07 f248cdc9c90700';
  const AGAIN = 'c2 05 f200110000';
  // Refers to a message before the one before it.
  const dictionary = utf8('site/3/temperatureHello');
  const compressed = deflateRawSync('site/3/temperature', { dictionary, finishFlush: constants.Z_SYNC_FLUSH });
  const farBack = concat(Uint8Array.of(0xc2, compressed.length - 4), compressed.subarray(0, -4));
  it.each([
    [
      'in one: what came before is read',
      [server('c2 07 f248cd'), gap(SERVER, 4), server(HELLO)],
      ['data 48 65', 'gap ?', 'data 48 65 6c 6c 6f'],
    ],
    [
      'one that another refers to',
      [gap(SERVER, 9), server(AGAIN), server(HELLO), server(AGAIN)],
      ['gap ?', 'lost-context 5', 'data 48 65 6c 6c 6f', 'data 48 65 6c 6c 6f'],
    ],
    ['and nothing can be read until the end', [gap(SERVER, 9), server(AGAIN)], ['gap ?', 'lost-context 5']],
    [
      'one of long before',
      [gap(SERVER, 9), server(HELLO), data(SERVER, farBack)],
      ['gap ?', 'data 48 65 6c 6c 6f', 'gap ?', `lost-context ${farBack.length - 2}`],
    ],
    [
      'its first fragment',
      [server('42 03 f248cd'), gap(SERVER, 9), server('80 04 c9c90700'), server(HELLO)],
      ['data 48 65', 'gap ?', 'data 48 65 6c 6c 6f'],
    ],
  ] as const)('%s', (_name, fed, expected) => {
    expect(story(run(fed, TAKEOVER))).toEqual(expected);
  });

  it.each([
    [TAKEOVER, true],
    [NO_TAKEOVER, false],
  ])('%s: what is delivered was sent', async (extension, takeover) => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = new Random(seed);
      const texts = Array.from(
        { length: 60 },
        (_, n) => `<${n}:${'temp 21.5 '.repeat(random.between(1, 9))}${random.u32()}>`,
      );
      const sent = texts.map((text) => ({ kind: 'message', bytes: utf8(text) }) as const);
      const frames = await framesOfEach(sent, { client: false, takeover });
      const lost = new Set(texts.flatMap((_, n) => (random.chance(8) ? [n] : [])));
      const fed = frames.map((frame, n) => (lost.has(n) ? gap(SERVER, frame.length) : data(SERVER, frame)));
      const got = run(fed, extension).flatMap((one) =>
        'chunk' in one && one.chunk.kind === 'data' ? [new TextDecoder().decode(one.chunk.bytes)] : [],
      );
      const kept = texts.filter((_, n) => !lost.has(n));
      if (takeover) expect(kept).toEqual(expect.arrayContaining(got));
      else expect(got).toEqual(kept);
      expect(new Set(got).size).toBe(got.length);
    }
  });
});

describe('no frames', () => {
  it.each([
    ['a reserved opcode', '83 02 d000', 'opcode 3 is reserved'],
    ['a reserved control opcode', '8b 00', 'opcode 11 is reserved'],
    ['RSV2', 'a2 02 d000', 'reserved bits'],
    ['RSV1 without compression', 'c2 02 d000', 'RSV1 is set without permessage-deflate'],
    ['a ping in fragments', '09 00', 'a control frame (opcode 9) is fragmented'],
    ['a long ping', '89 7e 007e', 'has 126 bytes'],
    ['a length of 2 GiB', '82 7f 00000000 80000000', 'says that it has 2147483648 bytes'],
    ['a length with its first bit', '82 7f ffffffff ffffffff', 'says that it has 18446744073709552000 bytes'],
  ])('%s', (_name, bytes, message) => {
    const size = hex(bytes).length;
    const deliveries = run([server(bytes), NEXT]);
    expect(story(deliveries)).toEqual(['bad-frame', 'gap ?', `lost-sync ${size}`, 'data d0 00']);
    expect(noticesOf(deliveries).find((one) => one.code === 'bad-frame')!.message).toContain(message);
  });

  it('RSV1 with compression, on what cannot have it', () => {
    for (const bytes of ['c8 00', '02 00 c0 00'])
      expect(codes(run([server(bytes), NEXT], TAKEOVER))[0]).toBe('bad-frame');
  });

  it('behind them, a frame longer than its segment is found when it begins like MQTT', () => {
    const fed = [
      server('83 00'),
      server('82 7e 0100 30 fd 01 00 06 "site/3" 01'),
      data(SERVER, new Uint8Array(244)),
      NEXT,
    ];
    const inner = innerOf(run(fed), SERVER);
    expect(inner.length).toBe(258);
    const other = [server('83 00'), server('82 7e 0100 "nothing of MQTT, this"'), NEXT];
    expect(innerOf(run(other), SERVER)).toEqual(hex('d000'));
  });

  it('the other direction goes on', () => {
    expect(innerOf(run([server('83 00'), data(CLIENT, hex('82 82 00000000 c000'))]), CLIENT)).toEqual(hex('c000'));
  });
});

describe('messages that do not inflate', () => {
  const BAD = 'c2 04 06 ff ff ff';
  it.each([
    [
      'with takeover',
      TAKEOVER,
      [server(BAD), server(BAD), server('c2 07 f248cdc9c90700')],
      ['bad-deflate 4', 'gap ?', 'lost-context 4', 'data 48 65 6c 6c 6f'],
    ],
    [
      'without',
      NO_TAKEOVER,
      [server(BAD), server(BAD), NEXT],
      ['bad-deflate 4', 'gap ?', 'bad-deflate 4', 'gap ?', 'data d0 00'],
    ],
    [
      'of more streams than anyone sends',
      NO_TAKEOVER,
      [server(`c2 20 ${'0300'.repeat(16)}`)],
      ['bad-deflate 32', 'gap ?'],
    ],
  ] as const)('%s', (_name, extension, fed, expected) => {
    expect(story(run(fed, extension))).toEqual(expected);
  });
});

describe('messages that inflate to too much', () => {
  const framed = (compressed: Uint8Array): Uint8Array => {
    const long = compressed.length > 0xffff;
    const header = new DataView(new ArrayBuffer(long ? 10 : 4));
    header.setUint16(0, long ? 0xc27f : 0xc27e);
    if (long) header.setBigUint64(2, BigInt(compressed.length));
    else header.setUint16(2, compressed.length);
    return concat(new Uint8Array(header.buffer), compressed);
  };
  const zeros = (bytes: number): Uint8Array => framed(deflateRawSync(new Uint8Array(bytes)));

  it.each([TAKEOVER, NO_TAKEOVER])('one of 64 MiB, %s', (extension) => {
    const bomb = zeros(64 << 20);
    const deliveries = run([data(SERVER, bomb), NEXT], extension);
    expect(story(deliveries)).toEqual([`inflate-limit ${bomb.length - 4}`, 'gap ?', 'data d0 00']);
    expect(noticesOf(deliveries)[1]!.message).toContain('more than 16777216 bytes');
  });

  it('within the bound', () => {
    expect(innerOf(run([data(SERVER, zeros(16 << 20))], TAKEOVER), SERVER).length).toBe(16 << 20);
  });

  it('many, each within the bound, stay in proportion to what came', () => {
    const one = zeros(100_000);
    const options = { inflateAllowance: 1_000_000, maxInflateRatio: 10 };
    const deliveries = run(
      Array.from({ length: 100 }, () => data(SERVER, one)),
      NO_TAKEOVER,
      options,
    );
    const inner = innerOf(deliveries, SERVER).length;
    expect(inner).toBeGreaterThan(500_000);
    expect(inner).toBeLessThanOrEqual(1_000_000 + 100 * one.length * 10);
    expect(codes(deliveries)).toContain('inflate-limit');
  });

  it('compressed to too much to hold', () => {
    const long = framed(new Random(1).bytes(3000));
    for (const how of ['whole', 'random']) {
      const fed = pieces(long, how).map((piece) => data(SERVER, piece));
      const deliveries = run([...fed, NEXT], NO_TAKEOVER, { maxMessageBytes: 1000 });
      expect(codes(deliveries)).toEqual(['inflate-limit']);
      expect(toHex(innerOf(deliveries, SERVER))).toMatch(/d0 00$/);
    }
  });
});

it('random damage throws nothing and stays within bounds', async () => {
  const options = { maxMessageBytes: 4096, inflateAllowance: 20_000, maxInflateRatio: 5, maxHeaderBytes: 1024 };
  for (let seed = 1; seed <= 400; seed++) {
    const random = new Random(seed);
    const takeover = random.pick([true, false, undefined]);
    const list = Array.from({ length: 12 }, () => {
      const bytes = random.chance(2) ? random.bytes(random.below(300)) : utf8('temp 21.5 '.repeat(random.below(30)));
      return { kind: 'message', bytes, fragments: random.between(1, 3), text: random.chance(9) } as const;
    });
    const fields = takeover === undefined ? [] : [`Sec-WebSocket-Extensions: ${takeover ? TAKEOVER : NO_TAKEOVER}`];
    const fed: Fed[] = [];
    let size = 0;
    for (const [side, head] of [
      [CLIENT, request(fields)],
      [SERVER, response(fields)],
    ] as const) {
      const sender = { client: side === CLIENT, seed, ...(takeover === undefined ? {} : { takeover }) };
      const bytes = concat(head, await framesOf(list, sender));
      const from = random.chance(3) ? 0 : head.length;
      for (let count = random.below(12); count > 0; count--)
        bytes[random.between(from, bytes.length - 1)] = random.below(256);
      size += bytes.length;
      for (const piece of pieces(bytes, random.pick(['random', 'two', 'whole']), seed)) {
        if (random.chance(30)) fed.push(gap(side, random.chance(3) ? undefined : piece.length));
        else fed.push(data(side, piece));
      }
    }
    const deliveries = through(new WebSocketTransport(CLIENT, options), fed);
    const inner = innerOf(deliveries, CLIENT).length + innerOf(deliveries, SERVER).length;
    expect(inner).toBeLessThanOrEqual(2 * options.inflateAllowance + size * (1 + options.maxInflateRatio));
    expect(deliveries.length).toBeLessThanOrEqual(size);
  }
});
