// Losses and damage: what is lost is a gap, what was changed is reported, everything else comes out. Nothing throws.

import { describe, expect, it } from 'vitest';
import type { Chunk, Side } from '../../../src/bytes/chunk.js';
import { TlsSecrets } from '../../../src/transport/tls/secrets.js';
import { Tls } from '../../../src/transport/tls/tls.js';
import type { Delivery } from '../../../src/transport/transport.js';
import { Random } from '../../support/random.js';
import { codes, collected, type Decrypted, decrypt, keyLogOf, type Recorded, talk } from './peers.js';

const LINES = Array.from({ length: 12 }, (_, n) => `line ${n};`);
/** Version, cipher suite, and whether a record's length tells that of its plaintext. */
type Suite = readonly [version: 'TLSv1.2' | 'TLSv1.3', ciphers: string, exact: boolean];
const SUITES: readonly Suite[] = [
  ['TLSv1.2', 'ECDHE-RSA-AES128-GCM-SHA256', true],
  ['TLSv1.2', 'ECDHE-RSA-CHACHA20-POLY1305', true],
  ['TLSv1.2', 'AES128-CCM8', true],
  ['TLSv1.2', 'ECDHE-RSA-AES128-SHA', false],
  ['TLSv1.3', 'TLS_AES_128_GCM_SHA256', false],
];

/** Whole records, each a chunk; the client's application data among them by number. */
interface Pieces {
  readonly pieces: { side: Side; chunk: Chunk }[];
  readonly data: readonly number[];
  readonly keyLog: string;
}

async function record([version, ciphers]: Suite): Promise<Pieces> {
  const settings = { minVersion: version, maxVersion: version, ciphers } as const;
  const recorded = await talk({ client: settings, server: settings, lines: LINES });
  const pieces = recordsOf(recorded);
  // The last of the client's is its close_notify, and before the first line in TLS 1.3 comes its Finished.
  const own = pieces.flatMap(({ side, chunk }, at) =>
    side === 0 && 'bytes' in chunk && chunk.bytes[0] === 0x17 ? at : [],
  );
  return { pieces, data: version === 'TLSv1.3' ? own.slice(1, -1) : own, keyLog: recorded.keyLog };
}

function recordsOf({ wire }: Recorded): Pieces['pieces'] {
  return wire.flatMap(({ side, bytes }) => {
    const found: Pieces['pieces'] = [];
    for (let at = 0; at < bytes.length; ) {
      const end = at + 5 + bytes[at + 3]! * 256 + bytes[at + 4]!;
      found.push({ side, chunk: data(bytes.subarray(at, end)) });
      at = end;
    }
    return found;
  });
}

function data(bytes: Uint8Array): Chunk {
  return { kind: 'data', bytes, time: 0, origin: 0 };
}

function gap(length?: number): Chunk {
  return { kind: 'gap', time: 0, origin: 0, reason: 'lost', ...(length !== undefined && { length }) };
}

function read({ pieces, keyLog }: Pick<Pieces, 'pieces' | 'keyLog'>): Decrypted {
  const tls = new Tls(new TlsSecrets({ keyLog: keyLogOf(keyLog) }));
  const out: Delivery[] = pieces.flatMap(({ side, chunk }) => [...tls.push(side, chunk)]);
  return collected([...out, ...tls.end(0, 0)]);
}

/** With the record at `at` replaced. */
function replaced({ pieces, keyLog }: Pieces, at: number, ...by: Chunk[]): Decrypted {
  const { side } = pieces[at]!;
  return read({
    pieces: [...pieces.slice(0, at), ...by.map((chunk) => ({ side, chunk })), ...pieces.slice(at + 1)],
    keyLog,
  });
}

