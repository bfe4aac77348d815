// Secrets over time: sessions that are resumed, key logs that grow, and connections nobody has keys for.

import { constants, createPrivateKey } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { decryptRsa } from '../../../src/transport/tls/crypto.js';
import { KeyLog } from '../../../src/transport/tls/keylog.js';
import { TlsSecrets } from '../../../src/transport/tls/secrets.js';
import { Tls } from '../../../src/transport/tls/tls.js';
import type { Delivery } from '../../../src/transport/transport.js';
import { RSA } from './certificates.js';
import { codes, collected, decrypt, inPieces, keyLogOf, LINES, type Recorded, spoken, talk } from './peers.js';

const only = (version: 'TLSv1.2' | 'TLSv1.3') => ({ minVersion: version, maxVersion: version });
/** Sessions are resumed only where both were made with the same ticket key. */
const server = { ticketKeys: Buffer.alloc(48, 7), sessionIdContext: 'test' };

async function twice(version: 'TLSv1.2' | 'TLSv1.3', client: ConnectionOptions = {}): Promise<[Recorded, Recorded]> {
  const first = await talk({ client: { ...only(version), ...client }, server: { ...only(version), ...server } });
  const { session } = first;
  const again = { ...only(version), ...client, ...(session && { session }) };
  return [first, await talk({ client: again, server: { ...only(version), ...server } })];
}

function run(tls: Tls, { wire }: Recorded): Delivery[] {
  const out = inPieces(wire, 1000).flatMap(({ side, chunk }) => [...tls.push(side, chunk)]);
  return [...out, ...tls.end(0, 0)];
}

describe('a resumed session', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('%s by its own secrets', async (version) => {
    const [, second] = await twice(version);
    const seen = decrypt(second.wire, { text: second.keyLog });
    expect(seen.text).toEqual(spoken());
    expect(seen.notices[0]?.details).toMatchObject({ resumed: true });
    expect(seen.notices[0]?.message).toMatch(/, resumed$/);
  });

  it('TLS 1.2 by the secrets of the first connection alone', async () => {
    const [first, second] = await twice('TLSv1.2');
    const secrets = new TlsSecrets({ keyLog: keyLogOf(first.keyLog) });
    run(new Tls(secrets), first);
    const seen = collected(run(new Tls(secrets), second));
    expect(seen.text).toEqual(spoken());
    expect(codes(seen)).toEqual(['handshake']);
  });
});

describe('without secrets', () => {
  it.each([
    ['TLSv1.2', /^encrypted: needs a key log with CLIENT_RANDOM [0-9a-f]{64}$/],
    ['TLSv1.3', /^encrypted: needs a key log with CLIENT_HANDSHAKE_TRAFFIC_SECRET, .* of client random [0-9a-f]{64}$/],
  ] as const)('%s: one notice says what is needed, and the end how much it was', async (version, need) => {
    const recorded = await talk({ client: only(version) });
    for (const mayGrow of [true, false]) {
      const secrets = new TlsSecrets();
      secrets.mayGrow = mayGrow;
      const seen = collected(run(new Tls(secrets), recorded));
      expect(seen.text).toEqual(['', '']);
      expect(codes(seen)).toEqual(['handshake', 'no-secrets', 'not-decrypted', 'not-decrypted']);
      expect(seen.notices[1]?.message).toMatch(need);
      for (const { length } of seen.notices.slice(2)) expect(length).toBeGreaterThan(20_000);
    }
  });

  it('names the other ways', async () => {
    const settings = { ...only('TLSv1.2'), ciphers: 'AES128-SHA' };
    const recorded = await talk({ client: settings, server: settings });
    expect(decrypt(recorded.wire).notices[1]?.message).toMatch(/, or the private RSA key of the server$/);
  });

  it('says so where the handshake was not seen', async () => {
    const { wire } = await talk({ client: only('TLSv1.3') });
    const seen = decrypt(wire.slice(-4));
    expect(codes(seen)).toContain('no-secrets');
    expect(seen.notices[0]?.message).toBe(
      'encrypted: its handshake was not seen, and without it no secret can be found',
    );
  });
});

