// Certificates made while somebody asks: what they say, and what an authority's folder may hold.

import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Authority, loadAuthority } from '../../../src/io/proxy/authority.js';
import { x509 } from '../../../src/io/proxy/authority-library.js';
import { makeAuthority } from '../../../src/io/proxy/authority-making.js';
import { UserError } from '../../../src/user-error.js';
import { hasProgram } from '../../support/programs.js';

const root = mkdtempSync(join(tmpdir(), 'authority-'));
const DAY = 24 * 60 * 60 * 1000;
/** Certificates are to the second. */
const NOW = Math.floor(Date.now() / 1000) * 1000;
const clock = () => NOW;

let count = 0;
const newFolder = () => join(root, `${++count}`);
let folder: string;
let authority: Authority;

beforeAll(async () => {
  folder = newFolder();
  await makeAuthority(folder, { name: 'of the test', clock });
  authority = await loadAuthority(folder, { clock });
});
afterAll(() => rmSync(root, { recursive: true }));

async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message.replaceAll(`${root}/`, '');
}

const leaf = async (name: string, from = authority) =>
  new X509Certificate((await from.certificateFor(name)).certificate);

function openssl(...args: string[]): string {
  return execFileSync('openssl', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

describe('an authority', () => {
  it('says what it is', () => {
    const { subject, issuer, ca, validFrom, validTo, publicKey } = new X509Certificate(authority.certificate);
    expect(subject).toBe('CN=mqtt-dissect proxy CA of the test');
    expect(issuer).toBe(subject);
    expect(ca).toBe(true);
    expect(publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(Date.parse(validFrom)).toBe(NOW - DAY);
    expect(Date.parse(validTo)).toBe(NOW + 3650 * DAY);
  });

  it.skipIf(!hasProgram('openssl'))('has the extensions of one, as openssl reads them', () => {
    const text = openssl('x509', '-in', join(folder, 'ca.crt'), '-noout', '-text').replace(/\s+/g, ' ');
    expect(text).toContain('X509v3 Basic Constraints: critical CA:TRUE, pathlen:0');
    expect(text).toContain('X509v3 Key Usage: critical Certificate Sign, CRL Sign');
    expect(text).toMatch(/X509v3 Subject Key Identifier: ([0-9A-F]{2}:){19}[0-9A-F]{2}/);
    expect(text).toContain('Signature Algorithm: ecdsa-with-SHA256');
  });

  it('keeps its key from others', () => {
    expect(readdirSync(folder).sort()).toEqual(['ca.crt', 'ca.key']);
    expect(statSync(join(folder, 'ca.key')).mode & 0o777).toBe(0o600);
  });

  it('has a serial number of its own', async () => {
    const other = newFolder();
    await makeAuthority(other, { name: 'of the test', clock });
    const numberOf = (path: string) => new X509Certificate(readFileSync(join(path, 'ca.crt'))).serialNumber;
    expect(numberOf(other)).not.toBe(numberOf(folder));
  });

  it('is called after this machine, if nothing else', async () => {
    const other = newFolder();
    await makeAuthority(other);
    expect((await loadAuthority(other)).certificate).toContain('BEGIN CERTIFICATE');
    expect(new X509Certificate(readFileSync(join(other, 'ca.crt'))).subject).toMatch(/^CN=mqtt-dissect proxy CA \S+$/);
  });

  it.each(['ca.crt', 'ca.key'])('is not written over %s', async (file) => {
    const other = newFolder();
    mkdirSync(other);
    writeFileSync(join(other, file), 'precious');
    expect(await failure(makeAuthority(other))).toBe(
      `${count}/${file}: is there already and is not overwritten: name another folder or remove it`,
    );
    expect(readdirSync(other)).toEqual([file]);
    expect(readFileSync(join(other, file), 'utf8')).toBe('precious');
  });

  const NAME_RULE = `an authority's name is letters, digits, spaces, ".", "_" and "-", at most 42, not`;
  it.each([
    [{ days: 0 }, 'an authority is valid for 1 to 36500 days, not for 0'],
    [{ days: 1.5 }, 'an authority is valid for 1 to 36500 days, not for 1.5'],
    [{ days: 40_000 }, 'an authority is valid for 1 to 36500 days, not for 40000'],
    [{ name: '' }, `${NAME_RULE} ""`],
    [{ name: '#0403' }, `${NAME_RULE} "#0403"`],
    [{ name: 'x'.repeat(43) }, `${NAME_RULE} "${'x'.repeat(43)}"`],
  ])('cannot be made with %j', async (options, message) => {
    const other = newFolder();
    expect(await failure(makeAuthority(other, options))).toBe(message);
    expect(() => statSync(other)).toThrow();
  });

  it('needs a folder', async () => {
    const file = newFolder();
    writeFileSync(file, '');
    expect(await failure(makeAuthority(file))).toBe(`${count}: is a file, not a folder`);
    expect(await failure(makeAuthority(join(file, 'below')))).toBe(`${count}/below: no such directory`);
  });
});

it('leaves no trace of how its library is loaded', () => {
  expect(x509()).toBe(x509());
  expect(
    Object.keys(Reflect)
      .concat(Object.getOwnPropertyNames(Reflect))
      .filter((name) => /metadata/i.test(name)),
  ).toEqual([]);
});

describe('a certificate', () => {
  it('is for a name', async () => {
    const certificate = await leaf('Broker.Example.com.');
    expect(certificate.subject).toBe('CN=broker.example.com');
    expect(certificate.subjectAltName).toBe('DNS:broker.example.com');
    expect(certificate.issuer).toBe('CN=mqtt-dissect proxy CA of the test');
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(Date.parse(certificate.validFrom)).toBe(NOW - DAY);
    expect(Date.parse(certificate.validTo)).toBe(NOW + 365 * DAY);
    expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
  });

  it.each([
    ['192.0.2.1', 'IP Address:192.0.2.1'],
    ['2001:DB8::1', 'IP Address:2001:DB8:0:0:0:0:0:1'],
    ['fe80::1%eth0', 'IP Address:FE80:0:0:0:0:0:0:1'],
    ['mqtt_broker', 'DNS:mqtt_broker'],
    ['xn--bcher-kva.example', 'DNS:xn--bcher-kva.example'],
    [`${'a'.repeat(63)}.${'b'.repeat(63)}.c`, `DNS:${'a'.repeat(63)}.${'b'.repeat(63)}.c`],
  ])('is for %s', async (name, alternative) => {
    expect((await leaf(name)).subjectAltName).toBe(alternative);
  });

  it.each([
    '',
    '*',
    '*.example.com',
    'a b',
    '-a',
    'a-',
    'a..b',
    '.a',
    'bücher.example',
    'a\0b',
    'a"b',
    'a,DNS:b',
    '1.2.3.4/8',
    'x'.repeat(64),
    'abcdefghi.'.repeat(26),
  ])('is not made for %j', async (name) => {
    const text = name.length <= 40 ? name : `${name.slice(0, 40)}…`;
    expect(await failure(authority.certificateFor(name))).toBe(
      `${JSON.stringify(text)} is no host name: no certificate is made for it`,
    );
  });

  it('ends with its authority', async () => {
    const other = newFolder();
    await makeAuthority(other, { days: 30, clock });
    expect(Date.parse((await leaf('a.example', await loadAuthority(other, { clock }))).validTo)).toBe(NOW + 30 * DAY);
  });

  it('is made once for all who ask at the same time', async () => {
    const all = await Promise.all(
      ['a.example', 'A.example', 'a.example.'].map((name) => authority.certificateFor(name)),
    );
    expect(all[1]).toBe(all[0]);
    expect(all[2]).toBe(all[0]);
    expect(await authority.certificateFor('b.example')).not.toBe(all[0]);
  });

  it('is that of another name for who asks for none', async () => {
    const source = authority.source('c.example');
    const fallback = await authority.certificateFor('c.example');
    expect(await Promise.all([undefined, '', 'C.example'].map(source))).toEqual([fallback, fallback, fallback]);
    expect(await source('d.example')).not.toEqual(fallback);
  });

  it('is forgotten when many others were asked for since', async () => {
    const bounded = await loadAuthority(folder, { clock, maximumNames: 3 });
    const ask = (name: string) => bounded.certificateFor(name);
    const [a, b] = [await ask('a'), await ask('b')];
    await ask('c');
    expect(await ask('a')).toBe(a);
    await ask('d');
    expect(bounded.names).toBe(3);
    expect(await ask('a')).toBe(a);
    expect(await ask('b')).not.toBe(b);
    for (let number = 0; number < 10; number++) await ask(`n${number}`);
    expect(bounded.names).toBe(3);
  });

  it('is made again when it has expired, as long as its authority has not', async () => {
    const other = newFolder();
    await makeAuthority(other, { days: 500, clock });
    let now = NOW;
    const aging = await loadAuthority(other, { clock: () => now });
    const first = await aging.certificateFor('a');
    now = NOW + 365 * DAY - 1;
    expect(await aging.certificateFor('a')).toBe(first);
    now = NOW + 365 * DAY;
    const second = await leaf('a', aging);
    expect(Date.parse(second.validTo)).toBe(NOW + 500 * DAY);
    now = NOW + 500 * DAY;
    const on = new Date(now).toISOString().slice(0, 10);
    const message = `${count}/ca.crt: the certificate has expired on ${on}: make a new authority`;
    expect(await failure(aging.certificateFor('a'))).toBe(message);
    expect(await failure(loadAuthority(other, { clock: () => now }))).toBe(message);
  });

  it.skipIf(!hasProgram('openssl'))('is accepted by openssl, with its name checked', async () => {
    const ca = join(folder, 'ca.crt');
    const file = join(root, 'leaf.crt');
    writeFileSync(file, (await authority.certificateFor('broker.example')).certificate);
    const verify = (...args: string[]) =>
      openssl('verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', ca, ...args);
    expect(verify('-verify_hostname', 'broker.example', file)).toContain('leaf.crt: OK');
    expect(() => verify('-verify_hostname', 'other.example', file)).toThrow(/hostname mismatch/i);
    writeFileSync(file, (await authority.certificateFor('2001:db8::1')).certificate);
    expect(verify('-verify_ip', '2001:db8::1', file)).toContain('leaf.crt: OK');
  });
});

describe('a folder', () => {
  const CASES: readonly (readonly [what: string, change: (folder: string) => void, message: string])[] = [
    [
      'is not there',
      (path) => rmSync(path, { recursive: true }),
      ': there is no authority (ca.crt, ca.key); --make-ca makes one',
    ],
    ['lacks the key', (path) => rmSync(join(path, 'ca.key')), '/ca.key: no such file'],
    ['lacks the certificate', (path) => rmSync(join(path, 'ca.crt')), '/ca.crt: no such file'],
    ['has no PEM', (path) => writeFileSync(join(path, 'ca.crt'), 'hello'), '/ca.crt: is no certificate in PEM'],
    [
      'has no key in PEM',
      (path) => writeFileSync(join(path, 'ca.key'), 'hello'),
      '/ca.key: is no private key in PEM without a passphrase',
    ],
    [
      'has the key of another',
      (path) => writeFileSync(join(path, 'ca.key'), readFileSync(join(folder, 'ca.key'))),
      '/ca.key: does not belong to $/ca.crt',
    ],
  ];
  it.each(CASES)('that %s is refused', async (_, change, message) => {
    const other = newFolder();
    await makeAuthority(other);
    change(other);
    expect(await failure(loadAuthority(other))).toBe(`${count}${message.replace('$', `${count}`)}`);
  });

  it('whose certificate is not valid yet is refused', async () => {
    const other = newFolder();
    await makeAuthority(other, { clock: () => Date.UTC(2040, 0, 10) });
    expect(await failure(loadAuthority(other, { clock }))).toBe(
      `${count}/ca.crt: the certificate is valid from 2040-01-09 only`,
    );
  });

  it('beyond 2049 is another format of time', async () => {
    const other = newFolder();
    const later = () => Date.UTC(2060, 0, 10);
    await makeAuthority(other, { clock: later });
    const certificate = await leaf('a', await loadAuthority(other, { clock: later }));
    expect(new Date(certificate.validFrom).toISOString()).toBe('2060-01-09T00:00:00.000Z');
  });

  it.skipIf(!hasProgram('openssl'))('with the certificate of a server is refused', async () => {
    const other = newFolder();
    mkdirSync(other);
    const { certificate, key } = await authority.certificateFor('a');
    writeFileSync(join(other, 'ca.crt'), certificate);
    writeFileSync(join(other, 'ca.key'), key);
    expect(await failure(loadAuthority(other))).toBe(
      `${count}/ca.crt: is the certificate of no authority: it may not sign others`,
    );
  });

  describe.skipIf(!hasProgram('openssl'))('that openssl made', () => {
    const made = (...key: string[]): string => {
      const other = newFolder();
      mkdirSync(other);
      const files = ['-keyout', join(other, 'ca.key'), '-out', join(other, 'ca.crt')];
      openssl('req', '-x509', '-newkey', ...key, '-nodes', '-subj', '/O=Ours/CN=Root, of us', '-days', '2', ...files);
      return other;
    };
    it.each([
      [['rsa:2048']],
      [['ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1']],
      [['ec', '-pkeyopt', 'ec_paramgen_curve:secp521r1']],
      [['ed25519']],
      // A name of its key that is no hash of it, and none.
      [['ed25519', '-addext', 'subjectKeyIdentifier=01:02:03:04', '-addext', 'authorityKeyIdentifier=none']],
      [['ed25519', '-addext', 'subjectKeyIdentifier=none']],
    ])('signs with %j', async (key) => {
      const other = made(...key);
      const loaded = await loadAuthority(other);
      const file = join(root, 'leaf.crt');
      writeFileSync(file, (await loaded.certificateFor('a.example')).certificate);
      const ca = join(other, 'ca.crt');
      expect(openssl('verify', '-CAfile', ca, '-verify_hostname', 'a.example', file)).toContain('leaf.crt: OK');
    });

    it('with another kind of key is refused', async () => {
      const other = made('ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1');
      expect(await failure(loadAuthority(other))).toBe(
        `${count}/ca.key: is of a kind that cannot sign here: use ECDSA (P-256, P-384, P-521), RSA or Ed25519`,
      );
    });

    it('with an authority above it sends its own certificate along', async () => {
      const above = made('rsa:2048');
      const other = newFolder();
      mkdirSync(other);
      const at = (name: string) => join(other, name);
      openssl(
        'req',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-subj',
        '/CN=Between',
        '-keyout',
        at('ca.key'),
        '-out',
        at('csr'),
      );
      writeFileSync(at('extensions'), 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n');
      const signer = ['-CA', join(above, 'ca.crt'), '-CAkey', join(above, 'ca.key'), '-CAcreateserial', '-days', '2'];
      openssl('x509', '-req', '-in', at('csr'), ...signer, '-extfile', at('extensions'), '-out', at('ca.crt'));
      const { certificate } = await (await loadAuthority(other)).certificateFor('a.example');
      const [own = '', between = ''] = certificate.split(/(?<=-----END CERTIFICATE-----\n)/);
      writeFileSync(at('own'), own);
      expect(between).toBe(readFileSync(at('ca.crt'), 'utf8'));
      const through = ['-CAfile', join(above, 'ca.crt'), '-untrusted', at('ca.crt')];
      expect(openssl('verify', ...through, '-verify_hostname', 'a.example', at('own'))).toContain('own: OK');
    });
  });
});