describe.each(SUITES)('%s %s', (...suite) => {
  const known = suite[2] ? '[gap 7]' : '[gap]';
  const client = LINES.filter((_, at) => at % 2 === 0);
  const without = (n: number, gap: string): string => client.map((line, at) => (at === n ? gap : line)).join('');

  it('a record changed anywhere in its body is a bad one, and the next is read', async () => {
    const whole = await record(suite);
    const at = whole.data[2]!;
    const original = (whole.pieces[at]!.chunk as { bytes: Uint8Array }).bytes;
    for (let byte = 5; byte < original.length; byte++) {
      const bytes = Uint8Array.from(original);
      bytes[byte]! ^= 0x10;
      const seen = replaced(whole, at, data(bytes));
      expect(seen.text[0]).toBe(without(2, known));
      expect(codes(seen)).toEqual(['handshake', 'bad-record', 'not-decrypted']);
      expect(seen.notices[1]?.details).toMatchObject({ record: expect.any(Number), offset: expect.any(Number) });
      expect(seen.notices[1]?.length).toBe(original.length - 5);
    }
  });

  it('a run of bad records is told within bounds, as gaps too', async () => {
    const { pieces, data: own, keyLog } = await record(suite);
    const { side, chunk } = pieces[own[2]!]!;
    const bytes = Uint8Array.from((chunk as { bytes: Uint8Array }).bytes);
    bytes[bytes.length - 1]! ^= 1;
    const bad = new Array(100).fill({ side, chunk: data(bytes) });
    const seen = read({ pieces: [...pieces.slice(0, own[2]), ...bad], keyLog });
    expect(seen.text[0]).toBe(
      `${client.slice(0, 2).join('')}${known.repeat(suite[2] ? 8 : 1)}${suite[2] ? '[gap]' : ''}`,
    );
    expect(codes(seen).filter((code) => code === 'bad-record')).toHaveLength(8);
  });

  it('a gap inside a record costs that record', async () => {
    const whole = await record(suite);
    const at = whole.data[2]!;
    const { bytes } = whole.pieces[at]!.chunk as { bytes: Uint8Array };
    for (const [from, to] of [
      [5, bytes.length],
      [6, 7],
      [10, 20],
      [bytes.length - 1, bytes.length],
    ] as const) {
      const seen = replaced(whole, at, data(bytes.subarray(0, from)), gap(to - from), data(bytes.subarray(to)));
      expect(seen.text[0]).toBe(without(2, known));
      expect(codes(seen)).toEqual(['handshake']);
    }
  });

  it('after any other gap the place is found again', async () => {
    const whole = await record(suite);
    const at = whole.data[2]!;
    const { bytes } = whole.pieces[at]!.chunk as { bytes: Uint8Array };
    for (const cut of [gap(), gap(bytes.length)]) expect(replaced(whole, at, cut).text[0]).toBe(without(2, '[gap]'));
    expect(replaced(whole, at, data(bytes.subarray(0, 3)), gap(), data(bytes.subarray(9))).text[0]).toBe(
      without(2, '[gap]'),
    );
    const three = whole.pieces.filter((_, n) => n !== whole.data[1] && n !== whole.data[3]);
    const middle = three.indexOf(whole.pieces[at]!);
    const seen = replaced({ ...whole, pieces: three }, middle, gap());
    expect(seen.text[0]).toMatch(/line 0;.*\[gap\].*line 10;$/);
  });

  it('bytes that are no record are stepped over', async () => {
    const whole = await record(suite);
    const at = whole.data[2]!;
    const { chunk } = whole.pieces[at]!;
    const seen = replaced(whole, at, data(new Uint8Array(50).fill(0x41)), chunk);
    expect(seen.text[0]).toBe(without(2, `[gap]${client[2]}`));
    expect(codes(seen)).toEqual(['handshake', 'lost-sync', 'not-decrypted']);
  });

  it('a record that came twice, or of somebody else, does not count', async () => {
    const whole = await record(suite);
    const at = whole.data[2]!;
    const { chunk } = whole.pieces[at]!;
    const foreign = data(Uint8Array.of(0x17, 3, 3, 0, 40, ...new Uint8Array(40).fill(7)));
    const seen = replaced(whole, at, foreign, chunk, chunk, foreign);
    const text = seen.text[0].replaceAll(/\[gap( \d+)?\]/g, '');
    expect(text).toBe(client.join(''));
    expect(codes(seen).filter((code) => code === 'bad-record')).toHaveLength(3);
  });

  it('a lost ChangeCipherSpec before a record that looks like a ClientHello by chance', async () => {
    const whole = await record(suite);
    const lost = whole.pieces.flatMap(({ chunk }, at) => ('bytes' in chunk && chunk.bytes[0] === 0x14 ? [at] : []));
    for (const at of lost) {
      const { side } = whole.pieces[at]!;
      const pieces = whole.pieces.map((piece, place) => {
        if (place <= at || piece.side !== side || !('bytes' in piece.chunk) || piece.chunk.bytes[0] !== 0x16)
          return piece;
        const bytes = Uint8Array.from(piece.chunk.bytes);
        bytes.set([1, 0, 0, bytes.length - 9], 5);
        return { ...piece, chunk: { ...piece.chunk, bytes } };
      });
      const seen = replaced({ ...whole, pieces }, at, gap());
      const text = seen.text[side].replace('[gap]', '');
      expect(text).toBe(LINES.filter((_, n) => n % 2 === side).join(''));
    }
  });

  if (suite[0] === 'TLSv1.2')
    it('a handshake whose certificate was lost is no resumed one', async () => {
      const whole = await record(suite);
      const last = whole.pieces.findIndex(
        ({ side, chunk }) => side === 0 && 'bytes' in chunk && chunk.bytes[5] === 0x10,
      );
      const pieces = whole.pieces.map(({ side, chunk }, at) => {
        const isLost = side === 1 && at < last && 'bytes' in chunk && chunk.bytes[5] !== 2;
        return { side, chunk: isLost ? gap() : chunk };
      });
      const { notices } = read({ pieces, keyLog: whole.keyLog });
      expect(notices[0]).toMatchObject({ code: 'handshake', details: { resumed: false } });
    });

  it('lost handshake records, as far as keys do not depend on them', async () => {
    const whole = await record(suite);
    const before = whole.pieces.findIndex((_, at) => at === whole.data[0]);
    for (let at = 0; at < before; at++) {
      const { side, chunk } = whole.pieces[at]!;
      if (!('bytes' in chunk) || (chunk.bytes[0] === 0x16 && [1, 2].includes(chunk.bytes[5]!))) continue;
      const seen = replaced(whole, at, gap());
      const text = seen.text[side].replace('[gap]', '');
      expect(text).toBe(LINES.filter((_, n) => n % 2 === side).join(''));
    }
  });

  it('random damage and losses: never throws, never hangs, never invents', async () => {
    const whole = await record(suite);
    const random = new Random(4711);
    for (let round = 0; round < 150; round++) {
      const pieces = whole.pieces.flatMap(({ side, chunk }) =>
        damaged(random, chunk).map((one) => ({ side, chunk: one })),
      );
      const { text } = read({ pieces, keyLog: whole.keyLog });
      const lines = text[0].replaceAll(/\[gap( \d+)?\]/g, '').match(/[^;]*;/g) ?? [];
      for (const line of lines) expect(client).toContain(line);
    }
  });
});