describe('a key log that grows', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('%s: whenever the secrets come, nothing is missing', async (version) => {
    const recorded = await talk({ client: only(version) });
    const pieces = inPieces(recorded.wire, 1000);
    for (let when = 0; when <= pieces.length; when += 7) {
      const keyLog = new KeyLog();
      const tls = new Tls(new TlsSecrets({ keyLog }));
      const out: Delivery[] = [];
      pieces.forEach(({ side, chunk }, at) => {
        if (at === when) keyLog.add(recorded.keyLog);
        out.push(...tls.push(side, chunk));
      });
      if (when === pieces.length) keyLog.add(recorded.keyLog);
      const seen = collected([...out, ...tls.poll(), ...tls.end(0, 0)]);
      expect(seen.text).toEqual(spoken());
      expect(codes(seen)).toEqual(['handshake']);
    }
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('%s: what was more than is held is a gap', async (version) => {
    const lines = [...LINES, 'z'.repeat(100), 'w'.repeat(100)];
    const recorded = await talk({ client: only(version), lines });
    const keyLog = new KeyLog();
    const tls = new Tls(new TlsSecrets({ keyLog }), { maxHeldBytes: 8000 });
    const pieces = inPieces(recorded.wire, 1 << 20);
    // The last one is said after the secrets came.
    const cut = pieces.findLastIndex(
      ({ side, chunk }) => side === 0 && chunk.kind === 'data' && chunk.bytes.length > 100,
    );
    const out = pieces.slice(0, cut).flatMap(({ side, chunk }) => [...tls.push(side, chunk)]);
    keyLog.add(recorded.keyLog);
    out.push(...tls.poll());
    out.push(...pieces.slice(cut).flatMap(({ side, chunk }) => [...tls.push(side, chunk)]));
    const seen = collected([...out, ...tls.end(0, 0)]);
    expect(seen.text[0]).toBe(`connect me[gap]${'z'.repeat(100)}`);
    expect(codes(seen)).toContain('not-held');
    expect(codes(seen)).toContain('no-secrets');
    expect(codes(seen)).toContain('not-decrypted');
  });

  it('with secrets of one direction alone, that one waits as long as there is room', async () => {
    const recorded = await talk({ client: only('TLSv1.3') });
    const pieces = inPieces(recorded.wire, 1000).map(({ side, chunk }, origin) => ({
      side,
      chunk: { ...chunk, origin },
    }));
    const keyLog = keyLogOf(recorded.keyLog.replace(/^CLIENT.*\n/gm, ''));
    const run = (tls: Tls) => {
      const out = pieces.flatMap(({ side, chunk }) => [...tls.push(side, chunk)]);
      const [first, all] = [collected(out), collected([...out, ...tls.end(0, 0)])];
      expect(all.text[1] === spoken()[1]).toBe(true);
      return first.text[1].length;
    };
    expect(run(new Tls(new TlsSecrets({ keyLog })))).toBe(0);
    expect(run(new Tls(new TlsSecrets({ keyLog }), { maxHeldBytes: 8000 }))).toBeGreaterThan(20_000);
  });

  it('all connections together hold no more than was granted', async () => {
    const recorded = await talk({ client: only('TLSv1.3') });
    const secrets = new TlsSecrets({ bounds: { maxHeldTotal: 20_000 } });
    const connections = Array.from({ length: 5 }, () => new Tls(secrets));
    const out = connections.flatMap((tls) =>
      inPieces(recorded.wire, 1000).flatMap(({ side, chunk }) => [...tls.push(side, chunk)]),
    );
    expect(out.filter((one) => 'notice' in one && one.notice.code === 'no-secrets')).toHaveLength(5);
    for (const tls of connections) tls.end(0, 0);
    expect(secrets.reserve(20_000)).toBe(true);
  });
});

it('says which protocol was agreed on', async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const recorded = await talk({ client: only(version), server: { ALPNProtocols: ['http/1.1', 'mqtt'] } });
    const seen = decrypt(recorded.wire, { text: recorded.keyLog });
    expect(seen.notices[0]?.message).toMatch(/^TLS 1\.[23] to broker\.example \(ALPN mqtt\), TLS_/);
    expect(seen.notices[0]?.details).toMatchObject({ alpn: 'mqtt', serverName: 'broker.example', resumed: false });
  }
});

it('shows alerts but a closing', async () => {
  const recorded = await talk({ client: { rejectUnauthorized: true, ...only('TLSv1.2') } });
  expect(codes(decrypt(recorded.wire))).toEqual(expect.arrayContaining(['handshake']));
  const refused = await talk({ client: only('TLSv1.2'), server: only('TLSv1.3') });
  const seen = decrypt(refused.wire);
  expect(codes(seen)).toEqual(['handshake', 'alert']);
  expect(seen.notices[0]?.message).toBe('TLS to broker.example (ALPN offered: mqtt), no ServerHello was seen');
  expect(seen.notices[1]?.message).toBe('TLS alert, fatal: protocol_version');
});

