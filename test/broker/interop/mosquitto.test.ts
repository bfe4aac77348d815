// mosquitto_pub, mosquitto_sub and mosquitto_rr with the broker: sessions, wills, retained messages, properties, many and
// large messages, refusals; over TCP, TLS, client certificates and pre-shared keys, in each version.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CreateBrokerOptions } from '../../../src/io/create-broker.js';
import type { Listener } from '../../../src/io/listeners/listener.js';
import { type Certificates, makeCertificates } from '../../support/certificates.js';
import { TestFolder } from '../../support/mosquitto.js';
import { hasProgram } from '../../support/programs.js';
import { Meeting, type Program } from './meeting.js';

const PROGRAMS = ['mosquitto_pub', 'mosquitto_sub', 'mosquitto_rr', 'openssl'];
const VERSIONS = ['mqttv31', 'mqttv311', 'mqttv5'];
const KEY = '00112233445566778899aabbccddeeff';
const DONE = { code: 0, text: '' };

interface Way {
  readonly name: string;
  readonly tls: () => Listener['tls'];
  readonly args: () => readonly string[];
  /** What the broker takes for its name. */
  readonly user: string | undefined;
}

let meeting: Meeting;
/** Where and how the programs connect. */
let at: readonly string[];

async function meet(options: CreateBrokerOptions = {}, ...args: readonly string[]): Promise<void> {
  meeting = await Meeting.of(options);
  at = ['-h', '127.0.0.1', '-p', String(meeting.broker.port), ...args];
}

const sub = (...args: readonly string[]): Program => meeting.start('mosquitto_sub', ...at, ...args);
const pub = (...args: readonly string[]): Program => meeting.start('mosquitto_pub', ...at, ...args);

