// The proxy between real programs: MQTT.js, the clients of mosquitto and Python paho-mqtt on one side, mosquitto or the built-in
// broker on the other, by every transport. Afterwards the recording says what the proxy said live, and tshark agrees.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oddFrames } from '../io/recording/reading.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { hasProgram } from '../support/programs.js';
import { BROKERS, type Broker, type Transport } from './brokers.js';
import { everything, expected, PAHO, PROTOCOLS, type Protocol, PYTHON } from './clients.js';
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
  type RunningProxy,
  startProxy,
  until,
} from './program.js';
import { packetsByTshark, packetsByUs } from './witness.js';

/** Where clients connect, and what they are passed on to. */
const ROUTES: readonly (readonly [Transport, Transport])[] = [
  ['tcp', 'tcp'],
  ['tls', 'tls'],
  ['ws', 'ws'],
  ['wss', 'wss'],
  ['unix', 'unix'],
  ['ws', 'tcp'],
  ['tls', 'tcp'],
  ['tcp', 'tls'],
  ['tcp', 'ws'],
  ['wss', 'tcp'],
  ['unix', 'tcp'],
];
const VERSIONS: readonly Protocol[] = ['3.1', '3.1.1', '5.0'];
const SCHEMES = { tcp: 'mqtt', tls: 'mqtts', ws: 'ws', wss: 'wss' } as const;
/** WebSocket is passed on as it is, and recorded as such. */
const isWebSocket = (index: number) => ROUTES[index]!.every((transport) => transport.startsWith('ws'));
const withPrograms = hasProgram('openssl') && hasProgram('mosquitto');

