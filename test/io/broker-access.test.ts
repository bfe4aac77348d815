import { execFileSync } from 'node:child_process';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyBytes, parsePasswords, parsePsks } from '../../src/broker/config/password-file.js';
import { renderRemark } from '../../src/broker/config/remark.js';
import { authenticateBy } from '../../src/io/broker-access.js';
import { readAgain, readSetup } from '../../src/io/broker-setup.js';
import { isPassword } from '../../src/io/passwords.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { freePort, startMosquitto, TestFolder } from '../support/mosquitto.js';
import { hasProgram } from '../support/programs.js';

// Made by mosquitto_passwd 2.0.11: passwords "secret" and "hunter2".
const USERS = [
  'old:$6$uxGPCXFmkaG/Wjmy$BZfKOj5LucnuOmeXpHitsM5R98yNXgrAveqH0C8BucfFaHvlsyWLlZJxK4dNsUfdc1QlCaBsquYsjG6WVAcGtg==',
  'new:$7$101$jUedbHid81Wdp1rv$wjdiWmdpUTrfxpYNZPcjrHEHXwWq7rSU80YsQxSb38njub4YIiHixUliJVWkCVxM6SuG8ir46JjFmoMXTCdTLQ==',
].join('\n');

const folder = new TestFolder();
afterAll(() => folder.remove());

const request = (userName: string | undefined, password: string | undefined) =>
  ({
    kind: 'authenticate',
    connection: 1,
    listener: 0,
    clientId: 'c',
    userName,
    password: password === undefined ? undefined : Buffer.from(password),
  }) as const;

it('both kinds of hashes are checked', async () => {
  const { users } = parsePasswords({ name: 'p', text: USERS });
  expect([...users.values()].map(({ kind, iterations }) => [kind, iterations])).toEqual([
    ['sha512', 1],
    ['pbkdf2-sha512', 101],
  ]);
  const passwords: Readonly<Record<string, string>> = { old: 'secret', new: 'hunter2' };
  for (const [name, hash] of users) {
    expect(await isPassword(Buffer.from(passwords[name]!), hash)).toBe(true);
    expect(await isPassword(Buffer.from('other'), hash)).toBe(false);
  }
});

describe.skipIf(!hasProgram('mosquitto_passwd'))('what mosquitto_passwd hashes', () => {
  const hashed = (name: string, password: string, ...args: string[]): string => {
    const path = folder.write('hashes', '');
    execFileSync('mosquitto_passwd', ['-b', ...args, path, name, password], { stdio: 'pipe' });
    return execFileSync('cat', [path], { encoding: 'utf8' });
  };

  it.each([
    ['a', 'secret', []],
    ['name with spaces', 'p w', []],
    ['a', 'ünïcödé ☃', []],
    ['a', 'x'.repeat(1000), []],
    ['a', 'secret', ['-H', 'sha512']],
    ['a', 'p$:#', ['-H', 'sha512']],
    ['a', 'p$:#', ['-H', 'sha512-pbkdf2']],
  ])('is the password of %s: %s %j', async (name, password, args) => {
    const { users, remarks } = parsePasswords({ name: 'p', text: hashed(name, password, ...args) });
    expect(remarks).toEqual([]);
    const hash = users.get(name)!;
    expect(await isPassword(Buffer.from(password), hash)).toBe(true);
    expect(await isPassword(Buffer.from(`${password} `), hash)).toBe(false);
    expect(await isPassword(new Uint8Array(0), hash)).toBe(false);
  });
});

const HASH = `$6$${Buffer.alloc(12).toString('base64')}$${Buffer.alloc(64).toString('base64')}`;

it.each<[text: string, users: readonly string[], remarks: readonly string[]]>([
  [`# a:b\n\na:${HASH}\r\n`, ['a'], []],
  [` a b :${HASH}\n`, ['a b'], []],
  [`a::${HASH}:x\n`, ['a'], []],
  [`a:${HASH}\na:${HASH}`, ['a'], ['p:2: warning: user "a" is there a second time: this one counts']],
  ['a', [], ['p:1: warning: "a" is left out: it has no password behind a colon']],
  ['a:', [], ['p:1: warning: "a" is left out: it has no password behind a colon']],
  ['a:b', [], ['p:1: warning: user "a" is left out: its password is not hashed by mosquitto_passwd ($6$… or $7$…)']],
  ['a:$7$AAAAAAAAAAAAAAAA$x', [], ['p:1: warning: user "a" is left out: the number of iterations is missing']],
  ['a:$7$0$AAAAAAAAAAAAAAAA$x', [], ['p:1: warning: user "a" is left out: the number of iterations is missing']],
  ['a:$6$!$x', [], ['p:1: warning: user "a" is left out: its salt is not base64']],
  ['a:$6$AAAAAAAAAAAAAAAA', [], ['p:1: warning: user "a" is left out: its hash is not base64 of 64 bytes']],
  ['a:$6$AAAAAAAAAAAAAAAA$AAAA', [], ['p:1: warning: user "a" is left out: its hash is not base64 of 64 bytes']],
])('a password file is read: %j', (text, users, remarks) => {
  const parsed = parsePasswords({ name: 'p', text });
  expect([...parsed.users.keys()]).toEqual(users);
  expect(parsed.remarks.map(renderRemark)).toEqual(remarks);
});