describe.skipIf(!PROGRAMS.every(hasProgram))('mosquitto', () => {
  afterEach(async () => expect(await meeting.over()).toEqual([]));

  describe.each(VERSIONS)('%s', (version) => {
    const v5 = version === 'mqttv5';

    it('keeps a session with what came meanwhile', async () => {
      await meet({}, '-V', version);
      const session = ['-i', 'kept', '-c', '-q', '2', '-t', 'q/#'];
      expect(await sub(...session, '-E').ended).toEqual(DONE);
      for (const qos of ['1', '2']) expect(await pub('-t', `q/${qos}`, '-q', qos, '-m', qos).ended).toEqual(DONE);
      expect(await sub(...session, '-C', '2', '-F', '%t %q %p').ended).toEqual({ code: 0, text: 'q/1 1 1\nq/2 2 2\n' });
    });

    it('keeps retained messages, and takes them away', async () => {
      await meet({}, '-V', version);
      for (const name of ['a', 'b'])
        expect(await pub('-t', `r/${name}`, '-q', '1', '-r', '-m', name).ended).toEqual(DONE);
      const first = await sub('-t', 'r/#', '-C', '2', '-F', '%t %r %p').ended;
      expect(first.text.split('\n').toSorted()).toEqual(['', 'r/a 1 a', 'r/b 1 b']);
      expect(await pub('-t', 'r/a', '-r', '-n').ended).toEqual(DONE);
      expect(await sub('-t', 'r/+', '-C', '1', '--retained-only', '-F', '%t').ended).toEqual({
        code: 0,
        text: 'r/b\n',
      });
      // It takes them away by messages of its own, and stays.
      sub('-t', 'r/#', '--remove-retained');
      await expect.poll(() => meeting.broker.counters.retained).toBe(0);
    });

    it('publishes the will of who is lost, not of who leaves', async () => {
      await meet({}, '-V', version);
      let ready = meeting.subscribed();
      const watching = sub('-t', 'w/#', '-q', '1', '-C', '1', '-F', '%t %q %p');
      await ready;
      const will = (name: string) => ['--will-topic', `w/${name}`, '--will-payload', 'gone', '--will-qos', '1'];
      expect(await sub('-t', 'x', '-E', ...will('leaves')).ended).toEqual(DONE);
      ready = meeting.subscribed();
      const lost = sub('-t', 'x', ...will('lost'));
      await ready;
      lost.kill();
      expect(await watching.ended).toEqual({ code: 0, text: 'w/lost 1 gone\n' });
    });

    it.each(['0', '1', '2'])('passes on a thousand lines with QoS %s, in order', async (qos) => {
      await meet({ settings: { maximumInflight: 20 } }, '-V', version);
      const ready = meeting.subscribed();
      const got = sub('-t', 'l', '-q', qos, '-C', '1000');
      await ready;
      const lines = Array.from({ length: 1000 }, (_, n) => `line ${n}\n`).join('');
      expect(await pub('-t', 'l', '-q', qos, '-l').input(lines).ended).toEqual(DONE);
      expect(await got.ended).toEqual({ code: 0, text: lines });
    });

    it('asks and gets an answer', async () => {
      await meet({}, '-V', version);
      const ready = meeting.subscribed();
      const asked = sub('-t', 'ask', '-C', '1', '-F', v5 ? '%R %p' : '%p');
      await ready;
      const answered = meeting.subscribed();
      const rr = meeting.start('mosquitto_rr', ...at, '-q', '1', '-t', 'ask', '-e', 'answers', '-m', 'why');
      await answered;
      expect(await asked.ended).toEqual({ code: 0, text: v5 ? 'answers why\n' : 'why\n' });
      expect(await pub('-t', 'answers', '-q', '1', '-m', 'because').ended).toEqual(DONE);
      expect(await rr.ended).toEqual({ code: 0, text: 'because\n' });
    });

    it('is told that it may not come', async () => {
      await meet(
        {
          settings: { authenticates: true, allowAnonymous: false },
          authenticate: () => ({ ok: false, reasonCode: 0x86 }),
        },
        '-V',
        version,
      );
      const { code, text } = await pub('-t', 't', '-m', 'x', '-u', 'kim', '-P', 'wrong').ended;
      expect(code).not.toBe(0);
      expect(text.toLowerCase()).toContain('bad user');
    });
  });

  it('passes on a large file', async () => {
    await meet();
    const folder = new TestFolder();
    const path = join(folder.path, 'large');
    const content = `${'0123456789abcdef'.repeat(60_000)}\n`;
    writeFileSync(path, content);
    const ready = meeting.subscribed();
    const got = sub('-t', 'f', '-q', '2', '-C', '1', '-N');
    await ready;
    expect(await pub('-t', 'f', '-q', '2', '-f', path).ended).toEqual(DONE);
    const { code, text } = await got.ended;
    expect({ code, same: text === content }).toEqual({ code: 0, same: true });
    folder.remove();
  });

  describe('5.0', () => {
    it('passes properties on', async () => {
      await meet({}, '-V', 'mqttv5');
      const ready = meeting.subscribed();
      const format = '%t|%p|%C|%D|%E|%F|%R|%P|%S';
      const got = sub('-t', 'p', '-C', '1', '-F', format, '-D', 'subscribe', 'subscription-identifier', '77');
      await ready;
      const properties = [
        ['payload-format-indicator', '1'],
        ['message-expiry-interval', '3600'],
        ['content-type', 'text/plain'],
        ['response-topic', 'answers'],
        ['correlation-data', 'c-1'],
        ['user-property', 'first', '1'],
        ['user-property', 'second', '2'],
      ].flatMap((one) => ['-D', 'publish', ...one]);
      expect(await pub('-t', 'p', '-m', 'hello', ...properties).ended).toEqual(DONE);
      const { code, text } = await got.ended;
      expect(code).toBe(0);
      expect(text).toBe('p|hello|text/plain|c-1|3600|1|answers|first:1 second:2|77\n');
    });

    it('takes a topic alias', async () => {
      await meet({}, '-V', 'mqttv5');
      const ready = meeting.subscribed();
      const got = sub('-t', 'alias/#', '-C', '3', '-F', '%t %p');
      await ready;
      const sent = pub('-t', 'alias/t', '-l', '-D', 'publish', 'topic-alias', '3').input('1\n2\n3\n');
      expect(await sent.ended).toEqual(DONE);
      expect(await got.ended).toEqual({ code: 0, text: 'alias/t 1\nalias/t 2\nalias/t 3\n' });
    });

    it('shares a subscription', async () => {
      await meet({}, '-V', 'mqttv5');
      const ready = meeting.subscribed(2);
      const both = [1, 2].map(() => sub('-t', '$share/group/s/#', '-q', '1', '-C', '5'));
      await ready;
      expect(await pub('-t', 's/x', '-q', '1', '-m', 'x', '--repeat', '10').ended).toEqual(DONE);
      for (const one of both) expect(await one.ended).toEqual({ code: 0, text: 'x\n'.repeat(5) });
    });

    it('waits with a will', async () => {
      await meet({}, '-V', 'mqttv5');
      const ready = meeting.subscribed(2);
      const watching = sub('-t', 'w', '-C', '1', '-F', '%p %C');
      const properties = ['will-delay-interval', '1', 'content-type', 'text/plain'];
      const will = ['--will-topic', 'w', '--will-payload', 'late', '-D', 'will', ...properties.slice(0, 2)];
      const lost = sub('-i', 'l', '-t', 'x', '-x', '60', ...will, '-D', 'will', ...properties.slice(2));
      await ready;
      lost.kill();
      expect(await watching.ended).toEqual({ code: 0, text: 'late text/plain\n' });
    });
  });

  describe('secured', () => {
    let certificates: Certificates;
    beforeAll(() => {
      certificates = makeCertificates();
    });
    afterAll(() => certificates.remove());

    const server = (): Listener['tls'] => ({
      certificate: certificates.server.certificate,
      key: certificates.server.key,
    });
    const keyOf = (identity: string) => (identity === 'sensor' ? Buffer.from(KEY, 'hex') : undefined);
    const own = (name: 'client' | 'stranger'): readonly string[] => {
      const { certificateFile, keyFile } = certificates[name];
      return ['--cert', certificateFile, '--key', keyFile];
    };
    const cafile = () => ['--cafile', certificates.authority.certificateFile];
    const required = (): Listener['tls'] => ({
      ...server(),
      authorities: [certificates.authority.certificate],
      requireCertificate: true,
      userNameFrom: 'identity',
    });
    const psk: Listener['tls'] = { psk: { keyOf }, userNameFrom: 'identity' };

    const ways: readonly Way[] = [
      { name: 'with TLS', tls: server, args: cafile, user: undefined },
      {
        name: 'with a certificate of its own',
        tls: required,
        args: () => [...cafile(), ...own('client')],
        user: 'thermostat',
      },
      {
        name: 'with a pre-shared key',
        tls: () => psk,
        args: () => ['--psk', KEY, '--psk-identity', 'sensor'],
        user: 'sensor',
      },
    ];
    const rows = ways.flatMap((way) => VERSIONS.map((version) => ({ ...way, version })));

    it.each(rows)('$name, $version', async ({ version, tls, args, user }) => {
      await meet({ tls: tls()! }, '-V', version, ...args());
      const names = new Set<string | undefined>();
      meeting.broker.on('connected', ({ userName }) => names.add(userName));
      const ready = meeting.subscribed();
      const got = sub('-t', 's', '-q', '2', '-C', '1');
      await ready;
      expect(await pub('-t', 's', '-q', '2', '-m', 'secret').ended).toEqual(DONE);
      expect(await got.ended).toEqual({ code: 0, text: 'secret\n' });
      expect([...names]).toEqual([user]);
    });

    it.each<[string, () => Listener['tls'], () => readonly string[]]>([
      ['without the certificate that is asked for', required, cafile],
      ['with a certificate of nobody known', required, () => [...cafile(), ...own('stranger')]],
      ['with another key', () => psk, () => ['--psk', `${KEY.slice(2)}00`, '--psk-identity', 'sensor']],
      ['with an identity that is not known', () => psk, () => ['--psk', KEY, '--psk-identity', 'nobody']],
      ['without TLS', server, () => []],
    ])('it is kept out %s', async (_, tls, args) => {
      await meet({ tls: tls()! }, ...args());
      const refused = new Promise((resolve) => meeting.broker.once('connection-refused', resolve));
      const { code } = await pub('-t', 's', '-m', 'x').ended;
      expect(code).not.toBe(0);
      expect(await refused).toMatchObject({ listener: 0 });
      expect(meeting.broker.counters.connections).toBe(0);
    });
  });
});