describe.skipIf(!withPrograms).each(Object.entries(BROKERS))('before %s', (name, startBroker) => {
  const own = name === 'mosquitto' ? 'm' : 'b';
  const live = join(folder, `${own}.ndjson`);
  const recording = join(folder, `${own}.pcapng`);
  let certificates: Certificates;
  let broker: Broker;
  let proxy: RunningProxy;
  let ended: Ended | undefined;

  beforeAll(async () => {
    certificates = makeCertificates();
    broker = await startBroker(certificates);
    const { authority, server } = certificates;
    const pairs = ROUTES.flatMap(([listen, target], index) => {
      const at = listen === 'unix' ? `unix:${socketOf(index)}` : `${listen}://${HOST}:0`;
      return ['--listen', at, '--target', broker.addresses[target]];
    });
    const tls = ['--tls-cert', server.certificateFile, '--tls-key', server.keyFile];
    const files = ['--format', 'ndjson', '-o', live, '-w', recording];
    proxy = await startProxy(...pairs, ...tls, '--target-ca', authority.certificateFile, ...files);
  }, 60_000);
  afterAll(async () => {
    await broker?.stop();
    certificates?.remove();
  });

  const socketOf = (index: number) => join(folder, `${own}${index}.sock`);

  function urlOf(index: number): string {
    const [listen] = ROUTES[index]!;
    return listen === 'unix' ? `mqtt+unix://${socketOf(index)}` : `${SCHEMES[listen]}://${HOST}:${proxy.ports[index]}`;
  }

  /** The first route of the kind. */
  const portOf = (listen: Transport, target: Transport): string => {
    return String(proxy.ports[ROUTES.findIndex(([a, b]) => a === listen && b === target)]);
  };

  const trust = () => ({ ca: certificates.authority.certificate });

  describe.concurrent('MQTT.js', () => {
    const rows = ROUTES.flatMap(([listen, target], index) => {
      const versions = index === 0 ? VERSIONS : [VERSIONS[1 + (index % 2)]!];
      return versions.map((version) => [listen, target, version, index] as const);
    });
    it.each(rows)('from %s to %s, %s', async (listen, target, version, index) => {
      // Of a longer message over WebSocket mosquitto 2.0 sends the rest much later, or never.
      const large = own === 'm' && target.startsWith('ws') ? 10_000 : 1_000_000;
      const more = listen === 'tls' ? trust() : listen === 'wss' ? { wsOptions: trust() } : {};
      expect(await everything(urlOf(index), `r${index}-${version}`, version, more, large)).toEqual(expected(large));
    });
  });

  describe.skipIf(!hasProgram('mosquitto_rr'))('the clients of mosquitto', { concurrent: true }, () => {
    const rows = [
      ['tcp', 'tcp', 'mqttv31'],
      ['tcp', 'tcp', 'mqttv311'],
      ['tcp', 'tcp', 'mqttv5'],
      ['tls', 'tls', 'mqttv5'],
      ['unix', 'unix', 'mqttv311'],
    ] as const;
    it.each(rows)('from %s to %s, %s', async (listen, target, version) => {
      const authority = ['--cafile', certificates.authority.certificateFile];
      const to = listen === 'unix' ? ['--unix', socketOf(4)] : ['-h', HOST, '-p', portOf(listen, target)];
      const at = [...to, '-V', version, ...(listen === 'tls' ? authority : [])];
      const topic = `${listen}-${version}`;
      // A retained message shows that the subscription is there.
      const got = output('mosquitto_sub', ...at, '-t', `${topic}/#`, '-q', '2', '-C', '4', '-F', '%t %q %p');
      const publish = (qos: string, ...more: string[]) =>
        output('mosquitto_pub', ...at, '-t', `${topic}/${qos}`, '-q', qos, '-m', `hello ${qos}`, ...more);
      const sent = [await publish('1', '-r')];
      await subscribed(topic, live);
      for (const qos of ['0', '1', '2']) sent.push(await publish(qos));
      for (const one of sent) expect(one).toMatchObject({ code: 0, stderr: '' });
      const { code, stdout } = await got;
      const lines = stdout.trimEnd().split('\n').toSorted();
      const all = ['0 0 hello 0', '1 1 hello 1', '1 1 hello 1', '2 2 hello 2'];
      expect({ code, lines }).toEqual({ code: 0, lines: all.map((line) => `${topic}/${line}`) });
    });

    it('mosquitto_rr asks and gets an answer', async () => {
      const at = ['-h', HOST, '-p', portOf('tcp', 'tcp'), '-V', '5'];
      const ask = [...at, '-t', 'ask', '-e', 'ask', '-m', 'echo'];
      // It hears its own question.
      expect(await output('mosquitto_rr', ...ask)).toMatchObject({ code: 0, stdout: 'echo\n' });
    });
  });

  describe.skipIf(PYTHON === undefined)('Python paho-mqtt', { concurrent: true }, () => {
    const rows = [
      ['tcp', 'tcp', '3.1'],
      ['tcp', 'tcp', '5.0'],
      ['tls', 'tcp', '3.1.1'],
      ['ws', 'ws', '5.0'],
      ['ws', 'tcp', '3.1.1'],
    ] as const;
    it.each(rows)('from %s to %s, %s', async (listen, target, version) => {
      const args = [portOf(listen, target), String(PROTOCOLS[version]), listen === 'ws' ? 'websockets' : 'tcp'];
      const topics = `paho-${listen}-${target}-${version}`;
      const authority = listen === 'tls' ? [certificates.authority.certificateFile] : [];
      const { code, stdout, stderr } = await output(PYTHON!, '-c', PAHO, ...args, topics, ...authority);
      expect({ code, stdout, stderr }).toEqual({
        code: 0,
        stdout: "['hello 0', 'hello 1', 'hello 2']\n",
        stderr: '',
      });
    });
  });

  it('ends in order', async () => {
    ended = await proxy.stop();
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(ended.stderr).toMatch(/\n\d+ MQTT packets in \d+ connections/);
    expect(ended.stderr).not.toMatch(/warning|failed|missing/);
    for (const [index, [listen]] of ROUTES.entries())
      if (listen === 'unix') expect(existsSync(socketOf(index))).toBe(false);
  });

  it('nothing is held against anybody', () => {
    const found = linesIn(live).flatMap(({ findings = [] }) => findings);
    const held = found.filter(({ verdict, level }) => verdict === 'violation' && level !== 'note');
    expect([...new Set(held.map(({ rule, party, message }) => `${rule} ${party}: ${message}`))]).toEqual([]);
  });

  it('the recording, read by dissect, is what was shown live', async () => {
    const again = join(folder, `${own}-again.ndjson`);
    // Told the ports as the proxy knows them, so that connections are numbered alike; 1883 stands for Unix sockets.
    const ports = proxy.ports.flatMap((port) => ['--port', String(port === 0 ? 1883 : port)]);
    const { code, stderr } = await dissect(recording, ...ports, '--format', 'ndjson', '-o', again);
    expect(code).toBe(0);
    // The summary counts the same.
    expect(ended?.stderr).toContain(stderr);
    const shown = linesIn(live);
    // What the relay tells is no packet: in a recording it is a comment.
    expect(shown.filter(isOfRelay).every(({ code }) => code === 'connected')).toBe(true);
    expect(
      differences(
        linesIn(again),
        shown.filter((line) => !isOfRelay(line)),
      ),
    ).toEqual([]);
    expect(shown.filter(({ type }) => type === 'PUBLISH').length).toBeGreaterThan(100);
  });

  describe.skipIf(!hasProgram('tshark'))('tshark', () => {
    it('finds nothing odd in the recording', async () => {
      expect(await oddFrames(recording)).toEqual([]);
    });

    it('reads the same packets', async () => {
      const plain = ROUTES.flatMap((_, index) =>
        isWebSocket(index) || proxy.ports[index] === 0 ? [] : [proxy.ports[index]!],
      );
      const webSockets = proxy.ports.filter((port) => port > 0 && !plain.includes(port));
      // It does not look for MQTT inside WebSocket.
      const seen = linesIn(live).filter((line) => !webSockets.some((port) => isAt(line, port)));
      const decodings = plain.flatMap((port) => ['-d', `tcp.port==${port},mqtt`]);
      expect(await packetsByTshark(recording, decodings)).toEqual(packetsByUs(seen));
    });
  });
});

/** The proxy has shown the SUBACK of who subscribed to the topics. */
async function subscribed(topic: string, live: string): Promise<void> {
  await until(() => {
    const lines = linesIn(live);
    const asked = lines.find(
      ({ type, packet }) => type === 'SUBSCRIBE' && JSON.stringify(packet).includes(`"${topic}/#"`),
    );
    return lines.some(({ type, connection }) => type === 'SUBACK' && connection === asked?.connection);
  }, `${topic} is subscribed to`);
}
