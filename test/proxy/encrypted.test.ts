// The proxy with TLS and certificates on both sides: the TLS is recorded as it was on the wire, with its secrets, and tshark and
// we decrypt it; a capture of the wire is decrypted with the key log. And certificates from the proxy's own authority.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oddFrames } from '../io/recording/reading.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { hasProgram } from '../support/programs.js';
import { BROKERS, type Broker } from './brokers.js';
import { connect, everything, expected } from './clients.js';
import {
  differences,
  dissect,
  type Ended,
  folder,
  HOST,
  isAt,
  isOfRelay,
  linesIn,
  output,
  type Running,
  type RunningProxy,
  start,
  startProxy,
  until,
} from './program.js';
import { packetsByTshark, packetsByUs } from './witness.js';

const withPrograms = hasProgram('openssl') && hasProgram('mosquitto');
const LARGE = 100_000;

let certificates: Certificates;
let broker: Broker;

describe.skipIf(!withPrograms)('TLS', () => {
  beforeAll(async () => {
    certificates = makeCertificates();
    broker = await BROKERS.mosquitto(certificates);
  });
  afterAll(async () => {
    await broker?.stop();
    certificates?.remove();
  });

  describe('with certificates on both sides', () => {
    const live = join(folder, 'live.ndjson');
    const recording = join(folder, 'encrypted.pcapng');
    const keylog = join(folder, 'keys.log');
    const wire = join(folder, 'wire.pcap');
    let proxy: RunningProxy;
    let tcpdump: Running | undefined;
    let ended: Ended | undefined;

    beforeAll(async () => {
      const { authority, server, client } = certificates;
      const towardsClients = ['--tls-cert', server.certificateFile, '--tls-key', server.keyFile];
      const towardsTarget = ['--target-cert', client.certificateFile, '--target-key', client.keyFile];
      proxy = await startProxy(
        ...['--listen', `tls://${HOST}:0`, '--target', broker.addresses.mutual],
        ...['--listen', `wss://${HOST}:0`, '--target', broker.addresses.mutual],
        ...[...towardsClients, '--client-ca', authority.certificateFile, '--require-certificate'],
        ...[...towardsTarget, '--target-ca', authority.certificateFile],
        ...['--record-encrypted', '-w', recording, '--keylog', keylog, '--format', 'ndjson', '-o', live],
      );
      if (!hasProgram('tcpdump')) return;
      tcpdump = start(
        'tcpdump',
        '-i',
        'lo',
        '-U',
        '--immediate-mode',
        '-s',
        '0',
        '-B',
        '8192',
        '-w',
        wire,
        `tcp port ${proxy.ports[0]}`,
      );
      const { child } = tcpdump;
      await until(() => tcpdump?.stderr.includes('listening on') || child.exitCode !== null, 'tcpdump captures');
      if (child.exitCode !== null) tcpdump = undefined;
    });

    const known = () => {
      const { authority, client } = certificates;
      return { ca: authority.certificate, cert: client.certificate, key: client.key };
    };

    it.each([
      ['TLS', '3.1.1', () => [`mqtts://${HOST}:${proxy.ports[0]}`, known()] as const],
      ['TLS', '5.0', () => [`mqtts://${HOST}:${proxy.ports[0]}`, { ...known(), maxVersion: 'TLSv1.2' }] as const],
      ['secure WebSocket', '5.0', () => [`wss://${HOST}:${proxy.ports[1]}`, { wsOptions: known() }] as const],
    ] as const)('MQTT.js over %s, %s', async (way, version, of) => {
      const [url, options] = of();
      expect(await everything(url, `${way}-${version}`, version, options, LARGE)).toEqual(expected(LARGE));
    });

    it('mosquitto_pub, and one without a certificate', async () => {
      const { authority, client } = certificates;
      const at = ['-h', HOST, '-p', String(proxy.ports[0]), '-t', 'pub', '-m', 'x', '-q', '1'];
      const trusting = ['--cafile', authority.certificateFile];
      const own = ['--cert', client.certificateFile, '--key', client.keyFile];
      expect(await output('mosquitto_pub', ...at, ...trusting, ...own)).toMatchObject({ code: 0, stderr: '' });
      expect((await output('mosquitto_pub', ...at, ...trusting)).code).not.toBe(0);
      // The proxy lives on.
      expect(await output('mosquitto_pub', ...at, ...trusting, ...own)).toMatchObject({ code: 0, stderr: '' });
    });

    it('ends in order', async () => {
      if (tcpdump !== undefined) {
        // What the system still has for tcpdump is written first.
        let size = 0;
        await until(async () => {
          const before = size;
          await output('sleep', '0.5');
          size = statSync(wire).size;
          return size === before;
        }, 'tcpdump has everything');
        tcpdump.child.kill('SIGINT');
        await tcpdump.ended;
      }
      ended = await proxy.stop();
      expect(ended).toMatchObject({ code: 0, signal: null });
      expect(ended.stderr).toContain(', 1 failure, ');
      const failed = linesIn(live).filter((line) => isOfRelay(line) && line.code !== 'connected');
      expect(failed).toMatchObject([{ event: 'relay', code: 'tls', message: expect.stringContaining('certificate') }]);
    });

    it('the recording is encrypted, and read by dissect says what was shown live', async () => {
      expect(readFileSync(recording).includes('later')).toBe(false);
      const again = join(folder, 'again.ndjson');
      const ports = proxy.ports.flatMap((port) => ['--port', String(port)]);
      const { code, stderr } = await dissect(recording, ...ports, '--format', 'ndjson', '-o', again);
      expect(code).toBe(0);
      expect(ended?.stderr).toContain(stderr);
      const shown = linesIn(live).filter((line) => !isOfRelay(line));
      expect(differences(linesIn(again), shown)).toEqual([]);
      const transports = new Set(shown.flatMap(({ type, transport }) => (type === undefined ? [] : [transport])));
      expect([...transports]).toEqual(['tls', 'tls+websocket']);
      expect(shown.filter(({ type }) => type === 'PUBLISH').length).toBeGreaterThan(30);
      const held = shown.flatMap(({ findings = [] }) => findings).filter(({ level }) => level !== 'note');
      expect(held.filter(({ verdict }) => verdict === 'violation')).toEqual([]);
    });

    const overTls = () => linesIn(live).filter((line) => isAt(line, proxy.ports[0]));
    const decoding = () => ['-d', `tls.port==${proxy.ports[0]},mqtt`];

    it.skipIf(!hasProgram('tshark'))('tshark decrypts it with the secrets in it', async () => {
      expect(await oddFrames(recording)).toEqual([]);
      expect(await packetsByTshark(recording, decoding())).toEqual(packetsByUs(overTls()));
    });

    it('the key log decrypts a capture of the wire', async ({ skip }) => {
      skip(tcpdump === undefined, 'nobody may capture here');
      const types = overTls().flatMap(({ type }) => type ?? []);
      const { stdout } = await dissect(wire, '--keylog', keylog, '--format', 'ndjson');
      const lines = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { readonly type?: string });
      // Segments of two connections may be captured in another order than they were told.
      expect(lines.flatMap(({ type }) => type ?? []).toSorted()).toEqual(types.toSorted());
      if (!hasProgram('tshark')) return;
      // On the loopback interface nobody makes checksums.
      const more = ['-o', `tls.keylog_file:${keylog}`, '-o', 'tcp.check_checksum:FALSE'];
      const packets = await packetsByTshark(wire, [...decoding(), ...more]);
      expect(packets.flatMap((one) => one.types.split(',')).toSorted()).toEqual(types.toSorted());
    });
  });

  it('with certificates that the proxy makes', async () => {
    const ca = join(folder, 'ca');
    expect(await dissect('proxy', '--make-ca', ca)).toMatchObject({ code: 0, stderr: '' });
    const proxy = await startProxy(
      ...['--listen', 'tls://localhost:0', '--target', broker.addresses.tls, '--ca', ca, '-q'],
      ...['--target-ca', certificates.authority.certificateFile],
    );
    const authority = readFileSync(join(ca, 'ca.crt'), 'utf8');
    const client = await connect(`mqtts://localhost:${proxy.ports[0]}`, { ca: authority });
    await client.publishAsync('a', 'b', { qos: 2 });
    await client.endAsync();
    const at = ['-h', 'localhost', '-p', String(proxy.ports[0]), '-t', 'a', '-m', 'b', '-q', '1'];
    expect(await output('mosquitto_pub', ...at, '--cafile', join(ca, 'ca.crt'))).toMatchObject({ code: 0, stderr: '' });
    expect(await proxy.stop()).toMatchObject({ code: 0 });
  });
});