function damaged(random: Random, chunk: Chunk): Chunk[] {
  if (chunk.kind === 'gap' || !random.chance(6)) return [chunk];
  const bytes = Uint8Array.from(chunk.bytes);
  const at = random.below(bytes.length);
  const to = random.between(at, bytes.length);
  switch (random.below(6)) {
    case 0:
      bytes[at] = random.below(256);
      return [data(bytes)];
    case 1:
      return [gap(random.chance(2) ? bytes.length : undefined)];
    case 2:
      return [data(bytes.subarray(0, at)), gap(to - at), data(bytes.subarray(to))];
    case 3:
      return [data(bytes.subarray(0, at)), gap(), data(bytes.subarray(to))];
    case 4:
      return [chunk, chunk];
    default:
      return [data(random.bytes(random.below(40))), chunk];
  }
}

it('random bytes and random records', () => {
  const random = new Random(99);
  for (let round = 0; round < 2000; round++) {
    const wire = Array.from({ length: 6 }, () => ({ side: random.below(2) as Side, bytes: arbitrary(random) }));
    const { text } = decrypt(wire, {}, random.between(1, 60));
    expect(text.join('').replaceAll(/\[gap( \d+)?\]/g, '')).toBe('');
  }
});

function arbitrary(random: Random): Uint8Array {
  if (random.chance(5)) return random.bytes(random.below(50));
  const body = random.bytes(random.below(120));
  const types = [1, 2, 4, 11, 14, 16, 20, 24];
  if (body.length > 3) body.set([random.pick(types), 0, 0, random.chance(2) ? body.length - 4 : body[3]!]);
  if (body.length > 5) body.set([3, 3], 4);
  return Uint8Array.of(random.between(20, 23), 3, random.between(1, 3), 0, body.length, ...body);
}
