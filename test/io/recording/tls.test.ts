// TLS recorded as it was on the wire, with its secrets in the file: tshark and our own pipeline decrypt it.

import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, createServer as createTlsServer, type SecureVersion } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { Recorder } from '../../../src/io/recording/recorder.js';
import { CLIENT, SERVER, TcpSegments } from '../../../src/io/watch/tcp-segments.js';
import { everyItem } from '../../support/captures.js';
import { makeCertificates } from '../../support/certificates.js';
import { hex } from '../../support/hex.js';
import { hasProgram } from '../../support/programs.js';
import { inFolder } from '../store/records.js';
import { oddFrames, recorded, tshark } from './reading.js';

const CONNECT = hex('10 0d 00 04 "MQTT" 04 02 00 3c 00 01 "a"');
const CONNACK = hex('20 02 00 00');
const PUBLISH = hex('30 06 00 04 "late"');
const DISCONNECT = hex('e0 00');

const NOW = 1_700_000_000_000_000_000n;

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A short MQTT session over TLS, through a relay that puts the bytes into the recorder. */
async function session(recorder: Recorder, connection: number, version: SecureVersion): Promise<void> {
  const { server: pair, remove } = makeCertificates();
  const broker = createTlsServer({ key: pair.key, cert: pair.certificate, minVersion: version, maxVersion: version });
  // Each side tells first what the other is sent: the server its own secrets of TLS 1.3, the client all others.
  const tell = (lines: Buffer) => recorder.secrets(lines.toString());
  broker.on('keylog', tell);
  broker.on('secureConnection', (socket) => {
    socket.once('data', () => socket.write(CONNACK));
    socket.on('end', () => socket.end());
  });
  const brokerPort = await listening(broker);
  let time = NOW + BigInt(connection) * 1_000_000_000n;
  const put = (segments: readonly Uint8Array[]): void => {
    for (const segment of segments) recorder.packet(0, (time += 1000n), segment);
  };
  const relay = createServer({ allowHalfOpen: true }, (client) => {
    const segments = new TcpSegments(
      connection,
      { address: client.remoteAddress, port: client.remotePort },
      { address: '127.0.0.1', port: 8883 },
    );
    put(segments.open());
    const target = connect({ port: brokerPort, host: '127.0.0.1', allowHalfOpen: true });
    for (const [from, to, side] of [
      [client, target, CLIENT],
      [target, client, SERVER],
    ] as const) {
      from.on('data', (bytes) => {
        put(segments.data(side, bytes));
        to.write(bytes);
      });
      from.on('end', () => {
        put(segments.fin(side));
        to.end();
      });
    }
  });
  const socket = connectTls({ port: await listening(relay), host: '127.0.0.1', rejectUnauthorized: false });
  socket.on('keylog', tell);
  socket.write(CONNECT);
  await once(socket, 'data');
  socket.write(PUBLISH);
  socket.end(DISCONNECT);
  await once(socket, 'close');
  for (const server of [relay, broker]) {
    server.close();
    await once(server, 'close');
  }
  remove();
}

async function story(path: string): Promise<readonly string[]> {
  const all: string[] = [];
  await everyItem(path, (item) => {
    if (item.kind === 'packet') all.push(`${item.connection.id}: ${item.frame.packet.type}`);
  });
  return all;
}

const MQTT = ['CONNECT', 'CONNACK', 'PUBLISH', 'DISCONNECT'];

/** Types by number, as tshark decrypts them. */
async function tsharkTypes(path: string): Promise<readonly string[]> {
  const lines = await tshark(path, '-d', 'tls.port==8883,mqtt', '-Y', 'mqtt', '-T', 'fields', '-e', 'mqtt.msgtype');
  return lines.flatMap((line) => line.split(','));
}

describe('a recording of TLS decrypts with the secrets that are in it', () => {
  const options = { interfaces: [{ name: 'proxy' }], program: 'mqtt-dissect 1' };

  it('as one file', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'tls.pcapng');
      const recorder = new Recorder({ path, ...options });
      await recorder.open();
      await session(recorder, 0, 'TLSv1.3');
      await session(recorder, 1, 'TLSv1.2');
      await recorder.close();
      expect(await story(path)).toEqual([...MQTT.map((type) => `0: ${type}`), ...MQTT.map((type) => `1: ${type}`)]);
      if (!hasProgram('tshark')) return;
      expect(await oddFrames(path)).toEqual([]);
      expect(await tsharkTypes(path)).toEqual(['1', '2', '3', '14', '1', '2', '3', '14']);
    }));

  it('in a later file with those of the files before', () =>
    inFolder(async (folder) => {
      let now = 0;
      const recorder = new Recorder({ path: join(folder, 'a'), ...options, maximumSeconds: 60, clock: () => now });
      await recorder.open();
      await session(recorder, 0, 'TLSv1.3');
      now += 60_000;
      await session(recorder, 1, 'TLSv1.3');
      await recorder.close();
      const [first = '', second = '', ...more] = readdirSync(folder)
        .sort()
        .map((name) => join(folder, name));
      expect(more).toEqual([]);
      expect(await story(first)).toEqual(MQTT.map((type) => `0: ${type}`));
      expect(await story(second)).toEqual(MQTT.map((type) => `0: ${type}`));
      const secrets = await Promise.all([first, second].map(async (path) => (await recorded(path)).secrets.join('')));
      expect(secrets[1]?.startsWith(secrets[0]!)).toBe(true);
      if (hasProgram('tshark')) expect(await tsharkTypes(second)).toEqual(['1', '2', '3', '14']);
    }));
});