it('pre-shared keys are read, also those with half a byte', () => {
  const { keys } = parsePsks({ name: 'p', text: '# x\nid:deadBEEF\neasy:12345\nzero:00ff\n' });
  expect(keys).toEqual(
    new Map([
      ['id', Uint8Array.of(0xde, 0xad, 0xbe, 0xef)],
      ['easy', Uint8Array.of(0x01, 0x23, 0x45)],
      ['zero', Uint8Array.of(0x00, 0xff)],
    ]),
  );
  expect(keyBytes('001')).toEqual(Uint8Array.of(0, 1));
  const wrong = parsePsks({ name: 'p', text: 'a:0x12\nb\n' });
  expect(wrong.keys).toBeUndefined();
  expect(wrong.remarks.map(renderRemark)).toEqual([
    'p:1: the key of "a" is not hexadecimal (without 0x)',
    'p:2: warning: "b" is left out: it has no key behind a colon',
  ]);
});

/** With a password_file of "user" and "pass word", or without; who comes in. */
const LOGINS: readonly [
  file: boolean,
  anonymous: boolean,
  userName: string | undefined,
  password: string | undefined,
  ok: boolean,
][] = [
  [true, false, 'user', 'pass word', true],
  [true, false, 'user', 'pass', false],
  [true, false, 'user', '', false],
  [true, false, 'user', undefined, false],
  [true, false, 'other', 'pass word', false],
  [true, false, undefined, undefined, false],
  [true, true, undefined, undefined, true],
  [true, true, 'user', 'wrong', false],
  [true, true, 'other', undefined, false],
  [false, false, 'user', 'pass word', false],
  [false, false, undefined, undefined, false],
  [false, true, 'user', 'anything', true],
  [false, true, undefined, undefined, true],
];

describe.skipIf(!hasProgram('mosquitto') || !hasProgram('mosquitto_passwd'))('mosquitto and we let in the same', () => {
  it.each(LOGINS)('password_file %s, allow_anonymous %s: %s, %s', async (file, anonymous, userName, password, ok) => {
    const users = folder.write('users', '');
    execFileSync('mosquitto_passwd', ['-b', users, 'user', 'pass word'], { stdio: 'pipe' });
    const port = await freePort();
    const lines = [
      `listener ${port} 127.0.0.1`,
      `allow_anonymous ${anonymous}`,
      ...(file ? [`password_file ${users}`] : []),
    ];
    const path = folder.write('m.conf', lines.join('\n'));

    const answer = await readSetup(path).setup!.authenticate(request(userName, password));
    expect(answer.ok).toBe(ok);

    const started = await startMosquitto(path);
    try {
      const credentials = {
        ...(userName === undefined ? {} : { username: userName }),
        ...(password === undefined ? {} : { password }),
      };
      const connected = connectAsync(`mqtt://127.0.0.1:${port}`, {
        protocolVersion: 5,
        reconnectPeriod: 0,
        ...credentials,
      });
      const client = await connected.catch(() => undefined);
      await client?.endAsync();
      expect(client !== undefined).toBe(ok);
    } finally {
      await started.stop?.();
    }
  });
});

it('asks nobody whom TLS has told', async () => {
  const access = { allowAnonymous: false, users: undefined, authorize: undefined, psks: undefined };
  expect(await authenticateBy(access, request('u', 'p'))).toEqual({ ok: false, reasonCode: 0x87 });
});