describe('directions in disorder, as some captures have them', () => {
  const suites = [
    ['TLSv1.2', 'ECDHE-RSA-AES128-GCM-SHA256', false],
    ['TLSv1.2', 'AES128-GCM-SHA256', true],
    ['TLSv1.3', 'TLS_AES_128_GCM_SHA256', false],
  ] as const;

  it.each(suites)('%s %s: one behind the other', async (version, ciphers, byRsaKey) => {
    const settings = { ...only(version), ciphers };
    const { wire, keyLog } = await talk({ client: settings, server: settings });
    for (const first of [0, 1]) {
      const sorted = [...wire.filter(({ side }) => side === first), ...wire.filter(({ side }) => side !== first)];
      const secrets = byRsaKey ? { rsaKeys: [createPrivateKey(RSA.key)] } : { text: keyLog };
      const seen = decrypt(sorted, secrets);
      expect(seen.text).toEqual(spoken());
      expect(codes(seen)).toEqual(['handshake']);
    }
  });

  it('the end of one handshake before the middle of the other side, when no secrets can come later', async () => {
    const settings = { ...only('TLSv1.2'), ciphers: 'AES128-GCM-SHA256' };
    const recorded = await talk({ client: settings, server: settings });
    const keys = recorded.wire.findIndex(({ side, bytes }) => side === 0 && bytes[5] === 16);
    const answer = recorded.wire.findIndex(({ side }, at) => at > keys && side === 1);
    const wire = [...recorded.wire];
    wire.splice(keys, 0, ...wire.splice(answer, 1));
    const secrets = new TlsSecrets({ rsaKeys: [createPrivateKey(RSA.key)] });
    secrets.mayGrow = false;
    const seen = collected(run(new Tls(secrets), { ...recorded, wire }));
    expect(seen.text).toEqual(spoken());
    expect(codes(seen)).toEqual(['handshake']);
  });
});

it('a server that asks for another key share', async () => {
  const client = { ...only('TLSv1.3'), ecdhCurve: 'X25519:P-256' };
  const recorded = await talk({ client, server: { ...only('TLSv1.3'), ecdhCurve: 'P-256' } });
  // ChangeCipherSpec and another ClientHello.
  expect(recorded.wire.some(({ bytes }) => bytes[0] === 20 && bytes[6] === 22 && bytes[11] === 1)).toBe(true);
  const seen = decrypt(recorded.wire, { text: recorded.keyLog });
  expect(seen.text).toEqual(spoken());
  expect(codes(seen)).toEqual(['handshake']);
});

it.each(['CLIENT', 'SERVER'])('%s secrets only give that direction', async (who) => {
  const recorded = await talk({ client: only('TLSv1.3') });
  const text = recorded.keyLog.replace(new RegExp(`^(?!${who}).*$`, 'gm'), '');
  const seen = decrypt(recorded.wire, { text });
  const expected = spoken();
  // Told anew after each turn of the side that is read.
  expected[who === 'CLIENT' ? 1 : 0] = '[gap][gap][gap]';
  expect(seen.text.map((text) => text.length)).toEqual(expected.map((text) => text.length));
  expect(seen.text).toContain('[gap][gap][gap]');
  expect(codes(seen)).toEqual(['handshake', 'no-secrets', 'not-decrypted']);
});

it('secrets of the application data alone are enough for it', async () => {
  const recorded = await talk({ client: only('TLSv1.3') });
  const seen = decrypt(recorded.wire, { text: recorded.keyLog.replace(/^.*HANDSHAKE.*$/gm, '') });
  expect(seen.text).toEqual(spoken());
  expect(codes(seen)).toEqual(['handshake', 'not-decrypted', 'not-decrypted']);
});

describe('other lines of a key log', () => {
  const settings = { ...only('TLSv1.2'), ciphers: 'AES128-GCM-SHA256' };
  const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

  it('the premaster secret, by its encrypted form or by the client random', async () => {
    const { wire } = await talk({ client: settings, server: settings });
    const { bytes } = wire.find((one) => one.side === 0 && one.bytes[5] === 16)!;
    const encrypted = bytes.subarray(11, 11 + 256);
    const premaster = toHex(decryptRsa(createPrivateKey(RSA.key), encrypted)!);
    const random = toHex(wire[0]!.bytes.subarray(11, 43));
    for (const text of [
      `RSA ${toHex(encrypted.subarray(0, 8))} ${premaster}`,
      `PMS_CLIENT_RANDOM ${random} ${premaster}`,
    ]) {
      expect(decrypt(wire, { text }).text).toEqual(spoken());
    }
  });

  it('the master secret by the session', async () => {
    const { wire, keyLog } = await talk({
      client: settings,
      server: { ...settings, secureOptions: constants.SSL_OP_NO_TICKET },
    });
    const hello = wire.find(({ side }) => side === 1)!.bytes;
    const id = toHex(hello.subarray(44, 44 + hello[43]!));
    expect(id).toHaveLength(64);
    const text = `RSA Session-ID:${id} Master-Key:${/^CLIENT_RANDOM \S+ (\S+)/m.exec(keyLog)?.[1]}`;
    expect(decrypt(wire, { text }).text).toEqual(spoken());
  });
});
