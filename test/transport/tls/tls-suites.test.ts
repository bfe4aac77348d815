// Every cipher suite and version that Node's OpenSSL offers, with Node's own TLS at both ends: what was said comes out.

import { constants, createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ECDSA, RSA } from './certificates.js';
import { codes, decrypt, LINES, spoken, type Talk, talk } from './peers.js';

const tls12 = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
const tls13 = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' } as const;

function both(settings: object, server: object = {}): Talk {
  return { client: settings, server: { ...settings, ...server } };
}

const DHPARAM = { dhparam: 'auto' as const };
const RSA_SUITES = [
  ...['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'AES128-CCM', 'AES256-CCM', 'AES128-CCM8', 'AES256-CCM8'],
  ...['AES128-SHA', 'AES256-SHA', 'AES128-SHA256', 'AES256-SHA256', 'NULL-SHA', 'NULL-SHA256'],
];
const DHE_SUITES = [
  ...['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ...['ECDHE-RSA-AES128-SHA', 'ECDHE-RSA-AES256-SHA', 'ECDHE-RSA-AES128-SHA256', 'ECDHE-RSA-AES256-SHA384'],
  ...['ECDHE-RSA-NULL-SHA'],
  ...['DHE-RSA-AES128-GCM-SHA256', 'DHE-RSA-AES256-GCM-SHA384', 'DHE-RSA-CHACHA20-POLY1305', 'DHE-RSA-AES128-CCM'],
  ...['DHE-RSA-AES256-CCM8', 'DHE-RSA-AES128-SHA', 'DHE-RSA-AES256-SHA256'],
];
const ECDSA_SUITES = [
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
  ...['ECDHE-ECDSA-AES128-CCM', 'ECDHE-ECDSA-AES256-CCM', 'ECDHE-ECDSA-AES128-CCM8', 'ECDHE-ECDSA-AES256-CCM8'],
  ...['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA384'],
];
const PSK_SUITES = [
  ...['PSK-AES128-GCM-SHA256', 'PSK-AES256-GCM-SHA384', 'PSK-CHACHA20-POLY1305', 'PSK-AES128-CCM', 'PSK-AES256-CCM8'],
  ...['PSK-AES128-CBC-SHA', 'PSK-AES128-CBC-SHA256', 'PSK-AES256-CBC-SHA384'],
];
const DHE_PSK_SUITES = ['DHE-PSK-AES128-GCM-SHA256', 'ECDHE-PSK-AES256-CBC-SHA384', 'ECDHE-PSK-CHACHA20-POLY1305'];
const TLS13_SUITES = [
  ...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
  ...['TLS_AES_128_CCM_SHA256', 'TLS_AES_128_CCM_8_SHA256'],
];

async function decrypts(given: Talk, secrets: (keyLog: string) => Parameters<typeof decrypt>[1]): Promise<string> {
  const recorded = await talk(given);
  expect(recorded.error).toBeUndefined();
  const seen = decrypt(recorded.wire, secrets(recorded.keyLog));
  expect(seen.text).toEqual(spoken());
  expect(codes(seen)).toEqual(['handshake']);
  return seen.notices[0]!.message;
}

describe('with a key log', () => {
  it.each([...RSA_SUITES, ...DHE_SUITES])('TLS 1.2 %s', async (suite) => {
    const settings = { ...tls12, ciphers: `${suite}:@SECLEVEL=0` };
    const message = await decrypts(both(settings, DHPARAM), (text) => ({ text }));
    expect(message).toMatch(/^TLS 1\.2 to broker\.example \(ALPN offered: mqtt\), TLS_[A-Z0-9_]+$/);
  });

  it.each(ECDSA_SUITES)('TLS 1.2 %s', async (suite) => {
    await decrypts(both({ ...tls12, ciphers: `${suite}:@SECLEVEL=0` }, ECDSA), (text) => ({ text }));
  });

  it.each(TLS13_SUITES)('TLS 1.3 %s', async (suite) => {
    const message = await decrypts(both({ ...tls13, ciphers: suite }), (text) => ({ text }));
    expect(message).toBe(`TLS 1.3 to broker.example (ALPN offered: mqtt), ${suite}`);
  });

  it.each([
    ['TLSv1', 'ECDHE-RSA-AES128-SHA'],
    ['TLSv1.1', 'AES256-SHA'],
    ['TLSv1.1', 'ECDHE-RSA-AES256-SHA'],
  ])('%s %s', async (version, suite) => {
    const settings = { minVersion: version, maxVersion: version, ciphers: `${suite}:@SECLEVEL=0` };
    await decrypts(both(settings), (text) => ({ text }));
  });

  it.each([...PSK_SUITES, ...DHE_PSK_SUITES])('TLS 1.2 %s', async (suite) => {
    await decrypts(psk(suite), (text) => ({ text }));
  });
});

describe('with a private RSA key', () => {
  const rsaKeys = [createPrivateKey(ECDSA.key), createPrivateKey(RSA.key)];

  it.each(RSA_SUITES)('TLS 1.2 %s', async (suite) => {
    await decrypts(both({ ...tls12, ciphers: `${suite}:@SECLEVEL=0` }), () => ({ rsaKeys }));
  });

  it('TLS 1.1', async () => {
    const settings = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'AES128-SHA:@SECLEVEL=0' };
    await decrypts(both(settings), () => ({ rsaKeys }));
  });

  it('without the extended master secret', async () => {
    const SSL_OP_NO_EXTENDED_MASTER_SECRET = 1;
    const settings = { ...tls12, ciphers: 'AES128-GCM-SHA256', secureOptions: SSL_OP_NO_EXTENDED_MASTER_SECRET };
    await decrypts(both(settings), () => ({ rsaKeys }));
  });

  it.each(['RSA-PSK-AES128-GCM-SHA256', 'RSA-PSK-AES256-CBC-SHA384'])('and a pre-shared key: %s', async (suite) => {
    await decrypts(psk(suite), () => ({ rsaKeys, psks: PSKS }));
  });
});

const KEY = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const PSKS = new Map([[Buffer.from('site3-sensor').toString('hex'), new Uint8Array(KEY)]]);

function psk(suite: string): Talk {
  const settings = { ...tls12, ciphers: `${suite}:@SECLEVEL=0` };
  return {
    client: { ...settings, pskCallback: () => ({ psk: KEY, identity: 'site3-sensor' }) },
    server: { ...settings, dhparam: 'auto', pskCallback: () => KEY, pskIdentityHint: 'site3' },
  };
}

describe('with a pre-shared key', () => {
  it.each(PSK_SUITES)('TLS 1.2 %s', async (suite) => {
    const message = await decrypts(psk(suite), () => ({ psks: PSKS }));
    expect(message).toContain('pre-shared key of site3-sensor');
  });
});

it('encrypt-then-MAC and MAC-then-encrypt', async () => {
  const SSL_OP_NO_ENCRYPT_THEN_MAC = 0x80000;
  for (const secureOptions of [0, SSL_OP_NO_ENCRYPT_THEN_MAC, constants.SSL_OP_NO_TICKET]) {
    await decrypts(both({ ...tls12, ciphers: 'ECDHE-RSA-AES128-SHA256', secureOptions }), (text) => ({ text }));
  }
});

describe('cut anywhere', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('%s in pieces of any size', async (version) => {
    const lines = LINES.map((line) => line.slice(0, 300));
    const recorded = await talk({ ...both({ minVersion: version, maxVersion: version }), lines });
    const whole = decrypt(recorded.wire, { text: recorded.keyLog }, 1 << 20);
    expect(whole.text).toEqual(spoken(lines));
    for (const size of [1, 2, 3, 4, 5, 6, 7, 11, 64, 333]) {
      const seen = decrypt(recorded.wire, { text: recorded.keyLog }, size);
      expect(seen.text).toEqual(whole.text);
      expect(codes(seen)).toEqual(codes(whole));
    }
  });
});