describe.skipIf(!hasProgram('openssl'))('a whole setup', () => {
  let certificates: Certificates;
  beforeAll(() => {
    certificates = makeCertificates();
  });
  afterAll(() => certificates?.remove());

  const setupOf = (...lines: string[]) => readSetup(folder.write('m.conf', lines.join('\n')));
  const errorsOf = (...lines: string[]): string[] =>
    setupOf(...lines)
      .remarks.filter(({ level }) => level === 'error')
      .map((remark) => renderRemark(remark).replaceAll(folder.path, '').replaceAll(certificates.folder, ''));

  it('has listeners with what they name', () => {
    const { server, authority } = certificates;
    const { setup } = setupOf(
      'listener 8883 127.0.0.1',
      `certfile ${server.certificateFile}`,
      `keyfile ${server.keyFile}`,
      `cafile ${authority.certificateFile}`,
      'require_certificate true',
      'use_subject_as_username true',
      'tls_version tlsv1.3',
      'listener 8884',
      'psk_hint h',
      'use_identity_as_username true',
      'socket_domain ipv4',
      'protocol websockets',
      'listener 0 /tmp/m.sock',
      'max_connections 3',
      `psk_file ${folder.write('psk', 'id:ff')}`,
      `acl_file ${folder.write('acl', 'topic a')}`,
    );
    expect(setup!.listeners).toMatchObject([
      {
        port: 8883,
        host: '127.0.0.1',
        protocol: 'mqtt',
        tls: { requireCertificate: true, userNameFrom: 'subject', minimumVersion: 'TLSv1.3', revoked: [] },
        settings: { authenticates: false },
      },
      { port: 8884, host: '0.0.0.0', protocol: 'websocket', tls: { psk: { hint: 'h' }, userNameFrom: 'identity' } },
      { path: '/tmp/m.sock', settings: { maximumConnections: 3, authenticates: true } },
    ]);
    const [first, second] = setup!.listeners;
    expect(first!.tls!.authorities).toEqual([Buffer.from(authority.certificate)]);
    expect(second!.tls!.psk!.keyOf('id')).toEqual(Uint8Array.of(0xff));
    expect(second!.tls!.psk!.keyOf('other')).toBeUndefined();
    // One file for all, and so one answer.
    expect(first!.settings!.authorize).toBe(second!.settings!.authorize);
  });

  it('takes the folder of capath for its certificates, each once', () => {
    const { server, authority, client } = certificates;
    const place = new TestFolder();
    place.write('a.pem', authority.certificate);
    place.write('01234567.0', authority.certificate);
    place.write('b.crt', client.certificate);
    place.write('b.key', client.key);
    const { setup } = setupOf(
      'listener 1',
      `certfile ${server.certificateFile}`,
      `keyfile ${server.keyFile}`,
      `capath ${place.path}`,
    );
    place.remove();
    expect(setup!.listeners[0]!.tls!.authorities).toHaveLength(2);
  });

  it('listens on the addresses of an interface', () => {
    const { setup } = setupOf('listener 1', 'bind_interface lo', 'socket_domain ipv4');
    expect(setup!.listeners.map(({ host }) => host)).toEqual(['127.0.0.1']);
    expect(errorsOf('listener 1', 'bind_interface nic7')).toEqual([
      '/m.conf:1: there is no network interface nic7 (bind_interface)',
    ]);
  });

  it('tells what is wrong with files, of all of them', () => {
    const { server, client } = certificates;
    const none = folder.write('none', 'no PEM');
    expect(
      errorsOf(
        'listener 1',
        `certfile ${server.certificateFile}`,
        `keyfile ${client.keyFile}`,
        `cafile ${none}`,
        `crlfile ${none}`,
        'listener 2',
        `certfile ${none}`,
        `keyfile ${none}`,
        `capath ${folder.path}/missing`,
        `password_file ${folder.path}`,
        `acl_file ${folder.path}/missing`,
        `psk_file ${folder.write('psk', 'a:x')}`,
      ),
    ).toEqual([
      ': is a directory (password_file)',
      '/missing: no such file or directory (acl_file)',
      '/psk:1: the key of "a" is not hexadecimal (without 0x)',
      '/none: is no certificate in PEM (cafile)',
      '/none: is no list of revoked certificates in PEM (crlfile)',
      '/client.key: does not belong to the certificate in /server.crt (keyfile)',
      '/missing: no such file or directory (capath)',
      '/none: is no certificate in PEM (certfile)',
      '/none: is no private key in PEM without a passphrase (keyfile)',
    ]);
    expect(readSetup('/no/such/file').remarks).toMatchObject([
      { file: '/no/such/file', message: 'no such file or directory' },
    ]);
  });
});

it('is read again: what may change does, with an error nothing', async () => {
  const acl = folder.write('acl', 'topic a');
  const path = folder.write('m.conf', `listener 1\nallow_anonymous true\nacl_file ${acl}\nmax_qos 1`);
  const running = readSetup(path).setup!;
  const client = { clientId: 'c', userName: undefined, version: '5.0', listener: 0, remote: '' } as const;
  folder.write('acl', 'topic b');
  folder.write('m.conf', `listener 1\nallow_anonymous false\nacl_file ${acl}\nmax_qos 2`);
  const { setup, remarks } = readAgain(running, path);
  const [listener] = setup!.listeners;
  expect(listener!.settings).toMatchObject({ allowAnonymous: false, maximumQos: 1 });
  expect(listener!.settings!.authorize!(client, 'publish', 'b')).toBe(true);
  expect(remarks.map(({ message }) => message)).toContain('max_qos of port 1 changes with a restart only');
  expect(await setup!.authenticate(request(undefined, undefined))).toMatchObject({ ok: false });
  folder.write('acl', 'topics b');
  expect(readAgain(running, path).setup).toBeUndefined();
  folder.write('m.conf', 'listener 2');
  expect(readAgain(running, path).setup).toBeUndefined();
  folder.write('m.conf', 'listner 1');
  expect(readAgain(running, path).setup).toBeUndefined();
});
